"""The uniqueness proof and its stand-alone checker: what is refused whoever made the tree, and what a part tells."""

import ast
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import UserError
from pipelines.lake import Lake
from pipelines.publish import proof
from pipelines.publish.check_certificates import check
from pipelines.publish.proof import Claim

CHECKER = Path(proof.__file__).with_name("check_certificates.py")
KEY = b"k" * 32
BIG = 2**63
REFUSALS = (ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError)
Lines = list[Any]


def claim(first: int, last: int, park: str = "p", project: str = "P", month: str = "2026-03") -> Claim:
    return Claim(project, month, str(first), str(last), park, "cancelled")


GOOD = [
    claim(1, 10),
    claim(11, 20, park="q"),
    claim(BIG, BIG + 9),
    claim(1, 5, month="2026-04"),
    Claim("Q", "2025-12", "0", "0", "q", "green_power"),
]


def lines_of(claims: list[Claim], shown: Callable[[Claim], bool] = lambda _: True) -> Lines:
    return list(proof.entries(claims, KEY, shown))


def root_of(claims: list[Claim]) -> str:
    return str(lines_of(claims)[-1][1])


def text_of(lines: Lines) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)


def judge(given: Lines | str | bytes, published: str | dict[str, Any]) -> str:
    """The checker's finding on lines, or on the text of a file, against a root or the certificates of a manifest."""
    with tempfile.TemporaryDirectory() as folder:
        path, manifest = Path(folder) / "proof.jsonl", Path(folder) / "manifest.json"
        content = text_of(given) if isinstance(given, list) else given
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        manifest.write_text(json.dumps({"certificates": published}))
        return check(str(path), published if isinstance(published, str) else str(manifest))


def refused(given: Lines | str | bytes, published: str | dict[str, Any], words: str | None = None) -> None:
    with pytest.raises(REFUSALS, match=words) as caught:
        judge(given, published)
    assert "\n" not in str(caught.value)


def reference_root(claims: list[Claim]) -> str:
    """The root by its definition: whole branches, the largest that fits first, each made from its two halves."""

    def branch(part: list[Claim]) -> bytes:
        if len(part) == 1:
            text = json.dumps(list(part[0])).encode()
            return hashlib.sha256(b"\x00" + hmac.new(KEY, text, "sha256").digest() + text).digest()
        half = len(part) // 2
        return hashlib.sha256(b"\x01" + branch(part[:half]) + branch(part[half:])).digest()

    branches, left = b"", claims
    while left:
        size = 2 ** (len(left).bit_length() - 1)
        branches += branch(left[:size])
        left = left[size:]
    return hashlib.sha256(b"\x02" + len(claims).to_bytes(16, "big") + branches).hexdigest()


@pytest.mark.parametrize("count", [*range(18), 100])
def test_root_is_that_of_the_definition(count: int) -> None:
    claims = [claim(10 * n, 10 * n + n % 10) for n in range(count)]
    certificates = sum(n % 10 + 1 for n in range(count))
    finding = judge(lines_of(claims), reference_root(claims))
    assert finding.startswith(f"{certificates} certificates shown, none twice; 0 of {count} ranges hidden")


@settings(deadline=None, max_examples=60)
@given(count=st.integers(1, 70), data=st.data())
def test_any_ranges_can_be_shown_and_the_others_hidden(count: int, data: st.DataObject) -> None:
    claims = [claim(2 * n, 2 * n) for n in range(count)]
    shown = data.draw(st.sets(st.integers(0, count - 1)))
    lines = lines_of(claims, lambda c: int(c.serial_from) // 2 in shown)
    assert [line[2] for line in lines if len(line) == 7] == [str(2 * n) for n in sorted(shown)]
    assert sum(len(line) == 2 for line in lines) <= (len(shown) + 1) * 2 * count.bit_length()
    assert f"{count - len(shown)} of {count} ranges hidden" in judge(lines, root_of(claims))


# Forgeries whose author builds a perfect tree over the forged ranges: the ranges themselves must give them away.
FORGED = {
    "overlap by one certificate": [claim(1, 10), claim(10, 20, park="q")],
    "one range for two parks": [claim(1, 10), claim(1, 10, park="q")],
    "one range twice": [claim(1, 10), claim(1, 10)],
    "range inside another": [claim(1, 100), claim(40, 50, park="q")],
    "not sorted by serial": [claim(11, 20), claim(1, 10)],
    "not sorted by month": [claim(1, 5, month="2026-04"), claim(1, 10)],
    "a month comes back": [claim(1, 10), claim(1, 5, month="2026-04"), claim(5, 20, park="q")],
    "overlap beyond 63 bits": [claim(BIG, BIG + 1), claim(BIG + 1, BIG + 2, park="q")],
    "overlap where a float cannot tell": [claim(10**30, 10**30 + 1), claim(10**30 + 1, 10**30 + 2, park="q")],
    "range that runs backwards": [claim(10, 9)],
    "negative serials": [claim(-5, 5)],
    "more digits than a ledger holds": [claim(1, 10**38)],
    "no such month": [claim(1, 2, month="2026-13")],
    "no such kind": [Claim("P", "2026-03", "1", "2", "p", "borrowed")],
    "no park": [claim(1, 2, park="")],
}


@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED)
def test_forged_ranges_with_a_root_of_their_own_are_refused(claims: list[Claim]) -> None:
    refused(lines_of(claims), root_of(claims), "out of order, runs backwards or overlaps|another form")


def changed(position: int, column: int, value: object) -> Lines:
    lines = lines_of(GOOD)
    lines[position][column] = value
    return lines


SUMMARY = len(GOOD)
# Changes to an honest proof by somebody who cannot change what was published.
TAMPERED: dict[str, Lines] = {
    "dropped range": [line for n, line in enumerate(lines_of(GOOD)) if n != 1],
    "dropped range, summed up anew": lines_of(GOOD[:1] + GOOD[2:]),
    "added range, summed up anew": lines_of([*GOOD, claim(7, 7, project="R")]),
    "swapped park": changed(1, 4, "p"),
    "swapped park, summed up anew": lines_of([GOOD[0], claim(11, 20), *GOOD[2:]]),
    "wider range": changed(0, 2, "0"),
    "other kind": changed(0, 5, "own_use"),
    "other salt": changed(0, 6, "00" * 32),
    "changed sum": changed(SUMMARY, 2, [["p", "2026", "cancelled", "26"], *lines_of(GOOD)[SUMMARY][2][1:]]),
    "missing sum": changed(SUMMARY, 2, lines_of(GOOD)[SUMMARY][2][1:]),
    "fewer ranges than there are": changed(SUMMARY, 0, "4"),
    "other order": [lines_of(GOOD)[n] for n in (1, 0, 2, 3, 4, 5)],
    "no summary": lines_of(GOOD)[:-1],
    "cut off": lines_of(GOOD)[:2],
    "last leaf doubled (CVE-2012-2459)": [*lines_of(GOOD)[:-1], *lines_of(GOOD)[-2:]],
    "last branch doubled": [
        *lines_of(GOOD, lambda _: False)[:-1],
        *lines_of(GOOD, lambda _: False)[-2:-1],
        ["6", root_of(GOOD), []],
    ],
    "two proofs": [*lines_of(GOOD), *lines_of(GOOD)],
    "line behind the summary": [*lines_of(GOOD), lines_of(GOOD)[0]],
    "only the summary": lines_of(GOOD)[-1:],
}


@pytest.mark.parametrize("lines", TAMPERED.values(), ids=TAMPERED)
def test_tampered_proofs_are_refused(lines: Lines) -> None:
    assert judge(lines_of(GOOD), root_of(GOOD))
    refused(lines, root_of(GOOD))


def test_no_character_of_a_proof_can_change() -> None:
    text, root = text_of(lines_of(GOOD[1:3])), root_of(GOOD[1:3])
    for place, character in enumerate(text):
        if not character.isspace():  # blanks between the texts of a line mean nothing
            refused(text[:place] + ("1" if character != "1" else "2") + text[place + 1 :], root)


HOSTILE: dict[str, str | bytes] = {
    "nothing": "",
    "an empty line": "\n",
    "no JSON": "certificates",
    "deep nesting": "[" * 200_000,
    "deep objects": '{"a":' * 200_000,
    "a number": "7\n",
    "NaN": "NaN\n",
    "null": "null\n",
    "a text of seven letters": '"seven77"\n',
    "an object of seven names": json.dumps(dict.fromkeys("abcdefg", "1")),
    "an object of three names": json.dumps(dict.fromkeys("abc", "1")),
    "a name twice": '{"ranges": "1", "ranges": "2", "root": "x", "sums": []}',
    "no text": b"\xff\xfe\x00",
    "byte order mark": b"\xef\xbb\xbf" + text_of(lines_of(GOOD)).encode(),
    "another encoding": text_of(lines_of(GOOD)).encode("utf-16"),
    "a branch of minus one": '["-1", "' + "00" * 32 + '"]\n' + json.dumps(["-1", "", []]),
    "a branch of a number": "[1, 2]\n",
    "branches without end": ('["9' + "9" * 37 + '", "' + "00" * 32 + '"]\n') * 50,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_refused(content: str | bytes) -> None:
    refused(content, root_of([]))


@pytest.mark.parametrize(
    "value",
    [
        1,
        1.0,
        True,
        None,
        float("nan"),
        [1],
        {"a": 1},
        "1.0",
        "1e0",
        "+1",
        " 1",
        "1\n",
        "01",
        "1_0",
        "0x1",
        "１",
        "",
        "-1",
    ],
)
def test_serials_are_texts_of_digits(value: object) -> None:
    refused(changed(0, 2, value), root_of(GOOD), "entry 1 has another form than a range")


@pytest.mark.parametrize("texts", [1, 4, 6, 8])
def test_a_range_has_seven_texts(texts: int) -> None:
    refused([(lines_of(GOOD)[0] * 2)[:texts], *lines_of(GOOD)], root_of(GOOD), "another form|no summary|follows")


def test_serials_beyond_63_bits_are_exact() -> None:
    claims = [claim(BIG - 1, BIG), claim(BIG + 1, BIG + 1, park="q"), claim(10**37, 10**38 - 1)]
    assert judge(lines_of(claims), root_of(claims)).startswith(f"{3 + 10**38 - 10**37} certificates shown")


def test_counted_figures_must_fit_into_the_claimed_ranges() -> None:
    manifest = {"root": root_of(GOOD), "ranges": 5, "counted_wh": [["p", "2026", "cancelled", 25_000_000]]}
    assert judge(lines_of(GOOD), manifest)
    for counted in (["p", "2026", "cancelled", 25_000_001], ["p", "2025", "cancelled", 1], ["x", "2026", "own_use", 1]):
        refused(lines_of(GOOD), manifest | {"counted_wh": [counted]}, f"{counted[0]} counts more {counted[2]}")
    refused(lines_of(GOOD), manifest | {"root": root_of(GOOD[1:])}, "not the published one")
    refused(lines_of(GOOD), {}, "not the published one")


def test_one_certificate_is_shown_without_the_others() -> None:
    claims = [claim(n, n, park=f"park-{n}") for n in range(1000)]
    lines = lines_of(claims, lambda c: c.holds("P", "2026-03", 617))
    assert len(text_of(lines)) < 2000
    assert [park for park in range(1000) if f'"park-{park}"' in text_of(lines)] == [617]
    assert "999 of 1000 ranges hidden" in judge(lines, root_of(claims))
    others = lines_of(claims, lambda c: c.holds("P", "2026-03", 618))
    shown = next(n for n, line in enumerate(lines) if len(line) == 7)
    for forged in (lines_of([claim(617, 617, park="q")])[0], next(line for line in others if len(line) == 7)):
        refused([*lines[:shown], forged, *lines[shown + 1 :]], root_of(claims))
    # A branch given out for a range, or left out, or split: nothing else has the root.
    refused([line for n, line in enumerate(lines) if n != shown + 1], root_of(claims))
    refused([*lines[:-1], ["999", *lines[-1][1:]]], root_of(claims))


def test_a_hidden_range_cannot_be_tried_out_without_the_key() -> None:
    (hidden, _, _) = lines_of(GOOD[:2], lambda c: c is GOOD[1])
    guess = json.dumps(GOOD[0]).encode()
    salts = [b"", b"\0" * 32, proof.salt_and_leaf(b"x" * 32, GOOD[0])[0], proof.salt_and_leaf(KEY, GOOD[1])[0]]
    assert hidden[1] not in {hashlib.sha256(b"\0" + salt + guess).hexdigest() for salt in salts}
    assert len({proof.salt_and_leaf(KEY, c)[0] for c in GOOD}) == len(GOOD)


def test_the_key_is_made_of_the_bytes_of_all_ledger_files(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.raw.mkdir()
    names = []
    for content in (b"trade_id\n1\n", b"cancellation_id\n1\n", b"meter_id\n"):
        names.append(hashlib.sha256(content).hexdigest())
        (lake.raw / names[-1]).write_bytes(content)
    tables = ("gec_trades", "gec_cancellations", "meter_readings")
    inputs = [{"table_name": table, "sha256": name} for table, name in zip(tables, names, strict=True)]
    key = proof.salt_key(lake, inputs)
    assert key == proof.salt_key(lake, [*reversed(inputs), inputs[0]]) == proof.salt_key(lake, inputs[:2])
    assert proof.salt_key(lake, inputs[:1]) != key != proof.salt_key(lake, [])
    public = [hashlib.sha256(b"".join(map(bytes.fromhex, part))).digest() for part in (names, names[:2])]
    assert key not in public
    (lake.raw / names[1]).write_bytes(b"cancellation_id\n2\n")
    assert proof.salt_key(lake, inputs) != key
    (lake.raw / names[1]).unlink()
    with pytest.raises(UserError, match=r"missing; a proof needs the ledger files"):
        proof.salt_key(lake, inputs)


def test_the_checker_is_short_plain_python_and_ends_with_one_sentence(tmp_path: Path) -> None:
    source = CHECKER.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 60
    imported = {n.names[0].name for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import)}
    imported |= {str(n.module) for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
    path = tmp_path / "proof.jsonl"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(CHECKER), *arguments]
        return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", timeout=60, cwd=tmp_path)

    for content, code, words in (
        (text_of(lines_of(GOOD)), 0, "36 certificates shown, none twice"),
        (text_of(lines_of(FORGED["overlap by one certificate"])), 1, "REFUSED: range 2 is out of order"),
        ("[" * 200_000, 1, "REFUSED: "),
    ):
        path.write_text(content)
        done = run(path.name, root_of(GOOD))
        assert done.returncode == code, done.stderr
        assert words in done.stdout + done.stderr
        assert (done.stdout + done.stderr).count("\n") == 1
    assert run("missing.jsonl", root_of(GOOD)).returncode == run(path.name).returncode == run().returncode == 1
