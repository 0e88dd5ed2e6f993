"""The contracts command: whether contracts, SQL and the current publication are in step."""

from dataclasses import asdict

from pipelines.commands.output import Output
from pipelines.errors import AuditFailed
from pipelines.lake import Lake
from pipelines.settings import Settings


def lint(settings: Settings, output: Output) -> None:
    """Prints what does not fit; without a publication in the home folder only documents and models are compared.

    Raises ``AuditFailed`` if anything does not.
    """
    from pipelines.contract_lint import lint as problems_of
    from pipelines.publish import catalog

    lake = Lake(settings.home)
    current = catalog.current_id(lake)
    problems = problems_of(lake.published / current if current else None)
    headings = [output.text("h_file"), output.text("h_sentence")]
    if output.as_json:
        output.json({"publication": current, "problems": [asdict(problem) for problem in problems]})
    elif problems:
        output.table(output.text("contracts_problems"), headings, [[p.file, p.sentence] for p in problems])
    if problems:
        raise AuditFailed(output.text("contracts_drift", count=len(problems)))
    output.say(output.text("contracts_fit" if current else "contracts_fit_no_publication", publication=current))
