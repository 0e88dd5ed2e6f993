"""The sentences of `zcp statement` and `zcp certificates`, Chinese and English; others are in ``texts``."""

SUPPLY_TEXTS: dict[str, tuple[str, str]] = {
    "help_statement": (
        "企业用电声明：直供、逐时绿电占比、绿证、用电排放，供产品采购方使用。",
        "An enterprise's electricity for buyers of its products: green supply, hourly share, certificates, emissions.",
    ),
    "help_certificates": (
        "绿证持有情况：各状态数量、即将到期和尚未核销的绿证。",
        "Certificates: how many count, which expire soon, which trades are not cancelled yet.",
    ),
    "arg_enterprise": ("企业编号", "Enterprise id"),
    "opt_out": ("写入文件，.csv 或 .json", "Write it to a file, .csv or .json"),
    "opt_on": (
        "自哪一天起算到期（默认：今天）",
        "Day from which validity is counted, e.g. 2027-09-30 (default: today)",
    ),
    "opt_within": ("多少天内到期", "Days within which certificates expire"),
    "statement_title": (
        "{enterprise} 在 {park} 的 {year} 年用电声明",
        "Electricity of {enterprise} in {park} in {year}",
    ),
    "statement_source": (
        "依据发布 {publication_id}（核算方法 {method_version}）。",
        "From publication {publication_id} (method {method_version}).",
    ),
    "statement_written": ("已写入 {path}。", "Written to {path}."),
    "bad_out": (
        "--out {path} 的格式不支持；文件名请以 .csv 或 .json 结尾。",
        "--out {path} is no format that can be written; end the name in .csv or .json.",
    ),
    "unknown_enterprise": (
        "发布中没有企业“{enterprise}”{hint}；请用 `zcp sql` 查询 metrics.enterprise_year。",
        "no enterprise “{enterprise}” in the publication{hint}; metrics.enterprise_year lists them.",
    ),
    "enterprise_other_year": (
        "企业 {enterprise} 没有 {year} 年的结果；已有：{years}。",
        "{enterprise} has no results for {year}; it has {years}.",
    ),
    "no_supply_tables": (
        "该发布由旧版本生成，没有所需的数据表；请先运行 `zcp run`。",
        "this publication was made before there were the tables it takes; run `zcp run` first.",
    ),
    "bad_day": ("--on {value} 不是日期；写成2027-09-30。", "--on {value} is not a date; write 2027-09-30."),
    # Figures of a statement
    "st_use_mwh": ("用电量", "Use"),
    "st_direct_share_mwh": ("分得的直供与自发绿电", "Share of direct and on-site green supply"),
    "st_uncounted_green_mwh": ("其中不计入的部分", "of which does not count"),
    "st_hourly_green_share": ("逐时绿电占比", "Hourly green share"),
    "st_grid_offtake_mwh": ("下网电量", "Own draw from the grid"),
    "st_green_trade_mwh": ("绿电交易（计入）", "Green-power trade that counts"),
    "st_gec_counted_mwh": ("核销绿证（计入）", "Cancelled certificates that count"),
    "st_residual_grid_mwh": ("剩余下网电量", "Grid power without certificate"),
    "st_market_based_tco2": ("基于市场", "Market-based"),
    "st_location_based_tco2": ("基于位置", "Location-based"),
    "st_residual_factor": ("剩余电量因子", "Residual factor"),
    "st_location_factor": ("平均电网因子", "Average grid factor"),
    "s_st_electricity": ("用电 MWh", "Electricity, MWh"),
    "s_st_emissions": ("用电排放", "Emissions of the electricity"),
    "s_st_ranges": ("绿证区间", "Certificate ranges"),
    "s_st_not_covered": ("未涵盖", "Not covered"),
    "kind_cancelled": ("核销", "cancelled"),
    "kind_green_power": ("绿电交易", "green power"),
    "kind_own_use": ("自用", "own use"),
    # What a statement does not cover
    "nc_only_electricity": (
        "只涵盖用电；企业的燃料、热力和工业过程排放，以及园区自备化石电厂的排放不在其中。",
        "Electricity only: fuels, heat and processes of the enterprise and fuel burnt in the park's own power plants "
        "are not in it.",
    ),
    "nc_no_hour": (
        "绿电交易和绿证只证明生产月份，不证明时刻，不进入逐时绿电占比。",
        "Trade and certificates prove the month of generation, not the hour; they are not in the hourly share.",
    ),
    "nc_use_unknown": (
        "没有用电表计，用电量、直供份额和单位电量排放未知。",
        "It has no meters of its use: use, share of green supply and emissions per MWh are not known.",
    ),
    "nc_draw_shared": (
        "下网电量按用电量从园区下网电量中分得，含未装用电表计的部分；加直供与自发绿电共 {mwh} MWh，不等于用电量。",
        "Its draw is its share, by use, of the park's draw, which also supplies what no use meter sees: with its green "
        "supply it comes to {mwh} MWh, not to its use.",
    ),
    "nc_draw_unknown": (
        "园区有多家企业而没有分表，下网电量无法分摊，绿证不计入。",
        "The park's import cannot be divided among its enterprises without meters; certificates do not count.",
    ),
    "nc_interval_too_long": (
        "匹配时段为 {minutes} 分钟，长于一小时，没有逐时绿电占比。",
        "Its use is known per {minutes} minutes only, which is longer than an hour: there is no hourly share.",
    ),
    "nc_spread": (
        "园区 {share} 的计量电量由示值或账单均摊得出，逐时占比以均摊为据。",
        "{share} of the park's metered energy was spread evenly from registers or bills; the hourly share rests on it.",
    ),
    "nc_surplus": (
        "超出下网电量的 {mwh} MWh 绿证不降低排放。",
        "{mwh} MWh of certificates go beyond its draw from the grid and lower nothing.",
    ),
    "nc_not_recognised": (
        "超出认定数量的 {mwh} MWh 绿证不降低排放。",
        "{mwh} MWh of certificates go beyond the recognised amounts and lower nothing.",
    ),
    "nc_excluded": (
        "{mwh} MWh 绿证因规则不计入：{reasons}。",
        "{mwh} MWh of certificates do not count: {reasons}.",
    ),
    "nc_not_assigned": (
        "园区有 {mwh} MWh 下网电量未落到任何企业。",
        "{mwh} MWh of the park's grid power fall to no enterprise.",
    ),
    "nc_provisional": (
        "园区该年度核算待定：{reasons}。",
        "The park's year is undecided: {reasons}.",
    ),
    # zcp certificates
    "position_title": ("{year} 年绿证去向，MWh", "Certificates in the account of {year}, MWh"),
    "expiring_title": (
        "{first} 至 {last} 到期而未核销的绿证：{mwh} MWh",
        "Not cancelled, and valid no longer than {last} (from {first}): {mwh} MWh",
    ),
    "open_title": (
        "尚未核销且未过期的交易：{mwh} MWh",
        "Trades not yet cancelled and still valid: {mwh} MWh",
    ),
    "expired_note": (
        "{first} 之前已有 {mwh} MWh 绿证过期而未核销，不能再用。",
        "{mwh} MWh expired before {first} without being cancelled; they can no longer be used.",
    ),
    "h_enterprise": ("企业", "enterprise"),
    "h_trade": ("交易", "trade"),
    "h_project": ("项目", "project"),
    "h_generation": ("生产年月", "generated"),
    "h_serials": ("编号区间", "serials"),
    "h_mwh": ("MWh", "MWh"),
    "h_expires": ("最后核销日", "last day"),
    "h_kind": ("类别", "kind"),
    "h_ledger": ("台账编号", "ledger id"),
    "h_per_mwh": ("tCO2/MWh", "tCO2/MWh"),
    "h_tco2": ("tCO2", "tCO2"),
}
