"""What an edit of readings by a person needs beside its columns: a document's hash, and two persons.

Which edits stand beside each other, and what they replace, is judged when the readings are put together.
"""

from pipelines.contracts import Contract
from pipelines.ingest.casts import Check

TABLE = "reading_edits"
_HASH = "[0-9a-fA-F]{64}"


def checks(contract: Contract) -> list[Check]:
    """What can be wrong with an edit; the texts of the columns are called ``~name``. Blanks are judged elsewhere."""
    if contract.table != TABLE:
        return []
    return [
        Check(
            f"not regexp_full_match(\"~document_sha256\", '{_HASH}')",
            "bad_document_hash",
            "'document_sha256 is not a SHA-256 of 64 hexadecimal digits: ' || left(\"~document_sha256\", 70)",
        ),
        Check(
            'lower(trim("~author")) = lower(trim("~approver"))',
            "edit_self_approved",
            "'author and approver are the same person: ' || left(\"~approver\", 60)",
        ),
    ]
