"""Factors, parameters and lists that come with the package; the operator adds to them in the home folder."""

import dagster as dg

from pipelines.defs.models import OWNERS
from pipelines.reference_tables import names


def reference_tables(taken: set[dg.AssetKey]) -> list[dg.AssetSpec]:
    """One asset for each reference table. ``taken`` are keys of models, which stand for the table they publish."""
    keys = [dg.AssetKey(["reference", name]) for name in names()]
    return [
        dg.AssetSpec(
            key,
            description=f"Rows of pipelines/reference/{key.path[-1]}.csv and of reference/{key.path[-1]}.csv at home.",
            group_name="reference",
            kinds={"csv"},
            owners=OWNERS,
        )
        for key in keys
        if key not in taken
    ]
