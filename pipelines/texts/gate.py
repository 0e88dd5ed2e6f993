"""The sentences about parks whose figures are held back, Chinese and English."""

GATE_TEXTS: dict[str, tuple[str, str]] = {
    "held_stale": (
        "暂不发布：园区 {park} 未通过审核（{checks}）；沿用发布 {publication_id} 的结果并标明为旧值。"
        "查看：zcp show {park}",
        "Held back: park {park} failed the audit ({checks}); its last good figures, of publication {publication_id}, "
        "are shown as stale. See why: zcp show {park}",
    ),
    "held_none": (
        "暂不发布：园区 {park} 未通过审核（{checks}），此前也没有合格的结果。查看：zcp show {park}",
        "Held back: park {park} failed the audit ({checks}) and has no earlier good figures. See why: zcp show {park}",
    ),
    "held_shown_stale": (
        "该园区的新结果未通过审核；以下为发布 {publication_id} 的旧值。",
        "The park's new figures failed the audit; these are stale, from publication {publication_id}.",
    ),
    "held_shown_empty": (
        "该园区的结果未通过审核，此前也没有合格的结果。",
        "The park's figures failed the audit, and there are no earlier good ones.",
    ),
    "s_held_back": ("未通过的审核项", "Checks that it failed"),
    "stale_verdict": ("{verdict}（旧值）", "{verdict} (stale)"),
}
