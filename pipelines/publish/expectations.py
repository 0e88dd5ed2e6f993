"""The one place that knows Great Expectations: the rules of a contract's ``quality`` entries, judged on a pandas frame.

Import this module only when a contract is judged: Great Expectations takes seconds to import. Its context is
ephemeral: nothing is stored, sent or drawn. What a failed rule means for a publication is decided in ``audit``.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.contracts import Contract

# Great Expectations reads this once, at import; nothing leaves the machine whatever the user's own setting is.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

_RESULT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
"""With the labels of all rows that break a rule, by which they are led to their parks."""


@dataclass(frozen=True)
class Judgement:
    """One rule on one table. ``subject`` are its columns, ``demand`` what it says; ``problem`` is empty where it holds.

    ``rows`` are the labels of the frame's rows that break it; none for a rule about the table as a whole.
    """

    table: str
    rule: str
    subject: str
    demand: str
    severity: str
    passed: bool
    unexpected: int
    problem: str
    rows: tuple[int, ...] = ()


def columns_needed(contract: Contract) -> tuple[str, ...]:
    """The columns that the contract's rules name, in the contract's order; the first one where they name none."""
    named = {name for rule in contract.expectations for name in _columns(rule["kwargs"])}
    return tuple(name for name in contract.column_names if name in named) or contract.column_names[:1]


def judge(frames: Mapping[str, pd.DataFrame], contracts: Mapping[str, Contract]) -> list[Judgement]:
    """Judges each table's frame by the rules of its contract, in the order in which they are written.

    A rule without ``severity`` is critical. A rule that cannot be computed has not passed, and says why.
    """
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("candidate")
    found: list[Judgement] = []
    for table, frame in frames.items():
        contract = contracts[table]
        suite = gx.ExpectationSuite(name=table)
        # A new suite orders its results by column; the position leads each result back to its rule.
        for position, rule in enumerate(contract.expectations):
            # By its bounds too: a column may have a critical rule and a narrower one that warns.
            suite.add_expectation_configuration(_configuration(rule, position), match_type="success")
        batch = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("all")
        results = batch.get_batch({"dataframe": frame}).validate(suite, result_format=_RESULT).results
        found += _judgements(table, [result.to_json_dict() for result in results])
    return found


def _configuration(rule: Mapping[str, Any], position: int) -> ExpectationConfiguration:
    return ExpectationConfiguration(
        type=rule["type"],
        kwargs=dict(rule["kwargs"]),
        severity=rule.get("severity", "critical"),
        meta={"position": position},
    )


def _judgements(table: str, results: list[dict[str, Any]]) -> Iterator[Judgement]:
    for result in sorted(results, key=lambda r: r["expectation_config"]["meta"]["position"]):
        config = result["expectation_config"]
        passed = bool(result["success"])
        yield Judgement(
            table=table,
            rule=config["type"],
            subject=", ".join(_columns(config["kwargs"])),
            demand=_demand(config["type"], config["kwargs"]),
            severity=config["severity"],
            passed=passed,
            unexpected=int(result["result"].get("unexpected_count") or 0),
            problem="" if passed else _problem(result),
            rows=tuple(int(label) for label in result["result"].get("unexpected_index_list") or ()),
        )


def _demand(rule: str, kwargs: Mapping[str, Any]) -> str:
    """The rule in words, made from its name and bounds: ``column values to be between (min_value 0, max_value 1)``."""
    bounds = {name: value for name, value in kwargs.items() if not name.startswith("column") and name != "batch_id"}
    told = ", ".join(f"{name} {', '.join(map(str, v)) if isinstance(v, list) else v}" for name, v in bounds.items())
    words = rule.removeprefix("expect_").replace("_", " ")
    return f"{words} ({told})" if told else words


def _columns(kwargs: Mapping[str, Any]) -> list[str]:
    single = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
    return [*single, *kwargs.get("column_list", [])]


def _problem(result: Mapping[str, Any]) -> str:
    """Why a rule does not hold: its first unexpected values, the value observed, or why it could not be computed."""
    detail = result["result"]
    if values := detail.get("partial_unexpected_list"):
        return f"unexpected: {', '.join(str(value) for value in values[:3])}"
    if "observed_value" in detail:
        return f"observed: {detail['observed_value']}"
    info = result.get("exception_info") or {}
    causes = [entry["exception_message"] for entry in info.values() if isinstance(entry, dict)]
    return causes[0] if causes else str(info.get("exception_message", "could not be computed"))
