"""The sentences of `zcp what-if`, Chinese and English; others are in ``texts``."""

WHAT_IF_TEXTS: dict[str, tuple[str, str]] = {
    "help_what_if": (
        "如果……会怎样：增加直供、储能、绿证或节能，或改变参数后，用同一套计算重新核算园区的一年；发布不变。",
        "What if: account a park's year anew with more supply, storage, certificates, savings or other parameters. "
        "Nothing published changes.",
    ),
    "opt_add_direct": ("新增电源容量，MW", "New plant, MW"),
    "opt_technology": ("新增电源：solar（默认）、wind或hydro", "What it is: solar (default), wind or hydro"),
    "opt_relation": (
        "接入方式：direct_line（专线直连，默认）或onsite（园区内）",
        "Where it is: direct_line (at the end of its own line, default) or onsite",
    ),
    "opt_profile": (
        "出力曲线文件（CSV或Parquet：interval_end, value，0至1为容量占比）；默认按园区现有同类电源",
        "File of its course (CSV or Parquet: interval_end and value, share of capacity 0 to 1); default: the "
        "park's own plants of the kind",
    ),
    "opt_full_load_hours": (
        "年利用小时数（默认：园区同类电源的实际值）",
        "Full-load hours a year (default: those of the park's own plants)",
    ),
    "opt_curtail": ("余电不上网，弃掉", "Curtail what the park cannot use instead of exporting it"),
    "opt_storage_mw": ("新增储能功率，MW", "New storage: power, MW"),
    "opt_storage_mwh": ("新增储能容量，MWh", "New storage: energy, MWh"),
    "opt_storage_efficiency": ("储能往返效率", "Round-trip efficiency of the storage"),
    "opt_certificates": ("多核销的绿证，MWh", "Certificates cancelled in addition, MWh"),
    "opt_certificates_for": (
        "只为该企业核销（默认：按各企业尚未覆盖的下网电量分配）",
        "Enterprise they are cancelled for (default: all, by the grid power not covered yet)",
    ),
    "opt_efficiency": ("各时段用电减少的百分比", "Per cent less electricity in every interval"),
    "opt_set": (
        "改变方法参数，可多次给出，如 residual_electricity_factor=0.8273",
        "Another value of a parameter of the method, may be given several times: residual_electricity_factor=0.8273",
    ),
    "opt_keep": (
        "把情景的交付和数据文件夹保留在这个新文件夹里",
        "New folder to keep the scenario's delivery and home folder in",
    ),
    "step_scenario": ("计算情景", "Building the scenario"),
    "what_if_title": ("{park} {year}年：现状与情景", "{park} {year}: as published and in the scenario"),
    "what_if_nothing": (
        "没有给出任何变化；例如 --add-direct-mw 20、--storage-mw 5 --storage-mwh 20、--certificates-mwh 10000、"
        "--efficiency 5 或 --set 参数=值。",
        "nothing changes; give --add-direct-mw 20, --storage-mw 5 --storage-mwh 20, --certificates-mwh 10000, "
        "--efficiency 5 or --set NAME=VALUE.",
    ),
    "storage_needs_both": (
        "储能需要同时给出 --storage-mw 和 --storage-mwh。",
        "storage needs both --storage-mw and --storage-mwh.",
    ),
    "only_with_plant": (
        "{option} 只与 --add-direct-mw 一起使用。",
        "{option} goes with --add-direct-mw.",
    ),
    "only_with_storage": (
        "--storage-efficiency 只与 --storage-mw 和 --storage-mwh 一起使用。",
        "--storage-efficiency goes with --storage-mw and --storage-mwh.",
    ),
    "only_with_certificates": (
        "--enterprise 只与 --certificates-mwh 一起使用。",
        "--enterprise goes with --certificates-mwh.",
    ),
    "h_before": ("现状", "published"),
    "h_after": ("情景", "scenario"),
    "h_change": ("变化", "change"),
    "note_file": ("新电源的出力按给出的文件。", "The new plant's output is that of the file."),
    "note_own_plants": (
        "新电源的出力按园区现有同类电源的曲线。",
        "The new plant's output follows the park's own plants of the kind.",
    ),
    "note_synthetic": (
        "园区没有同类电源：新电源的出力为程序生成的典型曲线，并非实测；可用 --profile 给出。",
        "The park has no plant of the kind: the output is a generated typical course, nothing measured; "
        "give one with --profile.",
    ),
    "s_flows": ("改变的电量", "What flows otherwise"),
    "flow_supplied": ("新电源供电", "given by the new plant"),
    "flow_curtailed": ("新电源弃电", "curtailed"),
    "flow_charged": ("新储能充电", "charged into the new storage"),
    "flow_discharged": ("新储能放电", "discharged"),
    "flow_saved": ("节电", "saved"),
    "flow_import_less": ("下网减少", "less import"),
    "flow_export_more": ("上网增加", "more export"),
    "note_storage_of": (
        "储能归属 {project}：由其富余绿电充电，顶替下网放电。",
        "The storage belongs to {project}: it charges from surplus green power and discharges against import.",
    ),
    "note_storage_grid": (
        "园区内没有绿色电源：储能归电网，放电不计为绿电。",
        "No green plant stands on site: the storage belongs to the grid and gives back no green power.",
    ),
    "note_of_metering": (
        "{reasons} 源于估算的读数：情景把改动表计的现行读数视为实测，并只按本园区的表计判断估算误差；"
        "这一结论的变化不是由所给的改变带来的。",
        "{reasons} rests on estimated readings: a scenario takes the standing values of changed meters as read, and "
        "tells the error of the others from the park's own meters. What this changes in a verdict is no effect of what "
        "was asked.",
    ),
    "note_kept": (
        "情景保留在 {folder}：delivery 为交付文件，home 为数据文件夹。",
        "The scenario is kept in {folder}: its files in delivery, its home folder in home.",
    ),
    "note_unchanged": ("发布未改变。", "Nothing published was changed."),
}
