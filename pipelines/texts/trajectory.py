"""The sentences of `zcp trajectory`, Chinese and English; others are in ``texts``."""

TRAJECTORY_TEXTS: dict[str, tuple[str, str]] = {
    "help_trajectory": (
        "年末预测（95%区间）、尚需核销的绿证，以及到建设期末达标的逐年路径。",
        "Forecast the year with a 95 % band, the certificates still to be cancelled, and the path to the build's end.",
    ),
    "arg_trajectory_park": ("园区编号或名称", "Id or name of the park"),
    "opt_through": (
        "只用到该月为止的数据，如2026-08（默认：最近一个数据齐全的月份）",
        "Forecast from the months up to this one, e.g. 2026-08 (default: the latest closed month)",
    ),
    "trajectory_title": ("{park} {year}年预测，依据截至 {month} 的数据", "{park}: forecast of {year} after {month}"),
    "trajectory_closed": ("{park} {year}年，全年数据齐全", "{park} {year}: every month is closed"),
    "pattern_year_before": (
        "其余月份按上一年同月的分布推算（{months} 个月实绩）。",
        "The rest of the year is laid along the months of the year before ({months:count month} known).",
    ),
    "pattern_days": (
        "没有可用的上一年：其余月份按已有各月的日均值推算（{months} 个月实绩），季节变化未知，区间因此放宽。",
        "No year before to go by: the rest is laid along its days at the mean so far ({months:count month} known); "
        "seasons are unknown, and the band is wider for it.",
    ),
    "pattern_mixed": (
        "部分数量按上一年同月的分布、其余按日均值推算（{months} 个月实绩）。",
        "Some amounts are laid along the months of the year before, the others along their days "
        "({months:count month} known).",
    ),
    "no_band": (
        "数据齐全的月份不足 {least} 个，不给出区间。",
        "No band: fewer than {least} months are closed.",
    ),
    "standing_certificates": (
        "目前的绿证（含绿电交易）{standing} MWh，其中超出预测下网电量的 {surplus} MWh；"
        "未由绿证覆盖的下网电量 {residual} MWh。",
        "Certificates as they stand, green-power trades included: {standing} MWh, of which {surplus} beyond the draw "
        "they may cover; {residual} MWh of grid power have none.",
    ),
    "to_cancel": (
        "要达到限值，须在 {cutoff} 前再核销 {mwh} MWh 绿证。",
        "To reach the limit {mwh} MWh of certificates more have to be cancelled by {cutoff}.",
    ),
    "cannot_cancel": (
        "全部 {residual} MWh 都由绿证覆盖也达不到限值，另须减排 {tco2} tCO2。",
        "Certificates for all {residual} MWh do not reach the limit: {tco2} tCO2 have to be avoided besides.",
    ),
    "headroom": (
        "按预测可达到限值，余量相当于 {mwh} MWh 下网电量。",
        "The limit is reached in the forecast, with {mwh} MWh of grid power to spare.",
    ),
    "s_forecast": ("年末预测（95%区间）", "The year in the forecast (95 % band)"),
    "s_closed_year": ("已结束的年度", "The closed year"),
    "s_path": (
        "到 {build_end} 年达到限值 {limit} 的路径（能耗不变）",
        "The path to the limit of {limit} in {build_end}, energy consumption unchanged",
    ),
    "h_forecast": ("预测", "forecast"),
    "h_low": ("下限", "low"),
    "h_high": ("上限", "high"),
    "h_outlook": ("前景", "outlook"),
    "h_steps_intensity": ("等差：强度", "equal steps: I"),
    "h_steps_tco2": ("当年新增减排 tCO2", "avoid more, tCO2"),
    "h_steps_mwh": ("或替代 MWh", "or replace, MWh"),
    "h_factor_intensity": ("等比：强度", "constant factor: I"),
    "h_factor_tco2": ("当年新增减排 tCO2", "avoid more, tCO2"),
    "h_factor_mwh": ("或替代 MWh", "or replace, MWh"),
    "path_factor": (
        "强度每年乘以 {factor}（下降 {percent}），或每年减少 {step} tCO2/tce。",
        "The intensity goes by the factor {factor} a year ({percent} less), or by {step} tCO2/tce a year.",
    ),
    "path_beyond_power": (
        "合计需替代 {needed} MWh，多于未由绿证覆盖的 {residual} MWh：燃料、热力或工艺排放也须下降。",
        "Together {needed} MWh would have to be replaced, more than the {residual} MWh without certificates: "
        "emissions of fuel, heat or processes have to fall too.",
    ),
    "path_from_closed": (
        "{year}年还没有数据齐全的月份；以下为已结束的{closed}年。",
        "No month of {year} is closed yet; this is the closed year {closed}.",
    ),
    "path_reached": (
        "强度已不高于限值；到建设期末无须继续下降即可保持达标。",
        "The intensity is at or below the limit already; no path is needed.",
    ),
    "path_due": (
        "建设期在{year}年结束：余下差距须在当年消除。",
        "The construction period ends with {year}: what is missing has to be closed within the year.",
    ),
    "path_past": (
        "建设期已于{build_end}年结束，而强度仍高于限值。",
        "The construction period ended in {build_end}, and the intensity is above the limit.",
    ),
    "path_unknown": (
        "建设期末年份未知：请在数据文件夹的 reference/parks.csv 中填写该园区的 build_end。",
        "The end of the construction period is unknown: give the park's build_end in reference/parks.csv of the home "
        "folder.",
    ),
    "path_no_limit": (
        "能耗低于国家限值的适用规模，没有可供对照的限值。",
        "The park is smaller than the smallest size with a national limit: there is none to reach.",
    ),
    "path_no_forecast": (
        "没有强度可推算（转换排放为负或能耗不为正），见 `zcp show`。",
        "There is no intensity to go from (conversion below zero, or no energy consumption); see `zcp show`.",
    ),
    "bad_through": (
        "--through {value} 不是{year}年的月份；写成 {year}-08。",
        "--through {value} is not a month of {year}; write {year}-08.",
    ),
    "through_not_closed": (
        "{park} 的 {value} 数据不齐全；{year}年数据齐全的最近月份：{last}。",
        "{value} is not closed for {park}; the latest closed month of {year}: {last}.",
    ),
    "nothing_closed": (
        "{park} 没有数据齐全的月份，无法预测；用 `zcp quality {park}` 查看缺少什么。",
        "no month of {park} is closed, so nothing can be forecast; `zcp quality {park}` shows what is missing.",
    ),
    "no_trajectory": (
        "该发布由旧版本生成，没有预测表；请先运行 `zcp run`。",
        "this publication was made before there were forecasts; run `zcp run` first.",
    ),
}
