"""A linear program as arrays, solved by HiGHS, with a lower bound that holds whatever the solver's tolerances are.

Nothing of parks, costs or energy belongs here. Every variable has a finite upper bound: only then does the bound
from the duals hold for reduced costs that are negative by a rounding error.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Term = tuple[Indices, Floats | float]
"""Variables of a block of rows, one for each row, and their coefficients."""

_DECIDED = {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible}
"""Where the interior point method says neither, as it may where hardly anything is left to decide, the simplex does."""
MIP_SECONDS = 120.0
"""Longest search over whole-number variables; the bound found by then is reported."""


@dataclass(frozen=True)
class Solution:
    """Values, duals and what HiGHS says of them.

    ``status``: ``optimal``, ``infeasible`` or HiGHS' own word. ``row_dual``: change of the objective for one unit
    more on the right-hand side; empty where whole-number variables were searched. ``bound``: no feasible point has a
    lower objective.
    """

    status: str
    value: Floats
    row_dual: Floats
    objective: float
    bound: float
    seconds: float
    iterations: int
    is_feasible: bool


@dataclass
class Program:
    """Minimise cost x value, with bounds on the variables and on the rows; filled block by block."""

    _cost: list[Floats] = field(default_factory=list)
    _upper: list[Floats] = field(default_factory=list)
    _entries: list[tuple[Indices, Indices, Floats]] = field(default_factory=list)
    _row_lower: list[Floats] = field(default_factory=list)
    _row_upper: list[Floats] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def variables(self, count: int, upper: Floats | float, cost: Floats | float = 0.0) -> Indices:
        """``count`` new variables between 0 and ``upper``; returns their indices."""
        self._cost.append(np.broadcast_to(np.asarray(cost, float), (count,)))
        self._upper.append(np.broadcast_to(np.asarray(upper, float), (count,)))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def free_of_cost(self, variables: Indices) -> None:
        """Takes the cost off these variables."""
        cost = np.concatenate(self._cost)
        cost[variables] = 0.0
        self._cost = [cost]

    def upper_of(self, variables: Indices) -> Floats:
        """The upper bounds of these variables."""
        return np.concatenate(self._upper)[variables]

    def block(self, terms: Sequence[Term], lower: Floats | float, upper: Floats | float) -> Indices:
        """Rows ``lower <= sum of terms <= upper``, as many as a term has variables; returns their indices."""
        count = max(len(variables) for variables, _ in terms)
        found = np.arange(self.rows, self.rows + count)
        for variables, coefficient in terms:
            values = np.broadcast_to(np.asarray(coefficient, float), (count,))
            self._entries.append((found, np.broadcast_to(variables, (count,)), values))
        return self._close(count, lower, upper)

    def row(self, terms: Sequence[Term], lower: float, upper: float) -> int:
        """One row over all variables of all terms; returns its index."""
        for variables, coefficient in terms:
            values = np.broadcast_to(np.asarray(coefficient, float), variables.shape)
            self._entries.append((np.full(variables.shape, self.rows), variables, values))
        return int(self._close(1, lower, upper)[0])

    def _close(self, count: int, lower: Floats | float, upper: Floats | float) -> Indices:
        self._row_lower.append(np.broadcast_to(np.asarray(lower, float), (count,)))
        self._row_upper.append(np.broadcast_to(np.asarray(upper, float), (count,)))
        self.rows += count
        return np.arange(self.rows - count, self.rows)

    def solve(self, integers: Indices | None = None) -> Solution:
        """The optimum: interior point and crossover, or branch and bound where ``integers`` are named; one thread."""
        options: dict[str, bool | int | float | str] = {
            "output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0,
        }  # fmt: skip
        options |= {"solver": "ipm"} if integers is None else {"mip_rel_gap": 1e-9, "time_limit": MIP_SECONDS}
        solver, begun = highspy.Highs(), time.perf_counter()  # type: ignore[no-untyped-call]
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._model(integers))
        solver.run()
        if integers is None and solver.getModelStatus() not in _DECIDED:
            solver.setOptionValue("solver", "simplex")
            solver.run()
        return self._solution(solver, integers is None, time.perf_counter() - begun)

    def _model(self, integers: Indices | None) -> highspy.HighsLp:
        rows, columns, values = self._matrix()
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.columns, self.rows
        model.col_cost_ = np.concatenate(self._cost)
        model.col_lower_ = np.zeros(self.columns)
        model.col_upper_ = np.concatenate(self._upper)
        model.row_lower_ = np.concatenate(self._row_lower)
        model.row_upper_ = np.concatenate(self._row_upper)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        counts = np.bincount(columns, minlength=self.columns)
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        model.a_matrix_.index_ = rows.astype(np.int32)
        model.a_matrix_.value_ = values
        if integers is not None:
            kinds = [highspy.HighsVarType.kContinuous] * self.columns
            for index in integers:
                kinds[int(index)] = highspy.HighsVarType.kInteger
            model.integrality_ = kinds
        return model

    def _matrix(self) -> tuple[Indices, Indices, Floats]:
        """Row, column and value of every entry, by column and row; entries of one place are summed."""
        rows, columns, values = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        order = np.lexsort((rows, columns))
        rows, columns, values = rows[order], columns[order], values[order]
        first = np.flatnonzero(np.diff(columns, prepend=-1) | np.diff(rows, prepend=-1))
        return rows[first], columns[first], np.add.reduceat(values, first)

    def _solution(self, solver: highspy.Highs, is_linear: bool, seconds: float) -> Solution:
        status, found, info = solver.getModelStatus(), solver.getSolution(), solver.getInfo()
        names = {
            highspy.HighsModelStatus.kOptimal: "optimal",
            highspy.HighsModelStatus.kInfeasible: "infeasible",
            highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
        }
        iterations = info.ipm_iteration_count + info.crossover_iteration_count + info.simplex_iteration_count
        duals = np.asarray(found.row_dual) if is_linear else np.zeros(0)
        solved = names.get(status) == "optimal"
        bound = -np.inf
        if not is_linear:
            bound = float(info.mip_dual_bound)
        elif solved:
            bound = self.bound(duals)
        return Solution(
            status=names.get(status, solver.modelStatusToString(status).lower()),
            value=np.asarray(found.col_value),
            row_dual=duals,
            objective=float(info.objective_function_value),
            bound=bound,
            seconds=seconds,
            iterations=int(iterations),
            is_feasible=info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible,
        )

    def bound(self, row_dual: Floats, relaxed: dict[int, tuple[float, float]] | None = None) -> float:
        """The dual objective of ``row_dual``, a lower bound for every feasible point (weak duality).

        Duals with the wrong sign for a one-sided row are set to 0; reduced costs are computed anew. ``relaxed``:
        bounds of single rows by index that stand in for their own, so that one solution bounds a neighbouring
        program too.
        """
        lower, upper = np.concatenate(self._row_lower), np.concatenate(self._row_upper)
        for index, (low, high) in (relaxed or {}).items():
            lower[index], upper[index] = low, high
        dual = np.where(np.isneginf(lower), np.minimum(row_dual, 0.0), row_dual)
        dual = np.where(np.isposinf(upper), np.maximum(dual, 0.0), dual)
        of_rows = np.sum(dual[dual > 0] * lower[dual > 0]) + np.sum(dual[dual < 0] * upper[dual < 0])
        reduced = np.concatenate(self._cost)
        for rows, columns, values in self._entries:
            np.subtract.at(reduced, columns, values * dual[rows])
        return float(of_rows + np.sum(np.minimum(reduced, 0.0) * np.concatenate(self._upper)))
