"""`zcp contracts lint`: what is in step passes, and each way of drifting apart is named with its file."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines import contract_lint
from pipelines.cli import app
from pipelines.contract_lint import Problem, judge_document, judge_models, judge_publication, lint
from pipelines.contracts import load
from pipelines.errors import UserError
from pipelines.publish import candidate
from pipelines.publish.manifest import DATABASE
from pipelines.resources import CONTRACTS
from tests.pipeline.zcp_command import one_sentence, zcp

NAME = "metrics.sensitivity"
FILE = f"outputs/{NAME}.yaml"
REPEATED = """\
      - type: custom
        engine: greatExpectations
        implementation:
          type: expect_column_values_to_be_in_set
          kwargs: {column: core_verdict, value_set: [pass, fail, undecided, not_applicable]}
"""
TEXT = (CONTRACTS / FILE).read_text(encoding="utf-8")


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """A database with every table of the contracts, empty, with their comments."""
    contracts = load("outputs")
    with duckdb.connect() as con:
        for table, contract in contracts.items():
            columns = ", ".join(f"cast(null as {c.physical_type}) as {c.name}" for c in contract.columns)
            target = candidate.table_path(tmp_path, table)
            target.parent.mkdir(exist_ok=True)
            con.execute(f"copy (select {columns} limit 0) to '{target}' (format parquet)")
        candidate.write_database(con, contracts, tmp_path)
    return tmp_path


def change(publication: Path, statement: str) -> None:
    with duckdb.connect(str(publication / DATABASE)) as con:
        con.execute(statement)


def test_contracts_models_and_publication_are_in_step(publication: Path) -> None:
    assert lint(publication) == ()


@pytest.mark.parametrize(
    ("found", "put", "wanted"),
    [
        ("apiVersion: v3.1.0", "apiVersion: v9", "$.apiVersion: 'v9' is not one of"),
        ("version: 1.0.0", "versions: 1.0.0", "'version' is a required property"),
        ("logicalType: integer", "logicalType: whole", "'whole' is not"),
        (f"name: {NAME}", "name: metrics.other", f"must be zcp.{FILE.replace('/', '.').removesuffix('.yaml')}"),
        ("schema:", "schema: [", "this is no YAML"),
        (
            "    properties:",
            f"    quality:\n{REPEATED}    properties:",
            "expect_column_values_to_be_in_set follows from",
        ),
        ("{property: level, value: public}", "{property: lavel, value: public}", "has the level None"),
        ("{property: level, value: public}", "{property: level, value: secret}", "has the level secret"),
    ],
)
def test_a_document_that_is_wrong_is_named(found: str, put: str, wanted: str) -> None:
    assert found in TEXT
    assert list(judge_document(FILE, TEXT)) == []
    problems = list(judge_document(FILE, TEXT.replace(found, put)))
    assert problems
    assert all(problem.file == FILE for problem in problems)
    assert wanted in " ".join(problem.sentence for problem in problems)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (f"alter table {NAME} drop column core_verdict", "the column core_verdict is promised and not there"),
        (f"alter table {NAME} add column guess double", "the column guess is there and in no contract"),
        (f"alter table {NAME} alter year type bigint", "the column year is BIGINT, promised is INTEGER"),
        (f"comment on column {NAME}.year is 'when'", "the comment of year is not the contract's description"),
        (f"comment on table {NAME} is null", "the table's comment is not the contract's description"),
        (f"drop table {NAME} cascade", "the publication lacks this table"),
    ],
)
def test_a_publication_that_drifted_is_named(publication: Path, statement: str, problem: str) -> None:
    change(publication, statement)
    assert Problem(FILE, problem) in tuple(judge_publication(load("outputs"), publication))


def test_a_model_that_drifted_is_named() -> None:
    contract = load("outputs")[NAME]
    column = replace(contract.columns[0], name="no_such_column")
    drifted = {NAME: replace(contract, columns=(column, *contract.columns[1:]))}
    assert list(judge_models(drifted)) == [Problem(FILE, "the column no_such_column is promised and not there")]


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_text("no database")
    with pytest.raises(UserError, match=r"cannot be opened as a publication"):
        list(judge_publication(load("outputs"), tmp_path))


def test_the_command(tmp_path: Path, publication: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    published = home / "published" / "0123456789abcdef"
    published.mkdir(parents=True)
    (publication / DATABASE).rename(published / DATABASE)
    (home / "published" / "current").symlink_to(published.name)
    change(published, f"drop table {NAME} cascade")
    done = zcp("contracts", "lint", "--json", "--lang", "zh", home=home)
    assert json.loads(done.stdout)["problems"] == [{"file": FILE, "sentence": "the publication lacks this table"}]
    assert "1处不一致" in one_sentence(done, 4)

    monkeypatch.setattr(contract_lint, "lint", lambda publication: ())
    done = CliRunner().invoke(app, ["contracts", "lint", "--home", str(tmp_path / "empty"), "--lang", "en"])
    assert (done.exit_code, "in step with the SQL; nothing is published" in done.stdout) == (0, True), done.output
