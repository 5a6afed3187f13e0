"""The rows as a Markdown table, a section each, which is also readable as it stands."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from bench.rows import Kind, Reached, Row, Unit

HEADER = ("measure", "healthmetric", "beside", "there", "ratio", "middle half", "must", "aim", "reached")
MARKS = {Reached.AIM: "aim", Reached.MUST: "must", Reached.NEITHER: "**no**", Reached.NO_GOAL: ""}

Cells = tuple[str, ...]


def scaled(value: float, steps: Sequence[tuple[float, str]]) -> str:
    """In the first unit of which there is at least one, with three digits."""
    step, name = next(((step, name) for step, name in steps if abs(value) >= step), steps[-1])
    return f"{three_digits(value / step)} {name}"


def three_digits(value: float) -> str:
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def quantity(value: float, unit: Unit) -> str:
    if unit is Unit.SECONDS:
        return scaled(value, ((1, "s"), (1e-3, "ms"), (1e-6, "µs")))
    if unit is Unit.BYTES:
        return scaled(value, ((1 << 20, "MiB"), (1 << 10, "KiB"), (1, "bytes")))
    if unit is Unit.BYTES_PER_SECOND:
        return scaled(value, ((1e9, "GB/s"), (1e6, "MB/s")))
    return three_digits(value) + "/s" if unit is Unit.NUMBER_PER_SECOND else f"{value:,.0f}"


def figure(value: float, row: Row) -> str:
    if row.kind is Kind.VALUE:
        return quantity(value, row.unit)
    return three_digits(value) + ("x faster" if row.kind is Kind.SPEEDUP else "")


def bound(value: float | None, row: Row) -> str:
    """A goal, as short as it was set."""
    if value is None:
        return ""
    if row.kind is Kind.VALUE:
        return quantity(value, row.unit)
    return f"{value:.3g}" + ("x" if row.kind is Kind.SPEEDUP else "")


def spread(row: Row) -> str:
    if len(row.figures) < 2:
        return ""
    low, high = row.spread
    if row.kind is Kind.VALUE:
        return f"{quantity(low, row.unit)}–{quantity(high, row.unit)}"
    return f"{three_digits(low)}–{three_digits(high)}"


def cells(row: Row) -> Cells:
    return (row.measure, quantity(statistics.median(row.ours), row.unit), row.reference,
            quantity(statistics.median(row.theirs), row.unit) if row.theirs else "",
            "" if row.kind is Kind.VALUE else figure(row.figure, row), spread(row),
            bound(row.goal.must, row) if row.goal else "", bound(row.goal.aim, row) if row.goal else "",
            MARKS[row.reached])


def markdown(rows: Sequence[Row]) -> str:
    sections: dict[str, list[Row]] = {}
    for row in rows:
        sections.setdefault(row.section, []).append(row)
    return "\n\n".join(f"### {name}\n\n" + "\n".join(_lines(of_it)) for name, of_it in sections.items()) + "\n"


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    """Columns that no row of the section fills are left out."""
    body = [cells(row) for row in rows]
    columns = [i for i in range(len(HEADER)) if any(line[i] for line in body)]
    table = [HEADER, *body]
    widths = {i: max(len(line[i]) for line in table) for i in columns}
    for number, line in enumerate(table):
        yield "| " + " | ".join(line[i].ljust(widths[i]) for i in columns) + " |"
        if number == 0:
            yield "|" + "|".join("-" * (widths[i] + 2) for i in columns) + "|"
