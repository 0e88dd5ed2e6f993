"""The command plan: the cheapest way of a park to both tests, its cost, its prices, its proof.

The optimisation is in ``pipelines.scenario.plan``, the check by the pipeline in ``plan_check``; here options become a
question, and a plan becomes tables or JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from pipelines.commands import formatting
from pipelines.commands.output import Output
from pipelines.commands.published import find_park, find_year, note_generated, open_current
from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.scenario.base import Base
    from pipelines.scenario.plan_check import Proven
    from pipelines.scenario.plan_costs import CostRow
    from pipelines.scenario.plan_problem import Limits, Plan, Question

_MEGA = 1_000_000
_MOST = 1_000_000_000


@dataclass(frozen=True)
class Asked:
    """The options as they were given; None where one was not."""

    solar_max_mw: float | None = None
    wind_max_mw: float | None = None
    storage_max_mw: float | None = None
    storage_max_mwh: float | None = None
    certificates_max: int | None = None
    certificate_price: str | None = None
    grid_price: str | None = None
    costs: Sequence[str] = ()
    solar_profile: Path | None = None
    wind_profile: Path | None = None


@dataclass(frozen=True)
class Posed:
    """A question with what the answer says of its making: costs with their sources, the profiles' sources."""

    question: "Question"
    costs: "tuple[CostRow, ...]"
    profiles: Mapping[str, str]


def plan(settings: Settings, park: str, asked: Asked, *, year: int | None, keep: Path | None, output: Output) -> None:
    """Prints the cheapest plan for a park's year, its cost, how close to the optimum it is, and how it was checked.

    Raises ``UserError`` where nothing is published, for an unknown park or year, for costs and limits that cannot be,
    for a year that is undecided for want of data, and where no plan reaches both tests, with what decides it.
    """
    from pipelines.scenario.base import load_base
    from pipelines.scenario.plan_check import proven_plan

    with open_current(settings, output) as con:
        shown = find_year(con, year, output)
        park_id = find_park(con, park, output)
        generated = note_generated(con, output)
    base = load_base(settings, Lake(settings.home), park_id, shown)
    posed = _posed(base, asked)
    with output.progress("step_plan") as report:
        found = proven_plan(base, posed.question, report, keep=keep)
    if output.as_json:
        output.json(_as_json(base, posed, found, generated=generated))
    else:
        _show(base, posed, found, keep, output)


def _posed(base: "Base", asked: Asked) -> Posed:
    from pipelines.scenario.plan_costs import cost_rows, costs_of, parse_amount, parse_cost
    from pipelines.scenario.plan_park import park_of, profile_of
    from pipelines.scenario.plan_problem import Question

    given = dict(parse_cost(text) for text in asked.costs)
    for option, name, value in (
        ("--certificate-price", "certificate_price", asked.certificate_price),
        ("--grid-price", "grid_energy_price", asked.grid_price),
    ):
        if value is not None:
            given[name] = parse_amount(option, value)
    costs, limits = cost_rows(base.lake, base.year, given), _limits(asked)
    profiles, sources = {}, {}
    for technology, most, path in (
        ("solar", limits.solar_w, asked.solar_profile),
        ("wind", limits.wind_w, asked.wind_profile),
    ):
        if most != 0:
            profiles[technology], sources[technology] = profile_of(base, technology, path)
    question = Question(park_of(base), profiles.get("solar"), profiles.get("wind"), costs_of(costs), limits)
    return Posed(question, costs, sources)


def _limits(asked: Asked) -> "Limits":
    """The limits of the options in W and Wh. Raises ``UserError`` for one that cannot be."""
    from pipelines.scenario.plan_problem import Limits

    values = {
        "--solar-max-mw": asked.solar_max_mw,
        "--wind-max-mw": asked.wind_max_mw,
        "--storage-max-mw": asked.storage_max_mw,
        "--storage-max-mwh": asked.storage_max_mwh,
        "--certificates-max": asked.certificates_max,
    }
    for option, value in values.items():
        if value is not None and not 0 <= value <= _MOST:
            raise UserError(f"{option} {value:g} must be a number from 0 to {_MOST}")
    watts = [
        None if value is None else int(Decimal(str(value)) * _MEGA)
        for option, value in values.items()
        if option != "--certificates-max"
    ]
    solar, wind, power, energy = watts
    return Limits(solar, wind, power, energy, asked.certificates_max)


def _amounts(found: "Plan") -> dict[str, tuple[Decimal, str]]:
    """Amount and unit of each part of the cost."""
    flows = found.dispatch
    return {
        "solar": (Decimal(found.solar_w) / _MEGA, "MW"),
        "wind": (Decimal(found.wind_w) / _MEGA, "MW"),
        "storage_power": (Decimal(found.storage_w) / _MEGA, "MW"),
        "storage_energy": (Decimal(found.storage_wh) / _MEGA, "MWh"),
        "direct_operation": (Decimal(int(flows.generation_wh.sum())) / _MEGA, "MWh"),
        "certificates": (Decimal(sum(found.certificates.values())), "GEC"),
        "grid_energy": (Decimal(int(flows.supply_wh.sum())) / _MEGA, "MWh"),
    }


def _curtailed(posed: Posed, found: "Plan") -> Decimal:
    """What the new plants could give and the park does not take, in MWh."""
    able = 0
    for profile, power in ((posed.question.solar, found.solar_w), (posed.question.wind, found.wind_w)):
        able += 0 if profile is None else int(profile.output_wh(power).sum())
    return Decimal(able - int(found.dispatch.generation_wh.sum())) / _MEGA


def _show(base: "Base", posed: Posed, proven: "Proven", keep: Path | None, output: Output) -> None:
    found = proven.plan
    say, text, number = output.say, output.text, formatting.number
    rows: list[list[str | Text]] = []
    for name, (amount, unit) in _amounts(found).items():
        cost = found.cost_split_cny[name]
        if amount and (cost or name != "grid_energy"):
            shown = number(amount, 0 if unit == "GEC" else 3)
            rows.append([text(f"plan_{name}"), f"{shown} {unit}", number(cost, 2)])
    if not rows:
        say(text("plan_nothing"), style="green")
    else:
        rows.append([text("plan_total"), "", number(found.cost_cny, 2)])
        title = text("plan_title", park=base.park_id, year=base.year)
        output.table(title, [text(heading) for heading in ("h_what_is_built", "h_amount", "h_cost_cny")], rows)
    _show_tests(proven, output)
    for sentence in _sentences(base, posed, proven, keep, output):
        say(sentence)


def _show_tests(proven: "Proven", output: Output) -> None:
    """The tests of the park as the pipeline judges it under the plan."""
    minimum = float(proven.question.park.minimum_share)
    row: Mapping[str, Any] = proven.outcome
    rows = formatting.margin_rows(row, minimum, output.language)
    headings = ("h_metric", "h_value", "h_limit", "h_margin", "h_verdict")
    output.table(output.text("plan_tests_title"), [output.text(heading) for heading in headings], rows)


def _sentences(base: "Base", posed: Posed, proven: "Proven", keep: Path | None, output: Output) -> list[str]:
    """What must be said of a plan, in order."""
    found, text, number = proven.plan, output.text, formatting.number
    tests = [text(f"plan_binding_{name}") for name in found.binding] or [text("plan_binding_none")]
    lines = [
        text("plan_gap", cost=number(found.cost_cny, 2), bound=number(found.bound_cny, 2), gap=f"{found.gap:.1e}",
             status=found.status),
        text("plan_binding", tests=", ".join(tests)),
        text("plan_prices", intensity=number(found.intensity_cny_per_tco2, 2),
             direct=number(found.direct_cny_per_mwh, 2),
             draw=number(max(found.draw_cny_per_mwh.values(), default=0.0), 2)),
    ]  # fmt: skip
    if curtailed := _curtailed(posed, found):
        share = float(curtailed) / (float(curtailed) + int(found.dispatch.generation_wh.sum()) / _MEGA)
        lines.append(text("plan_curtailed", mwh=number(curtailed, 0), share=formatting.percent(share)))
    if proven.question.park.reserve_tco2:
        lines.append(text("plan_reserve", reserve=number(proven.question.park.reserve_tco2, 0)))
    if found.branched:
        lines.append(text("plan_branched", count=found.branched))
    for technology, source in posed.profiles.items():
        lines.append(text(f"plan_profile_{source}", technology=text(f"plan_{technology}"), option=technology))
    lines.append(text("plan_rules"))
    if base.published["estimated_share"]:
        lines.append(text("plan_metering"))
    if keep is not None:
        lines.append(text("plan_kept", folder=keep))
    lines.append(
        text("plan_took", solve=number(found.seconds, 1), check=number(proven.check_seconds, 1), rounds=proven.rounds,
             memory=number(_peak_mb(), 0))
    )  # fmt: skip
    return lines


def _peak_mb() -> float:
    """The most memory that this process has held, in MB."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1000)


def _as_json(base: "Base", posed: Posed, proven: "Proven", *, generated: bool) -> dict[str, Any]:
    found, park = proven.plan, proven.question.park
    return {
        "park_id": base.park_id,
        "year": base.year,
        "publication_id": base.publication_id,
        "generated": generated,
        "plan": {name: {"amount": amount, "unit": unit} for name, (amount, unit) in _amounts(found).items()}
        | {"curtailed": {"amount": _curtailed(posed, found), "unit": "MWh"}},
        "certificates": dict(found.certificates),
        "cost_cny": dict(found.cost_split_cny) | {"total": found.cost_cny},
        "optimality": {
            "status": found.status,
            "primal_cny": found.cost_cny,
            "bound_cny": found.bound_cny,
            "relative_gap": found.gap,
            "branched_intervals": found.branched,
            "iterations": found.iterations,
        },
        "shadow_prices": {
            "intensity_cny_per_tco2": found.intensity_cny_per_tco2,
            "direct_supply_cny_per_mwh": found.direct_cny_per_mwh,
            "draw_cny_per_mwh": dict(found.draw_cny_per_mwh),
        },
        "binding": list(found.binding),
        "reserve_tco2": park.reserve_tco2,
        "reserve_mwh": Decimal(park.reserve_wh) / _MEGA,
        "park_year": dict(proven.outcome),
        "profiles": dict(posed.profiles),
        "costs": [
            {"cost": row.cost, "value": row.value, "unit": row.unit, "source": row.source} for row in posed.costs
        ],
        "rounds": proven.rounds,
        "solve_seconds": round(found.seconds, 1),
        "check_seconds": round(proven.check_seconds, 1),
        "peak_memory_mb": round(_peak_mb()),
    }
