"""The sentences of `zcp report`, Chinese and English; those of the pages are in ``reports.texts``."""

REPORT_TEXTS: dict[str, tuple[str, str]] = {
    "help_report": (
        "生成中英双语的静态网页：总览与每个园区一页；离线可看、可打印。只给园区则只生成该园区一页。",
        "Write the HTML pages in Chinese and English: an overview and a page for each park, to read and print offline. "
        "With PARK its page alone.",
    ),
    "opt_report_out": ("网页写入的文件夹", "Folder to write the pages to"),
    "opt_report_level": (
        "restricted：全部内容；public：只含可公开的部分（无企业、表计、负荷曲线）",
        "restricted: everything; public: only what anybody may see (no enterprises, meters, load curves)",
    ),
    "report_no_folder": (
        "--out {path} 是文件；请给出文件夹。",
        "--out {path} is a file; name a folder.",
    ),
    "working_report": ("生成网页", "Writing pages"),
    "report_written": (
        "发布 {id} 的 {pages} 个网页已生成，请打开：{path}",
        "{pages:count page} of publication {id}; open {path}",
    ),
    "next_report": ("可打印的网页，中英双语：", "The pages, to read and print:"),
}
