"""Packing and unpacking folders, beside `cp -r` of the same folder and beside the Python peer."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bench import contestants, trees
from bench.laboratory import Laboratory
from bench.processes import seconds_of
from bench.rows import Goal, Kind, Row, Unit

BESIDE_COPY = "Beside `cp -r`"
BESIDE_PEER = "Beside the Python peer"
CODEC = "For reference: coreutils' base64"

COPY_GOALS = {
    ("pack", "A"): Goal(1.5, 1.2), ("pack", "B"): Goal(1.0, 0.6), ("pack", "C"): Goal(1.5, 1.2),
    ("pack", "T"): Goal(4, 2), ("unpack", "A"): Goal(1.3, 1.0), ("unpack", "B"): Goal(1.2, 0.8),
    ("unpack", "C"): Goal(1.3, 1.0), ("unpack", "T"): Goal(4, 2),
}
PEER_GOALS = {"A": Goal(20, 40), "B": Goal(10, 15), "C": Goal(15, 25)}

Seconds = defaultdict[str, list[float]]


def rows(laboratory: Laboratory) -> Iterator[Row]:
    for tree, turns in laboratory.effort.tree_turns.items():
        seconds: Seconds = defaultdict(list)
        with trees.written(tree, laboratory.folder) as source:
            for _ in range(turns):
                with laboratory.room() as room:
                    _turn(tree, source, laboratory, room, seconds)
        yield from _rows_of(tree, seconds)


def _turn(tree: trees.Tree, source: Path, laboratory: Laboratory, room: Path, seconds: Seconds) -> None:
    """What one leaves behind is cleared away before the next comes, so that all of them fit."""
    programs = laboratory.programs
    seconds["copy"].append(seconds_of(contestants.copy(source, room), room))
    shutil.rmtree(room / "copy")
    seconds["pack"].append(seconds_of(programs.pack(source, room), room))
    seconds["unpack"].append(seconds_of(programs.unpack(room), room))
    trees.check_same_files(source, contestants.stored_files(room))
    shutil.rmtree(room / "out")
    seconds["base64 pack"].append(seconds_of(contestants.base64_encode(source, room), room))
    seconds["base64 unpack"].append(seconds_of(contestants.base64_decode(room), room))
    for leftover in ("base64", "bytes"):
        (room / leftover).unlink()
    if tree in laboratory.effort.peer_carries:
        seconds["peer pack"].append(seconds_of(contestants.peer_pack(source, room), room))
        seconds["peer unpack"].append(seconds_of(contestants.peer_unpack(room), room))
        trees.check_same_files(source, room / "peer")


def _rows_of(tree: trees.Tree, seconds: Seconds) -> Iterator[Row]:
    for task in ("pack", "unpack"):
        measure = f"{task} {tree.name}, {tree.description}"
        yield Row(BESIDE_COPY, measure, Unit.SECONDS, seconds[task], "`cp -r`", seconds["copy"],
                  Kind.RATIO, COPY_GOALS[task, tree.name])
        if peer := seconds.get(f"peer {task}"):
            yield Row(BESIDE_PEER, measure, Unit.SECONDS, seconds[task], "the peer", peer,
                      Kind.SPEEDUP, PEER_GOALS[tree.name])
        yield Row(CODEC, measure, Unit.SECONDS, seconds[task], f"`base64`{' -d' if task == 'unpack' else ''}",
                  seconds[f"base64 {task}"], Kind.RATIO)
