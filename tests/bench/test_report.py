"""What is made of the figures: judgements, the table, the chart, the page."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from bench import chart, history_chart, report, table
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
        (2e9, Unit.BYTES_PER_SECOND, "2.00 GB/s"), (250.0, Unit.NUMBER_PER_SECOND, "250/s"),
        (5.0, Unit.NUMBER, "5"), (12_000.0, Unit.NUMBER, "12,000"),
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


def test_a_goal_may_be_a_must_alone() -> None:
    row = Row("Backlog", "10,000 batches", Unit.SECONDS, [50.0], goal=Goal(60))
    assert row.reached is Reached.MUST
    assert table.markdown([row]).splitlines()[-1] == "| 10,000 batches | 50.0 s       | 60.0 s | must    |"
    image = ElementTree.fromstring(chart.svg([row], report.one_line(FACTS)))
    assert len(image.findall(".//{*}path[@class='must-mark']")) == 2  # with that in the legend
    assert len(image.findall(".//{*}path[@class='aim-mark']")) == 1


PAGE = f"""before
{report.BEGIN}
### One

| old |

### Two

| kept |

### The machine

| fact |

{report.END}after
"""


def test_single_measures_replace_their_own_sections(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(PAGE)
    facts = FACTS | {"command": "./scripts/bench.sh --update-docs one new", "load before": "0.50"}
    report.put_sections_into(page, [Row(name, "that", Unit.NUMBER, [2.0]) for name in ("One", "New")], facts)
    table_and_line = ("| measure | healthmetric |\n|---------|--------------|\n| that    | 2            |\n\n"
                      "Measured by itself on 2026-11-24 with `./scripts/bench.sh --update-docs one new`; "
                      "the machine's load before was 0.50.")
    assert page.read_text() == PAGE.replace("| old |", table_and_line).replace(
        "### The machine", f"### New\n\n{table_and_line}\n\n### The machine")
    report.put_sections_into(page, [Row("New", "that", Unit.NUMBER, [2.0])], facts)
    assert page.read_text().count("### ") == 4


def grown(way: str, *course: tuple[int, float]) -> Row:
    return Row("History", f"fresh files, {way}: whole repository", Unit.BYTES, [course[-1][1]], course=course)


def test_the_chart_of_the_history_has_a_line_for_each_way() -> None:
    rows = [grown("in one branch", (5, 10 << 20), (10, 21 << 20)), grown("inbox apart", (5, 5 << 20), (10, 9 << 20)),
            Row("History", "fresh files, inbox apart: clone", Unit.BYTES, [1.0])]
    image = ElementTree.fromstring(history_chart.svg(rows, "Some <CPU>"))
    words = [text.text for text in image.findall(".//{*}text")]
    assert {"fresh files", "in one branch", "21.0 MiB", "inbox apart", "9.00 MiB", "25", "Some <CPU>"} <= set(words)
    paths = [path.get("d", "") for path in image.findall(".//{*}path") if "line" in path.get("class", "")]
    above, below = ([float(point.split(" ")[1]) for point in path[1:].split("L")] for path in paths if "L" in path)
    assert above[0] == below[0] > below[1] > below[2] > above[2]


def test_without_a_course_there_is_no_chart_of_the_history() -> None:
    assert history_chart.svg([Row("History", "fresh files", Unit.BYTES, [1.0])], "") == ""


def test_bars_of_different_units_have_scales_of_their_own() -> None:
    rows = [Row("Backlog", "time", Unit.SECONDS, [30.0], goal=Goal(60)),
            Row("Backlog", "memory", Unit.BYTES, [32 << 20], goal=Goal(64 << 20))]
    image = ElementTree.fromstring(chart.svg(rows, ""))
    time, memory, _ = (float(bar.get("width", 0)) for bar in image.findall(".//{*}rect[@class='must']"))
    assert time == memory > 100
