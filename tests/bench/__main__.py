"""Measures, prints the table, and leaves table, chart and all figures in a folder."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench import chart, effort, history_chart, laboratory, machine, report
from bench.contestants import Programs
from bench.measures import MEASURES
from bench.rows import Row

DOCS = Path(__file__).resolve().parents[2] / "docs"

def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench.sh", description=__doc__,
                                     epilog="Nothing timed decides the exit status: it is 0 when all of it ran "
                                            "and every byte arrived as it was sent.")
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], metavar="MEASURE",
                        help=f"only these of {', '.join(MEASURES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer turns and smaller trees: two minutes")
    parser.add_argument("--output", type=Path, default=Path("build/bench"), metavar="DIR",
                        help="where results.json, report.md and the charts go (default: %(default)s)")
    parser.add_argument("--update-docs", action="store_true",
                        help="update docs/performance.md and its charts, too; of single measures only their tables")
    parser.add_argument("--folder-for-trees", type=Path, metavar="DIR",
                        help="where the files are that are carried (default: /dev/shm, when it has room)")
    parser.add_argument("--build", type=Path, default=Path("build/release"), metavar="DIR", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.update_docs and options.quick:
        parser.error("--update-docs is for what is measured in full")
    return options


def measure(options: argparse.Namespace) -> tuple[list[Row], dict[str, str]]:
    programs = Programs.in_build(options.build.absolute())
    chosen = effort.QUICK if options.quick else effort.FULL
    rows: list[Row] = []
    with laboratory.opened(options.folder_for_trees, programs, chosen) as lab:
        facts = machine.facts(lab.folder)
        for name in options.measures or MEASURES:
            begin = time.monotonic()
            rows += MEASURES[name](lab)
            print(f"{name}: measured in {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
        return rows, facts


def main() -> None:
    options = parse()
    rows, facts = measure(options)
    text = report.markdown(rows, facts)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "results.json").write_text(report.document(rows, facts))
    (options.output / "report.md").write_text(text)
    draw(rows, facts, options.output / "chart.svg", options.output / "history.svg")
    if options.update_docs:
        update_docs(rows, facts, is_everything=not options.measures)
    print(text, end="")


def draw(rows: list[Row], facts: dict[str, str], goals: Path | None, history: Path) -> None:
    if goals:
        goals.write_text(chart.svg(rows, report.one_line(facts)))
    if picture := history_chart.svg(rows, report.one_line(facts)):
        history.write_text(picture)


def update_docs(rows: list[Row], facts: dict[str, str], is_everything: bool) -> None:
    page = DOCS / "performance.md"
    if is_everything:
        report.put_into(page, report.markdown(rows, facts))
    else:
        report.put_sections_into(page, rows, facts)
    draw(rows, facts, DOCS / "performance.svg" if is_everything else None, DOCS / "history.svg")


if __name__ == "__main__":
    main()
