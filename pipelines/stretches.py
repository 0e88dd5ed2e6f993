"""The months of which registers, bills and edits tell: they speak of stretches between two moments, not of intervals.

Which months are built is in ``model_scope``; what a stretch is worth in ``sql/staging``.
"""

from collections.abc import Mapping, Sequence

import duckdb

from pipelines.reference_tables import identifier

STRETCHES: Mapping[str, tuple[str, str]] = {
    "meter_registers": ("read_at", "read_at"),
    "meter_periods": ("from", "to"),
    "reading_edits": ("from", "to"),
}
"""The tables, each with the columns of its earlier and its later moment."""


def told_months(
    con: duckdb.DuckDBPyConnection, table: str, source: str, parameters: Sequence[object] = ()
) -> tuple[str, ...]:
    """The months ``YYYY-MM`` from the first to the last moment of a table's rows; none for a single moment.

    ``source`` is what the rows are selected from, with its ``parameters``. A moment at which a month begins ends the
    one before, so that the read that closes a year does not touch the next.
    """
    first, last = (identifier(column) for column in STRETCHES[table])
    months = con.execute(
        f"""
        select strftime(unnest(range(date_trunc('month', begins), ends, interval 1 month)), '%Y-%m') as month
        from (select min({first}) as begins, max({last}) as ends from {source})
        where ends > begins
        order by month
        """,
        list(parameters),
    ).fetchall()
    return tuple(month for (month,) in months)
