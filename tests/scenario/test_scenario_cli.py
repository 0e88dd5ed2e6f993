"""``zcp what-if`` as a user runs it: what it prints, what it refuses, and that what it keeps gives the same again."""

import json
from pathlib import Path

from pipelines.settings import Settings
from tests.pipeline.zcp_command import one_sentence, zcp

ASKED = "--add-direct-mw 0.2 --technology wind --storage-mw 0.1 --storage-mwh 0.3 --certificates-mwh 20 --efficiency 2"


def test_what_if_beside_the_published_year_and_the_kept_delivery_run_alone(home: Settings, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    asked = [*ASKED.split(), "--set", "size_class_floor=0", "--keep", str(kept), "--json"]
    done = zcp("what-if", "日园区", *asked, home=home.home)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    before, after = found["before"], found["after"]
    (shown,) = (row for row in json.loads(zcp("show", "--json", home=home.home).stdout) if row["park_id"] == "sun")
    assert {name: shown[name] for name in before} == before
    assert after["gec_mwh"] == before["gec_mwh"] + 20
    assert found["change"]["grid_import_mwh"] == round(after["grid_import_mwh"] - before["grid_import_mwh"], 6)
    assert found["flows_mwh"]["import_less"] == -found["change"]["grid_import_mwh"] > 0
    assert (before["core_verdict"], after["core_verdict"]) == ("not_applicable", "fail")
    assert [change["kind"] for change in found["changes"]] == [
        *("Parameter", "DirectSupply", "Storage", "Certificates", "Efficiency")
    ]
    again = tmp_path / "again"
    (again / "reference").mkdir(parents=True)
    parameters = "method_parameters.csv"
    (again / "reference" / parameters).write_bytes((kept / "home" / "reference" / parameters).read_bytes())
    run = zcp("run", "--input", str(kept / "delivery"), "--year", "2026", "--json", home=again)
    assert run.returncode == 0, run.stderr
    (alone,) = (row for row in json.loads(run.stdout)["park_year"] if row["park_id"] == "sun")
    assert {name: alone[name] for name in after} == after


def test_what_if_says_what_changes_and_what_does_not(home: Settings) -> None:
    done = zcp("what-if", "moon", "--certificates-mwh", "30", "--lang", "en", home=home.home)
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.strip()}
    assert lines["gec_mwh"][2] == "+30.000"
    assert lines["electricity_use_mwh"][2:] == []
    assert "Nothing published was changed." in done.stdout


def test_what_if_in_chinese_names_the_flows_and_where_the_course_comes_from(home: Settings) -> None:
    done = zcp("what-if", "月园区", "--add-direct-mw", "0.1", "--technology", "wind", "--lang", "zh", home=home.home)
    assert done.returncode == 0, done.stderr
    assert "程序生成的典型曲线，并非实测" in done.stdout
    assert "新电源供电" in done.stdout
    assert "新储能充电" not in done.stdout


def test_what_cannot_be_asked_is_one_sentence(home: Settings, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for arguments, said in (
        ("sun", "nothing changes"),
        ("nowhere --efficiency 5", "nowhere"),
        ("sun --efficiency five", "--efficiency five is not a number"),
        ("sun --add-direct-mw -3", "--add-direct-mw -3 must be a number of at least 0"),
        ("sun --storage-mw 3", "storage needs both"),
        ("sun --technology wind --efficiency 5", "--technology goes with --add-direct-mw"),
        (f"sun --efficiency 5 --keep {tmp_path / 'full' / 'file' / 'kept'}", "cannot be made"),
        (f"sun --add-direct-mw 1 --profile {tmp_path / 'none.csv'}", "--profile "),
        ("sun --curtail --efficiency 5", "--curtail goes with --add-direct-mw"),
        ("sun --set no_such_factor=1", "no such parameter"),
        ("sun --certificates-mwh 5 --enterprise m1", "m1 is no enterprise of sun; there are: s1, s2"),
        ("sun --efficiency 5 --year 2020", "2020"),
        (f"sun --efficiency 5 --keep {tmp_path / 'full'}", "is not an empty folder"),
    ):
        message = one_sentence(zcp("what-if", *arguments.split(), "--lang", "en", home=home.home), 2)
        assert said in message
    assert "nothing is published" in one_sentence(zcp("what-if", "sun", "--efficiency", "5", home=tmp_path), 2)
