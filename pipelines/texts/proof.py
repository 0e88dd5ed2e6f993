"""The sentences of `zcp prove`, Chinese and English; others are in ``texts``."""

PROOF_TEXTS: dict[str, tuple[str, str]] = {
    "help_prove": (
        "证明所有园区没有一张绿证被重复计算；任何人可用 check_certificates.py 独立核验。",
        "Prove that no certificate counts twice over all parks; anyone can check it with check_certificates.py.",
    ),
    "opt_prove_out": ("证明写入的文件（JSON 行）", "File to write the proof to (JSON lines)"),
    "opt_member": (
        "只出示含此绿证的区间，隐去其他：项目代码 生产年月 编号",
        "Show only the range of one certificate and hide the others: project code, generation month, serial number",
    ),
    "opt_check": ("核验已有的证明文件，与该发布比对", "Check a proof file against the publication"),
    "prove_alone": (
        "--check 不能与 --member 或 --out 同时使用；请分两次执行。",
        "--check goes without --member and --out; run zcp prove twice.",
    ),
    "bad_member": (
        "--member {value} 不是绿证；写成项目代码、生产年月（如2026-03）、编号。",
        "--member {value} is no certificate; write its project code, generation month (2026-03) and serial number.",
    ),
    "not_claimed": (
        "发布 {id} 没有计入绿证 {value}；certificates.exclusions 列有未计入的台账行及原因。",
        "publication {id} counts no certificate {value}; certificates.exclusions says which ledger lines do not count.",
    ),
    "no_commitment": (
        "发布 {id} 由旧版本生成，没有绿证根哈希；请先运行 `zcp run`。",
        "publication {id} was made before there was a root of its certificates; run `zcp run` first.",
    ),
    "root_differs": (
        "发布 {id} 的绿证或台账原件已被改动：根哈希应为 {published}，实为 {root}。",
        "the certificates of publication {id}, or the ledger files behind them, were altered: its root is {published}, "
        "they give {root}.",
    ),
    "proof_refused": ("--check {file} 未通过：{problem}。", "--check {file} is refused: {problem}."),
    "proof_holds": ("证明成立：{finding}", "The proof holds: {finding}"),
    "proof_written": ("已写入 {path}（{count} 个区间）。", "Written to {path} ({count:count range})."),
    "proof_title": ("发布 {id} 计入的绿证", "Certificates that count in publication {id}"),
    "proof_root": (
        "根哈希 {root}，共 {count} 个区间，与 manifest.json 一致。",
        "Root {root} over {count:count range}, as manifest.json says.",
    ),
    "proof_how": (
        "核验：python3 {checker} {proof} {manifest}",
        "To check it without this program: python3 {checker} {proof} {manifest}",
    ),
    "working_proof": ("计算证明", "Hashing"),
    "h_counted": ("计入", "counted"),
}
