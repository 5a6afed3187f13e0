"""Folders for one run's work in the git directory, gone when it ends, however it ends.

A run that is killed cannot clean up, so the next one does: each room is locked by its run and by the
programs working for it, and what nobody holds is removed. Where the file system has no locks, nobody
can tell, and the rooms of others are left alone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PREFIX = "receive-"
MOST_ATTEMPTS = 10


@dataclass(frozen=True)
class Room:
    path: Path
    lock: int
    """A descriptor; a program that inherits it holds the room, too."""


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
            continue  # gone meanwhile, or no room
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except OSError:
            pass  # held, or there are no locks
        finally:
            os.close(lock)


def _make(git_dir: Path) -> Room:
    """Another run may take a room for abandoned before it is locked, so that is looked at again."""
    for _ in range(MOST_ATTEMPTS):
        path = Path(tempfile.mkdtemp(dir=git_dir, prefix=PREFIX))
        with suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                return Room(path, lock)
            os.close(lock)
    raise OSError(f"every new folder in {git_dir} is removed by somebody else")
