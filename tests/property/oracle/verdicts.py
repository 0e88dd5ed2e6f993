"""Sections 1, 3 and 5 of the method on the sums of a year: E, C, I, size class, limit, verdicts.

How the sums come about is elsewhere, and so is how wide the interval of I is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any

from tests.property.oracle.delivery import Reference, micro
from tests.property.oracle.leaves import Leaves

Bounds = tuple[Fraction, Fraction]
"""The 95 % interval of an intensity."""


@dataclass(frozen=True)
class Terms:
    """The terms of a park and year; energies in Wh."""

    use: int
    drawn: int
    exported: int
    fossil_export: int
    recovered_export: int
    fossil_generation: int
    recovered_generation: int
    direct: int
    onsite: int
    uncounted_direct: int
    uncounted_onsite: int
    nuclear: int
    trade: int
    certificates: int
    storage_loss: int
    leaves: Leaves
    parameters: Mapping[str, Fraction]

    @property
    def residual(self) -> int:
        """N."""
        return self.drawn - self.trade - self.certificates

    @property
    def fossil_export_credit(self) -> int:
        return self._leaf(self.fossil_export, self.parameters["residual_electricity_factor"])

    @property
    def electricity(self) -> int:
        """E_el, millionths of tCO2: one leaf each for N, D_x + S_x and the exported fossil power."""
        factor = self.parameters["residual_electricity_factor"]
        uncounted = self._leaf(self.uncounted_direct + self.uncounted_onsite, factor)
        return self._leaf(self.residual, factor) + uncounted - self.fossil_export_credit

    @property
    def conversion(self) -> int | None:
        """E_conv, unless an enterprise gives out more carbon than it takes in."""
        by_enterprise = self.leaves.conversion.values()
        return None if any(sum_ < 0 for sum_ in by_enterprise) else sum(by_enterprise)

    @property
    def total(self) -> int | None:
        """E, millionths of tCO2."""
        if self.conversion is None:
            return None
        heat = self.leaves.heat_in - self.leaves.heat_out
        return self.leaves.fuel + self.conversion + self.electricity + heat + self.leaves.process

    def energy(self, per_mwh: Fraction | None = None, feedstock: bool | None = None) -> int:
        """C, millionths of tce, at the parameters' coal equivalent or another one, feedstock in or out."""
        if per_mwh is None:
            per_mwh = self.parameters["electricity_coal_equivalent"]
        if feedstock is None:
            feedstock = bool(self.parameters["feedstock_in_energy"])
        bought = self.use - self.fossil_generation - self.recovered_generation + self.recovered_export
        leaves = self.leaves.fuel_tce + self.leaves.heat_tce + (self.leaves.feedstock_tce if feedstock else 0)
        return leaves + self._leaf(bought, per_mwh)

    @property
    def intensity(self) -> Fraction | None:
        """I."""
        energy = self.energy()
        return None if self.total is None or energy == 0 else Fraction(self.total, energy)

    @property
    def direct_share(self) -> Fraction | None:
        """R_direct."""
        if self.use == 0:
            return None
        counted = self.direct - self.uncounted_direct
        if self.parameters["onsite_counts_as_direct"]:
            counted += self.onsite - self.uncounted_onsite
        if not self.parameters["nuclear_counts_as_direct"]:
            counted -= self.nuclear
        return Fraction(counted, self.use)

    @staticmethod
    def _leaf(wh: int, per_mwh: Fraction) -> int:
        amount = micro(Fraction(abs(wh), 10**6) * per_mwh)
        return amount if wh >= 0 else -amount


@dataclass
class Verdict:
    """The verdicts of a year; ``reasons`` are the codes that the method itself names, as far as they follow."""

    core: str
    direct_supply: str
    limit: Fraction | None
    size_class: str
    reasons: set[str] = field(default_factory=set)

    def columns(self) -> dict[str, Any]:
        return {
            "core_verdict": self.core,
            "direct_supply_verdict": self.direct_supply,
            "overall_verdict": _overall(self.core, self.direct_supply),
            "limit_tco2_per_tce": self.limit,
            "size_class": self.size_class,
            "reasons": self.reasons,
        }


@dataclass(frozen=True)
class Gap:
    """What was due and is not there: readings, with about what they hold (None: nobody knows), and owed rows.

    ``longest_estimate`` is the longest time for which nothing of a due meter was measured.
    """

    is_open: bool
    open_wh: Fraction | None
    rows_missing: bool
    longest_estimate: timedelta


def judge(t: Terms, reference: Reference, gap: Gap, bounds: Bounds | None) -> Verdict:
    """The verdicts of section 5. Below the floor goes before what is open, unless a document is owed."""
    p = reference.parameters
    energies, with_gap = [], []
    for name in ("electricity_coal_equivalent", "electricity_coal_equivalent_low", "electricity_coal_equivalent_high"):
        for feedstock in (False, True):
            energies.append(t.energy(p[name], feedstock))
            with_gap.append(energies[-1] + (gap.open_wh or 0) * p[name])
    limits = {"standard": p["intensity_limit_small"], "large": p["intensity_limit_large"]}
    classes = {_size_class(energy, p) for energy in energies}
    limit = min((limits[name] for name in classes if name in limits), default=None)
    verdict = Verdict("", _direct(t, p), limit, _size_class(t.energy(), p))
    if len(classes) > 1:
        verdict.reasons.add("size_class_uncertain")
    is_small = gap.open_wh is not None and max(with_gap) < p["size_class_floor"] * 10**6
    open_reasons = set()
    if gap.longest_estimate > timedelta(days=int(p["prolonged_fail_days"])):
        open_reasons.add("prolonged_estimate_year")
    if gap.is_open or open_reasons:
        verdict.direct_supply = "undecided"
    if bounds is not None and limit is not None and bounds[0] <= limit < bounds[1]:
        open_reasons.add("intensity_uncertain")
    if limit is None and is_small and not gap.rows_missing:
        verdict.core = "not_applicable"
    elif gap.is_open or gap.rows_missing or t.conversion is None:
        verdict.core = "undecided"
    else:
        open_reasons |= _open_terms(t, p)
        within = Fraction(t.total or 0, 1) <= limit * t.energy()
        verdict.core = "undecided" if open_reasons else "pass" if within else "fail"
    verdict.reasons |= open_reasons
    return verdict


def _size_class(energy: int, p: Mapping[str, Fraction]) -> str:
    if energy < p["size_class_floor"] * 10**6:
        return "below_floor"
    return "standard" if energy < p["size_class_large"] * 10**6 else "large"


def _open_terms(t: Terms, p: Mapping[str, Fraction]) -> set[str]:
    """Why the core cannot be decided though everything was delivered."""
    found = set()
    credits_ = t.fossil_export_credit + t.leaves.heat_out
    total = t.total
    if credits_ > t.leaves.for_power_and_heat + t.leaves.heat_in or total is None or total < 0 or t.energy() <= 0:
        found.add("outflow_credit")
    if t.fossil_generation > 0:
        per_mwh = Fraction(t.leaves.power_fuel_tce, t.fossil_generation)
        if not p["fuel_per_fossil_mwh_min"] <= per_mwh <= p["fuel_per_fossil_mwh_max"]:
            found.add("fuel_missing")
    return found


def _direct(t: Terms, p: Mapping[str, Fraction]) -> str:
    if t.direct_share is None:
        return "not_applicable"
    return "pass" if t.direct_share >= p["direct_supply_share_min"] else "fail"


def _overall(core: str, direct_supply: str) -> str:
    if "fail" in (core, direct_supply):
        return "fail"
    if "undecided" in (core, direct_supply):
        return "undecided"
    return "not_applicable" if core == "not_applicable" else "pass"
