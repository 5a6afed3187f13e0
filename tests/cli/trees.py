"""Folders: made from a seed, written, read back and compared."""

from __future__ import annotations

import hashlib
import random
import stat
import unicodedata
from collections.abc import Sequence
from pathlib import Path

NAMES = ["heart rate", "glucose", "Ärztin", "Befund ü", "心拍数", "données d'été", "a+b & c", "100%",
         "x" * 80, "emoji 💓", "semi;colon", "[brackets]", "tilde~2", "#hash", "dash-", "$HOME"]
TYPES = [".json", ".csv", ".TXT", ".xml", ".jpeg", ".PNG", ".svg", ".webp"]


def seeded_tree(seed: int, largest: int = 3 << 20, many: int = 60) -> dict[str, bytes]:
    """Path to content: empty files, one of the largest size, deep paths, NFC beside NFD, spaces,
    names that differ in case alone, and `many` of any size and name."""
    rng = random.Random(seed)
    files = {
        "empty.json": b"", "sub/empty.csv": b"",
        "large.csv": b"".join(b"%d,%d\n" % (i, rng.randrange(60, 90)) for i in range(20_000)),
        "noise.png": rng.randbytes(largest), "one byte.txt": b"\0",
        "/".join(f"level {i}" for i in range(30)) + "/deep.json": b"[]",
        unicodedata.normalize("NFC", "é/ö.json"): b"composed",
        unicodedata.normalize("NFD", "é/ö.json"): b"decomposed",
        "Case.json": b"upper", "case.json": b"lower", "CASE/x.json": b"folder", "crlf.txt": b"a\r\nb\r\n",
    }
    for number in range(many):
        folder = "/".join(rng.choices(NAMES, k=rng.randrange(3)))
        name = f"{rng.choice(NAMES)} {number}{rng.choice(TYPES)}"
        size = rng.choice([0, 1, 2, 3, 57, 1000, 4096, 65_536, 200_000])
        files[f"{folder}/{name}".lstrip("/")] = rng.randbytes(size)
    return files


def write_tree(root: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return root


def snapshot(root: Path, without: Sequence[str] = ()) -> dict[str, tuple[str, int, str]]:
    """Everything below `root`, but for some of what lies directly in it, as kind, time of change and
    content; links are not followed."""
    found = {}
    for place in sorted(root.rglob("*")):
        if place.relative_to(root).parts[0] in without:
            continue
        info = place.lstat()
        if stat.S_ISLNK(info.st_mode):
            content = str(place.readlink())
        elif stat.S_ISREG(info.st_mode):
            content = hashlib.sha256(place.read_bytes()).hexdigest()
        else:
            content = ""
        found[str(place.relative_to(root))] = (stat.filemode(info.st_mode), info.st_mtime_ns, content)
    return found


def file_names(root: Path) -> list[str]:
    return sorted(str(place.relative_to(root)) for place in root.rglob("*") if not place.is_dir())


def git_blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
