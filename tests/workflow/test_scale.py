"""What a run costs in a repository that holds much already.

Requests, bytes and the size of git's index are held to bounds. Time is printed and no more: it
depends on what else the machine does.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from conftest import built
from forge import Batch
from github_server.git_environment import git_environment
from project import FILES, PROJECT, Project

LONG = os.environ.get("HEALTHMETRIC_LONG") == "1"
SIZES = (0, 10_000, 100_000) if LONG else (0, 10_000)
FILES_A_BATCH = 1000
BYTES_A_FILE = 30
TURNS = 3
NEW = Batch("20240115T103000Z-new-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})


@dataclass(frozen=True)
class Cost:
    seconds: float
    requests: int
    received: int
    sent: int
    index: int


def store_files(project: Project, count: int) -> None:
    """As earlier batches left them: a folder each, with names and digests like theirs."""
    if count:
        subprocess.run(["git", "fast-import", "--quiet"], input=b"".join(history(count)), check=True,
                       cwd=project.github.repo_path(project.repo), env=git_environment())
    # As GitHub keeps it: compressed, which the local one does not do by itself.
    project.github.git(project.repo, "-c", "pack.compression=6", "repack", "-adFq")
    project.github.git(project.repo, "config", "pack.compression", "6")


def history(count: int) -> Iterator[bytes]:
    yield (b"commit refs/heads/main\ncommitter T <t@example.invalid> 0 +0000\ndata 5\nstore\n"
           b"from refs/heads/main^0\n")
    for number in range(count):
        batch, place = divmod(number, FILES_A_BATCH)
        identity = hashlib.sha256(b"%d" % batch).hexdigest()[:8]
        path = f"_storage/health/day-{batch}/rate_{place}_20240115T103000Z-{identity}.json"
        content = b'{"rate": %d}\n' % number
        yield b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content)
        if place == 0:
            receipt = f"_storage/summaries/2024/01/15/20240115T103000Z-health-{identity}.json"
            yield b"M 100644 inline %s\ndata 3\n{}\n\n" % receipt.encode()


def cost_of_a_run(project: Project) -> Cost:
    project.put(NEW.payload_path, NEW.payload(), message="Add [skip ci]")
    project.github.clear_requests()
    started = time.monotonic()
    project.dispatch({})
    run = project.runs()[-1]
    seconds = time.monotonic() - started
    assert run.exit_code == 0, run.log
    assert NEW.payload_path not in project.files()
    git = [request for request in project.github.requests() if ".git/" in request["path"]]
    return Cost(seconds, len(git), sum(request["answer_size"] for request in git),
                sum(request["body_size"] for request in git),
                (run.folder / "workspace/.git/index").stat().st_size)


def measure(project: Project, count: int) -> Cost:
    """The first of some turns stores the batch, the others remove its repeat."""
    project.install(PROJECT, FILES)
    project.release(built("HEALTHMETRIC_RECEIVER"))
    store_files(project, count)
    first = cost_of_a_run(project)
    assert project.receipt(NEW.batch_id)["status"] == "stored"
    costs = [first, *(cost_of_a_run(project) for _ in range(TURNS - 1))]
    return replace(first, seconds=min(cost.seconds for cost in costs))


def test_what_is_stored_costs_a_run_next_to_nothing(
    github, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    costs = {count: measure(Project(github, store, f"octo/scale-{count}"), count)
             for count in SIZES}
    with capsys.disabled():
        print("\n| stored files | seconds | requests | received | sent |\n|---:|---:|---:|---:|---:|")
        for count, cost in costs.items():
            print(f"| {count:,} | {cost.seconds:.2f} | {cost.requests} | {cost.received:,} "
                  f"| {cost.sent:,} |")
    empty = costs[0]
    for count, cost in costs.items():
        assert cost.received - empty.received <= BYTES_A_FILE * count
        assert cost.sent - empty.sent <= 4096
        assert (cost.requests, cost.index) == (empty.requests, empty.index)
