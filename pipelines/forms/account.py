"""What the forms of a park and year show, read from one publication. How it is laid out is in the pages' modules."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.forms.layout import NO_DATA
from pipelines.lake import sha256_file
from pipelines.publish.checks import load_checks
from pipelines.publish.manifest import MANIFEST

Row = Mapping[str, Any]

YEARS_SHOWN = 3
"""The year of the form and the two before: annex 2, chapter 1 (3) and (4), asks for the last three years."""

HELD_BACK = "held_back"
"""The reason of a park whose figures the audit keeps back."""

_CARRIERS = """
    select carrier, item, use_kind, supply, quantity, unit, energy_tce, emission_tco2
    from metrics.energy_by_carrier where park_id = $1 and year = $2 order by carrier, item, unit
"""
_EXCLUDED = """
    select reason, count(*) as lines, sum(mwh) as mwh
    from certificates.exclusions where park_id = $1 and year = $2 group by reason order by reason
"""
_CERTIFICATES = """
    select
        count(*) as enterprises,
        sum(green_trade_mwh) as green_trade_mwh,
        sum(green_trade_surplus_mwh) as green_trade_surplus_mwh,
        sum(gec_usable_mwh) as gec_usable_mwh,
        sum(gec_counted_mwh) as gec_counted_mwh,
        sum(gec_surplus_mwh) as gec_surplus_mwh
    from metrics.enterprise_year where park_id = $1 and year = $2
"""
_FINDINGS = """
    select code, severity, count(*) as findings
    from quality.findings where park_id = $1 and year = $2 group by code, severity
    order by array_position(['fail', 'warn', 'info'], severity), code
"""
_FACTORS = """
    select term, factor, unit, value, status, min(valid_from) as valid_from, min(source) as source, count(*) as sources
    from evidence.factors_used where park_id = $1 and year = $2
    group by term, factor, unit, value, status order by term, factor, value, status
"""
_EXAMPLE = "select count(*) from quality.file_ledger where regexp_matches(delivery, '(^|/)example-\\d')"


@dataclass(frozen=True)
class Account:
    """One park in one publication: rows of the published tables under the names of their columns.

    ``years`` end with the year of the form; ``results`` and ``carriers`` have those of them that are published.
    ``held`` are the sentences for which the figures are kept back; ``example``: the values are generated.
    """

    park: Row
    years: tuple[int, ...]
    results: Mapping[int, Row]
    carriers: Mapping[int, list[Row]]
    indicators: Mapping[int, list[Row]]
    projects: list[Row]
    certificates: Row
    excluded: list[Row]
    months: list[Row]
    findings: list[Row]
    factors: list[Row]
    params: Mapping[int, Row]
    held: tuple[str, ...]
    manifest: Row
    manifest_sha256: str
    example: bool

    @property
    def year(self) -> int:
        return self.years[-1]

    @property
    def result(self) -> Row:
        """The row of ``metrics.park_year`` of the year of the form."""
        return self.results[self.year]

    def is_held(self, year: int) -> bool:
        return HELD_BACK in (self.results.get(year, {}).get("reasons") or ())

    def lacking(self, year: int) -> str:
        """The word that stands where a figure of that year would."""
        if year not in self.results:
            return NO_DATA
        return "暂不发布" if self.is_held(year) else "未定"


def _in_chinese(held: Row) -> str:
    """What a park is held back for, in the Chinese words of the check; in English where it has none."""
    words = {f"sql.{check.name}": check.description_zh for check in load_checks()}
    return words.get(held["check_name"]) or str(held["sentence"])


def read_account(con: duckdb.DuckDBPyConnection, folder: Path, park_id: str, year: int) -> Account:
    """The account of a park that the publication in ``folder``, open in ``con``, has for ``year``."""

    def rows(query: str, *parameters: object) -> list[Row]:
        found = con.execute(query, list(parameters))
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, values, strict=True)) for values in found.fetchall()]

    def of_park(query: str) -> list[Row]:
        return rows(query, park_id, year)

    years = tuple(range(year - YEARS_SHOWN + 1, year + 1))
    results = rows("select * from metrics.park_year where park_id = $1 and year in (select unnest($2))", park_id, years)
    known = {row["year"]: row for row in results}
    indicators = "select * from metrics.guiding_indicators where park_id = $1 and year = $2 order by indicator"
    projects = "select * from metrics.project_year where park_id = $1 and year = $2 order by project_id"
    months = "select * from quality.park_month where park_id = $1 and year = $2 order by month"
    held = rows("select check_name, sentence from quality.held_parks where park_id = $1 order by check_name", park_id)
    example = con.execute(_EXAMPLE).fetchone()
    return Account(
        park=rows("select * from reference.parks where park_id = $1", park_id)[0],
        years=years,
        results=known,
        carriers={shown: rows(_CARRIERS, park_id, shown) for shown in known},
        indicators={shown: rows(indicators, park_id, shown) for shown in known},
        projects=of_park(projects),
        certificates=of_park(_CERTIFICATES)[0],
        excluded=of_park(_EXCLUDED),
        months=of_park(months),
        findings=of_park(_FINDINGS),
        factors=of_park(_FACTORS),
        params={row["year"]: row for row in rows("select * from reference.params")},
        held=tuple(_in_chinese(row) for row in held),
        manifest=json.loads((folder / MANIFEST).read_text(encoding="utf-8")),
        manifest_sha256=sha256_file(folder / MANIFEST),
        example=bool(example and example[0]),
    )
