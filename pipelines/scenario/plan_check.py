"""A plan and its proof: the plan goes back through the pipeline as a scenario, and passes there or is made stronger.

What the pipeline adds to the formulas of the plan is the interval of the intensity: its upper end must be within the
limit too. Half its width under the plan is known only afterwards, so a plan is solved, checked, and solved again.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from pipelines.errors import UserError
from pipelines.scenario.base import Base
from pipelines.scenario.changes import Certificates, Change, DirectSupply, Storage
from pipelines.scenario.plan import solve
from pipelines.scenario.plan_park import with_reserve
from pipelines.scenario.plan_problem import MWH, Plan, Question
from pipelines.scenario.run import Outcome, Report, check_keep, run_scenario, silent

_ROUNDS = 5
_WIDER = Decimal("1.005")
"""What half an interval is taken to be wider than found, so that it fits once the plan has moved a little."""
_WORTH = Decimal("0.05")
"""Share of a reserve that must be saved for another round."""


@dataclass(frozen=True)
class Proven:
    """A plan, the question it answers with the reserves it needed, and what the pipeline says of it."""

    plan: Plan
    question: Question
    outcome: Mapping[str, Any]
    rounds: int
    check_seconds: float


def proven_plan(base: Base, question: Question, report: Report = silent, *, keep: Path | None = None) -> Proven:
    """The cheapest plan that the pipeline passes. ``keep``: an empty or new folder for the plan and its scenario.

    Raises ``UserError`` where there is no plan, or where the pipeline does not pass it after some rounds.
    """
    if keep is not None:
        check_keep(keep)
    question = replace(question, park=with_reserve(question.park, _half_width(base.published, question), 0))
    best: Proven | None = None
    with TemporaryDirectory(prefix="zcp-plan-") as scratch:
        for number in range(1, _ROUNDS + 1):
            plan = solve(question, lambda what: report(what, 0, None))
            folder = Path(scratch) / str(number)
            outcome = run_scenario(base, changes_of(plan), report, keep=folder, models=Path(scratch) / "models")
            spent = outcome.seconds + (best.check_seconds if best else 0.0)
            reserve, energy = _next_reserve(question, plan, outcome)
            if passes(outcome.park_year):
                best = Proven(plan, question, outcome.park_year, number, spent)
                _keep(keep, folder, hourly(base, plan))
                saved = question.park.reserve_tco2 - reserve
                if saved <= _WORTH * question.park.reserve_tco2 or "intensity" not in plan.binding:
                    return best
            question = replace(question, park=with_reserve(question.park, reserve, energy))
    if best is None:
        raise UserError(
            f"the pipeline does not pass the plan for {base.park_id} after {_ROUNDS} rounds "
            f"({', '.join(outcome.park_year['reasons'])}); `zcp what-if` shows what a plan of your own gives"
        )
    return best


def passes(park_year: Mapping[str, Any]) -> bool:
    """Both tests; a park below the floor has only that of direct supply."""
    core, direct = park_year["core_verdict"], park_year["direct_supply_verdict"]
    return core in ("pass", "not_applicable") and direct in ("pass", "not_applicable")


def changes_of(plan: Plan) -> list[Change]:
    """The plan as changes: one plant on site with its storage, and certificates by enterprise.

    Solar and wind share the meter that the storage is charged behind: what it charges is then all theirs.
    """
    flows, changes = plan.dispatch, list[Change]()
    if flows.generation_wh.any():
        changes.append(
            DirectSupply(
                mw=(plan.solar_w + plan.wind_w) / MWH,
                technology="wind" if plan.wind_w else "solar",
                relation="onsite",
                export_surplus=False,
                energy_wh=flows.generation_wh,
            )
        )
    if flows.charge_wh.any():
        size = Storage(mw=plan.storage_w / MWH, mwh=plan.storage_wh / MWH)
        changes.append(replace(size, charge_wh=flows.charge_wh, discharge_wh=flows.discharge_wh))
    changes += [Certificates(count, name) for name, count in plan.certificates.items() if count]
    return changes


def hourly(base: Base, plan: Plan) -> pl.DataFrame:
    """The plan's flows by interval: start, minutes, and Wh of generation, charge, discharge, supply, what is stored."""
    flows = plan.dispatch
    return base.intervals.select("start", "minutes").with_columns(
        pl.Series("generation_wh", flows.generation_wh),
        pl.Series("charge_wh", flows.charge_wh),
        pl.Series("discharge_wh", flows.discharge_wh),
        pl.Series("supply_wh", flows.supply_wh),
    )


def _half_width(park_year: Mapping[str, Any], question: Question) -> Decimal:
    """The tCO2 between the intensity and the upper end of its interval; 0 without one, or without a limit."""
    high, middle = park_year["intensity_high"], park_year["intensity_tco2_per_tce"]
    if high is None or middle is None or question.park.limit is None:
        return Decimal(0)
    half: Decimal = Decimal(high - middle) * park_year["energy_tce"] * _WIDER
    return half


def _next_reserve(question: Question, plan: Plan, outcome: Outcome) -> tuple[Decimal, int]:
    """What the next round must have to spare, in tCO2 and Wh: half the interval, and where the pipeline counts less."""
    found, park, account = outcome.park_year, question.park, plan.account
    reserve = _half_width(found, question)
    if found["total_tco2"] is not None:
        allowed = park.limit or Decimal(0)
        reserve += max(found["total_tco2"] - allowed * found["energy_tce"] - account.total_tco2
                       + allowed * account.energy_tce, Decimal(0))  # fmt: skip
    energy = park.reserve_wh
    if found["direct_supply_verdict"] == "fail":
        use = int(found["electricity_use_mwh"] * MWH)
        energy += int(np.ceil(float(park.minimum_share) * use - found["direct_supply_share"] * use)) + MWH
    return reserve, energy


def _keep(keep: Path | None, folder: Path, flows: pl.DataFrame) -> None:
    """Puts the scenario of a plan and its flows into the folder that the user named, in place of those before."""
    if keep is None:
        return
    if keep.exists():
        shutil.rmtree(keep)
    keep.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(folder, keep)
    flows.write_parquet(keep / "plan.parquet")
