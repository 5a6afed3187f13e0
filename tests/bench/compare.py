"""Times both programs beside `cp -r` and a plain Python peer, in turn, and prints a table.

Each task runs on fresh folders in memory (/dev/shm where there is one); the figures are medians,
and the ratios compare runs of the same turn, which is what counts on a machine that is busy with
other things too. After each turn the unpacked files are compared with their sources.
"""

from __future__ import annotations

import argparse
import filecmp
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

PEER = Path(__file__).with_name("peer.py")
MIB = 1024 * 1024
LARGE = ["--max-batch-size", "4G", "--max-file-size", "1G", "--quiet"]


@dataclass(frozen=True)
class Tree:
    name: str
    files: int
    size: int

    def make(self, folder: Path) -> None:
        folder.mkdir()
        source = random.Random(self.name)
        for number in range(self.files):
            (folder / f"file_{number:06}.png").write_bytes(source.randbytes(self.size))


@dataclass
class Measured:
    seconds: list[float] = field(default_factory=list)
    peak_mib: float = 0


TREES = {
    "1G": Tree("1G", 10, 1024 * MIB // 10),
    "B": Tree("B", 10_000, 4096),
    "C": Tree("C", 100, MIB),
    "T": Tree("T", 1, 4096),
}


def run(command: list[str | Path], into: Measured, room: Path) -> None:
    """Runs a command and adds its time and peak memory to `into`."""
    # A process counts the memory of the one that forked it, so a small one stands in between.
    peak = room / "peak"
    words = ["/usr/bin/time", "--format", "%M", "--output", peak, *command]
    begin = time.perf_counter()
    subprocess.run([str(word) for word in words], cwd=room, check=True)
    into.seconds.append(time.perf_counter() - begin)
    into.peak_mib = max(into.peak_mib, int(peak.read_text()) / 1024)


def same_files(source: Path, stored: Path) -> bool:
    stored_files = sorted(p for p in stored.rglob("*") if p.is_file())
    sources = sorted(p for p in source.rglob("*") if p.is_file())
    return len(sources) == len(stored_files) and all(
        filecmp.cmp(a, b, shallow=False) for a, b in zip(sources, stored_files))


def one_turn(tree: Path, room: Path, programs: argparse.Namespace,
             results: dict[str, Measured]) -> None:
    run(["cp", "-r", tree, room / "copy"], results["cp -r"], room)
    run([programs.sender, "--folder", tree, "--batch-name", "bench", "--part-size", "4G",
         "--output", room / "out", *LARGE], results["pack"], room)
    run([programs.receiver, "--storage", room / "out" / "_storage", *LARGE], results["unpack"], room)
    if not same_files(tree, room / "out" / "_storage" / "bench"):
        raise SystemExit("what was stored differs from its source")
    shutil.rmtree(room / "out")
    run([sys.executable, PEER, "pack", tree, room / "peer.json"], results["peer pack"], room)
    run([sys.executable, PEER, "unpack", room / "peer.json", room / "peer"], results["peer unpack"], room)


def measure(tree: Tree, turns: int, programs: argparse.Namespace, base: Path) -> dict[str, Measured]:
    results = {name: Measured() for name in ("cp -r", "pack", "unpack", "peer pack", "peer unpack")}
    source = base / tree.name
    tree.make(source)
    for _ in range(turns):
        room = base / "room"
        room.mkdir()
        one_turn(source, room, programs, results)
        shutil.rmtree(room)
    shutil.rmtree(source)
    return results


def ratio(a: Measured, b: Measured) -> float:
    return statistics.median(x / y for x, y in zip(a.seconds, b.seconds))


def print_row(tree: Tree, results: dict[str, Measured]) -> None:
    copy = results["cp -r"]
    for task in ("pack", "unpack"):
        ours, peer = results[task], results[f"peer {task}"]
        print(f"| {task} {tree.name} | {statistics.median(ours.seconds) * 1000:.1f} ms "
              f"| {ratio(ours, copy):.2f} | {ratio(peer, ours):.1f} "
              f"| {ours.peak_mib:.1f} MiB | {peer.peak_mib:.0f} MiB |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sender", type=Path, required=True)
    parser.add_argument("--receiver", type=Path, required=True)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("trees", nargs="*", choices=[*TREES, []], metavar="TREE")
    options = parser.parse_args()
    memory = Path("/dev/shm")
    base = Path(tempfile.mkdtemp(prefix="healthmetric-bench-", dir=memory if memory.is_dir() else None))
    print("| task | time | of `cp -r` | times faster than the peer | peak memory | peer's |")
    print("|---|---|---|---|---|---|")
    try:
        for name in options.trees or TREES:
            print_row(TREES[name], measure(TREES[name], options.turns, options, base))
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
