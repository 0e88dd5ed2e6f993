"""The sentences about changed figures, Chinese and English: lock, candidates, approve, diff."""

RESTATEMENT_TEXTS: dict[str, tuple[str, str]] = {
    "help_lock": (
        "锁定一个年份的已发布数值：此后的更改须经两人批准，不可解锁。",
        "Lock a year at its published figures: a change then needs the approval of two persons. There is no unlocking.",
    ),
    "help_candidates": (
        "列出等待批准的发布（会更改已锁定年份的数值）及其影响。",
        "List the publications that wait for approval because they change a locked year, with their effect.",
    ),
    "help_approve": (
        "由两人批准一个候选发布，使其成为当前发布，并按新数值锁定。",
        "Make a candidate the current publication, with its reason and the names of two persons.",
    ),
    "help_diff": (
        "两次发布之间每个园区主要数值的变化，分为活动量、数据质量、因子、方法和绿证，合计相符。",
        "What changed between two publications: each main figure of each park split into activity, data quality, "
        "factor, method and certificates, which sum to the change.",
    ),
    "arg_lock_year": ("要锁定的年份", "Calendar year to lock"),
    "arg_candidate": (
        "候选发布编号，见 zcp candidates",
        "Publication id of the candidate, as `zcp candidates` shows it",
    ),
    "opt_by_two": ("批准人姓名，给出两次，两人不同", "Name of who approves; give it twice, with two different names"),
    "arg_before": ("较早的发布编号，或 current", "Publication id of the earlier one, or `current`"),
    "arg_after": ("较晚的发布编号，或 current", "Publication id of the later one, or `current`"),
    "opt_diff_year": ("年份（默认：两次发布共有的最近一年）", "Calendar year (default: the latest that both have)"),
    "locked": (
        "{year}年已锁定在发布 {publication_id} 的数值（{by}：{reason}）。",
        "{year} is locked at the figures of publication {publication_id} ({by}: {reason}).",
    ),
    "waits": (
        "{years}年已锁定，发布 {publication_id} 会更改其数值，故仅为候选；当前发布仍为 {current}。"
        '查看影响：zcp candidates。批准：zcp approve {publication_id} --reason "…" --by 甲 --by 乙',
        "{years} is locked and publication {publication_id} would change its figures, so it waits as a candidate; "
        "{current} stays current. Its effect: zcp candidates. To publish it: "
        'zcp approve {publication_id} --reason "…" --by NAME --by NAME',
    ),
    "approved": (
        "发布 {publication_id} 已成为当前发布，{years}年按其数值锁定（批准：{by}）。",
        "Publication {publication_id} is current and {years} is locked at its figures (approved by {by}).",
    ),
    "no_candidates": ("没有等待批准的发布。", "No publication waits for approval."),
    "candidate": ("候选", "candidate"),
    "candidate_title": (
        "候选 {publication_id}（{created_at}，基于 {based_on}）：更改{years}年的数值",
        "Candidate {publication_id} ({created_at}, based on {based_on}): changes figures of {years}",
    ),
    "candidate_no_main_figure": (
        "候选 {publication_id}：主要数值不变，有差异的表：{tables}",
        "Candidate {publication_id}: no main figure changes; tables that differ: {tables}",
    ),
    "candidate_outdated": (
        "候选 {publication_id} 已过时：此后有其他发布成为当前发布，或又锁定了年份；重新 zcp run。",
        "Candidate {publication_id} is outdated: since then another became current, or a year was locked; use zcp run.",
    ),
    "candidate_pruned": (
        "候选 {publication_id} 已不在磁盘上；重新 zcp run。",
        "Candidate {publication_id} is not on disk any more; use zcp run.",
    ),
    "locked_title": ("已锁定的年份", "Locked years"),
    "h_figure_before": ("之前", "before"),
    "h_figure_after": ("之后", "after"),
    "h_approved_by": ("批准人", "approved by"),
    "h_figure_change": ("变化", "change"),
    "h_part_activity": ("活动量", "activity"),
    "h_part_data_quality": ("数据质量", "data quality"),
    "h_part_factor": ("因子", "factor"),
    "h_part_method": ("方法", "method"),
    "h_part_certificates": ("绿证", "certificates"),
    "step_diff": ("重算各步", "Computing the steps between"),
    "diff_title": (
        "{year}年 {before} → {after} 各园区数值的变化及其来源",
        "What changed in {year} from {before} to {after}, and why",
    ),
    "diff_same": ("{year}年的主要数值没有变化。", "No main figure of {year} changed."),
    "diff_only": ("只在 {publication_id} 中的园区：{parks}", "Only in {publication_id}: {parks}"),
    "diff_verdict": (
        "{park} {column}：{before} → {after}（来自：{causes}）",
        "{park} {column}: {before} → {after} (by {causes})",
    ),
    "diff_no_figure": (
        "{park} {column}：{before} → {after}，一方没有数值，不作分解。",
        "{park} {column}: {before} → {after} is not split, as one of the two has no figure.",
    ),
    "diff_unclear": (
        "{park} {column}：{causes}一步没有数值，其影响计入后一步。",
        "{park} {column}: the step of {causes} has no figure; what it changes is in the part of the next step.",
    ),
}
