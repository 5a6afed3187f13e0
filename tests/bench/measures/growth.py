"""What a batch costs the receiver when much is stored already."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bench import trees
from bench.laboratory import Laboratory
from bench.processes import run, seconds_of
from bench.rows import Kind, Row, Unit

SECTION = "The receiver, as the storage grows"
FILES_A_BATCH = 1_000


def rows(laboratory: Laboratory) -> Iterator[Row]:
    """T is received by an empty storage and by full ones in turn, where a cron job puts it: into the
    folder of the batches before."""
    sizes = (0, *laboratory.effort.stored_files)
    seconds: dict[int, list[float]] = defaultdict(list)
    with trees.written(trees.T, laboratory.folder) as source, laboratory.room() as room:
        storages = {files: _storage(files, laboratory, room) for files in sizes}
        for _ in range(laboratory.effort.growth_turns):
            for files, storage in storages.items():
                _pack(source, storage, laboratory, room)
                seconds[files].append(seconds_of(laboratory.programs.receive(storage, room), room))
    for files in laboratory.effort.stored_files:
        yield Row(SECTION, f"unpack T into {files:,} stored files", Unit.SECONDS, seconds[files],
                  "an empty storage", seconds[0], Kind.RATIO)


def _storage(files: int, laboratory: Laboratory, room: Path) -> Path:
    """Filled by the receiver itself, so that summaries and names are what they would be."""
    storage = room / f"{files}/_storage"
    (storage / "inbox").mkdir(parents=True)
    if files:
        with trees.written(trees.Tree("G", FILES_A_BATCH, 16), room) as source:
            for _ in range(files // FILES_A_BATCH):
                _pack(source, storage, laboratory, room)
            run(laboratory.programs.receive(storage, room), room)
    return storage


def _pack(source: Path, storage: Path, laboratory: Laboratory, room: Path) -> None:
    run(laboratory.programs.pack(source, room), room)
    packed = room / "out/_storage/inbox"
    for payload in packed.iterdir():
        shutil.move(payload, storage / "inbox" / payload.name)
