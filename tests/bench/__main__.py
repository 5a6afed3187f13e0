"""Measures, prints the table, and leaves table, chart and all figures in a folder."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from bench import effort, laboratory, machine, table
from bench.contestants import Programs
from bench.measures import MEASURES
from bench.rows import Row


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench.sh", description=__doc__,
                                     epilog="Nothing timed decides the exit status: it is 0 when all of it ran "
                                            "and every byte arrived as it was sent.")
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], metavar="MEASURE",
                        help=f"only these of {', '.join(MEASURES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer turns and smaller trees: two minutes at most")
    parser.add_argument("--output", type=Path, default=Path("build/bench"), metavar="DIR",
                        help="where results.json, table.md and chart.svg go (default: %(default)s)")
    parser.add_argument("--folder-for-trees", type=Path, metavar="DIR",
                        help="where the files are that are carried (default: /dev/shm, when it has room)")
    parser.add_argument("--build", type=Path, default=Path("build/release"), metavar="DIR", help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(options: argparse.Namespace) -> tuple[list[Row], dict[str, str]]:
    programs = Programs.in_build(options.build.absolute())
    chosen = effort.QUICK if options.quick else effort.FULL
    rows: list[Row] = []
    with laboratory.opened(options.folder_for_trees, programs, chosen) as lab:
        for name in options.measures or MEASURES:
            begin = time.monotonic()
            rows += MEASURES[name](lab)
            print(f"{name}: measured in {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
        return rows, machine.facts(lab.folder)


def main() -> None:
    options = parse()
    rows, facts = measure(options)
    options.output.mkdir(parents=True, exist_ok=True)
    text = table.markdown(rows)
    document = {"machine": facts, "rows": [row.document() for row in rows]}
    (options.output / "results.json").write_text(json.dumps(document, indent=1) + "\n")
    (options.output / "table.md").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
