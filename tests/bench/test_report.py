"""What is made of the figures: judgements, the table, the chart, the page."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from bench import chart, report, table
from bench.rows import Goal, Kind, Reached, Row, Unit

FACTS = {"CPU": "Some <CPU> & more", "CPU flags": "avx2", "cores": "2", "system": "Debian", "day": "2026-11-24"}


def beside(ours: list[float], theirs: list[float], kind: Kind, goal: Goal | None) -> Row:
    return Row("Beside `cp -r`", "pack A", Unit.SECONDS, ours, "`cp -r`", theirs, kind, goal)


@pytest.mark.parametrize(
    ("ours", "kind", "goal", "reached"),
    [
        (1.0, Kind.RATIO, Goal(1.5, 1.2), Reached.AIM),
        (1.2, Kind.RATIO, Goal(1.5, 1.2), Reached.AIM),
        (1.3, Kind.RATIO, Goal(1.5, 1.2), Reached.MUST),
        (1.6, Kind.RATIO, Goal(1.5, 1.2), Reached.NEITHER),
        (0.02, Kind.SPEEDUP, Goal(20, 40), Reached.AIM),
        (0.04, Kind.SPEEDUP, Goal(20, 40), Reached.MUST),
        (0.1, Kind.SPEEDUP, Goal(20, 40), Reached.NEITHER),
        (7.0, Kind.VALUE, Goal(8, 4), Reached.MUST),
        (7.0, Kind.RATIO, None, Reached.NO_GOAL),
    ],
)
def test_a_row_is_judged_by_its_goal(ours: float, kind: Kind, goal: Goal | None, reached: Reached) -> None:
    assert beside([ours], [1.0], kind, goal).reached is reached


def test_ratios_are_of_figures_of_the_same_turn() -> None:
    row = beside([1.0, 20.0, 3.0], [1.0, 10.0, 1.0], Kind.RATIO, None)
    assert row.figures == [1.0, 2.0, 3.0]
    assert (row.figure, row.spread) == (2.0, (1.5, 2.5))


def test_figures_without_their_counterparts_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        beside([1.0, 2.0], [1.0], Kind.RATIO, None).figures  # noqa: B018


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.234, Unit.SECONDS, "1.23 s"), (0.0123, Unit.SECONDS, "12.3 ms"), (0.4, Unit.SECONDS, "400 ms"),
        (12e-6, Unit.SECONDS, "12.0 µs"), (3 << 20, Unit.BYTES, "3.00 MiB"), (0, Unit.BYTES, "0.00 bytes"),
        (2e9, Unit.BYTES_PER_SECOND, "2.00 GB/s"),
    ],
)
def test_quantities_have_three_digits(value: float, unit: Unit, text: str) -> None:
    assert table.quantity(value, unit) == text


def test_the_table_has_a_section_each_without_empty_columns() -> None:
    rows = [beside([0.4], [0.2], Kind.RATIO, Goal(1.5, 1.2)), Row("Peak memory", "receiver", Unit.BYTES, [8 << 20])]
    assert table.markdown(rows).splitlines() == [
        "### Beside `cp -r`", "",
        "| measure | healthmetric | beside  | there  | ratio | must | aim | reached |",
        "|---------|--------------|---------|--------|-------|------|-----|---------|",
        "| pack A  | 400 ms       | `cp -r` | 200 ms | 2.00  | 1.5  | 1.2 | **no**  |", "",
        "### Peak memory", "",
        "| measure  | healthmetric |",
        "|----------|--------------|",
        "| receiver | 8.00 MiB     |",
    ]


def test_the_chart_is_an_image_with_a_bar_for_each_goal() -> None:
    rows = [beside([0.4, 0.5], [0.2, 0.2], Kind.RATIO, Goal(1.5, 1.2)), beside([1.0], [1.0], Kind.RATIO, None)]
    image = ElementTree.fromstring(chart.svg(rows, report.one_line(FACTS)))
    bars = image.findall(".//{*}rect[@class='neither']")
    words = [text.text for text in image.findall(".//{*}text")]
    assert words.count("pack A") == 1
    assert any(float(bar.get("width", 0)) > 100 for bar in bars)
    assert any("<CPU>" in (word or "") for word in words)


def test_only_the_part_between_the_marks_is_written(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{report.BEGIN}old\n{report.END}after\n")
    report.put_into(page, "new\n")
    assert page.read_text() == f"before\n{report.BEGIN}\nnew\n\n{report.END}after\n"


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("all by hand\n")
    with pytest.raises(RuntimeError, match="no place"):
        report.put_into(page, "new\n")
    assert page.read_text() == "all by hand\n"
