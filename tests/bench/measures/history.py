"""What stays in a repository's history for ever: payloads that went through it, and stored files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bench import contestants, hosted, trees
from bench.contestants import Programs
from bench.git_repository import BRANCH, GitRepository, Sizes
from bench.health_data import HealthData
from bench.hosted import INBOX, HostedRepository
from bench.laboratory import Laboratory
from bench.processes import run
from bench.rows import Goal, Kind, Row, Unit
from github_server.local_github import LocalGithub

SECTION = "A repository's pack after {days} daily batches"
FRESH, GROWING = "fresh files", "growing files"
PEER, PLAIN, ZSTD, APART = "first generation", "plain in one branch", "zstd in one branch", "inbox apart"
FILES_ALONE = "stored files alone"
WHOLE_GOAL, CLONE_GOAL, NAMES_GOAL = Goal(1.1), Goal(1.05), Goal(1.2)
DAYS_BETWEEN_LOOKS = 5

# git looks for deltas among files whose paths end alike; it compares the last 16 characters.
NAMES_KEPT = "{batch}/{year}/{month}/{timestamp}-{id}/{dir}{stem}{ext}"
LONG_NAMES, SHORT_NAMES = "export_person_{:02}", "p{:02}"


class Way(Protocol):
    """How batches get into a repository."""

    @property
    def repository(self) -> GitRepository: ...

    def carry(self, source: Path, day: str) -> Path:
        """Sends and stores one day's files; returns a folder with what is stored of them."""


@dataclass(frozen=True)
class BySystem:
    hosted: HostedRepository
    inbox: str
    compression: str = "zstd"
    receiver_options: tuple[str, ...] = ()

    @property
    def repository(self) -> GitRepository:
        return self.hosted.repository

    def carry(self, source: Path, day: str) -> Path:
        self.hosted.send(source, day, "--inbox-branch", self.inbox, "--compress", self.compression)
        with self.hosted.clone() as clone:
            run(self.hosted.drain(clone, self.inbox, *self.receiver_options), self.hosted.room)
        return self.repository.extract(f"_storage/{day}", self.hosted.room / "stored")


@dataclass(frozen=True)
class ByPeer:
    """As the first generation did: the payload directly in _storage/, the files under their own names."""

    room: Path

    def __post_init__(self) -> None:
        self.room.mkdir()
        GitRepository.create(self.room / "out")

    @property
    def repository(self) -> GitRepository:
        return GitRepository(self.room / "out")

    def carry(self, source: Path, day: str) -> Path:
        storage = self.room / "out/_storage"
        payload = storage / f"{day}.json"
        storage.mkdir(exist_ok=True)
        run(contestants.peer_pack(source, self.room), self.room)
        shutil.move(self.room / "peer.json", payload)
        self.repository.commit(f"Add batch {day}")
        shutil.move(payload, self.room / "peer.json")
        run(contestants.peer_unpack(self.room), self.room)
        shutil.move(self.room / "peer", storage / day)
        self.repository.commit(f"Receive batch {day}")
        return self.repository.extract(f"_storage/{day}", self.room / "stored")


@dataclass
class Weighed:
    """One way's repository: in the end, and how large all of it was meanwhile."""

    course: list[tuple[int, float]] = field(default_factory=list)
    sizes: Sizes = field(default_factory=lambda: Sizes(0, 0, 0))


def rows(laboratory: Laboratory) -> Iterator[Row]:
    days, size = laboratory.effort.history_days, laboratory.effort.history_bytes
    section = SECTION.format(days=days)
    fresh = [HealthData(size, day, LONG_NAMES) for day in range(days)]
    weighed_fresh = _weighed(fresh, laboratory, _ways)
    yield from _rows_of_ways(section, FRESH, weighed_fresh)
    weighed = _weighed(_growing(days, size, LONG_NAMES), laboratory, _all_ways)
    yield from _rows_of_ways(section, GROWING, weighed)
    yield from _rows_of_both(section, weighed_fresh[APART].sizes, weighed[APART].sizes)
    yield _row_of_names(section, GROWING, weighed, NAMES_GOAL)
    yield _row_of_names(section, f"{GROWING}, short names",
                        _weighed(_growing(days, size, SHORT_NAMES), laboratory, _ways_apart), None)


def _growing(days: int, size: int, stem: str) -> list[HealthData]:
    return [HealthData(size * (day + 1) // days, stem=stem) for day in range(days)]


def _rows_of_ways(section: str, kind: str, weighed: dict[str, Weighed]) -> Iterator[Row]:
    """All but the one with names kept."""
    for way in (PEER, PLAIN, ZSTD, APART):
        it, is_judged = weighed[way], way == APART
        files = [float(it.sizes.files)]
        yield Row(section, f"{kind}, {way}: clone", Unit.BYTES, [it.sizes.clone], FILES_ALONE, files, Kind.RATIO,
                  CLONE_GOAL if is_judged else None)
        yield Row(section, f"{kind}, {way}: whole repository", Unit.BYTES, [it.sizes.whole], FILES_ALONE, files,
                  Kind.RATIO, WHOLE_GOAL if is_judged else None, it.course)


def _rows_of_both(section: str, fresh: Sizes, growing: Sizes) -> Iterator[Row]:
    """The two repositories with an inbox of its own, added up."""
    files = [float(fresh.files + growing.files)]
    yield Row(section, f"both, {APART}: clone", Unit.BYTES, [fresh.clone + growing.clone], FILES_ALONE, files,
              Kind.RATIO, CLONE_GOAL)
    yield Row(section, f"both, {APART}: whole repository", Unit.BYTES, [fresh.whole + growing.whole], FILES_ALONE,
              files, Kind.RATIO, WHOLE_GOAL)


def _row_of_names(section: str, kind: str, weighed: dict[str, Weighed], goal: Goal | None) -> Row:
    ours, theirs = (float(weighed[way].sizes.files) for way in (APART, NAMES_KEPT))
    return Row(section, f"{kind}: {FILES_ALONE}", Unit.BYTES, [ours], "names kept", [theirs], Kind.RATIO, goal)


class _WaysOf(Protocol):
    def __call__(self, github: LocalGithub, programs: Programs, room: Path) -> dict[str, Way]: ...


def _ways(github: LocalGithub, programs: Programs, room: Path) -> dict[str, Way]:
    def own(name: str) -> HostedRepository:
        return HostedRepository.create(github, f"octo/{name}", programs, room / name)

    return {PEER: ByPeer(room / "peer"), PLAIN: BySystem(own("plain"), BRANCH, "none"),
            ZSTD: BySystem(own("zstd"), BRANCH), APART: BySystem(own("apart"), INBOX)}


def _ways_apart(github: LocalGithub, programs: Programs, room: Path) -> dict[str, Way]:
    apart, kept = (HostedRepository.create(github, f"octo/{name}", programs, room / name)
                   for name in ("apart", "kept"))
    return {APART: BySystem(apart, INBOX),
            NAMES_KEPT: BySystem(kept, INBOX, receiver_options=("--name-template", NAMES_KEPT))}


def _all_ways(github: LocalGithub, programs: Programs, room: Path) -> dict[str, Way]:
    kept = HostedRepository.create(github, "octo/kept", programs, room / "kept")
    return _ways(github, programs, room) | {
        NAMES_KEPT: BySystem(kept, INBOX, receiver_options=("--name-template", NAMES_KEPT))}


def _weighed(days: list[HealthData], laboratory: Laboratory, ways_of: _WaysOf) -> dict[str, Weighed]:
    """Every way carries the same files."""
    with laboratory.room() as room, hosted.opened(room) as github:
        ways = ways_of(github, laboratory.programs, room)
        weighed = {name: Weighed() for name in ways}
        for number, day in enumerate(days, start=1):
            with trees.written(day, room) as source:
                for way in ways.values():
                    stored = way.carry(source, f"day_{number:02}")
                    trees.check_same_files(source, stored)
                    shutil.rmtree(stored)
            if number % DAYS_BETWEEN_LOOKS == 0 or number == len(days):
                for name, way in ways.items():
                    _weigh(way.repository, number, room, weighed[name], is_last=number == len(days))
        return weighed


def _weigh(repository: GitRepository, day: int, room: Path, weighed: Weighed, is_last: bool) -> None:
    copy = repository.packed_copy(room / "copy-to-weigh")
    weighed.course.append((day, copy.pack_bytes()))
    if is_last:
        weighed.sizes = copy.sizes(room)
    shutil.rmtree(copy.folder)
