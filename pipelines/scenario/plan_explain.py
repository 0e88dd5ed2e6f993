"""Why a park has no plan, in one sentence with the figures that decide it."""

from pipelines.errors import UserError
from pipelines.scenario.plan_model import Margins, formulate
from pipelines.scenario.plan_problem import MWH, Question
from pipelines.scenario.plan_variables import Rules


def no_plan(question: Question, status: str) -> UserError:
    """The error for a question without a plan: what can be reached at best, and what keeps it there."""
    if status == "rounding":
        return UserError("no plan in whole watts passes both tests; the limits given leave no room for rounding")
    if status == "at_once":
        return UserError(
            "no plan was found but with storage that charges and discharges at once to use more energy, which a plan "
            "may not; save fuel or heat, or allow more plants"
        )
    if status != "infeasible":
        return UserError(f"the solver ended without an answer ({status}); give other limits or costs")
    direct, intensity = _missing(question)
    park = question.park
    if direct > 0:
        reached = float(park.minimum_share) - direct / (park.use_wh / MWH)
        return UserError(
            f"direct supply reaches at most {reached:.1%} of the electricity use with the plants and storage allowed, "
            f"and {float(park.minimum_share):.0%} is needed; allow more solar, wind or storage, or give another profile"
        )
    assert park.limit is not None
    fixed, allowed = float(park.other_tco2), float(park.limit * park.energy_tce)
    if fixed > allowed:
        return UserError(
            f"fuel, heat and process emissions alone are {fixed:,.1f} tCO2 and the limit allows {allowed:,.1f}: "
            f"neither direct supply nor certificates can bring the intensity to {park.limit}; at least "
            f"{fixed - allowed:,.1f} tCO2 must be saved there"
        )
    return UserError(
        f"the intensity stays {intensity:,.1f} tCO2 above the limit of {park.limit} with the plants, storage and "
        "certificates allowed; allow more of them"
    )


def _missing(question: Question) -> tuple[float, float]:
    """MWh and tCO2 by which the two tests fall short at best, direct supply first."""
    model = formulate(question, Margins(0.0, 0.0), Rules(elastic=True))
    found = model.program.solve()
    value, kinds = found.value, model.variables
    return float(value[kinds.direct_short].sum()), float(value[kinds.intensity_short].sum())
