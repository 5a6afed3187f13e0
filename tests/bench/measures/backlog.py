"""What it takes to store many batches that wait, as they do after the workflow was switched off for a while."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bench import backlog, hosted, trees
from bench.backlog import EMPTY, Stored
from bench.git_repository import GitRepository
from bench.hosted import INBOX, HostedRepository
from bench.laboratory import Laboratory
from bench.processes import Cost, cost_of, run
from bench.rows import Goal, Kind, Row, Unit
from bench.trees import MIB

SECTION = "Storing batches that wait, over HTTP"
FULL_BACKLOG = 10_000
TIME_GOAL, MEMORY_GOAL = Goal(60), Goal(64 * MIB)
LINEAR_GOAL, STORED_GOAL, COMMANDS_GOAL = Goal(1.1), Goal(1.1), Goal(2)
ONE = trees.Tree("one", 1, 16)

Case = tuple[int, Stored]


class Conversations(NamedTuple):
    """Of git with the server."""

    commands: int
    requests: int


@dataclass
class Figures:
    """One a turn."""

    costs: list[Cost] = field(default_factory=list)
    idle_runs: list[Conversations] = field(default_factory=list)

    @property
    def seconds(self) -> list[float]:
        return [cost.seconds for cost in self.costs]

    @property
    def processor_seconds(self) -> list[float]:
        """How long the others on the machine make it wait does not show in them."""
        return [cost.processor_seconds for cost in self.costs]

    @property
    def peaks(self) -> list[float]:
        return [cost.peak_bytes for cost in self.costs]


def rows(laboratory: Laboratory) -> Iterator[Row]:
    effort, figures = laboratory.effort, defaultdict[Case, Figures](Figures)
    for waiting, turns in effort.backlog_turns.items():
        with laboratory.room() as room:
            _measure(waiting, turns, laboratory, room, figures)
    sizes = sorted(effort.backlog_turns)
    for waiting in sizes:
        yield from _rows_of(waiting, figures[waiting, EMPTY])
        yield from _beside_much_stored(waiting, effort.stored_before, figures)
    if len(sizes) > 1:
        yield from _linearity(sizes[0], sizes[-1], figures)
    idle = max(conversations for each in figures.values() for conversations in each.idle_runs)
    yield Row(SECTION, "nothing waits: git commands that ask the server", Unit.NUMBER, [idle.commands],
              goal=COMMANDS_GOAL)
    yield Row(SECTION, "nothing waits: their HTTP requests", Unit.NUMBER, [idle.requests])


def _rows_of(waiting: int, figures: Figures) -> Iterator[Row]:
    is_full = waiting == FULL_BACKLOG
    label = f"{waiting:,} batches"
    yield Row(SECTION, label, Unit.SECONDS, figures.seconds, goal=TIME_GOAL if is_full else None)
    yield Row(SECTION, f"{label}: batches a second", Unit.NUMBER_PER_SECOND,
              [waiting / seconds for seconds in figures.seconds])
    yield Row(SECTION, f"{label}: processor time", Unit.SECONDS, figures.processor_seconds)
    yield Row(SECTION, f"{label}: largest process", Unit.BYTES, figures.peaks, goal=MEMORY_GOAL)


def _beside_much_stored(waiting: int, stored: Stored, figures: dict[Case, Figures]) -> Iterator[Row]:
    full, empty = figures[waiting, stored], figures[waiting, EMPTY]
    label = f"{waiting:,} into {stored.files:,} files, {stored.summaries:,} summaries"
    yield Row(SECTION, label, Unit.SECONDS, full.seconds, "an empty storage", empty.seconds, Kind.RATIO, STORED_GOAL)
    yield Row(SECTION, f"{label}: processor time", Unit.SECONDS, full.processor_seconds, "an empty storage",
              empty.processor_seconds, Kind.RATIO)


def _linearity(few: int, many: int, figures: dict[Case, Figures]) -> Iterator[Row]:
    """A batch's share of the time, with many beside few. There are not as many turns of both: the best count."""
    many_of, few_of = figures[many, EMPTY], figures[few, EMPTY]
    label, beside = f"a batch of {many:,}", f"a batch of {few:,}"
    yield Row(SECTION, label, Unit.SECONDS, [min(many_of.seconds) / many], beside, [min(few_of.seconds) / few],
              Kind.RATIO, LINEAR_GOAL)
    yield Row(SECTION, f"{label}: processor time", Unit.SECONDS, [min(many_of.processor_seconds) / many], beside,
              [min(few_of.processor_seconds) / few], Kind.RATIO)


def _measure(waiting: int, turns: int, laboratory: Laboratory, room: Path, figures: dict[Case, Figures]) -> None:
    """The empty storage and the full one in turn. All turns begin with copies of the same two repositories."""
    with hosted.opened(room) as github:
        def hosted_repository(name: str) -> HostedRepository:
            return HostedRepository.create(github, f"octo/{name}", laboratory.programs, room / name)

        ready = _fill(hosted_repository("waiting"), waiting, (EMPTY, laboratory.effort.stored_before))
        for turn in range(turns):
            for stored, repository in ready.items():
                _drain(hosted_repository(f"turn-{turn}-{stored.files}"), repository, waiting, figures[waiting, stored])


def _fill(it: HostedRepository, waiting: int, storages: Sequence[Stored]) -> dict[Stored, GitRepository]:
    """The sender brings the first batch, and with it the inbox branch."""
    with trees.written(ONE, it.room) as source:
        it.send(source, "first", "--inbox-branch", INBOX)
    backlog.put_into_inbox(it.repository, INBOX, backlog.batches(waiting - 1))
    ready = {stored: GitRepository(it.room / f"{stored.files}.git") for stored in storages}
    for stored, repository in ready.items():
        shutil.copytree(it.repository.folder, repository.folder)
        backlog.put_into_storage(repository, stored)
    return ready


def _drain(it: HostedRepository, ready: GitRepository, waiting: int, figures: Figures) -> None:
    folder = it.repository.folder
    shutil.rmtree(folder)
    shutil.copytree(ready.folder, folder)
    with it.clone() as clone:
        cost = cost_of(it.drain(clone, INBOX), it.room)
    if it.stored_batches() != waiting:
        raise RuntimeError(f"{it.stored_batches()} of {waiting} batches were stored")
    backlog.check_stored(it.repository, backlog.batches(waiting - 1))
    figures.costs.append(cost)
    figures.idle_runs.append(_idle_run(it))
    shutil.rmtree(folder)


def _idle_run(it: HostedRepository) -> Conversations:
    """When nothing waits. A command of git begins with a request for the server's refs."""
    with it.clone() as clone:
        it.github.clear_requests()
        run(it.drain(clone, INBOX), it.room)
        paths = [request["path"] for request in it.github.requests() if ".git/" in request["path"]]
    return Conversations(sum(path.endswith("/info/refs") for path in paths), len(paths))
