"""Certificates named by 32-digit codes, split into project, generation month and serial number.

Known is that the project code of 17 digits comes first. Assumed is the rest: generation month YYYYMM, then a serial
number of 9 digits. A file that gives project, month and serials itself needs none of this.
"""

from collections.abc import Collection, Mapping

from pipelines.ingest.casts import Check

CODES = ("certificate_from", "certificate_to")
_DIGITS = r"\d{32}"
_PROJECT_AND_MONTH = 23


def split(texts: Mapping[str, str], delivered: Collection[str]) -> dict[str, str]:
    """SQL texts of all columns, with the four that the codes stand for filled in where they are blank.

    ``texts``: SQL by column. Without both codes among the ``delivered`` columns nothing changes.
    """
    if not set(CODES) <= set(delivered):
        return dict(texts)
    first, last = (f"regexp_extract({texts[name]}, '^{_DIGITS}$')" for name in CODES)
    parts = {
        "project_code": f"left({first}, 17)",
        "generation_month": f"{first}[18:21] || '-' || {first}[22:23]",
        "serial_from": f"{first}[24:32]",
        "serial_to": f"{last}[24:32]",
    }
    filled = {
        name: f"coalesce({texts[name]}, case when strlen({first}) = 32 and strlen({last}) = 32 then {part} end)"
        for name, part in parts.items()
    }
    return dict(texts) | filled


def checks(delivered: Collection[str]) -> list[Check]:
    """What can be wrong with the codes; the texts of the columns are called ``~name``."""
    if not set(CODES) <= set(delivered):
        return []
    found = [
        Check(
            f"not regexp_full_match(\"~{name}\", '{_DIGITS}')",
            "bad_certificate_code",
            f"'{name} is not a code of 32 digits: ' || left(\"~{name}\", 60)",
        )
        for name in CODES
    ]
    same = f'left("~certificate_from", {_PROJECT_AND_MONTH}) <> left("~certificate_to", {_PROJECT_AND_MONTH})'
    found.append(
        Check(
            same,
            "bad_certificate_code",
            "'certificate_from and certificate_to are of different projects or months: ' || \"~certificate_to\"",
        )
    )
    # A row that gives both must mean one range: else the code shows another certificate than the one that counts.
    said = (
        ("project_code", "certificate_from", "left({}, 17)", "is not of the project"),
        ("generation_month", "certificate_from", "{0}[18:21] || '-' || {0}[22:23]", "is not of the month"),
        ("serial_from", "certificate_from", "try_cast({}[24:32] as decimal(30, 0))", "does not begin with serial"),
        ("serial_to", "certificate_to", "try_cast({}[24:32] as decimal(30, 0))", "does not end with serial"),
    )
    found.extend(
        Check(
            f'"{name}" <> ' + part.format(f'"~{code}"'),
            "bad_certificate_code",
            f"'{code} {problem} ' || \"~{name}\"",
        )
        for name, code, part, problem in said
    )
    return found
