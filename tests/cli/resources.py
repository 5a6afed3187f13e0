"""What a program costs, and what a large batch has become."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from programs import Program, has_sanitizers

MAX_RESIDENT_KIB = 32 * 1024


def measured(path: Path, home: Path) -> Program:
    """GNU time tells the peak of the program alone, not of the process that started it."""
    if has_sanitizers(path):
        pytest.skip("sanitizers have memory of their own")
    return Program(path, home, ["/usr/bin/time", "-v", "-o", str(home / "time.txt")])


def peak_kib(program: Program) -> int:
    report = (program.home / "time.txt").read_text()
    match = re.search(r"Maximum resident set size \(kbytes\): (\d+)", report)
    assert match, report
    return int(match[1])


def digests(root: Path) -> dict[str, str]:
    found = {}
    for place in root.rglob("*"):
        if place.is_file():
            with place.open("rb") as file:
                found[str(place.relative_to(root))] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def stem(stored: str) -> str:
    """The path as sent of one with the default name template."""
    below_day = re.sub(r"^\d{4}/\d\d/\d\d/", "", stored.partition("/")[2])
    return re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}_(?=[^/]*$)", "", below_day)
