"""What each of the 52 parks is like in the example: kind, size, enterprises, interval, and the format of its files.

The parks are the real ones of ``reference/parks.csv``; every quantity here is invented. Time series do not belong here.
"""

import csv
from dataclasses import dataclass, replace

from pipelines.resources import REFERENCE


@dataclass(frozen=True)
class Kind:
    """A kind of park. Energies are shares of the park's annual use in 2026, certificates a share of its grid draw.

    ``storage_hours`` is the battery's size in hours of mean solar output; ``fuel`` a share of the energy consumption in
    tce of the electricity; heat is in GJ per MWh of use; ``lime`` and ``feedstock`` in t and 1000 m3 per GWh of use.
    ``export`` false means that a surplus is curtailed instead.
    """

    solar: float = 0.0
    onsite_wind: float = 0.0
    direct: float = 0.0
    direct_technology: str = "wind"
    storage_hours: float = 0.0
    export: bool = False
    cogeneration: float = 0.0
    cogeneration_fuel: str = "natural_gas"
    waste_heat: float = 0.0
    fuel: float = 0.02
    fuel_name: str = "natural_gas"
    fossil_heat: float = 0.0
    nonfossil_heat: float = 0.0
    lime: float = 0.0
    feedstock: float = 0.0
    certificates: float = 0.0
    traded: float = 0.35
    load: str = "continuous"


KINDS = {
    "leader": Kind(solar=0.30, direct=0.46, storage_hours=4, export=True, certificates=0.97, fuel=0.03, load="shift"),
    "hydro": Kind(solar=0.06, direct=0.62, direct_technology="hydro", certificates=0.95, fuel=0.05),
    "buyer": Kind(solar=0.12, direct=0.14, certificates=0.985, traded=0.6, fuel=0.04, load="shift"),
    "builder": Kind(solar=0.28, direct=0.48, storage_hours=2, export=True, certificates=0.45, fuel=0.06),
    "thermal": Kind(solar=0.08, cogeneration=0.22, cogeneration_fuel="bituminous", fuel=0.22, fuel_name="bituminous",
                    certificates=0.3),
    "chemical": Kind(solar=0.15, direct=0.30, cogeneration=0.08, fuel=0.10, fossil_heat=0.5, nonfossil_heat=0.2,
                     lime=8.0, feedstock=6.0, certificates=0.7),
    "data": Kind(solar=0.16, direct=0.50, storage_hours=3, certificates=0.99, fuel=0.002, fuel_name="diesel",
                 load="data"),
    "steel": Kind(solar=0.14, direct=0.42, waste_heat=0.12, fuel=0.12, fuel_name="coke", certificates=0.8),
    "coast": Kind(solar=0.10, onsite_wind=0.22, direct=0.40, export=True, certificates=0.96, fuel=0.03,
                  nonfossil_heat=0.15),
    "nuclear": Kind(solar=0.10, direct=0.55, direct_technology="nuclear", certificates=0.97, fuel=0.03),
    "starter": Kind(solar=0.10, certificates=0.35, fuel=0.08, fossil_heat=0.2, load="shift"),
}  # fmt: skip


@dataclass(frozen=True)
class ParkPlan:
    """One park of the example. ``use_gwh`` is the annual use in 2026; ``use_meters`` says how the enterprises are told
    apart: by their own use meters, else by their own import meters; ``style`` is the unit of the meters."""

    park_id: str
    name_zh: str
    name_en: str
    province_zh: str
    boundary_type: str
    grid_region: str
    kind_name: str
    use_gwh: float
    enterprises: int
    use_meters: bool
    interval_minutes: int
    layout: str
    style: str
    number: int

    @property
    def kind(self) -> Kind:
        """The kind, moved a little for this park so that no two parks of a kind have the same result."""
        kind = KINDS[self.kind_name]
        drift = (self.number * 7 % 11 - 5) / 5
        return replace(
            kind,
            solar=kind.solar * (1 + 0.10 * drift),
            direct=kind.direct * (1 - 0.12 * drift),
            fuel=kind.fuel * (1 + 0.3 * drift),
            certificates=kind.certificates - (0.02 * (1 + drift) if kind.certificates else 0.0),
        )

    @property
    def metered_at_gate(self) -> bool:
        """False for the one park without import and export meters, whose boundary comes from its use meters."""
        return self.park_id != "guiyang-big-data-city"

    @property
    def line_metered_twice(self) -> bool:
        return self.number % 6 == 0 and self.kind.direct > 0

    @property
    def line_owner_is_user(self) -> bool:
        """False for the one park whose line belongs to somebody else and counts only with own-use certificates."""
        return self.park_id != "korla-shangku-hidz"


# park_id: kind, use in GWh, enterprises, use meters?, interval in minutes, layout of the files, unit style
_PLANS: dict[str, tuple[str, float, int, bool, int, str, str]] = {
    "beijing-etda": ("buyer", 2150, 3, True, 60, "long", "kwh"),
    "tianjin-teda": ("builder", 2600, 2, False, 60, "gb18030", "wan"),
    "tianjin-port-ftz": ("coast", 1100, 2, True, 60, "wide", "mw"),
    "baoding-hidz": ("starter", 820, 3, False, 60, "long", "ct"),
    "cangzhou-cangdong-edz": ("chemical", 1450, 2, True, 60, "parquet", "kwh"),
    "tangshan-laoting-edz": ("steel", 4300, 2, True, 60, "long", "ct"),
    "datong-etdz": ("leader", 960, 2, True, 60, "gb18030", "wan"),
    "yangquan-hidz": ("thermal", 780, 2, False, 60, "long", "kwh"),
    "ordos-mengsu-edz": ("leader", 3900, 3, True, 60, "parquet", "kwh"),
    "baotou-rare-earth-hidz": ("leader", 3290, 2, True, 60, "long", "kwh"),
    "shenyang-sino-german-park": ("buyer", 900, 2, True, 60, "wide", "mw"),
    "songyuan-petrochem-circular-park": ("chemical", 1200, 2, False, 60, "long", "kwh"),
    "liaoyuan-hidz": ("starter", 540, 2, True, 60, "gb18030", "kwh"),
    "siping-new-industrialization-edz": ("builder", 760, 2, False, 60, "long", "ct"),
    "qitaihe-jianghe-green-mfg-park": ("thermal", 690, 2, True, 60, "parquet", "kwh"),
    "suihua-anda-fine-chem-park": ("chemical", 720, 3, True, 60, "gb18030", "wan"),
    "shanghai-lingang-zero-carbon-bay": ("data", 1300, 2, True, 15, "long96", "kwh"),
    "yancheng-dafeng-port-edz": ("coast", 1750, 2, True, 15, "excel96", "kwh"),
    "changzhou-liyang-hidz": ("buyer", 1900, 4, False, 60, "long", "ct"),
    "taizhou-wenling-edz": ("starter", 950, 3, False, 60, "wide", "kwh"),
    "xuancheng-guangde-edz": ("leader", 800, 2, True, 60, "long", "kwh"),
    "fuyang-edz": ("builder", 870, 2, True, 60, "gb18030", "wan"),
    "xiamen-torch-tongxiang": ("buyer", 1250, 3, True, 60, "parquet", "kwh"),
    "ningde-fuding-ip": ("nuclear", 1600, 2, True, 60, "long", "kwh"),
    "zhangzhou-gulei-port-edz": ("chemical", 3700, 2, True, 60, "long", "ct"),
    "yichun-etdz": ("builder", 980, 2, False, 60, "wide", "mw"),
    "yantai-dingziwan-new-energy": ("coast", 420, 2, True, 60, "long", "kwh"),
    "dongying-kenli-etdz": ("chemical", 1050, 2, False, 60, "gb18030", "kwh"),
    "zhengzhou-airport-hidz": ("buyer", 2300, 6, False, 60, "long", "kwh"),
    "jingmen-hidz": ("chemical", 890, 2, True, 60, "parquet", "kwh"),
    "xiangtan-etdz": ("starter", 1150, 2, True, 60, "long", "ct"),
    "shantou-haojiang-ip": ("coast", 690, 2, True, 60, "gb18030", "wan"),
    "zhanjiang-lingang-ez": ("steel", 3500, 2, True, 60, "long", "kwh"),
    "yulin-longtan-ip": ("starter", 780, 2, False, 60, "wide", "mw"),
    "beihai-tieshangang-iz": ("steel", 1900, 2, True, 60, "long", "kwh"),
    "baise-strategic-emerging-ip": ("hydro", 2700, 2, True, 60, "parquet", "kwh"),
    "haikou-national-hidz": ("buyer", 350, 2, True, 60, "long", "kwh"),
    "chongqing-liangjiang": ("buyer", 3000, 5, False, 60, "long", "ct"),
    "yibin-lingang-etdz-east": ("hydro", 1400, 2, True, 15, "long", "kwh"),
    "guiyang-big-data-city": ("data", 900, 2, True, 60, "long", "kwh"),
    "dali-xiangyun-etdz": ("hydro", 1150, 2, True, 60, "gb18030", "wan"),
    "qujing-etdz": ("hydro", 2250, 3, True, 60, "wide", "mw"),
    "lhasa-etdz": ("hydro", 240, 2, True, 60, "long", "kwh"),
    "xianyang-sanyuan-hidz": ("starter", 665, 2, True, 60, "parquet", "kwh"),
    "jinchang-etdz": ("leader", 1800, 2, True, 60, "long", "ct"),
    "qingyang-east-data-west-computing": ("data", 1500, 2, True, 60, "wide", "mw"),
    "xining-etdz-nanchuan": ("leader", 2900, 2, True, 60, "gb18030", "wan"),
    "yinchuan-suyin-ip": ("leader", 1020, 2, True, 60, "long", "kwh"),
    "zhongwei-ip": ("data", 1950, 2, True, 60, "months", "kwh"),
    "urumqi-ganquanpu-etdz": ("thermal", 1850, 2, True, 60, "long", "ct"),
    "korla-shangku-hidz": ("builder", 830, 2, True, 60, "months", "kwh"),
    "xpcc-shihezi-etdz": ("thermal", 1300, 2, False, 60, "gb18030", "kwh"),
}

YEARS = (2025, 2026)
GREEN_BUILT_IN_2025 = 0.35
"""Part of the 2026 solar, wind and storage that stood in the base year."""
CERTIFIED_IN_2025 = 0.2
USE_IN_2025 = 0.95


def park_plans(parks: int | None = None) -> list[ParkPlan]:
    """The plans in order of the official list; the first ``parks`` of them, all if None.

    The first four parks are of four kinds, so that a demo of four still shows passing and failing verdicts.
    """
    with (REFERENCE / "parks.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    plans = [
        ParkPlan(
            row["park_id"], row["name_zh"], row["name_en"], row["province_zh"], row["boundary_type"],
            row["grid_region"], *_PLANS[row["park_id"]], number=int(row["list_no"]),
        )
        for row in rows
    ]  # fmt: skip
    return plans if parks is None else plans[:parks]
