"""Checks that no certificate counts twice, with Python 3.9 or later alone: check_certificates.py PROOF MANIFEST-OR-ROOT

PROOF has a line [project, month, first serial, last serial, park, kind, salt] for each range that counts, sorted, or
[number, hash] for ranges that it hides, and at last [ranges, root, sums]. MANIFEST is a publication's manifest.json.
"""

import json
import re
import sys
from hashlib import sha256
from pathlib import Path

NUMBER, HASH = "0|[1-9][0-9]{0,37}", "[0-9a-f]{64}"
RANGE = (".+", "[0-9]{4}-(0[1-9]|1[0-2])", NUMBER, NUMBER, ".+", "cancelled|green_power|own_use", HASH)


def demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def check(proof: str, published: str) -> str:
    sums, tower = dict[tuple[str, str, str], int](), list[tuple[int, bytes]]()
    count, hidden, before, entry = 0, 0, ("", "", -1), [""]
    with Path(proof).open(encoding="utf-8") as stream:
        for entry in map(json.loads, stream):
            if len(entry) == 3:
                break
            form = (NUMBER, HASH) if len(entry) == 2 else RANGE
            fits = isinstance(entry, list) and len(entry) == len(form) and all(isinstance(e, str) for e in entry)
            demand(fits and all(map(re.fullmatch, form, entry)), f"entry {count + 1} has another form than a range")
            if len(entry) == 2:
                size, digest = int(entry[0]), bytes.fromhex(entry[1])
                hidden += size
            else:
                project, month, first, last, park, kind, salt = entry
                fits = before < (project, month, int(first)) <= (project, month, int(last))
                demand(fits, f"range {count + 1} is out of order, runs backwards or overlaps the one before")
                before, key = (project, month, int(last)), (park, month[:4], kind)
                sums[key] = sums.get(key, 0) + int(last) - int(first) + 1
                size, digest = 1, sha256(b"\0" + bytes.fromhex(salt) + json.dumps(entry[:6]).encode()).digest()
            count += size
            while tower and tower[-1][0] == size:  # two branches of one size become one
                size, digest = 2 * size, sha256(b"\1" + tower.pop()[1] + digest).digest()
            tower.append((size, digest))
        demand(not stream.read(1), "something follows the summary")
    root = sha256(b"\2" + count.to_bytes(16, "big") + b"".join(digest for _, digest in tower)).hexdigest()
    demand(entry == [str(count), root, [[*k, str(n)] for k, n in sorted(sums.items())]], "the last line is no summary")
    manifest = {} if re.fullmatch(HASH, published) else json.loads(Path(published).read_text("utf-8"))["certificates"]
    demand(root == manifest.get("root", published), "the root is not the published one")
    for park, year, kind, wh in [] if hidden else manifest.get("counted_wh", []):
        demand(wh <= 10**6 * sums.get((park, year, kind), 0), f"{park} counts more {kind} in {year} than it has")
    return f"{sum(sums.values())} certificates shown, none twice; {hidden} of {count} ranges hidden; root {root}"


if __name__ == "__main__":
    try:
        print(check(*sys.argv[1:]))
    except (ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        sys.exit(f"REFUSED: {error}")
