"""The Chinese words of table 7: what a factor is for, its name, where it is from. Other words are in ``words``."""

import re

TERMS = {
    "fuel_tco2": "化石能源用作燃料",
    "conversion_tco2": "能源加工转换",
    "electricity_tco2": "电力",
    "heat_tco2": "热力",
    "process_tco2": "工业生产过程",
    "energy_tce": "能源消费折标",
    "energy_calorific_tce": "能源消费折标（当量值，参考）",
    "location_based_tco2": "所在电网平均因子（参考）",
    "limit_tco2_per_tce": "规模分档与限值",
    "direct_green_mwh": "绿电直供电量",
    "direct_supply_verdict": "绿电直供比例",
    "baseline_average_tco2_per_tce": "全国园区平均水平",
    "baseline_base_year_tco2_per_tce": "基准年水平",
}
FACTOR_PARTS = {
    "ncv": "低位发热量",
    "carbon_content": "单位热值含碳量",
    "oxidation": "碳氧化率",
    "tco2_per_unit": "排放因子",
    "tce_per_unit": "折标系数",
}
FACTORS = {
    "residual_electricity_factor": "全国化石能源电力排放因子",
    "green_electricity_factor": "绿电直供、绿电交易、绿证电力排放因子",
    "fossil_heat_factor_default": "化石能源热力排放因子缺省值",
    "nonfossil_heat_factor": "非化石能源热力排放因子",
    "electricity_coal_equivalent": "电力折标系数（等价值）",
    "electricity_coal_equivalent_low": "电力折标系数（等价值）取值下限",
    "electricity_coal_equivalent_high": "电力折标系数（等价值）取值上限",
    "electricity_calorific_equivalent": "电力折标系数（当量值）",
    "heat_coal_equivalent": "热力折标系数",
    "energy_per_tce": "标准煤热值",
    "intensity_limit_small": "20~100万吨标准煤园区限值",
    "intensity_limit_large": "100万吨标准煤及以上园区限值",
    "size_class_floor": "适用限值的年综合能源消费量下限",
    "size_class_large": "适用较高限值的年综合能源消费量",
    "direct_supply_share_min": "绿电直供比例下限",
    "onsite_counts_as_direct": "园区内自发自用计入直供（1为计入）",
    "nuclear_counts_as_direct": "核电直供计入绿电直供（1为计入）",
    "feedstock_in_energy": "原料用能计入能源消费量（1为计入）",
    "measured_fuel_factors": "采用实测燃料因子（1为采用）",
    "national_average_of_existing_parks": "现有园区全国平均单位能耗碳排放",
    "declared_base_year": "园区申报的基准年单位能耗碳排放",
}
_SOURCES = {
    "NDRC 910 (2025) annex 4, printed in the text (national fossil power factor, 2022 data)": (
        "发改环资〔2025〕910号附件4正文（全国化石能源电力排放因子，2022年数据）"
    ),
    "NDRC 910 (2025) annex 4: direct-supplied non-fossil power; renewable power by GEC or green-power trade": (
        "发改环资〔2025〕910号附件4：直供非化石能源电力，以及通过绿证、绿电交易获得的可再生能源电力"
    ),
    "NDRC 910 (2025) annex 4; same default in GB/T 32150-2025": (
        "发改环资〔2025〕910号附件4；GB/T 32150-2025缺省值相同"
    ),
    "NDRC 910 (2025) annex 4": "发改环资〔2025〕910号附件4",
    "NDRC 910 (2025) annex 4, stated as a principle": "发改环资〔2025〕910号附件4（“原则上”）",
    "NDRC 910 (2025) annex 3": "发改环资〔2025〕910号附件3",
    "NDRC 910 (2025) annex 3, parks of 200000 to 1000000 tce a year": (
        "发改环资〔2025〕910号附件3：年综合能源消费量20~100万吨标准煤"
    ),
    "NDRC 910 (2025) annex 3, parks of 1000000 tce a year and more": (
        "发改环资〔2025〕910号附件3：年综合能源消费量100万吨标准煤及以上"
    ),
    "NDRC 910 (2025) annex 3; below it no national limit is defined": (
        "发改环资〔2025〕910号附件3；低于此值未规定国家限值"
    ),
    (
        "annex 3 requires the coal-equivalent (等价值) basis but prints no value; 0.300 is a preset "
        "(values in use 0.285 to 0.315; a lower value gives a stricter result)"
    ): "附件3要求按等价值，未给出数值；0.300为预设值（实际使用0.285~0.315，取值越低结果越严）",
    "lower end of the values in use (sensitivity, size class)": "实际使用值的下限（用于敏感性与规模分档）",
    "upper end of the values in use (sensitivity, size class)": "实际使用值的上限（用于敏感性与规模分档）",
    "GB/T 2589-2020 calorific basis (当量值); shown for comparison only, never in the core indicator": (
        "GB/T 2589-2020当量值；仅供比较，不用于核心指标"
    ),
    "definition of the ton of coal equivalent": "吨标准煤的定义",
    "annex 4 speaks of green power (绿色电力) in the 50 % clause": "附件4关于50%的条款所称为“绿色电力”",
    "annex 4 leaves feedstock out of E; the denominator is silent": "附件4排放量不含原料用能，对分母未作规定",
    "annex 4 (三)2: factors of the national database": "附件4（三）2：采用国家温室气体排放因子数据库的因子",
    "622: self-use is physical recognition": "发改能源〔2026〕622号：自发自用属物理认定",
    (
        "guideline default (NDRC industry guidelines, GB/T 32151 series); "
        "replace by the national GHG factor database when its value is in hand"
    ): "行业核算指南缺省值（国家发展改革委行业指南、GB/T 32151系列），待国家温室气体排放因子数据库数值录入后替换",
    (
        "not published as a number; implied by the 0.2 limit being about one-tenth of the current average "
        "(National Energy Conservation Center, December 2025). Replace when an official figure is in hand."
    ): "未公布数值；按0.2的限值约为现有平均水平的十分之一推算（国家节能中心，2025年12月），有正式数值后替换",
}
_NUMBERED_SOURCES = (
    (r"MEE/NBS announcement of (\d+)-0?(\d+)-0?(\d+)", r"生态环境部、国家统计局\1年\2月\3日公告"),
    (r"MEE/NBS announcement (\d+) No\.(\d+)", r"生态环境部、国家统计局公告\1年第\2号"),
    (r"document (.+)", r"凭证 \1"),
    (r"declared in file (\w+), line (\d+)", r"园区申报（文件 \1 第\2行）"),
)


def source_in_chinese(source: str) -> str:
    """Where a factor is from, in Chinese; as it is delivered where this program has no words of its own for it."""
    if source in _SOURCES:
        return _SOURCES[source]
    return next((re.sub(said, zh, source) for said, zh in _NUMBERED_SOURCES if re.fullmatch(said, source)), source)
