"""A storage with the summaries of many batches, written after the model of one: receiving them would take long."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from bench import contestants, trees
from bench.laboratory import Laboratory
from bench.processes import run

SECONDS_A_DAY = 24 * 60 * 60
ONE = trees.Tree("one", 1, 16)


class Batch(NamedTuple):
    time: datetime
    unique: str  #: the end of its id

    @property
    def day(self) -> str:
        return f"{self.time:%Y/%m/%d}"

    @property
    def begin(self) -> str:
        """Of its id."""
        return f"{self.time:%Y%m%dT%H%M%SZ}"

    @property
    def summary(self) -> str:
        return f"summaries/{self.day}/{self.begin}-{contestants.BATCH_NAME}-{self.unique}.json"

    def in_place_of(self, other: Batch, text: str) -> str:
        for mine, theirs in ((self.begin, other.begin), (self.unique, other.unique), (self.day, other.day),
                             (f"{self.time:%Y-%m-%dT%H:%M:%SZ}", f"{other.time:%Y-%m-%dT%H:%M:%SZ}")):
            text = text.replace(theirs, mine)
        return text


def storage_of(batches: int, days: int, laboratory: Laboratory, room: Path) -> Path:
    """With as many batches of one file, of one producer, in the last days."""
    with trees.written(ONE, room) as source:
        run(laboratory.programs.pack(source, room), room)
    run(laboratory.programs.unpack(room), room)
    storage = room / "out/_storage"
    model_file = next((storage / "summaries").rglob("*.json"))
    model = _batch_of(model_file)
    summary, stored = model_file.read_text(), next((storage / contestants.BATCH_NAME).rglob("*.png"))
    path, content = str(stored.relative_to(storage)), stored.read_bytes()
    for number in range(batches - 1):
        age = timedelta(seconds=(number + 1) * days * SECONDS_A_DAY // batches)
        batch = Batch(model.time - age, f"{number:08x}")
        _write(storage / batch.summary, batch.in_place_of(model, summary).encode())
        _write(storage / batch.in_place_of(model, path), content)
    return storage


def _batch_of(summary: Path) -> Batch:
    begin, _, rest = summary.stem.partition("-")
    return Batch(datetime.strptime(begin, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc), rest.rpartition("-")[2])


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
