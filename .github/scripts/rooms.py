"""Folders for one run's work in the git directory, gone when it ends, however it ends.

A run that is interrupted removes its own at the latest when it ends. One that is killed cannot clean up,
so the next one does: each room is locked by its run and by the programs working for it, and what nobody
holds is removed. Where the file system has no locks, nobody can tell, and the rooms of others are left
alone.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import interruption

PREFIX = "receive-"
MOST_ATTEMPTS = 10
_own: set[Path] = set()


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
        _remove(room.path)
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
        path = git_dir / f"{PREFIX}{secrets.token_hex(8)}"
        _own.add(path)
        path.mkdir(mode=0o700)
        with suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                return Room(path, lock)
            os.close(lock)
    raise OSError(f"every new folder in {git_dir} is removed by somebody else")


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    if not path.exists():
        _own.discard(path)


@interruption.at_the_end
def _remove_own() -> None:
    """Those that an interruption left. A program that was ended with the run may still be writing."""
    for path in list(_own):
        for _ in range(MOST_ATTEMPTS):
            if path in _own:
                _remove(path)
