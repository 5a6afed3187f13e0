"""`outbox list`, `outbox retry` and `outbox drop`, the limit of the outbox, and batches that are broken."""

from __future__ import annotations

import fcntl
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import INBOX, TOKEN, Destination
from trees import write_tree

DOWN = {"path": "^/repos/", "times": None, "action": "close_before"}
UNKNOWN = "20240115T103000Z-unknown-3f9a1c07"


def queue(destination: Destination, source: Path, *words: str, action: Any = "close_before",
          status: int = 7) -> str:
    """A batch that could not be delivered; its id."""
    destination.github.faults({"method": "PUT", "path": "^/repos/", "times": None, "action": action})
    result = destination("--folder", source, "--max-wait", "0", "--json", *words)
    assert result.status == status, result
    destination.github.clear_faults()
    return result.json["batch_id"]


def test_the_list_shows_size_age_target_and_the_last_error(
    destination: Destination, source: Path, tmp_path: Path
) -> None:
    write_tree(tmp_path / "parts", {"series.csv": b"1,61\n" * 30_000})
    destination.github.faults({"method": "PUT", "path": "^/repos/", "after": 1, "times": None,
                               "action": {"status": 502}})
    waiting = destination("--folder", tmp_path / "parts", "--part-size", "64K", "--max-wait", "0",
                          "--json").json
    destination.github.clear_faults()
    refused = queue(destination, source, "--branch", "main", status=8,
                    action={"status": 422, "body": {"message": f"no, {TOKEN}"}})

    text = destination("outbox", "list")
    listed = destination("outbox", "list", "--json").json

    assert (text.status, text.stderr) == (0, "")
    first, second = listed["batches"]
    assert [first["batch_id"], first["status"]] == [waiting["batch_id"], "waiting"]
    assert [second["batch_id"], second["status"]] == [refused, "refused"]
    assert (first["parts"], first["delivered_parts"]) == (len(waiting["payloads"]), 1)
    assert first["files"] == 1 and first["bytes"] == 150_000
    kept = destination.sender.outbox / waiting["batch_id"]
    assert first["payload_bytes"] == sum(place.stat().st_size for place in kept.glob("*.part-*"))
    assert first["target"] == {"api_url": destination.github.url, "repository": destination.repo,
                               "branch": None, "inbox_branch": INBOX, "trigger": "dispatch"}
    assert second["target"]["branch"] == "main"
    assert "HTTP 502" in first["last_error"] and "422, no, ***" in second["last_error"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["queued_at"])
    assert 0 <= first["age_seconds"] < 60
    assert listed["limit"] == 2 << 30 and listed["bytes"] > first["payload_bytes"]
    for words in (waiting["batch_id"], "1 of 4 parts", "HTTP 502", destination.repo, "0 min old",
                  f"{refused}  refused", "2 batches", "--outbox-limit"):
        assert words in text.stdout
    assert TOKEN not in text.stdout


def test_an_empty_outbox_is_listed(destination: Destination) -> None:
    assert destination("outbox", "list").stdout == "nothing waits in the outbox\n"
    assert destination("outbox", "list", "--json").json["batches"] == []
    assert destination("outbox", "retry").stdout == "nothing waits in the outbox\n"


def test_a_lock_takes_no_room(destination: Destination, source: Path) -> None:
    assert destination("--folder", source).status == 0
    assert (destination.sender.outbox / "lock").stat().st_size > 0
    listed = destination("outbox", "list", "--json").json
    [batch] = listed["batches"]
    assert listed["bytes"] == sum(place.stat().st_size for place in
                                  (destination.sender.outbox / "delivered" / batch["batch_id"]).iterdir())


@pytest.mark.parametrize("command", ["list", "retry"])
def test_what_waits_for_others_is_told(command: str, destination: Destination, source: Path) -> None:
    for count, batches in enumerate(("1 batch waits", "2 batches wait"), 1):
        queue(destination, source, action="close_before" if count == 1 else {"status": 422}, status=7 if count == 1 else 8)
        other = destination.sender("outbox", command, "--repo", "Octo/other", env=destination.token(TOKEN))
        assert other.status == 0
        assert other.stdout == f"nothing waits in the outbox for Octo/other; {batches} for other repositories\n"


def test_the_list_is_printed_however_quiet(destination: Destination, source: Path) -> None:
    waiting = queue(destination, source)
    assert waiting in destination("outbox", "list", "--quiet").stdout


@pytest.mark.parametrize("words", [["list", "--dry-run"], ["retry", "--dry-run"], ["drop", UNKNOWN, "--dry-run"],
                                   ["retry", "--wait"], ["list", "--folder", "x"]], ids=" ".join)
def test_options_that_are_not_for_the_outbox_are_refused(words: list[str], destination: Destination, source: Path) -> None:
    waiting = queue(destination, source)
    result = destination("outbox", *words)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("outbox does not take --")
    assert destination.waiting() == [waiting]


def test_a_dry_run_that_the_environment_asks_for_delivers_nothing(destination: Destination, source: Path) -> None:
    waiting = queue(destination, source)
    assert destination("outbox", "retry", env={"HEALTHMETRIC_DRY_RUN": "true"}).status == 2
    assert destination.waiting() == [waiting]


def test_what_ends_a_run_is_told_of_every_batch_it_keeps(destination: Destination, source: Path) -> None:
    first = queue(destination, source)
    destination.github.faults({"method": "PUT", "path": "^/repos/", "times": None, "action": {
        "status": 401, "body": {"message": "Bad credentials"}}})
    second = destination("--folder", source, "--json")
    assert (second.status, second.json["status"]) == (5, "queued")
    assert "Bad credentials" in second.json["reason"]
    second.error_line(f"not tried: {second.json['batch_id']} is kept in the outbox; the next run")
    listed = destination("outbox", "list", "--json").json["batches"]
    assert [batch["batch_id"] for batch in listed] == [first, second.json["batch_id"]]
    assert all("Bad credentials" in batch["last_error"] for batch in listed)


def test_a_refused_batch_is_retried_when_it_is_asked_for(destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source, action={"status": 422}, status=8)
    result = destination("outbox", "retry", batch_id, "--json")
    assert (result.status, result.json["exit_status"]) == (0, 0)
    assert result.json["batches"] == [
        {"batch_id": batch_id, "status": "sent", "target": destination.repo}]
    assert destination.payload_history() == {f"{batch_id}.json": 1}
    assert destination.dispatched() == [batch_id]


def test_retry_takes_only_what_is_named(destination: Destination, source: Path) -> None:
    one, other = (queue(destination, source) for _ in range(2))
    assert destination("outbox", "retry", other).status == 0
    assert destination.waiting() == [one]
    assert list(destination.inbox()) == [f"{other}.json"]


def test_retry_serves_every_target(destination: Destination, source: Path) -> None:
    destination.github.git(destination.repo, "branch", "intake", "main")
    here, there = queue(destination, source), queue(destination, source, "--branch", "intake")
    result = destination("outbox", "retry")
    assert (result.status, result.stdout.count("sent ")) == (0, 2), result
    assert list(destination.inbox()) == [f"{here}.json"]
    assert list(destination.inbox(f"{INBOX}-for-intake")) == [f"{there}.json"]


def test_retry_fails_with_the_reason(destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source)
    result = destination("outbox", "retry", "--json", token="ghp_" + "x" * 36)
    assert (result.status, result.json["batches"][0]["status"]) == (5, "queued")
    result.error_line("Bad credentials")
    assert destination.waiting() == [batch_id]


def test_drop_removes_what_waits_and_what_was_refused(destination: Destination, source: Path) -> None:
    waiting = queue(destination, source)
    refused = queue(destination, source, action={"status": 422}, status=8)
    result = destination("outbox", "drop", waiting, refused, "--json")
    assert (result.status, result.json) == (0, {"dropped": [waiting, refused]})
    assert destination("outbox", "list", "--json").json["batches"] == []
    assert {place.name for place in destination.sender.outbox.iterdir()} == {"lock", "refused"}
    assert destination("outbox", "drop", waiting).status == 2


@pytest.mark.parametrize("words, warning, unchanged", [
    ((), ("has no receipt yet", "count as unsent"), 0),
    (("--branch", "main", "--inbox-branch", "main"), ("in the repository", "will receive it"), 1)],
    ids=["inbox branch", "one branch"])
def test_what_has_arrived_cannot_be_dropped(
    words: tuple[str, ...], warning: tuple[str, ...], unchanged: int, destination: Destination, source: Path
) -> None:
    """The payload is in the repository, its trigger was never accepted."""
    destination.github.faults({"method": "POST", "path": "/dispatches", "times": None, "action": {"status": 500}})
    first = destination("--folder", source, *words, "--max-wait", "0", "--json")
    assert (first.status, len(destination.inbox("main" if words else ""))) == (7, 1)
    destination.github.clear_faults()

    dropped = destination("outbox", "drop", first.json["batch_id"])

    assert dropped.status == 0
    dropped.error_line(*warning)
    again = destination("--folder", source, *words, "--changed-only", "--json")
    assert (again.status, again.json["unchanged"]) == (0, unchanged)


def test_nothing_is_dropped_while_a_sender_delivers(destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source)
    with (destination.sender.outbox / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = destination("outbox", "drop", batch_id)
        assert destination("outbox", "retry").status == 9
    assert (result.status, result.stdout) == (9, "")
    result.error_line("nothing dropped")
    assert destination.waiting() == [batch_id]


def test_an_unknown_id_changes_nothing(destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source)
    for command in ("drop", "retry"):
        for unknown in (UNKNOWN, "nonsense", "../" + batch_id, ""):
            result = destination("outbox", command, batch_id, unknown)
            assert (result.status, result.stdout) == (2, ""), result
            result.error_line("outbox list")
    assert destination("outbox", "drop").status == 2
    for words in [(), ("empty",)]:
        wrong = destination("outbox", *words)
        assert wrong.status == 2
        wrong.error_line("empty" if words else "list, retry or drop")
    assert destination.waiting() == [batch_id]


def test_a_full_outbox_refuses_and_drops_nothing(destination: Destination, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "large", {"noise.csv": os.urandom(300_000)})
    batch_id = queue(destination, folder)
    destination.github.faults(DOWN)
    result = destination("--folder", folder, "--max-wait", "0", "--outbox-limit", "500K")
    assert result.status == 10
    result.error_line("not queued", "--outbox-limit", "outbox list")
    assert destination.waiting() == [batch_id]
    assert not list(destination.sender.outbox.glob(".draft-*"))
    destination.github.clear_faults()

    result = destination("--folder", folder, "--outbox-limit", "500K", "--json")

    assert (result.status, result.json["status"]) == (0, "sent"), "what waits goes first and makes room"
    assert destination.payload_history() == {f"{batch_id}.json": 1, result.json["payloads"][0]: 1}


def test_a_damaged_payload_blocks_nothing(destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source)
    payload = destination.sender.outbox / batch_id / f"{batch_id}.json"
    payload.write_bytes(payload.read_bytes()[:-1])
    result = destination("--folder", source, "--json")
    assert (result.status, result.json["status"]) == (10, "sent")
    result.error_line("damaged", str(payload))
    assert destination.waiting() == [batch_id]
    assert list(destination.inbox()) == result.json["payloads"]
    assert "damaged" in destination("outbox", "list").stdout
    assert destination("outbox", "drop", batch_id).status == 0


def test_a_damaged_entry_can_be_dropped(destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source)
    (destination.sender.outbox / batch_id / "entry.json").write_text("{")
    [listed] = destination("outbox", "list", "--json").json["batches"]
    assert (listed["batch_id"], listed["status"]) == (batch_id, "unreadable")
    assert f"{batch_id}  unreadable" in destination("outbox", "list").stdout
    assert "entry.json is damaged: it is not valid JSON" in destination("outbox", "list").stdout
    retried = destination("outbox", "retry")
    assert retried.status == 4
    retried.error_line("cannot be read", f"outbox drop {batch_id}")
    assert destination("outbox", "drop", batch_id).status == 0
    assert destination.waiting() == []


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"version": 1}', '{"batch_id": 7}', "", "\x00", "[" * 100,
                                  '{"batch_id": "' + "x" * 1000 + '"}'], ids=lambda text: ascii(text[:20]))
def test_a_damaged_entry_is_told_of_in_words_of_our_own(text: str, destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source)
    note = destination.sender.outbox / batch_id / "entry.json"
    note.write_text(text)
    result = destination("outbox", "retry")
    assert result.status == 4
    result.error_line(f"cannot be read: '{note.parent}': entry.json is damaged", f"outbox drop {batch_id}")
    assert "json.exception" not in result.stderr + destination("outbox", "list", "--json").stdout


@pytest.mark.parametrize("key", ["version", "batch_id", "batch_name", "target", "files", "size", "parts", "last_error"])
@pytest.mark.parametrize("value", [{"x": 1}, ["x"], None, 1.5], ids=str)
def test_so_is_each_value_of_another_kind(key: str, value: Any, destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source)
    note = destination.sender.outbox / batch_id / "entry.json"
    entry = json.loads(note.read_text())
    note.write_text(json.dumps(entry | {key: value}))
    listed = destination("outbox", "list")
    assert (listed.status, listed.stderr) == (0, "")
    assert "json.exception" not in listed.stdout and "terminate" not in listed.stdout


def test_a_payload_that_is_gone_blocks_nothing(destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source)
    (destination.sender.outbox / batch_id / f"{batch_id}.json").unlink()
    result = destination("--folder", source, "--json")
    assert (result.status, result.json["status"]) == (10, "sent")
    assert list(destination.inbox()) == result.json["payloads"]
    assert destination.waiting() == [batch_id]


def test_a_batch_the_server_chokes_on_blocks_no_other(destination: Destination, source: Path) -> None:
    batch_id = queue(destination, source)
    destination.github.faults({"method": "PUT", "path": batch_id, "times": None, "action": {"status": 502}})
    result = destination("--folder", source, "--max-wait", "1", "--json")
    assert (result.status, result.json["status"]) == (7, "sent"), result
    assert list(destination.inbox()) == result.json["payloads"]
    assert destination.dispatched() == [result.json["batch_id"]]
    assert destination.waiting() == [batch_id]
