"""Peak memory of each program for batches that are large in one way or another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import contestants, trees
from bench.health_data import HealthData
from bench.laboratory import Laboratory
from bench.processes import peak_bytes
from bench.rows import Goal, Row, Unit
from bench.sink import Sink, free_port
from bench.trees import MIB, Folder

SECTION = "Peak memory, sender with network"
SENDER_GOAL = Goal(24 * MIB, 16 * MIB)
RECEIVER_GOAL = Goal(16 * MIB, 8 * MIB)
ZSTD = ("--compress", "zstd")


def rows(laboratory: Laboratory) -> Iterator[Row]:
    """In a pass of its own, so that what looks at memory costs no time elsewhere."""
    health = HealthData(laboratory.effort.health_bytes)
    batches: list[tuple[Folder, Sequence[str]]] = [(tree, ()) for tree in laboratory.effort.memory_of]
    for folder, options in [*batches, (health, ()), (health, ZSTD)]:
        with trees.written(folder, laboratory.folder) as source, laboratory.room() as room:
            sent = _send(source, laboratory, room, options)
            received = _receive(source, laboratory, room, options)
        batch = f"{folder.name}, {folder.description}{', zstd' if options else ''}"
        yield Row(SECTION, f"sender, {batch}", Unit.BYTES, [sent], goal=SENDER_GOAL)
        yield Row(SECTION, f"receiver, {batch}", Unit.BYTES, [received], goal=RECEIVER_GOAL)


def _send(source: Path, laboratory: Laboratory, room: Path, options: Sequence[str]) -> float:
    with Sink(laboratory.programs.sink, room, free_port()) as sink:
        return peak_bytes(laboratory.programs.send(source, sink.url, room, *options), room)


def _receive(source: Path, laboratory: Laboratory, room: Path, options: Sequence[str]) -> float:
    programs = laboratory.programs
    peak_bytes(programs.pack(source, room, *options), room)
    peak = peak_bytes(programs.unpack(room), room)
    trees.check_same_files(source, contestants.stored_files(room))
    return peak
