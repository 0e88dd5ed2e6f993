"""Which names in a delivery folder are read: regular files only, and what is said of all else that lies there."""

import os
import socket

import duckdb
import pytest

from pipelines.errors import InputRefused
from pipelines.ingest.finding import find
from pipelines.ingest.landing import land, ledger_table
from pipelines.lake import Lake
from pipelines.settings import Settings

FUEL = "park_id,month,fuel,activity,quantity,unit\np,2026-01,diesel,final_use,1,t\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "fuel_use.csv").write_text(FUEL)
    return folder


def landed(folder):
    """The entries of a landing by name, and the names in the published ledger."""
    home = folder.parent / "home"
    entries = land([folder], Settings(home=home, duckdb_memory="500MiB", duckdb_threads=2))
    with duckdb.connect() as con:
        ledger_table(Lake(home), con)
        kept = con.sql("select file_name from lake.files order by all").fetchall()
    return {entry.file_name: entry for entry in entries}, [name for (name,) in kept]


def names(folder):
    return [f"{found.delivery}/{found.path.name}" for found in find(folder, folder / "home")]


def test_what_is_no_file_is_refused_unopened_and_the_files_beside_it_load(folder, monkeypatch):
    monkeypatch.chdir(folder)
    os.mkfifo("fuel_use_pipe.csv")
    (folder / "fuel_use_gone.csv").symlink_to("nowhere.csv")
    (folder / "fuel_use_loop.csv").symlink_to("fuel_use_loop.csv")
    (folder / "fuel_use_null.csv").symlink_to("/dev/null")
    (folder / "fuel_use_z.csv").symlink_to("fuel_use.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("fuel_use.sock")
        entries, kept = landed(folder)
    assert list(entries) == sorted(entries)
    reasons = {name: entry.refused_reason for name, entry in entries.items()}
    assert reasons.pop("fuel_use.csv") is reasons.pop("fuel_use_z.csv") is None
    assert {name: reason.partition(" (")[0].partition(",")[0] for name, reason in reasons.items()} == {
        "fuel_use.sock": "this is a socket",
        "fuel_use_gone.csv": "the link to nowhere.csv cannot be followed",
        "fuel_use_loop.csv": "the link to fuel_use_loop.csv cannot be followed",
        "fuel_use_null.csv": "this is a device",
        "fuel_use_pipe.csv": "this is a named pipe",
    }
    assert all(entries[name].table == "fuel_use" and entries[name].rows_read == 0 for name in reasons)
    assert (entries["fuel_use.csv"].rows_loaded, kept) == (1, ["fuel_use.csv"])


def test_a_folder_of_nothing_but_a_pipe_keeps_nothing(folder):
    (folder / "fuel_use.csv").unlink()
    os.mkfifo(folder / "fuel_use.csv")
    entries, kept = landed(folder)
    assert (entries["fuel_use.csv"].refused_reason is None, kept) == (False, [])


def test_a_pipe_named_directly_is_told(folder):
    os.mkfifo(folder / "pipe.csv")
    with pytest.raises(InputRefused, match=r"pipe\.csv: this is a named pipe, not a file; save its content as a file"):
        find(folder / "pipe.csv", folder / "home")


def test_linked_folders_are_entered_once(folder):
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "fuel_use_2.csv").write_text(FUEL)
    (outside / "back").symlink_to(folder)
    (outside / "itself").symlink_to(outside)
    (folder / "linked").symlink_to(outside)
    (folder / "twice").symlink_to(outside)
    (folder / "home").mkdir()
    (folder / "home" / "fuel_use_3.csv").write_text(FUEL)
    (folder / "to_home").symlink_to(folder / "home")
    assert names(folder) == ["delivery/fuel_use.csv", "delivery/linked/fuel_use_2.csv"]


@pytest.mark.parametrize("name", ["delivery.yml", "Delivery.yaml", "delivery.yaml.txt"])
@pytest.mark.parametrize("path", [".", "fuel_use.csv"])
def test_instructions_under_another_name_are_refused(folder, name, path):
    (folder / name).write_text("delivered_at: 2026-01-01T00:00")
    with pytest.raises(InputRefused, match=f"{name} would not be read: rename it to delivery.yaml"):
        find(folder / path, folder / "home")


def test_instructions_that_are_no_file_are_refused(folder):
    os.mkfifo(folder / "delivery.yaml")
    with pytest.raises(InputRefused, match=r"delivery\.yaml is not a file"):
        find(folder, folder / "home")


def test_instructions_that_apply_to_no_file_are_a_warning(folder):
    (folder / "delivery.yaml").write_text('files: [{match: "gas*.csv"}, {match: "fuel*.csv"}, {match: "*"}]')
    below = folder / "below"
    below.mkdir()
    (below / "delivery.yaml").write_text("delivered_at: 2026-01-01T00:00")
    entries, _ = landed(folder)
    assert entries["fuel_use.csv"].warnings == (
        "delivery.yaml in delivery: no file beside it fits match: gas*.csv",
        "delivery.yaml in delivery/below: it says nothing about files in other folders, and there is none beside it",
    )


def test_a_file_taken_out_of_its_delivery_has_no_warning_about_the_others(folder):
    (folder / "delivery.yaml").write_text('files: [{match: "gas*.csv"}]')
    assert find(folder / "fuel_use.csv", folder / "home")[0].notes == ()
