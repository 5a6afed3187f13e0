"""What stays in a repository's history for ever: payloads that went through it, and stored files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench import contestants, trees
from bench.contestants import Programs
from bench.git_repository import GitRepository, Sizes
from bench.health_data import HealthData
from bench.laboratory import Laboratory
from bench.processes import run
from bench.rows import Kind, Row, Unit

# git looks for deltas among files whose paths end alike; it compares the last 16 characters.
NAMES_KEPT = "{batch}/{year}/{month}/{timestamp}-{id}/{dir}{stem}{ext}"
DEFAULT_NAMES = "{batch}/{year}/{month}/{day}/{dir}{timestamp}-{id}_{stem}{ext}"
WAYS = {"plain": ("none", DEFAULT_NAMES), "zstd": ("zstd", DEFAULT_NAMES), "zstd, names kept": ("zstd", NAMES_KEPT)}

SECTION = "A repository's pack after {days} daily batches"


#: Carries one day's files into the repository in room/out and commits twice, as it happens: the payload
#: that arrives, then the files in its place. Takes the files, the day and the room; returns what is stored.
Way = Callable[[Path, str, Path], Path]


def rows(laboratory: Laboratory) -> Iterator[Row]:
    effort = laboratory.effort
    fresh = [HealthData(effort.history_bytes, day) for day in range(effort.history_days)]
    growing = [HealthData(effort.history_bytes * (day + 1) // effort.history_days)
               for day in range(effort.history_days)]
    for name, days in (("fresh files each day", fresh), ("files that grow", growing)):
        yield from _rows_of(f"{name}, {sum(day.size for day in days) / 1e6:.3g} MB in all", days, laboratory)


def _rows_of(name: str, days: list[HealthData], laboratory: Laboratory) -> Iterator[Row]:
    programs = laboratory.programs
    peer = _sizes(days, laboratory, carry_by_peer)
    section = SECTION.format(days=len(days))
    for way, options in WAYS.items():
        ours = _sizes(days, laboratory, partial(carry, programs, *options))
        for part in ("pack", "payloads", "files"):
            label = {"pack": "", "payloads": ": payloads alone", "files": ": stored files alone"}[part]
            yield Row(section, f"{name}, {way}{label}", Unit.BYTES, [getattr(ours, part)],
                      "the peer", [getattr(peer, part)], Kind.RATIO)


def _sizes(days: list[HealthData], laboratory: Laboratory, way: Way) -> Sizes:
    with laboratory.room() as room:
        GitRepository.create(room / "out")
        for number, day in enumerate(days):
            with trees.written(day, laboratory.folder) as source:
                trees.check_same_files(source, way(source, f"day_{number:02}", room))
        return GitRepository(room / "out").packed_sizes()


def carry(programs: Programs, compression: str, names: str, source: Path, day: str, room: Path) -> Path:
    repository = GitRepository(room / "out")
    run(programs.pack(source, room, "--compress", compression, batch_name=day), room)
    repository.commit(f"Add batch {day}")
    run(programs.unpack(room, "--name-template", names), room)
    repository.commit(f"Receive batch {day}")
    return contestants.stored_files(room, day)


def carry_by_peer(source: Path, day: str, room: Path) -> Path:
    """As the first generation did: the payload directly in _storage/, the files under their own names."""
    repository, storage = GitRepository(room / "out"), room / "out/_storage"
    payload = storage / f"{day}.json"
    storage.mkdir(exist_ok=True)
    run(contestants.peer_pack(source, room), room)
    shutil.move(room / "peer.json", payload)
    repository.commit(f"Add batch {day}")
    shutil.move(payload, room / "peer.json")
    run(contestants.peer_unpack(room), room)
    shutil.move(room / "peer", storage / day)
    repository.commit(f"Receive batch {day}")
    return storage / day
