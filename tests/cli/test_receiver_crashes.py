"""Sudden death and failing calls at every place where they can matter: strace counts the system calls
of an undisturbed run, then kills the receiver at one of them, or lets it fail. Whatever happens, nothing
is lost, and after one clean run everything is as if nothing had happened."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hostile import FIRST, LAST, chunked_parts
from payloads import Payload, version_1_document
from programs import Program, Result, has_sanitizers, receiver_path
from receiving import OTHER_ID, assert_nothing_is_lost, payloads_in, records_without_times
from trees import file_names

LONG = os.environ.get("HEALTHMETRIC_LONG") == "1"
CALLS = ["write", "renameat2", "rename", "unlinkat", "mkdirat", "fsync", "syncfs", "openat"]
FAULTS = ["signal=KILL", "error=EIO", "error=ENOSPC"]
# Before its first lock the receiver has only been loaded.
WORK_BEGINS = "flock"

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


def four_batches(storage: Path) -> None:
    """Two good batches in the inbox, one of them in parts with a cut file, a bad one, and an old payload
    in the root; the first lies there twice, and there is a trigger file."""
    first = Payload({"sub/data.json": b"1" * 1000, "sub/DATA.json": b"2", "x.csv": b""})
    place = first.put_into(storage)
    (storage / first.filename).write_bytes(place.read_bytes())
    for part in chunked_parts([FIRST, LAST]):
        part.batch_id = OTHER_ID
        part.put_into(storage)
    Payload(batch_id="20240117T000000Z-bad-00c0ffee", damage={"size": 1}).put_into(storage)
    old = version_1_document({"ä.txt": b"old", "b.csv": b"older"})
    (storage / "old.json").write_text(json.dumps(old))
    (storage / ".trigger").write_text("")


def rejected_before(storage: Path) -> None:
    """What one run rejected and the next is told to try again."""
    four_batches(storage)
    receiver = Program(receiver_path(), storage.parent / "home before")
    assert receiver("--storage", storage, "--max-file-size", "5").status == 4
    assert [name for name in file_names(storage) if name.startswith("rejected/")]


@dataclass(frozen=True)
class Scenario:
    prepare: Callable[[Path], None]
    options: tuple[str, ...] = ()


SCENARIOS = {
    "four batches": Scenario(four_batches),
    "trying again": Scenario(rejected_before, ("--retry-rejected",)),
}


# A sample, where there are minutes only for that.
MATRIX = [(scenario, call, fault) for scenario in SCENARIOS for call in CALLS for fault in FAULTS
          if LONG or fault == "signal=KILL" or (scenario, fault) == ("four batches", "error=ENOSPC")]


class Stage:
    """One storage, made by a scenario, and runs of the receiver on it."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.storage = folder / "_storage"
        (self.storage / "inbox").mkdir(parents=True)
        scenario.prepare(self.storage)
        self.home, self.options = folder / "home", scenario.options
        self.payloads = payloads_in(self.storage)

    def run(self, *strace: str) -> Result:
        prefix = ["strace", *strace] if strace else []
        # The leak checker is a debugger itself, and a program has one at most.
        environment = {"ASAN_OPTIONS": "detect_leaks=0"} if strace else {}
        return Program(receiver_path(), self.home, prefix)(
            "--storage", self.storage, "--summary-markdown", self.home / "run.md", *self.options, env=environment)

    def final_state(self) -> dict[str, object]:
        return records_without_times(self.storage)


@dataclass(frozen=True)
class Undisturbed:
    scenario: Scenario
    before: Counter[str]  # calls until the work begins
    calls: Counter[str]
    final_state: dict[str, object]

    def positions(self, call: str, every: bool) -> list[int]:
        """When to strike: at every call, or at a sample of them."""
        first, last = self.before[call] + 1, self.calls[call]
        if every:
            return list(range(first, last + 1))
        return sorted({first + step for step in (0, 4, 19) if first + step <= last})


@pytest.fixture(scope="module")
def folder_of_the_undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("undisturbed")


@cache
def undisturbed_run(name: str, folder: Path) -> Undisturbed:
    scenario = SCENARIOS[name]
    stage = Stage(scenario, folder / name)
    trace = folder / f"{name}.trace"
    result = stage.run("-o", str(trace), "-e", f"trace={','.join([*CALLS, WORK_BEGINS])}")
    assert result.status == 4, result
    assert not (stage.storage / ".trigger").exists()
    assert [name for name in file_names(stage.storage) if name.startswith("inbox/")] == []
    calls = re.findall(r"^(\w+)\(", trace.read_text(), re.MULTILINE)
    begin = calls.index(WORK_BEGINS)
    return Undisturbed(scenario, Counter(calls[:begin]), Counter(calls), stage.final_state())


@pytest.mark.parametrize("scenario, call, fault", MATRIX)
def test_whatever_fails_one_more_run_ends_as_if_nothing_had(
    scenario: str, call: str, fault: str, folder_of_the_undisturbed: Path, tmp_path: Path
) -> None:
    if call == "write" and fault != "signal=KILL" and has_sanitizers(receiver_path()):
        pytest.skip("sanitizers try with writes of their own what memory they may read")
    undisturbed = undisturbed_run(scenario, folder_of_the_undisturbed)
    positions = undisturbed.positions(call, every=LONG)
    assert positions, f"{call} is never called: it need not be in the matrix"
    for position in positions:
        stage = Stage(undisturbed.scenario, tmp_path / str(position))

        hit = stage.run("-o", "/dev/null", "-e", f"inject={call}:{fault}:when={position}")

        if fault == "signal=KILL":
            assert hit.status == -signal.SIGKILL, (position, hit)
        else:
            # A message that could not be written is no failure of the work.
            assert hit.status in (10, 4), (position, hit)
            assert hit.status == 10 or stage.final_state() == undisturbed.final_state, (position, hit)
        assert_nothing_is_lost(stage.storage, stage.payloads)
        clean = stage.run()
        assert clean.status in (0, 4), (position, clean)
        assert stage.final_state() == undisturbed.final_state, (position, hit, clean)
        shutil.rmtree(stage.storage.parent)
