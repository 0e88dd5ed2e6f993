"""The README and the pages in docs/ say what is true: generated parts, links, commands and options."""

import csv
import importlib.util
import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from pipelines import cli, contracts
from pipelines.resources import REFERENCE

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")])
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
COMMANDS = get_command(cli.app).commands


def load_generator():
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", load_generator().PAGES)
def test_generated_parts_are_up_to_date(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert load_generator().generated(text) == text, "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_to_a_file_and_a_heading(page):
    for target in re.findall(r"\]\((?!\w+:)([^)]+)\)", page.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), f"{target} does not exist"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}


def commands_in(page: Path) -> list[tuple[str, list[str]]]:
    """Every ``zcp NAME …`` of a page, with the options it is shown with."""
    # In code only: `zcp run …` or a line of a block that begins with it.
    shown = r"(?:^|`|bin/)zcp ([a-z]+(?:-[a-z]+)*)\b([^`\n#]*)"
    found = re.findall(shown, page.read_text(encoding="utf-8"), re.MULTILINE)
    return [(name, re.findall(r"(?<!\S)\[?(--[a-z]+(?:-[a-z]+)*)", rest)) for name, rest in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_documented_command_and_option_exists(page):
    for name, options in commands_in(page):
        assert name in COMMANDS, f"zcp {name} is not a command"
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert set(options) <= known | {"--help"}, f"zcp {name}: {set(options) - known}"


@pytest.mark.parametrize("page", READMES, ids=lambda path: path.name)
def test_every_command_is_documented(page):
    shown = {name for name, command in COMMANDS.items() if not command.hidden}
    assert shown <= {name for name, _ in commands_in(page)}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name):
    shown = CliRunner().invoke(cli.app, [name, "--help"])
    assert shown.exit_code == 0
    assert f"zcp {name}" in shown.output


def test_every_reason_that_reading_a_file_can_give_is_described():
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipelines" / "ingest").glob("*.py"))
    used = set(
        re.findall(
            r'"((?:bad|missing|not|number|ragged|unknown)_[a-z_]+|out_of_range|period_reversed|file_refused)"', source
        )
    )
    page = (ROOT / "docs" / "deliveries.md").read_text(encoding="utf-8")
    described = set(re.findall(r"`([a-z_]+)`", page.partition("Reasons given while a file is read")[2]))
    # Broken quotation marks are shown as ragged_row, with a sentence of their own.
    assert used - {"bad_quotes"} <= described
    assert len(used) > 8


def test_every_parameter_that_the_method_page_names_exists():
    page = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| .* \| (`.+`) \|$", page.partition("## Where the texts are open")[2], re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`(?!\.csv)", row) if not name.startswith("_")}
    with (REFERENCE / "method_parameters.csv").open(encoding="utf-8") as stream:
        assert named <= {row["parameter"] for row in csv.DictReader(stream)}
    assert "electricity_coal_equivalent" in named


VALIDATION = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")


def test_rules_of_validation_have_the_severity_of_their_code():
    with (REFERENCE / "codes.csv").open(encoding="utf-8") as stream:
        severities = {row["code"]: row["severity"] for row in csv.DictReader(stream)}
    stated = dict(re.findall(r"^\| `(\w+)` \|.*\| (fail|warn|info) \|", VALIDATION, re.MULTILINE))
    stated |= dict(re.findall(r"\| `(\w+)` (fail|warn|info) \|$", VALIDATION, re.MULTILINE))
    assert stated == {code: severities[code] for code in stated}
    judged = {code for code in severities if code.startswith(("register_", "period_"))}
    assert judged | {"missing", "spike", "zero_run", "balance", "unit_slip", "prolonged_estimate_year"} <= set(stated)


def test_every_threshold_of_validation_is_named():
    with (REFERENCE / "method_parameters.csv").open(encoding="utf-8") as stream:
        defaults = {row["parameter"] for row in csv.DictReader(stream) if row["source"].startswith("VEE default")}
    assert len(defaults) > 15
    assert defaults <= set(re.findall(r"`(\w+)`", VALIDATION))


def test_examples_of_estimates_are_those_of_the_golden_cases():
    # **16, 33, 51** ([case](../tests/sql/…)): these values stand one below the other in a column of expected.csv.
    examples = re.findall(r"\*\*(\d[\d ,]*)\*\*[^*\n]*\n?[^*\n]*\(\[case\]\(\.\./([^)]+)\)\)", VALIDATION)
    assert len(examples) == VALIDATION.count("[case]") > 10
    for values, case in examples:
        with (ROOT / case / "expected.csv").open(encoding="utf-8") as stream:
            columns = [",".join(cells) for cells in zip(*list(csv.reader(stream))[1:], strict=True)]
        shown = values.replace(" ", "")
        assert any(f",{shown}," in f",{column}," for column in columns), f"{values} in {case}"


def test_the_example_of_an_edit_is_one():
    header, line = csv.reader(re.search(r"```csv\n(.*?)```", VALIDATION, re.DOTALL)[1].splitlines())
    contract = contracts.load("inputs")["reading_edits"]
    edit = dict(zip(header, line, strict=True))
    assert set(header) == {column.name for column in contract.columns if column.required}
    assert re.fullmatch("[0-9a-f]{64}", edit["document_sha256"])
    assert edit["author"] != edit["approver"]


def test_every_make_target_is_described():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)[1].split())
    assert targets - {"clean"} <= set(re.findall(r"^#\s+make ([\w-]+)", text, re.MULTILINE))
    for page in PAGES:
        mentioned = re.findall(r"`make ([\w-]+)", page.read_text(encoding="utf-8"))
        assert set(mentioned) <= targets, page


def test_committed_files_name_no_registry_and_no_path_of_a_machine():
    # Written so that this file does not match itself.
    hosts = r"py[p]i\.org|python[h]osted|registry\.np[m]js"
    paths = r"(^|[^A-Za-z0-9_.])/(work|farm|root|home/[a-z]+)/[A-Za-z.]"
    found = subprocess.run(
        ["git", "grep", "-nIE", f"{hosts}|{paths}", "--", "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 1, found.stdout + found.stderr
