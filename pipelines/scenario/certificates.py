"""The ledger lines of certificates that a scenario adds: bought, then cancelled, of a project that nobody has.

How they are judged is the pipeline's; here is only who gets how many of which month.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.errors import UserError
from pipelines.scenario.base import Base
from pipelines.scenario.changes import Certificates

PROJECT_CODE = "SCENARIO"
"""The project of all certificates of a scenario; none of a register is called so."""


def certificate_rows(base: Base, change: Certificates, first_serial: int = 1) -> dict[str, list[dict[str, Any]]]:
    """Rows of ``gec_trades`` and ``gec_cancellations``: a line for each enterprise and month of generation.

    Raises ``UserError`` for an enterprise that is none of the park in the year, and where the park has none at all.
    """
    trades, cancellations, serial = [], [], first_serial
    for enterprise_id, mwh in shares(base, change).items():
        day = _last_day(base, enterprise_id)
        for month in range(1, 13):
            count = mwh * month // 12 - mwh * (month - 1) // 12
            if not count:
                continue
            certificate = {
                "project_code": PROJECT_CODE,
                "generation_month": f"{base.year:04d}-{month:02d}",
                "serial_from": serial,
                "serial_to": serial + count - 1,
            }
            line = f"{PROJECT_CODE}-{serial}"
            trades.append(
                certificate
                | {"trade_id": line, "trade_date": day, "channel": "unbundled", "technology": "wind"}
                | {"buyer_enterprise_id": enterprise_id, "tradable": True}
            )
            cancellations.append(
                certificate
                | {"cancellation_id": line, "cancelled_on": day, "beneficiary_enterprise_id": enterprise_id}
                | {"purpose": "scenario", "use_park_id": base.park_id}
            )
            serial += count
    return {"gec_trades": trades, "gec_cancellations": cancellations}


def shares(base: Base, change: Certificates) -> dict[str, int]:
    """How many certificates each enterprise gets; the parts are whole and add up to the number.

    In proportion to the draw from the grid that neither trade nor certificates cover yet; where all is covered, to the
    draw; without any draw in equal parts. What is left of rounding down goes to the largest remainders.
    """
    rows = {row["enterprise_id"]: row for row in base.enterprises}
    if not rows:
        raise UserError(f"{base.park_id} has no enterprise in {base.year} that could cancel certificates")
    if change.enterprise_id is not None:
        if change.enterprise_id not in rows:
            raise UserError(f"{change.enterprise_id} is no enterprise of {base.park_id}; there are: {', '.join(rows)}")
        return {change.enterprise_id: change.mwh}
    open_mwh = {name: _open_mwh(row) for name, row in rows.items()}
    draw_mwh = {name: Decimal(row["grid_offtake_mwh"]) for name, row in rows.items()}
    weights = next((w for w in (open_mwh, draw_mwh) if sum(w.values())), dict.fromkeys(rows, Decimal(1)))
    total = sum(weights.values())
    exact = {name: change.mwh * weight / total for name, weight in weights.items()}
    whole = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (whole[name] - exact[name], name))
    for name in by_remainder[: change.mwh - sum(whole.values())]:
        whole[name] += 1
    return whole


def _open_mwh(row: Mapping[str, Any]) -> Decimal:
    covered = Decimal(row["green_trade_mwh"]) + Decimal(row["gec_counted_mwh"])
    return max(Decimal(row["grid_offtake_mwh"]) - covered, Decimal(0))


def _last_day(base: Base, enterprise_id: str) -> date:
    """The day of trade and cancellation: the last of the year, the cut-off or the enterprise, whichever is first."""
    rows = base.delivered("enterprises").filter(
        (pl.col("enterprise_id") == enterprise_id) & (pl.col("park_id") == base.park_id)
    )
    ends: list[date] = [end for end in rows["valid_to"].to_list()[-1:] if end]
    return min([date(base.year, 12, 31), base.cutoff, *ends])
