"""Delivered is not yet stored: what went to an inbox branch stays in the outbox until its receipt was seen."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import INBOX, Destination
from payloads import summary_path
from programs import Result, finished
from receipts import process, receipt_path

TO_INBOX = ("--inbox-branch", INBOX)
DAY_S = 86_400


def receipt_of(batch_id: str, status: str, parts: list[str] | None = None) -> dict[str, Any]:
    return {"schema_version": 1, "batch_id": batch_id, "status": status,
            "reason": None if status == "stored" else "a digest does not match",
            "processed_at": "2026-11-29T22:40:00Z", "total_files": 1, "total_size": 13,
            "payloads": [{"path": f"inbox/{name}", "size": 1} for name in parts or [f"{batch_id}.json"]]}


def text_of(receipt: dict[str, Any]) -> bytes:
    return json.dumps(receipt).encode()


def receive(destination: Destination, batch_id: str, status: str = "stored") -> None:
    process(destination, batch_id, text_of(receipt_of(batch_id, status)))


def listed(destination: Destination) -> dict[str, str]:
    return {batch["batch_id"]: batch["status"]
            for batch in destination("outbox", "list", "--json").json["batches"]}


def delivered(destination: Destination, source: Path, *words: str) -> str:
    """A batch that went out and waits for its receipt."""
    result = destination("--folder", source, *TO_INBOX, *words, "--json")
    assert (result.status, result.json["status"]) == (0, "sent"), result
    batch_id = result.json["batch_id"]
    assert listed(destination) == {batch_id: "delivered"}
    destination.github.clear_requests()
    return batch_id


def run_again(destination: Destination, source: Path) -> Result:
    """A later run, which has nothing of its own to send."""
    return destination("--folder", source, *TO_INBOX, "--changed-only", "--json")


def note_of(destination: Destination, batch_id: str) -> Path:
    return destination.sender.outbox / "delivered" / batch_id / "entry.json"


def test_a_stored_batch_leaves_the_outbox(destination: Destination, source: Path) -> None:
    batch_id = delivered(destination, source)
    receive(destination, batch_id)
    result = run_again(destination, source)
    assert (result.status, result.json["unchanged"]) == (0, 1), result
    assert listed(destination) == {}
    assert list((destination.sender.outbox / "delivered").iterdir()) == []
    destination.github.clear_requests()
    assert run_again(destination, source).status == 0
    assert destination.requests() == [], "what is settled is not asked for again"


def test_what_waits_there_waits_here(destination: Destination, source: Path) -> None:
    """Nothing receives it yet: it is neither sent again nor forgotten."""
    batch_id = delivered(destination, source)
    result = run_again(destination, source)
    assert (result.status, result.json["unchanged"]) == (0, 1), result
    assert listed(destination) == {batch_id: "delivered"}
    assert destination.requests("PUT", "POST") == []
    text = destination("outbox", "list").stdout
    assert f"{batch_id}  delivered  1 file, " in text and f"inbox branch {INBOX}" in text


def test_files_of_a_rejected_batch_go_again(destination: Destination, source: Path) -> None:
    batch_id = delivered(destination, source)
    receive(destination, batch_id, "rejected")
    result = run_again(destination, source)
    assert (result.status, result.json["files"]) == (0, 1), result
    result.error_line(f"the receiver rejected {batch_id}: a digest does not match", "count as unsent")
    assert listed(destination) == {result.json["batch_id"]: "delivered"}


def test_a_rejection_of_what_came_first_is_not_the_last_word(destination: Destination, source: Path) -> None:
    batch_id = delivered(destination, source)
    destination.put_file(receipt_path(batch_id), text_of(receipt_of(batch_id, "rejected", [f"{batch_id}.part-0001.json"])))
    assert run_again(destination, source).json["unchanged"] == 1
    assert listed(destination) == {batch_id: "delivered"}


@pytest.mark.parametrize("retry", [False, True], ids=["by the next run", "by a retry"])
def test_what_vanished_is_delivered_again(retry: bool, destination: Destination, source: Path) -> None:
    """Somebody deleted the inbox branch before the receiver ran."""
    batch_id = delivered(destination, source)
    destination.github.git(destination.repo, "branch", "-D", INBOX)
    result = destination("outbox", "retry") if retry else run_again(destination, source)
    assert result.status == 0, result
    result.error_line(f"neither {batch_id} nor a receipt of it is in {destination.repo}: it is delivered again")
    assert list(destination.inbox(INBOX)) == [f"{batch_id}.json"]
    assert listed(destination) == {batch_id: "delivered"}


def test_a_batch_lost_between_its_parts_is_delivered_whole(destination: Destination, source: Path) -> None:
    (source / "noise.csv").write_bytes(bytes(range(256)) * 400)
    batch_id = delivered(destination, source, "--part-size", "64K")
    parts = sorted(destination.inbox(INBOX))
    destination.github.git(destination.repo, "branch", "-D", INBOX)
    assert destination("outbox", "retry").status == 0
    assert sorted(destination.inbox(INBOX)) == parts and len(parts) > 1
    assert listed(destination) == {batch_id: "delivered"}


@pytest.mark.parametrize("status, ends, fate", [("stored", 0, "stored"), ("rejected", 8, "rejected")])
def test_waiting_ends_with_the_receipt(
    status: str, ends: int, fate: str, destination: Destination, source: Path
) -> None:
    process = destination.start("--folder", source, *TO_INBOX, "--wait", "40", "--json")
    while not (waiting := listed(destination)) or "delivered" not in waiting.values():
        assert process.poll() is None
    [batch_id] = waiting
    receive(destination, batch_id, status)
    result = finished(process)
    assert (result.status, result.json["status"]) == (ends, fate), result
    assert listed(destination) == {}


def test_a_dropped_batch_counts_as_unsent(destination: Destination, source: Path) -> None:
    batch_id = delivered(destination, source)
    dropped = destination("outbox", "drop", batch_id)
    assert (dropped.status, dropped.stdout) == (0, f"dropped {batch_id}\n")
    dropped.error_line(f"{batch_id}: it was delivered, and has no receipt yet: its files count as unsent")
    assert run_again(destination, source).json["files"] == 1


def test_a_batch_without_a_receipt_for_a_month_is_let_go(destination: Destination, source: Path) -> None:
    batch_id = delivered(destination, source)
    note = json.loads(note_of(destination, batch_id).read_bytes())
    note["delivered_at_us"] -= 31 * DAY_S * 1_000_000
    note_of(destination, batch_id).write_text(json.dumps(note))
    result = run_again(destination, source)
    assert (result.status, result.json["files"]) == (0, 1), "its files count as unsent"
    result.error_line(f"{batch_id} was delivered 30 days ago and has no receipt", "is the workflow enabled?")
    assert list(listed(destination)) == [result.json["batch_id"]]


def test_a_new_batch_needs_the_room(destination: Destination, source: Path) -> None:
    (source / "noise.csv").write_bytes(bytes(range(256)) * 800)
    batch_id = delivered(destination, source)
    result = destination("--folder", source, *TO_INBOX, "--outbox-limit", "400K", "--json")
    assert (result.status, result.json["status"]) == (0, "sent"), result
    result.error_line(f"{batch_id} has no receipt yet: removed from the outbox to make room (--outbox-limit)")
    assert list(listed(destination)) == [result.json["batch_id"]]


def test_nothing_is_let_go_for_want_of_a_network(destination: Destination, source: Path) -> None:
    batch_id = delivered(destination, source)
    receive(destination, batch_id)
    destination.github.faults({"path": "^/repos/", "times": None, "action": "close_before"})
    assert run_again(destination, source).json["unchanged"] == 1
    assert listed(destination) == {batch_id: "delivered"}


def test_an_inbox_that_holds_what_is_stored_has_summaries(destination: Destination, source: Path) -> None:
    """Whoever names the default branch itself has one branch: the summary is the receipt."""
    result = destination("--folder", source, "--inbox-branch", "main", "--json")
    batch_id = result.json["batch_id"]
    destination.put_file(summary_path(batch_id), text_of(receipt_of(batch_id, "stored")), "main")
    again = destination("--folder", source, "--inbox-branch", "main", "--changed-only", "--json")
    assert (again.status, again.json["unchanged"]) == (0, 1), again


def test_a_sender_killed_before_it_recorded_the_delivery_starts_the_receiver_again(
    destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": "POST", "path": "/dispatches", "times": None, "action": {"status": 502}})
    result = destination("--folder", source, *TO_INBOX, "--max-wait", "0", "--json")
    assert result.status == 7
    destination.github.clear_faults()
    assert destination("outbox", "retry").status == 0
    assert listed(destination) == {result.json["batch_id"]: "delivered"}
    assert list(destination.payload_history(INBOX).values()) == [1]


@pytest.mark.parametrize("to_inbox", [True, False], ids=["inbox", "branch"])
def test_batches_without_a_receipt_do_not_hide_the_others(to_inbox: bool, destination: Destination, source: Path) -> None:
    """More than a run looks for never get one; the last does."""
    words = TO_INBOX if to_inbox else ("--branch", "main", "--inbox-branch", "main")
    for _ in range(24):
        last = destination("--folder", source, *words, "--json").json["batch_id"]
    destination.github.clear_requests()
    if to_inbox:
        receive(destination, last, "rejected")
    else:
        destination.put_file(summary_path(last), text_of(receipt_of(last, "rejected")), "main")
    seen = []
    for _ in range(3):
        result = destination("--folder", source, *words, "--changed-only")
        assert result.status == 0, result
        seen += [line for line in result.stderr.splitlines() if f"the receiver rejected {last}" in line]
        asked = {name for request in destination.requests("GET") for name in [request["path"].rpartition("/")[2]]
                 if name.endswith(".json")}
        assert len(asked) <= 20 + 2, "a run asks for a bounded number"
        destination.github.clear_requests()
    assert len(seen) == 1
