"""--changed-only: a daily run on a growing folder sends what is new, and nothing twice."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Destination, Unprivileged
from payloads import flat_summary_path, summary_path
from programs import Result, finished
from receipts import process, receipt

NETWORK_DOWN = {"path": "^/repos/", "times": None, "action": "close_before"}
REFUSAL = {"method": "PUT", "path": "^/repos/", "times": None, "action": {"status": 422}}


def send(destination: Destination, source: Path, *words: str, **run: Any) -> Result:
    return destination("--folder", source, "--changed-only", "--json", *words, **run)


def sent_files(destination: Destination, result: Result) -> set[str]:
    """What the batch of that run has, as the repository holds it."""
    names: set[str] = set()
    for payload in result.json["payloads"]:
        names |= set(destination.payload(payload)["files"])
    return names


def write(folder: Path, name: str, content: bytes, age_s: float = 3600) -> Path:
    """Old enough to be trusted, unless told otherwise."""
    place = folder / name
    place.write_bytes(content)
    moment = time.time() - age_s
    os.utime(place, (moment, moment))
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "metrics"
    made.mkdir()
    write(made, "monday.json", b"[1]")
    return made


def test_daily_runs_send_what_is_new(destination: Destination, folder: Path) -> None:
    first = send(destination, folder)
    assert (first.status, first.json["unchanged"]) == (0, 0)
    for day, known in (("tuesday", 1), ("wednesday", 2)):
        write(folder, f"{day}.json", day.encode())
        result = send(destination, folder)
        assert (result.status, result.json["files"], result.json["unchanged"]) == (0, 1, known)
        assert sent_files(destination, result) == {f"{day}.json"}
    assert len(destination.inbox()) == 3


def test_nothing_new_is_one_line_and_no_write(destination: Destination, folder: Path) -> None:
    first = send(destination, folder)
    process(destination, first.json["batch_id"], receipt("stored"))
    destination.github.clear_requests()
    words = ["--folder", folder, "--changed-only"]
    second = destination(*words)
    assert (second.status, second.stdout) == (0, f"nothing new to send in '{folder}'; unchanged 1\n")
    assert destination.requests("PUT", "POST") == []
    destination.github.clear_requests()

    third = destination(*words)

    assert (third.status, third.stdout, third.stderr) == (0, second.stdout, "")
    assert destination.requests() == [], "the fate of all is known, and nothing waits"
    nothing = send(destination, folder).json
    assert (nothing["status"], nothing["files"], nothing["batch_id"]) == ("empty", 0, None)


def test_nothing_new_still_delivers_what_waits(destination: Destination, folder: Path) -> None:
    destination.github.faults(NETWORK_DOWN)
    first = send(destination, folder, "--max-wait", "0")
    assert first.status == 7
    destination.github.clear_faults()
    second = send(destination, folder)
    assert (second.status, second.json["status"], second.json["unchanged"]) == (0, "empty", 1)
    assert destination.payload_history() == {f"{first.json['batch_id']}.json": 1}
    assert destination.waiting() == []


def test_what_is_queued_is_not_packed_twice(destination: Destination, folder: Path) -> None:
    destination.github.faults(NETWORK_DOWN)
    first = send(destination, folder, "--max-wait", "0")
    write(folder, "tuesday.json", b"[2]")
    second = send(destination, folder, "--max-wait", "0")
    assert (second.status, second.json["files"], second.json["unchanged"]) == (7, 1, 1)
    third = send(destination, folder, "--max-wait", "0")
    assert (third.status, third.json["status"], third.json["unchanged"]) == (7, "empty", 2)
    assert len(destination.waiting()) == 2
    destination.github.clear_faults()
    assert send(destination, folder).status == 0
    assert sent_files(destination, first) | sent_files(destination, second) == {"monday.json", "tuesday.json"}


def test_an_unchanged_file_is_not_even_opened(
    destination: Destination, unprivileged: Unprivileged
) -> None:
    """It cannot be."""
    destination = replace(destination, sender=unprivileged.sender)
    folder = unprivileged.folder / "metrics"
    folder.mkdir()
    monday = write(folder, "monday.json", b"[1]")
    unprivileged.own(folder)
    assert send(destination, folder).status == 0
    monday.chmod(0)
    write(folder, "tuesday.json", b"[2]")

    result = send(destination, folder)

    assert (result.status, result.json["unchanged"]) == (0, 1), result
    assert sent_files(destination, result) == {"tuesday.json"}


def test_a_change_that_kept_size_and_time_is_noticed_where_time_proves_nothing(
    destination: Destination, folder: Path
) -> None:
    """Written within two seconds before it was packed, and again without a change of its time."""
    young = write(folder, "young.json", b"[1]", age_s=0)
    assert send(destination, folder).status == 0
    moment = young.stat().st_mtime_ns
    young.write_bytes(b"[2]")
    os.utime(young, ns=(moment, moment))

    result = send(destination, folder)

    assert sent_files(destination, result) == {"young.json"}
    [payload] = result.json["payloads"]
    assert base64.b64decode(destination.payload(payload)["files"]["young.json"]["content"]) == b"[2]"


def test_a_change_of_time_alone_sends_nothing(destination: Destination, folder: Path) -> None:
    assert send(destination, folder).status == 0
    os.utime(folder / "monday.json")
    assert send(destination, folder).json["status"] == "empty"
    write(folder, "monday.json", b"[1]", age_s=7200)
    assert send(destination, folder).json["status"] == "empty"
    write(folder, "monday.json", b"[2]", age_s=7200)
    assert send(destination, folder).json["files"] == 1


def test_a_larger_file_is_sent_again(destination: Destination, folder: Path) -> None:
    assert send(destination, folder).status == 0
    with (folder / "monday.json").open("ab") as file:
        file.write(b"\n[2]")
    assert sent_files(destination, send(destination, folder)) == {"monday.json"}


def test_what_was_dropped_counts_as_unsent(destination: Destination, folder: Path) -> None:
    destination.github.faults(NETWORK_DOWN)
    first = send(destination, folder, "--max-wait", "0")
    destination.github.clear_faults()
    assert destination("outbox", "drop", first.json["batch_id"]).status == 0
    again = send(destination, folder)
    assert (again.status, again.json["files"]) == (0, 1)
    assert sent_files(destination, again) == {"monday.json"}


def test_what_was_refused_counts_as_unsent(destination: Destination, folder: Path) -> None:
    destination.github.faults(REFUSAL)
    assert send(destination, folder).status == 8
    destination.github.clear_faults()
    assert sent_files(destination, send(destination, folder)) == {"monday.json"}


ONE_BRANCH = ("--branch", "main", "--inbox-branch", "main")


def put_at(path_of: Callable[[str], str]) -> Callable[[Destination, str, bytes], None]:
    return lambda destination, batch_id, text: destination.put_file(path_of(batch_id), text)


@pytest.mark.parametrize("put_receipt, words", [
    (process, ()), (put_at(summary_path), ONE_BRANCH), (put_at(flat_summary_path), ONE_BRANCH)],
    ids=["inbox branch", "one branch", "version 1"])
def test_what_was_rejected_counts_as_unsent(
    put_receipt: Callable[[Destination, str, bytes], None], words: tuple[str, ...], destination: Destination, folder: Path
) -> None:
    if words:
        destination = replace(destination, inbox_branch="main")
    first = send(destination, folder, *words)
    rejection = {"status": "rejected", "reason": "somebody's file is there", "payloads": []}
    put_receipt(destination, first.json["batch_id"], json.dumps(rejection).encode())
    second = send(destination, folder, *words)
    assert (second.status, second.json["files"]) == (0, 1)
    second.error_line("the receiver rejected", first.json["batch_id"], "somebody's file is there")
    assert send(destination, folder, *words).json["status"] == "empty"


def test_a_broken_receipt_does_not_hide_the_rejection_of_another_batch(destination: Destination, folder: Path) -> None:
    first = send(destination, folder)
    (folder / "tuesday.json").write_text("2")
    second = send(destination, folder)
    process(destination, first.json["batch_id"], b"<html>")
    rejection = {"status": "rejected", "reason": "no", "payloads": []}
    process(destination, second.json["batch_id"], json.dumps(rejection).encode())
    third = send(destination, folder)
    third.error_line("the receiver rejected", second.json["batch_id"])
    assert sent_files(destination, third) == {"tuesday.json"}


def test_a_record_without_times_of_delivery_goes_on(destination: Destination, folder: Path) -> None:
    """As the first version wrote it."""
    first = send(destination, folder)
    with closing(sqlite3.connect(destination.sender.home / "state/healthmetric/sent.db")) as database:
        database.execute("ALTER TABLE unconfirmed DROP COLUMN delivered_s")
    rejection = {"status": "rejected", "reason": "no", "payloads": []}
    process(destination, first.json["batch_id"], json.dumps(rejection).encode())
    assert send(destination, folder).json["files"] == 1


def test_a_rejection_that_was_waited_for_counts_at_once(destination: Destination, folder: Path) -> None:
    running = destination.start("--folder", folder, "--changed-only", "--wait", "30", "--json")
    while not destination.dispatched():
        assert running.poll() is None
    rejection = {"status": "rejected", "reason": "no", "payloads": []}
    process(destination, destination.dispatched()[0], json.dumps(rejection).encode())
    assert finished(running).status == 8
    assert send(destination, folder).json["files"] == 1


def test_another_branch_is_another_matter(destination: Destination, folder: Path) -> None:
    destination.github.git(destination.repo, "branch", "other", "main")
    assert send(destination, folder).json["files"] == 1
    assert send(destination, folder, "--branch", "other").json["files"] == 1
    assert send(destination, folder, "--branch", "other").json["status"] == "empty"
    assert send(destination, folder).json["status"] == "empty"


def test_another_repository_is_another_matter(destination: Destination, folder: Path) -> None:
    assert send(destination, folder).json["files"] == 1
    destination.github.create_repo(f"{destination.repo}-2")
    other = Destination(destination.github, f"{destination.repo}-2", destination.sender)
    assert send(other, folder).json["files"] == 1
    assert send(other, folder).json["status"] == "empty"


def test_a_plan_changes_nothing(destination: Destination, folder: Path) -> None:
    state = destination.sender.home / "state"
    plan = send(destination, folder, "--dry-run")
    assert (plan.status, len(plan.json["files"])) == (0, 1)
    assert not state.exists()
    assert send(destination, folder).json["files"] == 1
    write(folder, "tuesday.json", b"[2]")
    before = {place: place.read_bytes() for place in state.rglob("*") if place.is_file()}
    destination.github.clear_requests()

    plan = send(destination, folder, "--dry-run")

    assert len(plan.json["files"]) == 1
    assert destination.requests() == []
    assert {place: place.read_bytes() for place in state.rglob("*") if place.is_file()} == before
    assert send(destination, folder).json["files"] == 1


def test_a_run_that_was_killed_changes_nothing_for_the_next(destination: Destination, folder: Path) -> None:
    """Killed while the answer to its upload is on the way."""
    destination.github.faults({"method": "PUT", "path": "^/repos/", "action": {"delay_ms": 400}})
    process = destination.start("--folder", folder, "--changed-only")
    while not destination.waiting():
        assert process.poll() is None
    process.kill()
    finished(process)
    [killed] = destination.waiting()
    write(folder, "tuesday.json", b"[2]")

    result = send(destination, folder)

    assert (result.status, result.json["files"], result.json["unchanged"]) == (0, 1, 1)
    assert destination.payload_history() == {f"{killed}.json": 1, result.json["payloads"][0]: 1}
    assert send(destination, folder).json["status"] == "empty"


def test_a_damaged_memory_says_what_to_remove(destination: Destination, folder: Path) -> None:
    assert send(destination, folder).status == 0
    memory = destination.sender.home / "state/healthmetric/sent.db"
    memory.write_bytes(b"no database" * 1000)
    result = send(destination, folder)
    assert result.status == 10
    result.error_line(str(memory), "remove it")
    memory.unlink()
    assert send(destination, folder).json["files"] == 1


@pytest.mark.parametrize(("table", "unchanged"), [("unconfirmed", 1), ("sent", 0)])
def test_a_memory_with_something_missing_is_completed(table: str, unchanged: int, destination: Destination,
                                                      folder: Path) -> None:
    assert send(destination, folder).status == 0
    memory = destination.sender.home / "state/healthmetric/sent.db"
    with closing(sqlite3.connect(memory)) as database:
        database.execute(f"DROP TABLE {table}")
    result = send(destination, folder)
    assert (result.status, result.json["unchanged"], result.stderr) == (0, unchanged, "")
    assert send(destination, folder).json["unchanged"] == 1
