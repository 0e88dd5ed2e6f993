"""The sentences of `zcp forms` and `zcp publish`, Chinese and English; the words on the forms are in ``forms``."""

FORMS_TEXTS: dict[str, tuple[str, str]] = {
    "help_forms": (
        "生成园区的申报附表（Excel）：分品种能源供应与消费、碳排放、建设指标、绿电与绿证、数据质量。",
        "Write a park's submission tables as an Excel workbook in Chinese: energy, emissions, indicators, quality.",
    ),
    "help_publish": (
        "导出可对外提供的数据集：public 不含企业、负荷曲线和表计；restricted 为完整副本。",
        "Write a set to hand on: public without enterprises, load curves and meters; restricted is a whole copy.",
    ),
    "arg_park_or_name": ("园区编号或名称", "Id or name of the park"),
    "opt_forms_out": ("写入的Excel文件", "The workbook to write"),
    "opt_level": ("public（公开）或 restricted（受限）", "public or restricted"),
    "opt_set_out": ("写入的新文件夹", "The new folder to write"),
    "forms_not_xlsx": (
        "--out {path} 不是Excel文件名；请以 .xlsx 结尾。",
        "--out {path} is no name of a workbook; end it with .xlsx.",
    ),
    "forms_older": (
        "该发布早于分品种能源表，无法生成附表；请先执行 `zcp run`。",
        "this publication is older than the table of carriers, which the forms need; publish again with `zcp run`.",
    ),
    "forms_written": (
        "已写入 {path}：{park} {year}年申报附表。",
        "Wrote {path}: the submission tables of {park}, {year}.",
    ),
    "forms_held": (
        "该园区的数据未通过审核，表中以红字标明，不得报送。",
        "The figures of this park are held back; the forms say so in red and must not be handed in.",
    ),
    "forms_undecided": (
        "该园区的结论未定，表中以红字标明。",
        "The verdict of this park is open; the forms say so in red.",
    ),
    "working_publish": ("导出", "Writing"),
    "publish_unknown": (
        "没有发布 {id}；现有：{known}。",
        "there is no publication {id}; there are: {known}.",
    ),
    "publish_title_public": ("公开数据集，发布 {id}", "Public set of publication {id}"),
    "publish_title_restricted": ("完整副本，发布 {id}", "Whole copy of publication {id}"),
    "publish_left_out": (
        "未包含：{tables}张受限数据表，及公开表中的{columns}个受限列（见 manifest.json）。",
        "Left out: {tables:count restricted table}, and {columns:count restricted column} of public tables "
        "(see manifest.json).",
    ),
    "publish_written": ("已写入 {path}。", "Wrote {path}."),
}
