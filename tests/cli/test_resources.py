"""What large batches cost: resident memory does not grow with them. Minutes long, so only with
`scripts/test.sh --long`."""

from __future__ import annotations

import hashlib
import os
import random
import re
from pathlib import Path

import pytest
from programs import Program, receiver_path, sender_path

pytestmark = pytest.mark.skipif(os.environ.get("HEALTHMETRIC_LONG") != "1", reason="takes minutes")

MAX_RESIDENT_KIB = 32 * 1024
LIMITS = ["--max-file-size", "2G", "--max-batch-size", "4G"]


def measured(path: Path, home: Path) -> Program:
    """GNU time tells the peak of the program alone, not of the process that started it."""
    if b"__asan_init" in path.read_bytes():
        pytest.skip("sanitizers have memory of their own")
    return Program(path, home, ["/usr/bin/time", "-v", "-o", str(home / "time.txt")])


def peak_kib(program: Program) -> int:
    report = (program.home / "time.txt").read_text()
    match = re.search(r"Maximum resident set size \(kbytes\): (\d+)", report)
    assert match, report
    return int(match[1])


def digests(root: Path) -> dict[str, str]:
    found = {}
    for place in root.rglob("*"):
        if place.is_file():
            with place.open("rb") as file:
                found[str(place.relative_to(root))] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def stem(stored: str) -> str:
    """The path as sent of one with the default name template."""
    return re.sub(r"_\d{8}T\d{6}Z-[0-9a-f]{8}(?=\.[a-z]+$)", "", stored.partition("/")[2])


def go_through(source: Path, tmp_path: Path, *packing: str) -> tuple[int, int]:
    """Packs and unpacks, compares every byte, and returns the peaks of both programs in KiB."""
    sender, receiver = measured(sender_path(), tmp_path / "s"), measured(receiver_path(), tmp_path / "r")
    sent = sender("--output", tmp_path / "out", "--folder", source, "--batch-name", "b", "--quiet",
                  *LIMITS, *packing, timeout=600)
    assert sent.status == 0, sent
    storage = tmp_path / "out/_storage"
    received = receiver("--storage", storage, *LIMITS, "--quiet", timeout=600)
    assert received.status == 0, received
    stored = {stem(f"b/{path}"): digest for path, digest in digests(storage / "b").items()}
    assert stored == digests(source)
    return peak_kib(sender), peak_kib(receiver)


@pytest.mark.parametrize("packing", [["--part-size", "2G"], [], ["--compress", "zstd"]],
                         ids=["one part", "default parts", "zstd"])
def test_a_batch_of_1_gib_needs_less_than_32_mib(packing: list[str], tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    rng = random.Random(1)
    for number in range(4):
        with (source / f"{number}.csv").open("wb") as file:
            for _ in range(16):
                file.write(rng.randbytes(8 << 20) + b"0123456789abcdef" * (1 << 19))
    peaks = go_through(source, tmp_path, *packing)
    assert max(peaks) < MAX_RESIDENT_KIB, peaks


def test_a_batch_of_50_000_files_needs_less_than_32_mib(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for folder in range(50):
        (source / f"folder {folder}").mkdir(parents=True)
        for number in range(1000):
            (source / f"folder {folder}/measurement {number:04}.json").write_bytes(b'{"n": %d}' % number)
    peaks = go_through(source, tmp_path)
    assert max(peaks) < MAX_RESIDENT_KIB, peaks
