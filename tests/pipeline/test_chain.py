"""The hash chain of the catalog: every way of tampering with a line or a manifest is named."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import catalog
from pipelines.publish.chain import broken_links, head
from pipelines.publish.linked_log import append, raw_lines

IDS = ("a", "b", "c", "d")
few = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Four publications, one after the other, with a decision between them."""
    lake = Lake(tmp_path_factory.mktemp("chain"))
    for publication_id in IDS:
        (lake.published / publication_id).mkdir(parents=True)
        (lake.published / publication_id / "manifest.json").write_text(json.dumps({"id": publication_id}))
        catalog.make_current(lake, publication_id, 2026, "2027-12-31", "run")
        if publication_id == "b":
            catalog.note(lake, "lock", id="b", year=2026, reason="已提交", by=["王 芳"])
    return lake


@pytest.fixture(scope="module")
def log(lake: Lake) -> bytes:
    return catalog.catalog_path(lake).read_bytes()


def faults(lake: Lake, text: bytes, noted: str | None = None) -> list[str]:
    """What is said of the home folder with another log."""
    path = catalog.catalog_path(lake)
    before = path.read_bytes()
    path.write_bytes(text)
    try:
        return broken_links(lake, noted)
    finally:
        path.write_bytes(before)


def test_an_untouched_log_has_no_fault(lake, log):
    assert broken_links(lake, head(lake)) == []
    assert json.loads(log.splitlines()[0])["previous"] is None
    assert catalog.entries(lake)[-1]["supersedes"] == "c"


@few
@given(place=st.integers(min_value=0), new=st.integers(0, 255))
def test_any_byte_that_is_changed_is_found(lake, log, place, new):
    place %= len(log)
    assume(log[place] != new)
    assert faults(lake, log[:place] + bytes([new]) + log[place + 1 :])


@few
@given(data=st.data())
def test_lines_dropped_swapped_or_added_are_found(lake, log, data):
    lines = log.splitlines(keepends=True)
    kind = data.draw(st.sampled_from(["drop", "swap", "repeat", "reorder"]))
    place = data.draw(st.integers(0, len(lines) - 1))
    changed = list(lines)
    if kind == "drop":
        del changed[place]
    elif kind == "repeat":
        changed.insert(data.draw(st.integers(0, len(lines))), lines[place])
    elif kind == "reorder":
        changed = data.draw(st.permutations(lines))
    else:
        other = data.draw(st.integers(0, len(lines) - 1))
        changed[place], changed[other] = changed[other], changed[place]
    assume(changed != lines)
    assert faults(lake, b"".join(changed))


def test_the_sentence_names_the_line_that_was_changed(lake, log):
    lines = log.splitlines(keepends=True)
    (sentence,) = faults(lake, b"".join([*lines[:1], lines[1].replace(b'"run"', b'"rum"'), *lines[2:]]))
    assert sentence == "catalog/publications.jsonl line 2 (b) was changed after it was written"


def test_a_line_rewritten_with_a_hash_of_its_own_does_not_fit_the_next(lake, log, tmp_path):
    """Who changes a line and computes its hash again would have to write all lines behind it again."""
    lines = log.splitlines(keepends=True)
    told = {name: value for name, value in json.loads(lines[1]).items() if name not in ("previous", "line_sha256")}
    forged = tmp_path / "forged.jsonl"
    forged.write_bytes(lines[0])
    append(forged, told | {"reason": "another"})
    (sentence,) = faults(lake, forged.read_bytes() + b"".join(lines[2:]))
    assert "line 3 (b) was not written after line 2 (b)" in sentence


def test_a_whole_new_chain_and_a_cut_one_show_against_a_noted_head(lake, log, tmp_path):
    noted = head(lake)
    forged = tmp_path / "forged.jsonl"
    for line in log.splitlines():
        told = {n: v for n, v in json.loads(line).items() if n not in ("previous", "line_sha256")}
        append(forged, told | ({"reason": "another"} if told["id"] == "c" else {}))
    assert faults(lake, forged.read_bytes()) == []
    (sentence,) = faults(lake, forged.read_bytes(), noted)
    assert noted in sentence
    assert faults(lake, log, json.loads(log.splitlines()[-1])["previous"]) == []
    cut = faults(lake, b"".join(log.splitlines(keepends=True)[:-1]), noted)
    assert [noted in sentence for sentence in cut] == [True, False, False]
    assert "published/d is named by no line" in cut[1]
    assert "names d, but the last publication in catalog/publications.jsonl is c" in cut[2]


def test_a_changed_manifest_is_found(lake):
    manifest = lake.published / "b" / "manifest.json"
    before = manifest.read_bytes()
    manifest.write_bytes(before + b" ")
    found = broken_links(lake)
    manifest.write_bytes(before)
    assert found == ["published/b/manifest.json is not the one whose hash catalog/publications.jsonl line 2 holds"]


def test_hashes_taken_off_every_line_are_missed(lake, log):
    entries = [json.loads(line) for line in log.splitlines()]
    bare = [{name: value for name, value in e.items() if name not in ("previous", "line_sha256")} for e in entries]
    text = "".join(f"{json.dumps(entry)}\n" for entry in bare)
    assert "line 1 (a) was changed" in faults(lake, text.encode())[0]


def test_no_later_line_hides_that_a_manifest_was_changed(lake, tmp_path):
    home = Lake(Path(shutil.copytree(lake.home, tmp_path / "home", symlinks=True)))
    (home.published / "b" / "manifest.json").write_text("{}")
    catalog.note(home, "approval", id="b", manifest_sha256=catalog.manifest_hash(home, "b"))
    assert "publications.jsonl line 2 holds" in broken_links(home)[0]


def test_a_log_from_before_the_chain_is_read_and_goes_on_with_one(tmp_path):
    lake = Lake(tmp_path)
    path = catalog.catalog_path(lake)
    path.parent.mkdir()
    old = {"id": "old", "created_at": "2026-01-01T00:00:00+00:00", "year": 2025, "cutoff": "2026-12-31"}
    path.write_text(json.dumps(old | {"supersedes": None, "reason": "run"}) + "\n")
    for publication_id in ("old", "new"):
        (lake.published / publication_id).mkdir(parents=True)
        (lake.published / publication_id / "manifest.json").write_text("{}")
    (lake.published / "current").symlink_to("old")
    assert [sentence.split()[0] for sentence in broken_links(lake)] == ["published/new"]
    catalog.make_current(lake, "new", 2025, "2026-12-31", "run")
    assert [(e["id"], e["approved_by"], e["supersedes"]) for e in catalog.entries(lake)] == [
        ("old", [], None),
        ("new", [], "old"),
    ]
    assert broken_links(lake) == []
    text = path.read_text()
    path.write_text(text.replace('"year": 2025', '"year": 2024', 1))
    assert "line 2 (new) was not written after line 1 (old)" in broken_links(lake)[0]
    path.write_text("{]\n" + text)
    with pytest.raises(UserError, match="line 1 cannot be read"):
        catalog.entries(lake)
    assert len(raw_lines(path)) == 3
