"""What it takes to make a page of 10,000 batches, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator

from bench import summaries
from bench.laboratory import Laboratory
from bench.processes import cost_of, run
from bench.rows import Goal, Row, Unit
from bench.trees import MIB

SECTION = "A page to look at"
BATCHES, DAYS = 10_000, 365
TIME_GOAL, SIZE_GOAL = Goal(2.0), Goal(5 * MIB)


def rows(laboratory: Laboratory) -> Iterator[Row]:
    """The first one, of files that were just written, does not count."""
    with laboratory.room() as room:
        storage = summaries.storage_of(BATCHES, DAYS, laboratory, room)
        page = room / "page.html"
        command = laboratory.programs.tell("page", storage, room, "--output", page)
        run(command, room)
        costs = [cost_of(command, room) for _ in range(laboratory.effort.listing_turns)]
        label = f"page, {BATCHES:,} batches of one file"
        yield Row(SECTION, label, Unit.SECONDS, [cost.seconds for cost in costs], goal=TIME_GOAL)
        yield Row(SECTION, f"{label}: peak memory", Unit.BYTES, [cost.peak_bytes for cost in costs])
        yield Row(SECTION, f"{label}: size of the page", Unit.BYTES, [page.stat().st_size], goal=SIZE_GOAL)
