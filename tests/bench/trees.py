"""The folders that are carried, made from their names, so that every run carries the same bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Protocol

KIB = 1024
MIB = 1024 * KIB
FILES_A_FOLDER = 10_000


class Folder(Protocol):
    """Something to carry."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    def write(self, folder: Path) -> None: ...


@dataclass(frozen=True)
class Tree:
    """So many files of random bytes; nothing can be gained by compressing them."""

    name: str
    files: int
    file_bytes: int

    @property
    def size(self) -> int:
        return self.files * self.file_bytes

    @property
    def description(self) -> str:
        step, unit = next(pair for pair in ((MIB, "MiB"), (KIB, "KiB"), (1, "bytes")) if self.file_bytes >= pair[0])
        return f"{self.files:,} x {self.file_bytes // step} {unit}"

    def write(self, folder: Path) -> None:
        source = random.Random(self.name)
        for number in range(self.files):
            place = folder / f"{number // FILES_A_FOLDER:02}" if self.files > FILES_A_FOLDER else folder
            place.mkdir(parents=True, exist_ok=True)
            (place / f"image_{number:06}.png").write_bytes(source.randbytes(self.file_bytes))


A = Tree("A", 10, 102 * MIB)
B = Tree("B", 10_000, 4 * KIB)
C = Tree("C", 100, MIB)
T = Tree("T", 1, 4 * KIB)
MANY = Tree("M", 100_000, 16)


@contextmanager
def written(tree: Folder, folder: Path) -> Iterator[Path]:
    place = folder / tree.name
    tree.write(place)
    try:
        yield place
    finally:
        rmtree(place)


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def check_same_files(source: Path, stored: Path) -> None:
    """Names may differ, as stored ones do, but not their order, nor a byte of a file."""
    sources, copies = files_of(source), files_of(stored)
    if len(sources) != len(copies):
        raise RuntimeError(f"{stored} has {len(copies)} files, {source} has {len(sources)}")
    for original, copy in zip(sources, copies):
        if not _same_bytes(original, copy):
            raise RuntimeError(f"{copy} differs from {original}")


def _same_bytes(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while block := first.read(MIB):
            if block != second.read(MIB):
                return False
    return True
