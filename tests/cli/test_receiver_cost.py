"""No payload costs more than a small multiple of a good one of its size: of one with as many files, or, where
it has a single one, of one with as many bytes. Processor time, so that a busy machine decides nothing; in memory,
for what a disk's file system does for the same calls differs threefold from run to run; and the least of a few
runs, for nothing makes a run cheaper than it is. The bounds are twice what an idle machine measures, where JSON of
one-byte values costs six times as much as one content in base64: they find what grows faster than its payload,
and leave it to the benchmark to tell a slow reader from a fast one."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from costly import LARGE, MANY
from programs import Program, has_sanitizers, receiver_path

SIZE = 12 << 20
FILES = 10_000
RUNS = 3
MEMORY = Path("/dev/shm")
MULTIPLE_OF_BYTES = 12
MULTIPLE_OF_FILES = 6
START_S = 0.1

pytestmark = pytest.mark.skipif(has_sanitizers(receiver_path()), reason="sanitizers have costs of their own")


def seconds(text: bytes) -> float:
    """What the receiver takes to store the payload."""
    in_memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="healthmetric-cost-", dir=in_memory) as folder:
        return min(seconds_once(text, Path(folder) / str(run)) for run in range(RUNS))


def seconds_once(text: bytes, folder: Path) -> float:
    (folder / "_storage/inbox").mkdir(parents=True)
    (folder / "_storage/inbox/old.json").write_bytes(text)
    report = folder / "time.txt"
    program = Program(receiver_path(), folder, ["/usr/bin/time", "-f", "%U %S", "-o", str(report)])
    result = program("--storage", folder / "_storage", "--quiet")
    assert result.status == 0, result
    return sum(map(float, re.findall(r"[\d.]+", report.read_text())))


@pytest.fixture(scope="module")
def good() -> Callable[[str], float]:
    @cache
    def measure(kind: str) -> float:
        text = LARGE["base64"](SIZE) if kind == "large" else MANY["tiny files"](FILES)
        return seconds(text)
    return measure


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_payload_costs_what_its_bytes_cost(kind: str, good: Callable[[str], float]) -> None:
    text = LARGE[kind](SIZE)
    assert SIZE * 0.7 < len(text) < SIZE * 1.3, len(text)
    assert seconds(text) < MULTIPLE_OF_BYTES * good("large") + START_S


@pytest.mark.parametrize("kind", MANY)
def test_a_payload_of_many_files_costs_what_its_files_cost(kind: str, good: Callable[[str], float]) -> None:
    assert seconds(MANY[kind](FILES)) < MULTIPLE_OF_FILES * good("many") + START_S
