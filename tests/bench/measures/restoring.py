"""Getting a folder back, beside `cp -r` of it; and packing, unpacking and restoring it beside restic and rclone."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bench import contestants, trees
from bench.laboratory import Laboratory
from bench.processes import run, seconds_of
from bench.rows import Goal, Kind, Row, Unit

BESIDE_COPY = "Restoring, beside `cp -r`"
BESIDE_OTHERS = "Beside restic and rclone"
COPY_GOALS = {"A": Goal(1.6), "B": Goal(1.2), "C": Goal(1.6)}
TWICE_AS_FAST = Goal(2)
OTHERS = (("restore", "restic restore"), ("pack", "restic backup"), ("pack", "rclone copy"), ("unpack", "rclone copy"))

Seconds = defaultdict[str, list[float]]


def rows(laboratory: Laboratory) -> Iterator[Row]:
    for tree, turns in laboratory.effort.restore_turns.items():
        seconds: Seconds = defaultdict(list)
        with trees.written(tree, laboratory.folder) as source:
            for _ in range(turns):
                with laboratory.room() as room:
                    _there(source, laboratory, room, seconds)
                    _back(source, laboratory, room, seconds)
        measure = f"{tree.name}, {tree.description}"
        yield Row(BESIDE_COPY, f"restore {measure}", Unit.SECONDS, seconds["restore"], "`cp -r`", seconds["copy"],
                  Kind.RATIO, COPY_GOALS[tree.name])
        for task, other in OTHERS:
            yield Row(BESIDE_OTHERS, f"{task} {measure}", Unit.SECONDS, seconds[task], f"`{other}`", seconds[other],
                      Kind.SPEEDUP, TWICE_AS_FAST)


def _there(source: Path, laboratory: Laboratory, room: Path, seconds: Seconds) -> None:
    """Into a storage, and into a new repository of restic."""
    programs = laboratory.programs
    seconds["copy"].append(seconds_of(contestants.copy(source, room), room))
    shutil.rmtree(room / "copy")
    seconds["pack"].append(seconds_of(programs.pack(source, room), room))
    seconds["unpack"].append(seconds_of(programs.unpack(room), room))
    run(contestants.restic(room, "init"), room)
    seconds["restic backup"].append(seconds_of(contestants.restic_backup(source, room), room))
    seconds["rclone copy"].append(seconds_of(contestants.rclone_copy(source, room), room))
    trees.check_same_files(source, room / "rclone")
    shutil.rmtree(room / "rclone")


def _back(source: Path, laboratory: Laboratory, room: Path, seconds: Seconds) -> None:
    restore = laboratory.programs.restore(room / "out/_storage", room)
    seconds["restore"].append(seconds_of(restore, room))
    trees.check_same_files(source, room / "restored")
    shutil.rmtree(room / "restored")
    seconds["restic restore"].append(seconds_of(contestants.restic_restore(room), room))
    trees.check_same_files(source, room / "restic-restored")
