"""The file formats in which operators send readings and tables. Which park sends which is in ``plans``.

Every writer gives the same bytes for the same values.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.samples.masters import Row
from pipelines.samples.meters import Meter
from pipelines.samples.shapes import Clock, Series

Readings = Sequence[tuple[Meter, Series]]
"""Raw meter values with one entry per interval of the clock; NaN where the meter sent nothing."""

CHINESE_READINGS = ("表计编号", "数据时间", "电量")
CHINESE_FUEL = {
    "park_id": "园区编号", "month": "月份", "fuel": "能源品种", "activity": "用途", "quantity": "消费量",
    "unit": "单位", "enterprise_id": "企业编号", "document_id": "凭证号",
}  # fmt: skip


def write_rows(
    path: Path,
    rows: Iterable[Row],
    headers: dict[str, str] | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> int:
    """Writes rows with the columns of the first one, under ``headers`` if given; no file for no rows. Row count."""
    rows = list(rows)
    if not rows:
        return 0
    names = list(rows[0])
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow([headers[name] if headers else name for name in names])
    writer.writerows([row[name] for name in names] for row in rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return len(rows)


def _long_frame(meter: Meter, values: Series, clock: Clock, names: Sequence[str]) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            names[0]: pl.repeat(meter.meter_id, clock.count, eager=True),
            names[1]: pl.Series(clock.ends, dtype=pl.Datetime("us")),
            names[2]: pl.Series(values, nan_to_null=True),
        }
    )
    return frame.drop_nulls()


def write_long(path: Path, readings: Readings, clock: Clock, months: range | None = None) -> int:
    """Long CSV, UTF-8, one row per reading; only intervals that start in ``months`` where given. Row count."""
    rows = 0
    with path.open("wb") as stream:
        for index, (meter, values) in enumerate(readings):
            wanted = values if months is None else np.where(np.isin(clock.month, list(months)), values, np.nan)
            frame = _long_frame(meter, wanted, clock, ("meter_id", "interval_end", "value"))
            frame.write_csv(
                stream, include_header=index == 0, float_precision=meter.decimals, datetime_format="%Y-%m-%dT%H:%M"
            )
            rows += frame.height
    return rows


def write_gb18030(path: Path, readings: Readings, clock: Clock) -> int:
    """A Chinese metering system's export: GB18030, semicolons, Chinese headers, seconds in the times. Row count."""
    text, rows = io.BytesIO(), 0
    for index, (meter, values) in enumerate(readings):
        frame = _long_frame(meter, values, clock, CHINESE_READINGS)
        frame.write_csv(
            text,
            include_header=index == 0,
            separator=";",
            float_precision=meter.decimals,
            datetime_format="%Y-%m-%d %H:%M:%S",
        )
        rows += frame.height
    path.write_bytes(text.getvalue().decode("utf-8").encode("gb18030"))
    return rows


def write_parquet(path: Path, readings: Readings, clock: Clock) -> int:
    """One Parquet file with decimal values. Row count."""
    frames = [_long_frame(meter, values, clock, ("meter_id", "interval_end", "value")) for meter, values in readings]
    scale = max(meter.decimals for meter, _ in readings)
    frame = pl.concat(frames).with_columns(pl.col("value").cast(pl.Decimal(18, scale)))
    frame.write_parquet(path, compression="zstd", statistics=True)
    return frame.height


def write_wide(path: Path, readings: Readings, clock: Clock) -> int:
    """A control room's CSV: a row per interval under its start, a column per meter, and a total. Count of readings."""
    starts = pl.Series("时间", clock.ends - np.timedelta64(clock.interval_minutes, "m"), dtype=pl.Datetime("us"))
    columns = {meter.label: pl.Series(values, nan_to_null=True) for meter, values in readings}
    frame = pl.DataFrame({"时间": starts, **columns}).with_columns(pl.sum_horizontal(*columns).alias("合计"))
    frame.write_csv(
        path,
        float_precision=max(meter.decimals for meter, _ in readings),
        datetime_format="%Y-%m-%d %H:%M",
        null_value="--",
    )
    return sum(int(np.isfinite(values).sum()) for _, values in readings)


def wide_instructions(prefix: str, interval_minutes: int) -> str:
    """The ``delivery.yaml`` entry that explains a file of ``write_wide``."""
    return f"""\
files:
  - match: "power_wide_*.csv"
    table: meter_readings
    layout: wide_meters
    timestamp: {{column: 时间, format: "%Y-%m-%d %H:%M", marks: start, interval_minutes: {interval_minutes}}}
    meter_prefix: {prefix}
    nulls: ["--"]
    ignore: [合计]
"""


def _days(readings: Readings, clock: Clock) -> Iterable[tuple[str, str, list[float]]]:
    """Meter, date and the day's values, for the formats with a row per meter and day."""
    first = (clock.ends[0] - np.timedelta64(clock.interval_minutes, "m")).astype("datetime64[D]")
    for meter, values in readings:
        for day, row in enumerate(values.reshape(clock.days, clock.per_day)):
            yield meter.meter_id, str(first + day), row.tolist()


def write_96_csv(path: Path, readings: Readings, clock: Clock) -> int:
    """96 points per row as CSV with Chinese headers and ``00:15 … 24:00``, in UTF-8 with BOM. Count of readings."""
    times = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(15, 1441, 15)]
    lines = [",".join(["表计编号", "日期", *times])]
    lines += [",".join([meter, day, *(f"{v:.0f}" for v in row)]) for meter, day, row in _days(readings, clock)]
    path.write_bytes(("\n".join(lines) + "\n").encode("utf-8-sig"))
    return len(readings) * clock.count


def write_96_excel(path: Path, readings: Readings, clock: Clock) -> int:
    """96 points per row as Excel with ``P1 … P96``. Count of readings."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        # A fixed date: the workbook would otherwise carry the moment it was written.
        book.set_properties({"created": datetime(2027, 1, 5, tzinfo=UTC), "comments": "generated example values"})
        sheet = book.add_worksheet("readings")
        sheet.write_row(0, 0, ["meter_id", "date", *(f"P{k}" for k in range(1, 97))])
        for line, (meter, day, row) in enumerate(_days(readings, clock), start=1):
            sheet.write_row(line, 0, [meter, day, *row])
    return len(readings) * clock.count
