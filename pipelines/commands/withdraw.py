"""The command that takes a delivered file out of the account, or back into it."""

from dataclasses import asdict

from pipelines.commands.output import Output
from pipelines.ingest.withdrawing import withdraw as decide
from pipelines.lake import Lake
from pipelines.settings import Settings


def withdraw(settings: Settings, wanted: str, reason: str, by: str, *, undo: bool, output: Output) -> None:
    """Writes the decision down and says what it means; the account changes with the next ``zcp run``."""
    decision = decide(Lake(settings.home), wanted, reason, by, undo=undo)
    if output.as_json:
        output.json(asdict(decision))
    key = "restored" if undo else "withdrawn"
    output.say(output.text(key, file=decision.file_name, file_id=decision.file_id, by=decision.by))
