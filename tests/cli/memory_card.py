"""A file system as memory cards have it: without hard links, and with names in any case taken for one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def run(*words: str | Path) -> str:
    done = subprocess.run(words, text=True, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        pytest.skip(f"no exFAT can be mounted here: {words[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


@pytest.fixture
def memory_card(tmp_path: Path) -> Iterator[Path]:
    """An exFAT of its own."""
    missing = [name for name in ("losetup", "mkfs.exfat", "mount.exfat-fuse") if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        pytest.skip(f"no exFAT can be mounted here: {', '.join(missing) or 'only root may'}")
    image, place = tmp_path / "card.img", tmp_path / "card"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(32 << 20)
    device = run("losetup", "--find", "--show", image)
    try:
        run("mkfs.exfat", device)
        run("mount.exfat-fuse", device, place)
        try:
            yield place
        finally:
            subprocess.run(["umount", place], check=True, timeout=60)
    finally:
        subprocess.run(["losetup", "--detach", device], check=True, timeout=60)
