"""Where everything is measured, and with what."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import pages
from bench.contestants import Programs
from bench.effort import Effort

MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Laboratory:
    folder: Path
    programs: Programs
    effort: Effort

    @contextmanager
    def room(self) -> Iterator[Path]:
        """An empty folder for one turn."""
        room = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            yield room
        finally:
            shutil.rmtree(room)


def default_place(needed_bytes: int) -> Path:
    """Files in memory, where there is room: the disk would be what is measured."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= needed_bytes:
        return MEMORY
    return Path(tempfile.gettempdir())


@contextmanager
def opened(place: Path | None, programs: Programs, effort: Effort) -> Iterator[Laboratory]:
    place = place or default_place(effort.needed_bytes)
    free = shutil.disk_usage(place).free
    if free < effort.needed_bytes:
        raise RuntimeError(f"{place} has {free >> 20} MiB free, {effort.needed_bytes >> 20} are needed: "
                           "name another folder with --folder-for-trees")
    with pages.at_hand(effort.bytes_at_hand), \
            tempfile.TemporaryDirectory(prefix="healthmetric-bench-", dir=place) as folder:
        yield Laboratory(Path(folder), programs, effort)
