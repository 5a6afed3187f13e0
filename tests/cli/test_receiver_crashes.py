"""Sudden death and failing calls at every place where they can matter: strace counts the system calls
of an undisturbed run, then kills the receiver at one of them, or lets it fail. Whatever happens, nothing
is lost, and after one clean run everything is as if nothing had happened."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from programs import has_sanitizers, receiver_path
from receiver_stages import SCENARIOS, Scenario, Stage
from receiving import assert_nothing_is_lost
from trees import file_names

LONG = os.environ.get("HEALTHMETRIC_LONG") == "1"
CALLS = ["write", "renameat2", "unlinkat", "mkdirat", "fsync", "syncfs", "openat"]
FAULTS = ["signal=KILL", "error=EIO", "error=ENOSPC"]
# Before its first lock the receiver has only been loaded.
WORK_BEGINS = "flock"

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


# A sample, where there are minutes only for that.
MATRIX = [(scenario, call, fault) for scenario in SCENARIOS for call in CALLS for fault in FAULTS
          if LONG or fault == "signal=KILL" or (scenario, fault) == ("four batches", "error=ENOSPC")]


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
