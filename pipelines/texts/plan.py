"""The sentences of `zcp plan`, Chinese and English; others are in ``texts``."""

PLAN_TEXTS: dict[str, tuple[str, str]] = {
    "help_plan": (
        "达标的最低成本组合：用线性规划在园区自己的逐时数据上求直供、储能和绿证的最省配置，再送回同一套计算验证。",
        "The cheapest mix of direct supply, storage and certificates that reaches both tests: a linear program on the "
        "park's own year, and its answer run through the pipeline again.",
    ),
    "opt_solar_max": ("新增光伏上限，MW（0：不建）", "Most new solar, MW (0: none)"),
    "opt_wind_max": ("新增风电上限，MW（0：不建）", "Most new wind, MW (0: none)"),
    "opt_storage_max_mw": ("新增储能功率上限，MW", "Most new storage power, MW"),
    "opt_storage_max_mwh": ("新增储能容量上限，MWh", "Most new storage energy, MWh"),
    "opt_certificates_max": ("可购绿证上限，个", "Most certificates that can be bought"),
    "opt_certificate_price": ("绿证价格，元/个", "Price of a certificate, CNY"),
    "opt_grid_price": (
        "少购一兆瓦时网电节省的费用，元/MWh（默认0：只计达标成本）",
        "What a MWh not bought from the grid saves, CNY (default 0: the cost of reaching the tests alone)",
    ),
    "opt_cost": (
        "改变某项成本，可多次给出，如 solar_investment=2700；名称见 reference/plan_costs.csv",
        "Another cost, may be given several times: solar_investment=2700; reference/plan_costs.csv has the names",
    ),
    "opt_solar_profile": (
        "光伏出力曲线文件（interval_end, value，0至1为容量占比）",
        "File of the course of solar (interval_end and value, share of capacity 0 to 1)",
    ),
    "opt_wind_profile": ("风电出力曲线文件", "File of the course of wind"),
    "opt_keep_plan": (
        "把方案的逐时流量（plan.parquet）和情景保留在这个新文件夹里",
        "New folder to keep the plan's flows by interval (plan.parquet) and its scenario in",
    ),
    "step_plan": ("求解并验证方案", "Planning and checking"),
    "plan_title": ("{park} {year}年：最低成本方案", "{park} {year}: the cheapest plan"),
    "plan_tests_title": ("经同一套计算验证", "Checked by the pipeline"),
    "plan_nothing": (
        "园区两项指标已经达标，不需要新增任何东西。",
        "The park passes both tests as it is; nothing is needed.",
    ),
    "h_what_is_built": ("项目", "part"),
    "h_amount": ("数量", "amount"),
    "h_cost_cny": ("元/年", "CNY a year"),
    "plan_solar": ("光伏", "solar"),
    "plan_wind": ("风电", "wind"),
    "plan_storage_power": ("储能功率", "storage power"),
    "plan_storage_energy": ("储能容量", "storage energy"),
    "plan_direct_operation": ("发电量（运维）", "generation (operation)"),
    "plan_certificates": ("绿证", "certificates"),
    "plan_grid_energy": ("少购网电（节省）", "grid energy not bought (saved)"),
    "plan_total": ("合计", "total"),
    "plan_gap": (
        "最优性：成本 {cost} 元/年，下界 {bound} 元/年，相对间隙 {gap}（求解器 HiGHS，状态 {status}）。",
        "Optimality: {cost} CNY a year, and no plan costs less than {bound}; relative gap {gap} (HiGHS, {status}).",
    ),
    "plan_prices": (
        "影子价格：强度 {intensity} 元/tCO2；直供 {direct} 元/MWh；多一兆瓦时可由绿证覆盖的下网电量 {draw} 元。",
        "Shadow prices: intensity {intensity} CNY/tCO2; direct supply {direct} CNY/MWh; one MWh more of draw that "
        "certificates may cover {draw} CNY.",
    ),
    "plan_binding": ("决定成本的约束：{tests}。", "What decides the cost: {tests}."),
    "plan_binding_direct_supply": ("直供占比", "the direct-supply test"),
    "plan_binding_intensity": ("排放强度", "the intensity test"),
    "plan_binding_none": ("没有一项刚好达标", "neither test is just met"),
    "plan_reserve": (
        "为强度的不确定区间预留 {reserve} tCO2，使区间上端也在限值之内。",
        "{reserve} tCO2 are held in reserve: the upper end of the intensity's interval is within the limit too.",
    ),
    "plan_curtailed": (
        "新建电源弃电 {mwh} MWh，占其可发电量的 {share}。",
        "{mwh} MWh of what the new plants could give, {share}, are curtailed.",
    ),
    "plan_branched": (
        "{count} 个时段经搜索确定只充或只放；方案从不同时充放。",
        "In {count} intervals a search chose between charging and discharging; the plan never does both.",
    ),
    "plan_profile_own_plants": (
        "{technology}出力按园区现有同类电源的曲线。",
        "The output of {technology} follows the park's own plants.",
    ),
    "plan_profile_file": ("{technology}出力按给出的文件。", "The output of {technology} is that of the file."),
    "plan_profile_synthetic": (
        "园区没有{technology}：出力为程序生成的典型曲线，并非实测；可用 --{option}-profile 给出。",
        "The park has no {technology}: its output is a generated typical course, nothing measured; give one with "
        "--{option}-profile.",
    ),
    "plan_rules": (
        "储能只由新建电源充电；余电弃掉，不上网。年金按折现率和寿命计算；成本表：reference/plan_costs.csv。",
        "Storage charges from the new plants alone; what the park cannot use is curtailed, not exported. Investments "
        "are spread over their lifetimes at the discount rate; --json lists every cost with its source.",
    ),
    "plan_metering": (
        "估算的读数在情景中视为实测；园区的计量缺口仍需补报。",
        "The scenario takes estimated readings as read; what is missing in the park's metering is still owed.",
    ),
    "plan_kept": ("方案保留在 {folder}。", "The plan is kept in {folder}."),
    "plan_took": (
        "求解 {solve} 秒，验证 {check} 秒（{rounds} 轮）；内存峰值 {memory} MB。",
        "Solved in {solve} s, checked in {check} s ({rounds} rounds); {memory} MB of memory at most.",
    ),
}
