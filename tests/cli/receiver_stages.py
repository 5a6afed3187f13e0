"""Storages in which everything a receiver does is due, and runs of it on them under strace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hostile import FIRST, LAST, chunked_parts
from payloads import Payload, version_1_document
from programs import Program, Result, receiver_path
from receiving import OTHER_ID, payloads_in, records_without_times
from trees import file_names


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
            "--storage", self.storage, *self.options, env=environment)

    def final_state(self) -> dict[str, object]:
        return records_without_times(self.storage)
