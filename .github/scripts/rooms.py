"""Temporary folders ("rooms") for one run, in the git directory, removed when the run ends.

A run that is interrupted removes its rooms before it exits. One that is killed cannot, so the next run
does: each room is locked by its run and by the programs the run starts, and a room that is not locked is
removed. On a file system without locks, rooms of other runs are never removed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import interruption
from child_process import TIME_TO_END_S

PREFIX = "receive-"
MOST_ATTEMPTS = 10
_own: list[Path] = []
"""All that this run ever made, for one may be made anew after it was removed."""


@dataclass(frozen=True)
class Room:
    path: Path
    lock: int
    """A file descriptor; a program that inherits it holds the lock, too."""


@contextmanager
def room_in(git_dir: Path) -> Iterator[Room]:
    room = _make(git_dir)
    try:
        yield room
    finally:
        shutil.rmtree(room.path, ignore_errors=True)
        os.close(room.lock)


def remove_abandoned(git_dir: Path) -> None:
    for path in git_dir.glob(f"{PREFIX}*"):
        try:
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue  # removed in the meantime, or not a folder
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except OSError:
            pass  # locked, or there are no locks
        finally:
            os.close(lock)


def _make(git_dir: Path) -> Room:
    """Another run may remove a room before it is locked, so this is checked afterwards."""
    for _ in range(MOST_ATTEMPTS):
        path = git_dir / f"{PREFIX}{secrets.token_hex(8)}"
        _own.append(path)
        path.mkdir(mode=0o700)
        with suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                return Room(path, lock)
            os.close(lock)
    raise OSError(f"other processes remove each new folder in {git_dir}")


@interruption.at_the_end
def _remove_own() -> None:
    """Removes those that an interruption left. What a terminated program had started may still be writing."""
    give_up = time.monotonic() + TIME_TO_END_S
    while (left := [path for path in _own if path.exists()]) and time.monotonic() < give_up:
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
        time.sleep(0.02)
