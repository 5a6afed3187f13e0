"""Large folders over the wire: killed in between, continued, received, byte for byte, in bounded
memory on both sides. Minutes long, so only with `scripts/test.sh --long`."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from conftest import Destination
from long_runs import only_long
from programs import finished, git, receiver_path, sender_path
from resources import MAX_RESIDENT_KIB, digests, measured, peak_kib, stem

pytestmark = only_long

MIB = 1 << 20
TIMEOUT_S = 1500


@dataclass(frozen=True)
class Load:
    largest_mib: int
    others_mib: tuple[int, ...]
    packing: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


LOADS = {
    "900 MiB with a file of 95": Load(95, (90, 90, 80, 80, 80, 80, 80, 80, 70, 70, 5)),
    "3 GiB with a file of 700": Load(
        700, (99, 98, 97, 96) * 6 + (32,), packing=("--part-size", "28M", "--outbox-limit", "8G"),
        limits=("--max-file-size", "1G", "--max-batch-size", "4G")),
}


def write_noise(file: Path, mib: int, rng: random.Random) -> None:
    block = rng.randbytes(MIB)
    with file.open("wb") as out:
        for number in range(mib):
            out.write(block[:-8] + number.to_bytes(8, "big"))


def memory_peak_kib(pid: int) -> int:
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1])


@pytest.mark.parametrize("name", LOADS)
def test_it_arrives_although_it_was_killed(name: str, destination: Destination, tmp_path: Path) -> None:
    load = LOADS[name]
    source = tmp_path / "source"
    source.mkdir()
    rng = random.Random(9)
    for number, mib in enumerate((load.largest_mib, *load.others_mib)):
        write_noise(source / f"{number}.csv", mib, rng)

    process = destination.start("--folder", source, "--batch-name", "b", *load.packing, *load.limits)
    while len(destination.requests("PUT")) < 12:
        assert process.poll() is None, finished(process)
    killed_kib = memory_peak_kib(process.pid)
    process.kill()
    finished(process)
    [batch_id] = destination.waiting()

    sender = measured(sender_path(), destination.sender.home)
    result = replace(destination, sender=sender)("outbox", "retry", timeout=TIMEOUT_S)

    assert result.status == 0, result
    assert destination.waiting() == []
    history = destination.payload_history()
    assert set(history.values()) == {1}
    assert {payload.partition(".part-")[0] for payload in history} == {batch_id}
    puts = [put["path"] for put in destination.requests("PUT")]
    assert len(puts) - len(set(puts)) <= 1, "but for the one that was on its way, none was sent twice"
    assert destination.dispatched() == [batch_id]

    clone, receiver = tmp_path / "clone", measured(receiver_path(), tmp_path / "r")
    git(tmp_path, "clone", "--quiet", destination.github.repo_path(destination.repo), clone)
    received = receiver("--storage", clone / "_storage", *load.limits, "--quiet", timeout=TIMEOUT_S)
    assert received.status == 0, received
    stored = digests(clone / "_storage/b")
    assert {stem(f"b/{path}"): digest for path, digest in stored.items()} == digests(source)
    peaks = {"killed": killed_kib, "sender": peak_kib(sender), "receiver": peak_kib(receiver)}
    print(name, len(history), "parts, peaks in KiB:", peaks)
    assert max(peaks.values()) < MAX_RESIDENT_KIB, peaks
