"""No payload costs more than a small multiple of a good one of its size: of one with as many files, or, where
it has a single one, of one with as many bytes. Processor time, so that a busy machine decides nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from costly import LARGE, MANY
from programs import Program, has_sanitizers, receiver_path

SIZE = 12 << 20
FILES = 10_000
MULTIPLE = 4
START_S = 0.1

pytestmark = pytest.mark.skipif(has_sanitizers(receiver_path()), reason="sanitizers have costs of their own")


def seconds(text: bytes, folder: Path) -> float:
    """What the receiver takes to store the payload."""
    (folder / "_storage/inbox").mkdir(parents=True)
    (folder / "_storage/inbox/old.json").write_bytes(text)
    report = folder / "time.txt"
    program = Program(receiver_path(), folder, ["/usr/bin/time", "-f", "%U %S", "-o", str(report)])
    result = program("--storage", folder / "_storage", "--quiet")
    assert result.status == 0, result
    return sum(map(float, re.findall(r"[\d.]+", report.read_text())))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], float]:
    @cache
    def measure(kind: str) -> float:
        text = LARGE["base64"](SIZE) if kind == "large" else MANY["tiny files"](FILES)
        return seconds(text, tmp_path_factory.mktemp(kind))
    return measure


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_payload_costs_what_its_bytes_cost(kind: str, good: Callable[[str], float], tmp_path: Path) -> None:
    text = LARGE[kind](SIZE)
    assert SIZE * 0.7 < len(text) < SIZE * 1.3, len(text)
    assert seconds(text, tmp_path) < MULTIPLE * good("large") + START_S


@pytest.mark.parametrize("kind", MANY)
def test_a_payload_of_many_files_costs_what_its_files_cost(
    kind: str, good: Callable[[str], float], tmp_path: Path
) -> None:
    assert seconds(MANY[kind](FILES), tmp_path) < MULTIPLE * good("many") + START_S
