"""A disk that is full, by bytes and by inodes, at whatever point: the receiver ends in 10 and loses
nothing, and with more room everything is as if there had been room at once."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from payloads import Payload
from programs import Program
from receiving import OTHER_ID, assert_nothing_is_lost, payloads_in, records_without_times

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")

KIB = 1024
AMPLE = "size=16m,nr_inodes=1000"


def mount(*words: str | Path) -> None:
    mounted = subprocess.run(["mount", *words], stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")


class Disk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        mount("-t", "tmpfs", "-o", AMPLE, "tmpfs", folder)

    def resize(self, options: str) -> None:
        mount("-o", f"remount,{options}", self.folder)

    def used(self) -> tuple[int, int]:
        """Bytes and inodes."""
        state = os.statvfs(self.folder)
        return (state.f_blocks - state.f_bfree) * state.f_frsize, state.f_files - state.f_ffree


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[], Disk]]:
    disks: list[Disk] = []

    def make() -> Disk:
        folder = tmp_path / f"disk {len(disks)}"
        folder.mkdir()
        disks.append(Disk(folder))
        return disks[-1]

    yield make
    for mounted in disks:
        subprocess.run(["umount", mounted.folder], check=True, timeout=60)


def prepare(storage: Path) -> None:
    """A batch of a few large files, one of many small ones, and a bad payload."""
    noise = random.Random(1)
    large = {f"{number}.csv": noise.randbytes(50 * KIB) for number in range(4)}
    small = {f"folder {number % 5}/{number}.csv": b"%d" % number for number in range(20)}
    Payload(large).put_into(storage)
    Payload(small, OTHER_ID).put_into(storage)
    Payload(large, "20240117T000000Z-bad-00c0ffee", damage={"size": 1}).put_into(storage)


@pytest.mark.parametrize("option, step", [("size", 16 * KIB), ("nr_inodes", 3)])
def test_a_full_disk_loses_nothing(
    option: str, step: int, disk: Callable[[], Disk], receiver: Program, tmp_path: Path
) -> None:
    undisturbed = tmp_path / "undisturbed"
    prepare(undisturbed)
    assert receiver("--storage", undisturbed).status == 4
    expected = records_without_times(undisturbed)
    statuses = []
    room = 0
    while statuses[-1:] != [4]:
        room += step
        small = disk()
        storage = small.folder / "_storage"
        prepare(storage)
        payloads = payloads_in(storage)
        small.resize(f"{option}={small.used()[option == 'nr_inodes'] + room}")

        result = receiver("--storage", storage)

        statuses.append(result.status)
        assert result.status in (10, 4), result
        if result.status == 10:
            result.error_line("No space left on device")
        assert_nothing_is_lost(storage, payloads)
        small.resize(AMPLE)
        assert receiver("--storage", storage).status in (0, 4)
        assert records_without_times(storage) == expected
    assert len(statuses) > 5
