"""SIGKILL at any moment of a delivery, and again in the run that continues it: in the end every part is
in the repository once, and the receiver stores every batch once."""

from __future__ import annotations

import random
import secrets
import time
from pathlib import Path

from conftest import Destination
from long_runs import IS_LONG
from programs import Word, finished, git, receive_and_commit
from trees import git_blob

KILLS = 100 if IS_LONG else 8
PARTS = 5
CONTENT = random.Random(5).randbytes(160_000)


class Attacker:
    """Lets senders run for a random part of the time one delivery takes."""

    def __init__(self, destination: Destination, rng: random.Random) -> None:
        self.destination, self.rng = destination, rng
        self.kills, self.longest_s = 0, 0.0
        self.queued: set[str] = set()

    def run_to_the_end(self, *words: Word) -> None:
        begin = time.monotonic()
        result = self.destination(*words)
        assert result.status == 0, result
        self.longest_s = max(self.longest_s, time.monotonic() - begin)

    def run_and_kill(self, *words: Word) -> None:
        process = self.destination.start(*words)
        time.sleep(self.rng.uniform(0, self.longest_s))
        process.kill()
        result = finished(process)
        assert result.status in (0, -9), result
        self.kills += result.status == -9
        self.queued.update(self.destination.waiting())


def test_whenever_it_is_killed_the_batch_arrives_once(
    destination: Destination, source: Path, tmp_path: Path
) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    (source / "noise.png").write_bytes(CONTENT)
    packing = ["--folder", source, "--part-size", "64K", "--batch-name", "b"]
    attacker = Attacker(destination, random.Random(seed))
    attacker.run_to_the_end(*packing)
    assert len(destination.payload_history()) == PARTS

    while attacker.kills < KILLS:
        attacker.run_and_kill(*packing)
        while destination.waiting() and attacker.kills < KILLS:
            attacker.run_and_kill("outbox", "retry")
    attacker.run_to_the_end("outbox", "retry")
    attacker.run_to_the_end(*packing)

    assert {place.name for place in destination.sender.outbox.iterdir()} == {"lock", "delivered", "refused"}
    history = destination.payload_history()
    assert set(history.values()) == {1}
    batches = {name.partition(".part-")[0] for name in history}
    assert len(history) == PARTS * len(batches)
    assert batches >= attacker.queued
    assert set(destination.dispatched()) == batches
    assert_all_is_stored_once(destination, batches, tmp_path / "clone")


def assert_all_is_stored_once(destination: Destination, batches: set[str], clone: Path) -> None:
    git(clone.parent, "clone", "--quiet", str(destination.github.repo_path(destination.repo)), str(clone))
    received = receive_and_commit(clone)
    assert received.status == 0, received
    tree = destination.github.tree(destination.repo)
    summaries = [path for path in tree if path.startswith("_storage/summaries/")]
    assert {path.rpartition("/")[2] for path in summaries} == {f"{batch}.json" for batch in batches}
    stored = [blob for path, blob in tree.items() if path.startswith("_storage/b/") and path.endswith("_noise.png")]
    assert stored == [git_blob(CONTENT)] * len(batches)
    assert destination.inbox() == {}
