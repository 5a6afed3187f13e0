"""--wait: the receiver's verdict becomes the exit status. The local GitHub runs the real receiver on
each dispatch, unless the test is about one that does not run."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from conftest import INBOX, READER, Destination
from payloads import flat_summary_path, stored_path, summary_path
from programs import finished
from receipts import dispatched, receipt, receipt_path

SUMMARIES, RECEIPTS = "_storage/summaries", "_storage/receipts"
ONE_BRANCH = ("--branch", "main", "--inbox-branch", "main")


def polls(destination: Destination) -> list[dict]:
    return [get for get in destination.requests("GET") if SUMMARIES in get["path"] or RECEIPTS in get["path"]]


def test_a_stored_batch_ends_well(receiving: Destination, source: Path) -> None:
    result = receiving("--folder", source, "--wait", "--json")
    assert (result.status, result.json["status"], result.json["reason"]) == (0, "stored", None)
    stored = stored_path(result.json["batch_id"], "data.json")
    assert receiving.github.read(receiving.repo, f"_storage/{stored}") == b'{"rate": 61}\n'
    result.error_line("waiting for the receiver until")


def test_a_batch_that_another_sender_took_along_is_waited_for(receiving: Destination, source: Path) -> None:
    receiving.github.faults({"method": "POST", "path": "/dispatches", "action": {"delay_ms": 1500}})
    first = receiving.start("--folder", source, "--json")
    while not receiving.requests("PUT"):
        assert first.poll() is None
    second = receiving("--folder", source, "--lock-wait", "1m", "--wait", "--json")
    assert (second.status, second.json["status"]) == (0, "stored"), second
    assert finished(first).status == 0


def test_a_rejected_batch_is_8_with_the_reason(receiving: Destination, source: Path) -> None:
    """Somebody's file lies where the batch's would be stored."""
    receiving.github.faults({"method": "POST", "path": "/dispatches", "action": {"delay_ms": 1500}})
    process = receiving.start("--folder", source, "--wait", "--json")
    while not receiving.inbox():
        assert process.poll() is None
    [payload] = receiving.inbox()
    receiving.put_file(stored_path(payload.removesuffix(".json"), "data.json"), b"somebody else's", "main")

    result = finished(process)

    assert (result.status, result.json["exit_status"], result.json["status"]) == (8, 8, "rejected")
    assert "data" in result.json["reason"]
    result.error_line("the receiver rejected", result.json["batch_id"], result.json["reason"])
    assert receiving.waiting() == [], "it is in the repository's quarantine, not in the outbox"
    assert f"_storage/rejected/{payload}" in receiving.github.tree(receiving.repo, INBOX)


def test_without_a_receiver_time_runs_out_and_says_what_to_check(
    destination: Destination, source: Path
) -> None:
    begin = time.monotonic()
    result = destination("--folder", source, "--wait", "3s", "--json")
    took_s = time.monotonic() - begin
    assert (result.status, result.json["status"]) == (11, "sent")
    assert 3 <= took_s < 10
    result.error_line("within 3 s no receipt", "workflow", f"/{destination.repo}/actions")
    assert destination.waiting() == []
    assert len(destination.dispatched()) == len(destination.inbox()) == 1


def test_polling_is_polite(destination: Destination, source: Path) -> None:
    """Conditional requests, which GitHub does not count, once there is something to compare with; at
    growing intervals."""
    destination.put_file("summaries/2024/01/15/20240115T103000Z-other-3f9a1c07.json", b"{}", "main")
    destination.github.clear_requests()
    assert destination("--folder", source, *ONE_BRANCH, "--wait", "6s").status == 11
    listings = [get for get in polls(destination) if get["path"].endswith(SUMMARIES)]
    first, *others = listings
    assert "if-none-match" not in first["headers"] and first["status"] == 200
    assert len(others) >= 2
    assert {other["status"] for other in others} == {304}
    assert all(re.match(r'(W/)?"', other["headers"]["if-none-match"]) for other in others)
    times = [get["time"] for get in listings]
    intervals = [later - earlier for earlier, later in zip(times, times[1:])]
    assert intervals[0] >= 1.9 and intervals[1] >= intervals[0] * 1.2
    receipts = [get["path"] for get in polls(destination) if not get["path"].endswith(SUMMARIES)]
    [batch_id] = destination.dispatched()
    assert [path.partition("/_storage/")[2] for path in receipts] == [
        summary_path(batch_id), flat_summary_path(batch_id)], "nothing changed since"


@pytest.mark.parametrize("path_of, words", [
    (receipt_path, ()), (summary_path, ONE_BRANCH), (flat_summary_path, ONE_BRANCH)],
    ids=["inbox branch", "one branch", "version 1"])
def test_a_receipt_among_others_is_found(
    path_of: Callable[[str], str], words: tuple[str, ...], destination: Destination, source: Path
) -> None:
    """Written by a receiver that is not ours to run, while the sender asks."""
    branch = "main" if words else INBOX
    destination.put_file(path_of("20240115T103000Z-other-3f9a1c07"), b"{}", branch)
    process = destination.start("--folder", source, *words, "--wait", "--json")
    destination.put_file(path_of(dispatched(destination, process)), receipt("stored"), branch)
    result = finished(process)
    assert (result.status, result.json["status"]) == (0, "stored"), result


def test_permission_to_read_contents_is_enough_to_poll(destination: Destination, source: Path) -> None:
    """Everything but contents is refused, and what was asked is asked again with a token that may
    read contents and nothing else."""
    refused = {"status": 403, "body": {"message": "Resource not accessible by personal access token"}}
    destination.github.faults({"method": "GET", "path": "^/repos/[^/]+/[^/]+/(?!contents/)", "times": None,
                               "action": refused})
    process = destination.start("--folder", source, "--wait", "--json")
    destination.put_file(receipt_path(dispatched(destination, process)), receipt("stored"))
    assert finished(process).status == 0
    answered = [get for get in polls(destination) if get["status"] == 200]
    assert len(answered) >= 2
    for get in answered:
        address = f"{destination.github.url}{get['path']}?{urlencode(get['query'])}"
        request = urllib.request.Request(address, headers={
            "Authorization": f"Bearer {READER}", "User-Agent": "test"})
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()


def test_what_is_no_receipt_is_no_verdict(destination: Destination, source: Path) -> None:
    process = destination.start("--folder", source, "--wait", "3s", "--json")
    batch_id = dispatched(destination, process)
    destination.put_file(receipt_path(batch_id), b'{"status": "perhaps"}')
    result = finished(process)
    assert (result.status, result.json["status"]) == (11, "sent")
    result.error_line("no receipt", batch_id)


def test_a_rejection_of_the_parts_that_came_first_is_no_verdict(destination: Destination, source: Path) -> None:
    """Their time was over before the others came; now that all are there, the receiver will take them back."""
    process = destination.start("--folder", source, "--wait", "3s", "--json")
    batch_id = dispatched(destination, process)
    destination.put_file(receipt_path(batch_id), receipt("rejected", f"{batch_id}.part-0001.json"))
    result = finished(process)
    assert (result.status, result.json["status"]) == (11, "sent")
    again = destination("--folder", source, "--changed-only")
    assert (again.status, "rejected" in again.stderr) == (0, False), again
    assert "unchanged" in again.stdout


@pytest.mark.parametrize("words", [["--wait", "soon"], ["--wait", "-1"]])
def test_a_time_that_is_none_is_usage(words: list[str], destination: Destination, source: Path) -> None:
    assert destination("--folder", source, *words).status == 2
    assert destination.requests() == []


def test_no_time_at_all_asks_once(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, "--wait", "0")
    assert result.status == 11
    assert [get["path"].partition("/contents/")[2] for get in polls(destination)] == [RECEIPTS, SUMMARIES]


def test_another_branch_is_asked_for_its_receipt(receiving: Destination, source: Path) -> None:
    receiving.github.git(receiving.repo, "branch", "intake", "main")
    result = receiving("--folder", source, "--branch", "intake", "--wait", "40", "--json")
    assert (result.status, result.json["status"]) == (0, "stored"), result
    assert {get["query"]["ref"] for get in polls(receiving)} == {f"{INBOX}-for-intake"}
