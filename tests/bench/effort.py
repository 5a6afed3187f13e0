"""How much is measured: everything, or as much as fits into two minutes."""

from __future__ import annotations

from dataclasses import dataclass

from bench import trees
from bench.backlog import Stored


@dataclass(frozen=True)
class Effort:
    needed_bytes: int  #: of free space, for files and copies of them
    bytes_at_hand: int  #: of free memory: what files and contestants take at a time
    tree_turns: dict[trees.Tree, int]
    peer_carries: frozenset[trees.Tree]  #: it needs half a minute and 5 GB for A
    restore_turns: dict[trees.Tree, int]
    recorded_batches: int  #: whose summaries are listed
    listing_turns: int
    upload_turns: int
    start_turns: int
    link_turns: int
    memory_of: tuple[trees.Tree, ...]
    health_bytes: int  #: of a realistic batch
    history_days: int
    history_bytes: int  #: of a day's files
    stored_files: tuple[int, ...]  #: what lies in the storage already
    growth_turns: int
    backlog_turns: dict[int, int]  #: by how many batches wait
    stored_before: Stored  #: when they come
    codec_seconds: float  #: of each micro-benchmark


FULL = Effort(
    needed_bytes=6 << 30,
    bytes_at_hand=8 << 30,
    tree_turns={trees.A: 5, trees.B: 15, trees.C: 15, trees.T: 200},
    peer_carries=frozenset({trees.A, trees.B, trees.C}),
    restore_turns={trees.A: 5, trees.B: 9, trees.C: 9},
    recorded_batches=100_000,
    listing_turns=9,
    upload_turns=31,
    start_turns=100,
    link_turns=3,
    memory_of=(trees.A, trees.B, trees.MANY),
    health_bytes=15_000_000,
    history_days=30,
    history_bytes=3_000_000,
    stored_files=(1_000, 10_000, 100_000),
    growth_turns=51,
    backlog_turns={1_000: 3, 10_000: 2},
    stored_before=Stored(files=100_000, summaries=30_000),
    codec_seconds=1.0,
)

QUICK = Effort(
    needed_bytes=4 << 30,
    bytes_at_hand=4 << 30,
    tree_turns={trees.A: 1, trees.B: 3, trees.C: 2, trees.T: 20},
    peer_carries=frozenset({trees.B, trees.C}),
    restore_turns={trees.B: 1, trees.C: 1},
    recorded_batches=5_000,
    listing_turns=2,
    upload_turns=5,
    start_turns=20,
    link_turns=1,
    memory_of=(trees.B,),
    health_bytes=15_000_000,
    history_days=2,
    history_bytes=500_000,
    stored_files=(1_000, 10_000),
    growth_turns=11,
    backlog_turns={1_000: 1},
    stored_before=Stored(files=1_000, summaries=300),
    codec_seconds=0.1,
)
