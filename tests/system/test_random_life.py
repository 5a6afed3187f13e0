"""Producers, receivers, people and misfortune in any order. In the end every accepted version of a file is
stored exactly once with its bytes, nothing else is, and nothing is left over.

A failing example is printed as the steps that lead to it, as few as Hypothesis can find; the seed that is
printed before repeats it: HEALTHMETRIC_SEED=N.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from github_server.local_github import LocalGithub
from long_runs import IS_LONG
from producer import TOKEN, Files, Producer
from programs import Program, receiver_path
from repository import TARGET, Repository
from runner import ALL_DONE, Runner
from system_calls import Answer, needs_strace

hypothesis = pytest.importorskip("hypothesis", reason="python3-hypothesis is not installed")
from hypothesis import HealthCheck, seed, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from hypothesis.errors import HypothesisException  # noqa: E402
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test  # noqa: E402

BUDGET_S = 30 * 60 if IS_LONG else 120
STEPS = 30
LIVES_A_ROUND = 60
"""Of these, Hypothesis makes the first ten short ones."""

PATHS = ("a.json", "sub/b.csv", "Ärztin Müller/c.csv", "d e.json", "sub/deep/f.txt", "[g].xml")
FAULTS = (
    "close_before", "close_after", "truncate", "reset_mid_body", "race", "gzip", {"status": 502}, {"status": 500},
    {"status": 409, "body": {"message": "is at 1 but expected 2"}}, {"status": 503, "body": "<html>busy</html>"},
    {"answer_after": {"status": 502}}, {"status": 429, "headers": {"Retry-After": 1}},
)

CALLS = ("write", "openat", "rename", "renameat2", "fsync", "unlink", "unlinkat", "mkdirat", "flock", "sendto",
         "recvfrom", "execve", "link", "close")

OF_PRODUCERS = ((), (), ("--branch", TARGET, "--inbox-branch", TARGET))
"""The first ones use an inbox branch, the last one has its payloads on the target branch."""

producers = st.integers(0, 2)
runners = st.integers(0, 1)
paths = st.sampled_from(PATHS)
packings = st.sampled_from(((), ("--part-size", "64K"), ("--compress", "zstd"),
                            ("--part-size", "64K", "--compress", "zstd")))
kills = st.builds(lambda call, number: Answer(call, signal="KILL", when=str(number)), st.sampled_from(CALLS),
                  st.integers(1, 120))


class TimeIsUp(BaseException):
    """Not an Exception: Hypothesis would take that for a failure of the example."""


@pytest.fixture(scope="module")
def github() -> Iterator[LocalGithub]:
    with LocalGithub(tokens={TOKEN: "contents=write"}) as server:
        Life.github = server
        yield server


class Life(RuleBasedStateMachine):
    github: LocalGithub
    scratch: Path
    end = 0.0
    number = 0
    has_failed = False
    steps_taken: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        Life.number += 1
        self.folder = self.scratch / f"life-{Life.number}"
        self.github.clear_faults()
        self.repository = Repository(self.github, f"octo/life-{Life.number}")
        self.github.create_repo(self.repository.name)
        self.producers = [Producer(f"p{number}", self.folder / f"producer {number}", self.repository,
                                   only_changes=number > 0, options=OF_PRODUCERS[number]) for number in range(3)]
        self.runners = [Runner(self.folder / f"runner-{number}", self.repository) for number in range(2)]
        self.hostile: set[str] = set()

    @initialize(size=st.integers(0, 200_000))
    def begin(self, size: int) -> None:
        for producer in self.producers:
            producer.write("a.json", random.Random(size).randbytes(size))

    @rule(at=producers, path=paths, size=st.sampled_from((0, 1, 3000, 150_000)), content=st.integers(0, 999))
    def write(self, at: int, path: str, size: int, content: int) -> None:
        self.steps_taken["write"] += 1
        self.producers[at].write(path, random.Random(content).randbytes(size))

    @rule(at=producers, path=paths)
    def delete(self, at: int, path: str) -> None:
        self.steps_taken["delete"] += 1
        self.producers[at].delete(path)

    @rule(at=producers, options=packings)
    def send(self, at: int, options: tuple[str, ...]) -> None:
        self.steps_taken["send"] += 1
        self.producers[at].send(*options)

    @rule(at=producers, options=packings, kill=kills)
    def send_and_kill(self, at: int, options: tuple[str, ...], kill: Answer) -> None:
        self.steps_taken["send_and_kill"] += 1
        self.producers[at].send(*options, kill=kill)

    @rule(at=producers)
    def retry(self, at: int) -> None:
        self.steps_taken["retry"] += 1
        self.producers[at].retry()

    @rule(at=producers, kill=kills)
    def retry_and_kill(self, at: int, kill: Answer) -> None:
        self.steps_taken["retry_and_kill"] += 1
        self.producers[at].retry(kill)

    @rule(at=producers)
    def drop(self, at: int) -> None:
        self.steps_taken["drop"] += 1
        self.producers[at].drop()

    @rule(method=st.sampled_from(("PUT", "GET", "POST")), fault=st.sampled_from(FAULTS), after=st.integers(0, 3))
    def misfortune(self, method: str, fault: object, after: int) -> None:
        self.steps_taken["misfortune"] += 1
        self.github.faults({"method": method, "path": "^/repos/", "after": after, "action": fault})

    @rule(at=runners)
    def receive(self, at: int) -> None:
        self.steps_taken["receive"] += 1
        self.runners[at].receive()
        assert not self.runners[at].litter()

    @rule(at=runners, kill=kills)
    def receive_and_kill(self, at: int, kill: Answer) -> None:
        self.steps_taken["receive_and_kill"] += 1
        self.runners[at].receive(kill=kill)

    @rule()
    def receive_twice_at_once(self) -> None:
        self.steps_taken["receive_twice_at_once"] += 1
        started = [runner.start() for runner in self.runners]
        for runner, process in zip(self.runners, started, strict=True):
            runner.ended(process)

    @rule(number=st.integers(0, 99))
    def commit_by_somebody_else(self, number: int) -> None:
        self.steps_taken["commit_by_somebody_else"] += 1
        self.repository.commit(f"notes/{number}.txt", b"x")

    @rule(number=st.integers(0, 9), content=st.sampled_from((b"", b"{", b'{"files": {}}', b"\xff\0", b"[]" * 9)))
    def hostile_payload(self, number: int, content: bytes) -> None:
        self.steps_taken["hostile_payload"] += 1
        name = f"2024010{number}T000000Z-hostile-0000000{number}.json"
        self.repository.commit(f"_storage/inbox/{name}", content)
        self.hostile.add(name)

    def teardown(self) -> None:
        """Also after a step that failed, which time must not hide."""
        ended_by = sys.exc_info()[1]
        if isinstance(ended_by, Exception) and not isinstance(ended_by, HypothesisException):
            Life.note_failure()
        try:
            self.come_to_rest()
            self.assert_batches_are_stored()
            self.assert_nothing_else_is_stored()
            self.assert_nothing_is_left_over()
        except Exception:
            Life.note_failure()
            raise
        finally:
            shutil.rmtree(self.folder)
        if time.monotonic() > self.end and not self.has_failed:
            raise TimeIsUp

    @classmethod
    def note_failure(cls) -> None:
        """The first one is printed as it is; what Hypothesis makes of it takes minutes."""
        if not cls.has_failed:
            traceback.print_exc()
        cls.has_failed = True

    def come_to_rest(self) -> None:
        self.github.clear_faults()
        for producer in self.producers:
            producer.send()  # which removes the drafts of runs that were killed
            assert producer.retry().status == 0, producer.said[-1]
            assert producer.waiting() == []
        self.runners[0].receive()
        dropped = {batch for producer in self.producers for batch in producer.dropped}
        assert {name.partition(".part-")[0] for name in self.repository.waiting()} <= dropped, "parts of others"
        for producer in self.producers:
            assert producer.retry().status == 0, producer.said[-1]
            assert producer.queued() == [], "each receipt was seen"
        for runner in self.runners:
            assert runner.receive().status == ALL_DONE, runner.said[-1]

    def assert_batches_are_stored(self) -> None:
        tree = self.repository.target_tree()
        stored = {summary["batch_id"]: {file["path"]: tree.get("_storage/" + file["stored_path"])
                                        for file in summary["files"]}
                  for summary in self.repository.summaries() if summary["status"] == "stored"}
        for producer in self.producers:
            mine = {batch: files for batch, files in stored.items() if f"-{producer.name}-" in batch}
            for batch, files in producer.batches.items():
                if batch not in producer.dropped or batch in mine:
                    assert mine.pop(batch, None) == files, (batch, producer.said)
            assert_are_of_killed_runs(list(mine.values()), producer)

    def assert_nothing_else_is_stored(self) -> None:
        summaries = self.repository.summaries()
        assert len({summary["batch_id"] for summary in summaries}) == len(summaries)
        recorded = ["_storage/" + file["stored_path"] for summary in summaries
                    if summary["status"] == "stored" for file in summary["files"]]
        present = [path for path in self.repository.target_tree()
                   if path.startswith(tuple(f"_storage/{producer.name}/" for producer in self.producers))]
        assert sorted(recorded) == sorted(present)
        assert set(self.repository.rejected()) == self.hostile

    def assert_nothing_is_left_over(self) -> None:
        self.repository.check()
        storage = self.repository.clone(self.folder / "clone of the owner") / "_storage"
        if storage.exists():
            verified = Program(receiver_path(), self.folder / "owner")("verify", "--storage", storage)
            assert verified.status == 0, verified
        for runner in self.runners:
            assert runner.litter() == []
        for producer in self.producers:
            assert list((producer.home / "tmp").iterdir()) == []
            outbox = producer.home / "state/healthmetric/outbox"
            left = {place.name for place in outbox.iterdir()} if outbox.exists() else set()
            assert left <= {"lock", "delivered", "refused"}, left
        self.assert_no_token_anywhere()

    def assert_no_token_anywhere(self) -> None:
        secret = TOKEN.encode()
        assert secret not in self.repository.every_object()
        for place in self.folder.rglob("*"):
            assert not place.is_file() or place.is_symlink() or secret not in place.read_bytes(), place
        for who in (*self.producers, *self.runners):
            assert not any(TOKEN in result.stdout + result.stderr for result in who.said)


def assert_are_of_killed_runs(stored: list[Files], producer: Producer) -> None:
    """What a run that was killed had packed is stored or not, but never something else."""
    candidates = list(producer.doubtful)
    for files in stored:
        of = next((seen for seen in candidates if files.items() <= seen.items()), None)
        assert of is not None, (files, producer.doubtful, producer.said)
        candidates.remove(of)


@needs_strace
def test_whatever_happens_every_file_is_stored_once(github: LocalGithub, tmp_path: Path) -> None:
    chosen = int(os.environ.get("HEALTHMETRIC_SEED") or secrets.randbits(32))
    print(f"HEALTHMETRIC_SEED={chosen}", flush=True)
    Life.scratch, Life.end = tmp_path, time.monotonic() + BUDGET_S
    rounds = 0
    with suppress(TimeIsUp):
        while True:
            run_state_machine_as_test(seed(chosen + rounds)(Life), settings=settings(
                max_examples=LIVES_A_ROUND, stateful_step_count=STEPS, deadline=None, database=None,
                suppress_health_check=list(HealthCheck)))
            rounds += 1
            print(f"HEALTHMETRIC_SEED={chosen + rounds}", flush=True)
    print(json.dumps({"seed": chosen, "rounds": rounds, "lives": Life.number, **Life.steps_taken}))
