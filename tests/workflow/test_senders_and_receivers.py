"""Senders and receivers at work on one inbox branch, and what may happen between their steps: whole programs,
the API over HTTP, and git."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import built
from forge import SCRIPT
from github_server.git_environment import git_environment
from github_server.local_github import LocalGithub
from inbox import today
from meddling import KILLED, git_that
from project import TOKEN, Project
from sending import Sender

INBOX = "healthmetric/inbox-for-main"
PARTS = ("--part-size", "64K")
SENDERS = 10
TIMEOUT_S = 60


class World:
    """A repository where no event starts anything, and a clone to receive in."""

    def __init__(self, github: LocalGithub, folder: Path) -> None:
        self.github, self.folder = github, folder
        self.project = Project(github, folder, "octo/world")
        self.clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", github.repo_path(self.project.repo), self.clone], check=True,
                       env=git_environment())

    def sender(self, name: str = "sender") -> Sender:
        return Sender(built("HEALTHMETRIC_SENDER"), self.folder / name)

    def receive(self, status: int = 0, **environment: str) -> Counter[str]:
        """How many batches became what."""
        done = subprocess.run([SCRIPT, "--receiver", built("HEALTHMETRIC_RECEIVER"), "--result-json", "result.json"],
                              cwd=self.clone, env=git_environment() | environment, text=True, capture_output=True,
                              timeout=TIMEOUT_S, check=False)
        assert done.returncode == status, done
        if status < 0:
            return Counter()
        return Counter(json.loads((self.clone / "result.json").read_text())["counts"])

    def waiting(self) -> list[str]:
        if INBOX not in self.github.git(self.project.repo, "for-each-ref", "--format=%(refname:short)").split():
            return []
        return [path for path in self.project.files(INBOX) if path.startswith("_storage/inbox/")]

    def commits(self) -> int:
        return len(self.project.messages(INBOX))

    def until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not is_so():
            assert time.monotonic() < end, "it never came to that"

    def assert_stored_once(self, batches: dict[str, dict[str, bytes]]) -> None:
        stored = Counter(message.split()[2] for message in self.project.messages()
                         if message.startswith("Store batch "))
        assert stored == Counter(batches.keys())
        for batch_id, files in batches.items():
            summary = self.project.receipt(batch_id)
            assert summary["status"] == "stored"
            assert {file["path"]: self.github.read(self.project.repo, f"_storage/{file['stored_path']}")
                    for file in summary["files"]} == files
        assert self.waiting() == []

    def assert_settled(self, sender: Sender) -> None:
        assert outbox(sender, "retry").returncode == 0
        assert json.loads(outbox(sender, "list", "--json").stdout)["batches"] == []


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with LocalGithub(tokens={TOKEN: "contents=write"}) as github:
        yield World(github, tmp_path)


def outbox(sender: Sender, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sender.program, "outbox", *words], env=sender.environment, text=True, capture_output=True,
                          timeout=TIMEOUT_S, check=False)


def noise(number: int = 0) -> dict[str, bytes]:
    """A file that makes four parts."""
    return {"noise.csv": random.Random(number).randbytes(150_000)}


def test_a_receiver_between_the_parts_of_ten_senders(world: World) -> None:
    """And while they send the others."""
    senders = [world.sender(f"sender-{number}") for number in range(SENDERS)]
    world.github.faults({"method": "PUT", "path": "part-0002", "times": None, "action": {"status": 502}})
    batches = {}
    for number, sender in enumerate(senders):
        done = sender(world.project, noise(number), *PARTS, "--max-wait", "0", batch_name=f"of-{number}")
        assert done.returncode == 7, done
        batches[json.loads(done.stdout)["batch_id"]] = noise(number)
    for _ in range(2):
        assert world.receive() == {"waiting": SENDERS}
        assert (len(world.waiting()), world.commits()) == (SENDERS, 1)
    world.github.clear_faults()

    with ThreadPoolExecutor(SENDERS) as pool:
        retries = [pool.submit(outbox, sender, "retry") for sender in senders]
        while not all(retry.done() for retry in retries):
            world.receive()
        assert [retry.result().returncode for retry in retries] == [0] * SENDERS

    world.receive()
    world.assert_stored_once(batches)
    assert world.commits() == 1
    for sender in senders:
        world.assert_settled(sender)


def delete_the_inbox(world: World) -> None:
    world.github.git(world.project.repo, "branch", "--quiet", "-D", INBOX)


@pytest.mark.parametrize("happens", [World.receive, delete_the_inbox], ids=["reset", "deleted"])
def test_what_happens_to_the_inbox_while_a_part_is_on_its_way(world: World, happens: Callable[[World], object]) -> None:
    sender = world.sender()
    world.github.faults({"method": "PUT", "path": "part-0002", "action": {"delay_ms": 3000}})
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(sender.send, world.project, noise(), *PARTS)
        world.until(lambda: bool(world.waiting()))
        happens(world)
        batch_id = sending.result()
    world.receive()
    world.assert_stored_once({batch_id: noise()})
    world.assert_settled(sender)


def test_a_sender_that_waits_gets_its_receipt_though_the_run_was_killed_between_its_pushes(world: World) -> None:
    sender, files = world.sender(), {"a.csv": b"1\n"}
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(sender, world.project, files, "--wait", f"{TIMEOUT_S}s")
        world.until(lambda: bool(world.waiting()))
        world.receive(-signal.SIGKILL, **git_that(world.folder, KILLED, INBOX))
        [batch_id] = [path.rpartition("/")[2].removesuffix(".json") for path in world.waiting()]
        assert world.project.receipt(batch_id)["status"] == "stored" and not sending.done()
        assert world.receive() == {"repeated": 1}
        done = sending.result()
    assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "stored"), done
    world.assert_stored_once({batch_id: files})
    world.assert_settled(sender)


@pytest.mark.parametrize("was_stored", [False, True], ids=["before it was received", "after it was stored"])
def test_a_batch_whose_inbox_somebody_deleted_is_stored_once(world: World, was_stored: bool) -> None:
    """Nothing runs at the dispatch, as with Actions turned off."""
    sender = world.sender()
    batch_id = sender.send(world.project, noise())
    if was_stored:
        assert world.receive() == {"stored": 1}
    delete_the_inbox(world)
    retried = outbox(sender, "retry")
    assert retried.returncode == 0 and f"neither {batch_id} nor a receipt of it is in" in retried.stderr, retried
    assert world.receive() == {"repeated" if was_stored else "stored": 1}
    world.assert_stored_once({batch_id: noise()})
    world.assert_settled(sender)


def age_receipt(world: World, batch_id: str, days: int) -> None:
    """As if it had been written so long ago."""
    then = (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%d")
    places = " ".join(f"_storage/receipts/{day}/{batch_id}.json" for day in (today(), then))
    subprocess.run(["git", "fast-import", "--quiet"], check=True, text=True, env=git_environment(),
                   cwd=world.github.repo_path(world.project.repo),
                   input=f"commit refs/heads/{INBOX}\ncommitter T <t@example.invalid> 0 +0000\ndata 3\nage\n"
                         f"from refs/heads/{INBOX}^0\nR {places}\n")


@pytest.mark.parametrize("days", [0, 46])
def test_a_batch_whose_answer_was_lost_and_that_was_stored_meanwhile_is_stored_once(world: World, days: int) -> None:
    """Its receipt says so for 45 days, and its summary after that."""
    sender, other = world.sender(), world.sender("other")
    batches = {other.send(world.project, {"b.csv": b"1\n"}): {"b.csv": b"1\n"}}
    world.github.faults({"method": "PUT", "path": "/contents/", "action": "close_after"},
                        {"method": "GET", "path": "/contents/", "times": None, "action": "close_before"})
    lost = sender(world.project, {"a.csv": b"1\n"}, "--max-wait", "0")
    assert lost.returncode == 7, lost
    batch_id = json.loads(lost.stdout)["batch_id"]
    batches[batch_id] = {"a.csv": b"1\n"}
    world.github.clear_faults()
    assert world.receive() == {"stored": 2}
    age_receipt(world, batch_id, days)
    batches[other.send(world.project, {"b.csv": b"2\n"})] = {"b.csv": b"2\n"}
    assert world.receive() == {"stored": 1}

    assert outbox(sender, "retry").returncode == 0

    is_forgotten = days > 45
    assert len(world.waiting()) == is_forgotten
    assert world.receive() == ({"repeated": 1} if is_forgotten else {})
    world.assert_stored_once(batches)
    world.assert_settled(sender)
