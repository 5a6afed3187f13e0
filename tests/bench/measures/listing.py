"""What it takes to look through the summaries of many batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench import summaries
from bench.laboratory import Laboratory
from bench.processes import cost_of, run
from bench.rows import Goal, Row, Unit
from bench.trees import MIB

SECTION = "Listing what is stored"
TIME_GOAL, MEMORY_GOAL = Goal(1.5), Goal(32 * MIB)
DAYS = 1_000
LISTS: Sequence[tuple[str, ...]] = (("list", "--limit", "20"), ("list", "--since", "7d"), ("list",), ("status",))
FILES = ("files",)


def rows(laboratory: Laboratory) -> Iterator[Row]:
    """The first look at each, at files that were just written, does not count."""
    batches = laboratory.effort.recorded_batches
    with laboratory.room() as room:
        storage = summaries.storage_of(batches, DAYS, laboratory, room)
        for words in (*LISTS, FILES):
            command = laboratory.programs.tell(words[0], storage, room, *words[1:])
            run(command, room)
            costs = [cost_of(command, room) for _ in range(laboratory.effort.listing_turns)]
            has_goal = words in LISTS
            label = f"{' '.join(words)}, {batches:,} batches of one file"
            yield Row(SECTION, label, Unit.SECONDS, [cost.seconds for cost in costs],
                      goal=TIME_GOAL if has_goal else None)
            if len(words) == 1:
                processor = [cost.processor_seconds for cost in costs]
                yield Row(SECTION, f"{label}: processor time", Unit.SECONDS, processor)
            yield Row(SECTION, f"{label}: peak memory", Unit.BYTES, [cost.peak_bytes for cost in costs],
                      goal=MEMORY_GOAL if has_goal else None)
