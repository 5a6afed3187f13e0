"""Sums up a run of scripts/test.sh: which tests were skipped and why, what others counted, and how many passed
and failed.

    python3 -m outcomes BUILD [--hold FILE]

BUILD is the build folder, in which CTest left ctest.xml and pytest its outcomes/. With --hold the run must
not have shrunk against FILE, whose lines are

    count BUILD NUMBER               so many tests pass, at least
    skip BUILD TEST REASON…          this one (a pattern of the shell's) may be skipped, for that reason

where BUILD is the last part of the folder's name. Exits with 1 where it has.
"""

from __future__ import annotations

import argparse
import json
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

LONG = "takes minutes"
"""How the reason of a test begins that only --long runs."""


@dataclass(frozen=True)
class Outcome:
    test: str
    outcome: str
    reason: str = ""
    figures: str = ""
    """What the test counted, if it did."""


def outcomes_of(build: Path) -> list[Outcome]:
    """Unit tests as CTest saw them, and what is in the files of pytest. A file that failed without an
    outcome that says why counts as a failed test itself."""
    recorded = [Outcome(**json.loads(line)) for file in sorted((build / "outcomes").glob("*.jsonl"))
                for line in file.read_text().splitlines()]
    failed_files = {Path(outcome.test.partition("::")[0]) for outcome in recorded if outcome.outcome == "failed"}
    for case in ElementTree.parse(build / "ctest.xml").getroot().iter("testcase"):
        name, passed = case.get("name", ""), case.get("status") == "run"
        folder, _, file = name.removeprefix("python/").partition("/")
        if not name.startswith("python/"):
            recorded.append(Outcome(name, "passed" if passed else "failed"))
        elif not passed and Path(f"tests/{folder}/test_{file}.py") not in failed_files:
            recorded.append(Outcome(name, "failed"))
    return recorded


def pattern_matches(test: str, pattern: str) -> bool:
    """Brackets are parameters of a test, not sets of characters."""
    return fnmatchcase(test, pattern.replace("[", "[[]"))


@dataclass(frozen=True)
class Held:
    """What a file says of one build."""

    count: int
    skips: list[str]

    @staticmethod
    def read(file: Path, build: str) -> Held:
        count, skips = 0, []
        for line in file.read_text().splitlines():
            words = line.split(maxsplit=3)
            if words[:2] == ["count", build]:
                count = int(words[2])
            elif words[:2] == ["skip", build]:
                skips.append(words[2])
        return Held(count, skips)

    def complaints(self, outcomes: list[Outcome]) -> list[str]:
        skipped = [outcome for outcome in outcomes if outcome.outcome == "skipped"]
        unlisted = [f"skipped, and not on the list of what may be: {outcome.test}: {outcome.reason}"
                    for outcome in skipped
                    if not any(pattern_matches(outcome.test, pattern) for pattern in self.skips)]
        passed = sum(outcome.outcome == "passed" for outcome in outcomes)
        fewer = [f"only {passed} tests passed, where {self.count} did before"] if passed < self.count else []
        return unlisted + fewer


def main() -> int:
    parser = argparse.ArgumentParser(prog="outcomes", description=__doc__.partition("\n\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--hold", type=Path)
    options = parser.parse_args()

    outcomes = outcomes_of(options.build)
    for_long = [outcome for outcome in outcomes if outcome.reason.startswith(LONG)]
    outcomes = [outcome for outcome in outcomes if outcome not in for_long]
    complaints = []
    if options.hold:
        held = Held.read(options.hold, options.build.name)
        complaints = held.complaints(outcomes)
        print(f"{held.count} tests must pass at least ({options.hold})")
    else:
        for outcome in outcomes:
            if outcome.outcome == "skipped":
                print(f"skipped: {outcome.test}: {outcome.reason}")
    if for_long:
        one = len(for_long) == 1
        print(f"{len(for_long)} more {'test takes' if one else 'tests take'} minutes and "
              f"{'runs' if one else 'run'} with --long")
    for outcome in outcomes:
        if outcome.figures:
            print(f"{outcome.test}: {outcome.figures}")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    counts = Counter(outcome.outcome for outcome in outcomes)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
