"""Gitea and Forgejo: the same sender and the same receiver, where those servers differ from GitHub."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN, Destination, new_destination
from github_server.gitea import FLAVOURS
from github_server.local_github import LocalGithub
from payloads import stored_path, summary_path
from programs import REPOSITORY, Program, Result, finished, receiver_path
from receipts import receipt

NO_WAITING = ("--max-wait", "0")


@pytest.fixture(scope="module", params=FLAVOURS)
def forge(request: pytest.FixtureRequest) -> Iterator[LocalGithub]:
    """Each push, and each start of the workflow, runs the receiver."""
    command = [REPOSITORY / "scripts/receive-locally.sh", receiver_path(), "."]
    with LocalGithub(tokens={TOKEN: "contents=write,actions=write"}, on_push=command, on_dispatch=command,
                     options=["--workflow=data-receiver.yml"], flavour=request.param) as server:
        yield server


@pytest.fixture
def destination(forge: LocalGithub, sender: Program, request: pytest.FixtureRequest) -> Destination:
    return new_destination(forge, sender, request)


def writes(destination: Destination) -> list[tuple[str, int | None]]:
    return [(request["method"], request["status"]) for request in destination.requests("PUT", "POST")
            if "/contents/" in request["path"]]


def created(destination: Destination, count: int = 1) -> list[tuple[str, int | None]]:
    """How that many new files are written. Forgejo creates with POST alone, which is learnt once."""
    if destination.github.flavour == "forgejo":
        return [("PUT", 422)] + [("POST", 201)] * count
    return [("PUT", 201)] * count


def fault(destination: Destination, action: Any, method: str | None = None, **rule: Any) -> None:
    destination.github.faults({"path": "/contents/", "method": method, "action": action} | rule)


def creating(destination: Destination) -> str:
    return "POST" if destination.github.flavour == "forgejo" else "PUT"


@pytest.mark.parametrize("trigger", ["push", "workflow"])
def test_a_batch_of_many_parts_is_stored(trigger: str, destination: Destination, source: Path) -> None:
    (source / "noise.csv").write_bytes(os.urandom(200_000))
    result = destination("--folder", source, "--part-size", "64K", "--trigger", trigger, "--wait", "40",
                         "--json")
    assert (result.status, result.json["status"], result.json["reason"]) == (0, "stored", None), result
    assert len(result.json["payloads"]) > 3
    for file in source.iterdir():
        stored = stored_path(result.json["batch_id"], file.name)
        assert destination.github.read(destination.repo, f"_storage/{stored}") == file.read_bytes()
    assert writes(destination) == created(destination, len(result.json["payloads"]))
    assert destination.waiting() == []


def test_a_branch_takes_a_batch(destination: Destination, source: Path) -> None:
    destination.github.git(destination.repo, "branch", "data/intake", "main")
    result = destination("--folder", source, "--branch", "data/intake", "--trigger", "push", "--wait", "40",
                         "--json")
    assert (result.status, result.json["status"]) == (0, "stored"), result


def put_receipt(destination: Destination, text: bytes, *words: str | Path) -> Result:
    """A receipt that is put there as soon as the payload has arrived."""
    process = destination.start(*words, "--trigger", "none", "--wait", "40", "--json")
    while not (names := destination.inbox()):
        assert process.poll() is None
    destination.put_file(summary_path(next(iter(names)).removesuffix(".json")), text)
    return finished(process)


@pytest.mark.parametrize("files", [0, 60_000], ids=["short", "of megabytes"])
@pytest.mark.parametrize("status, ends", [("stored", 0), ("rejected", 8)])
def test_a_receipt_is_read(
    status: str, ends: int, files: int, destination: Destination, source: Path
) -> None:
    """It comes as JSON with base64 in it, whatever form was asked for."""
    document = {"status": status, "reason": "a digest does not match" if ends else None, "payloads": [],
                "files": [{"path": f"{number:060}"} for number in range(files)]}
    result = put_receipt(destination, json.dumps(document).encode(), "--folder", source)
    assert (result.status, result.json["status"]) == (ends, status), result
    assert result.json["reason"] == document["reason"]


def test_files_of_a_rejected_batch_go_again(destination: Destination, source: Path) -> None:
    first = destination("--folder", source, "--trigger", "none", "--json")
    assert first.status == 0
    destination.put_file(summary_path(first.json["batch_id"]), receipt("rejected"))
    again = destination("--folder", source, "--trigger", "none", "--changed-only", "--json")
    assert (again.status, again.json["files"]) == (0, 1)
    again.error_line("rejected", first.json["batch_id"])


@pytest.mark.parametrize("size", [10, 5 << 20], ids=["small", "large"])
def test_a_lost_answer_sends_no_second_payload(size: int, destination: Destination, source: Path) -> None:
    """What lies there tells its blob id in front of its content, however large that is."""
    (source / "noise.csv").write_bytes(os.urandom(size))
    fault(destination, "close_after", creating(destination))
    result = destination("--folder", source, "--trigger", "push")
    assert result.status == 0, result
    assert [status for _, status in writes(destination) if status != 422] == [None]
    assert list(destination.payload_history().values()) == [1]


def test_a_lost_race_is_tried_again(destination: Destination, source: Path) -> None:
    fault(destination, "race", creating(destination))
    result = destination("--folder", source, "--trigger", "none")
    assert result.status == 0, result
    assert [status for _, status in writes(destination) if status != 422] == [403, 201]


@pytest.mark.parametrize("message", ["PushOutOfDate Error: remote contains work", "cannot lock ref"])
def test_a_push_that_is_out_of_date_is_tried_again(
    message: str, destination: Destination, source: Path
) -> None:
    fault(destination, {"status": 500, "body": {"message": message}}, creating(destination))
    assert destination("--folder", source, "--trigger", "none").status == 0
    assert [status for _, status in writes(destination) if status != 422] == [500, 201]


def test_without_repository_dispatch_payloads_arrive_and_wait_for_a_trigger(
    destination: Destination, source: Path
) -> None:
    """The first does not keep the second from arriving, and nobody is told that the repository is gone."""
    for count in (1, 2):
        result = destination("--folder", source, "--json")
        assert (result.status, result.json["status"]) == (8, "queued"), result
        result.error_line("repository_dispatch", "404", "--trigger push or workflow")
        result.error_line("delivered, but the workflow was not started", result.json["batch_id"])
        assert "there is no" not in result.stderr
        assert len(destination.inbox()) == len(destination.waiting()) == count

    result = destination("--folder", source, "--trigger", "push", "--wait", "40", "--json")
    assert (result.status, result.json["status"]) == (0, "stored"), result
    destination.github.wait_idle()
    assert destination.inbox() == {}, "the run received what had arrived before"
    dropped = destination.sender("outbox", "drop", *destination.waiting())
    assert dropped.status == 0
    dropped.error_line("in the repository")


def test_an_archived_repository_is_waited_for(destination: Destination, source: Path) -> None:
    archived = destination.github.repo_path(destination.repo) / "archived"
    archived.touch()
    result = destination("--folder", source, "--trigger", "push", "--json")
    assert (result.status, result.json["status"]) == (8, "queued"), result
    result.error_line("423", "archived")
    assert destination.waiting() == [result.json["batch_id"]]

    archived.unlink()
    assert destination.sender("outbox", "retry", env=destination.token(TOKEN)).status == 0
    assert destination.waiting() == []
    assert list(destination.payload_history()) == result.json["payloads"]


def test_somebody_elses_file_is_left_alone(destination: Destination, source: Path) -> None:
    fault(destination, "close_before", creating(destination))
    batch_id = destination("--folder", source, "--trigger", "none", *NO_WAITING, "--json").json["batch_id"]
    destination.put_file(f"inbox/{batch_id}.json", b"somebody else's")
    result = destination.sender("outbox", "retry", env=destination.token(TOKEN))
    assert result.status == 8, result
    result.error_line("already exists", batch_id)
    assert destination.github.read(destination.repo, f"_storage/inbox/{batch_id}.json") == b"somebody else's"


def test_the_root_of_the_server_is_not_its_api(destination: Destination, source: Path) -> None:
    result = replace(destination, url=destination.github.url)("--folder", source, "--json")
    assert (result.status, result.json["status"]) == (7, "queued"), result
    result.error_line("404", "--api-url")


def test_an_inbox_branch_must_be_there(destination: Destination, source: Path) -> None:
    """These servers cannot begin a branch with a history of its own."""
    words = ["--folder", source, "--inbox-branch", "letters", "--trigger", "none"]
    result = destination(*words, "--json")
    assert (result.status, result.json["status"]) == (8, "queued"), result
    result.error_line(f"{destination.repo} has no branch letters, and this server cannot begin it")

    destination.github.git(destination.repo, "branch", "letters", "main")
    assert destination("outbox", "retry").status == 0
    assert list(destination.inbox("letters")) == result.json["payloads"]
