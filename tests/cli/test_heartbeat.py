"""--heartbeat: a batch without files, from a machine that has nothing to send and sent nothing for a while."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import Destination
from payloads import summary_path
from programs import Program, Result
from trees import write_tree

HOUR_S = 3600
OFFLINE = ("--max-wait", "0", "--proxy", "http://127.0.0.1:1")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


def backdate(sender: Program, seconds: float) -> None:
    """As if the last delivery were so long ago."""
    [file] = (sender.home / "state/healthmetric/contact").iterdir()
    then = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))
    file.write_text(json.dumps({"delivered_at": then}))


def beat(destination: Destination, folder: Path, *words: str) -> bool:
    """Whether a batch without files went; nothing else may be the case."""
    result = destination("--folder", folder, "--json", *(words or ("--heartbeat",)))
    assert (result.status, result.json["files"], result.json["gone"]) == (0, 0, 0), result
    assert result.json["heartbeat"] == (result.json["status"] == "sent") == bool(result.json["payloads"]), result
    return result.json["heartbeat"]


def metadata(destination: Destination, result: Result) -> dict[str, Any]:
    [name] = result.json["payloads"]
    payload = destination.payload(name)
    assert payload["files"] == {}
    return payload["batch_metadata"]


def test_a_heartbeat_goes_when_nothing_was_delivered_for_so_long(destination: Destination, empty: Path) -> None:
    assert destination("--folder", empty).status == 3
    assert beat(destination, empty)
    assert not beat(destination, empty)
    backdate(destination.sender, 23 * HOUR_S)
    assert not beat(destination, empty)
    assert beat(destination, empty, "--heartbeat=22h")
    backdate(destination.sender, 24 * HOUR_S)
    assert beat(destination, empty)
    assert beat(destination, empty, "--heartbeat=0")
    assert len(destination.dispatched()) == 4


def test_a_daily_job_that_begins_a_little_earlier_counts(destination: Destination, empty: Path) -> None:
    assert beat(destination, empty)
    backdate(destination.sender, 24 * HOUR_S - 60)
    assert beat(destination, empty)


def test_it_says_what_it_is(destination: Destination, empty: Path) -> None:
    result = destination("--folder", empty, "--heartbeat")
    assert result.status == 0
    assert result.stdout.startswith("sent ") and result.stdout.endswith(f": heartbeat, 1 payload, to {destination.repo}\n")
    result = destination("--folder", empty, "--heartbeat")
    assert (result.status, result.stdout) == (0, f"nothing to send in '{empty}'\n")


def test_it_is_stored_and_nothing_else_changes(receiving: Destination, empty: Path) -> None:
    write_tree(empty, {"a.json": b"1"})
    words = ("--folder", empty, "--changed-only", "--wait", "--json")
    assert receiving(*words, "--heartbeat=0").json["heartbeat"] is False
    before = receiving.github.tree(receiving.repo)
    result = receiving(*words, "--heartbeat=0")
    assert (result.status, result.json["status"], result.json["heartbeat"]) == (0, "stored", True), result
    after = receiving.github.tree(receiving.repo)
    record = "_storage/" + summary_path(result.json["batch_id"])
    assert set(after) - set(before) == {record}
    summary = json.loads(receiving.github.read(receiving.repo, record))
    assert (summary["status"], summary["files"], summary["gone"], summary["sequence"]) == ("stored", [], [], 2)
    assert receiving("--folder", empty, "--changed-only", "--json").json["unchanged"] == 1


def test_files_and_deletions_go_in_its_place(destination: Destination, empty: Path) -> None:
    write_tree(empty, {"a.json": b"1", "b.json": b"2"})
    words = ("--folder", empty, "--changed-only", "--heartbeat=0", "--json")
    result = destination(*words)
    assert (result.json["files"], result.json["heartbeat"]) == (2, False)
    (empty / "b.json").unlink()
    result = destination(*words)
    assert (result.json["gone"], result.json["heartbeat"]) == (1, False)
    backdate(destination.sender, HOUR_S)
    assert not beat(destination, empty, "--changed-only", "--heartbeat=2h")
    assert beat(destination, empty, "--changed-only", "--heartbeat=1h")


def test_it_makes_nothing_gone(destination: Destination, empty: Path) -> None:
    """A disk that is not mounted is still told; the machine is alive all the same."""
    write_tree(empty, {"a.json": b"1"})
    assert destination("--folder", empty).status == 0
    (empty / "a.json").unlink()
    result = destination("--folder", empty, "--heartbeat=0", "--json")
    assert (result.status, result.json["status"], result.json["heartbeat"]) == (4, "sent", True), result
    result.error_line("is a disk not mounted?")
    assert metadata(destination, result)["gone"] == []
    write_tree(empty, {"a.json": b"1", "b.json": b"1"})
    assert destination("--folder", empty, "--json").json["gone"] == 0


def test_none_goes_while_something_waits(destination: Destination, empty: Path) -> None:
    queued = destination("--data", "1", *OFFLINE, "--json")
    assert (queued.status, queued.json["status"]) == (7, "queued")
    result = destination("--folder", empty, "--heartbeat=0", *OFFLINE, "--json")
    assert (result.status, result.json["status"], result.json["heartbeat"]) == (7, "empty", False), result
    assert destination.waiting() == [queued.json["batch_id"]]
    assert not beat(destination, empty, "--heartbeat=0")
    assert [name.removesuffix(".json") for name in destination.inbox()] == [queued.json["batch_id"]]
    assert not beat(destination, empty), "what waited was delivered just now"


def test_one_that_cannot_go_waits_and_no_second_joins_it(destination: Destination, empty: Path) -> None:
    result = destination("--folder", empty, "--heartbeat", *OFFLINE, "--json")
    assert (result.status, result.json["status"], result.json["heartbeat"]) == (7, "queued", True)
    assert destination("--folder", empty, "--heartbeat", *OFFLINE, "--json").json["heartbeat"] is False
    assert destination.waiting() == [result.json["batch_id"]]
    retried = destination.sender("outbox", "retry", env={"GH_TOKEN": "ghp_Sup3rSecretTokenOfTheTests0123456789"})
    assert retried.status == 0, retried
    assert not beat(destination, empty), "a delivery by 'outbox retry' counts"


def test_what_else_fails_is_not_hidden(unprivileged: Any, destination: Destination) -> None:
    sending = Destination(destination.github, destination.repo, unprivileged.sender)
    folder = write_tree(unprivileged.folder / "exports", {"a.json": b"1"})
    unprivileged.own(folder)
    (folder / "a.json").chmod(0)
    result = sending("--folder", folder, "--heartbeat", "--json")
    assert (result.status, result.json["heartbeat"]) == (4, True), result
    [skipped] = metadata(sending, result)["skipped"]
    assert skipped["relative_path"] == "a.json"
    assert sending("--folder", folder, "--heartbeat").status == 4


def test_without_identity(destination: Destination, empty: Path) -> None:
    marks = []
    for _ in range(2):
        result = destination("--folder", empty, "--heartbeat=0", "--no-identity", "--json")
        assert result.json["heartbeat"] is True
        told = metadata(destination, result)
        marks.append((told["producer"], told["sequence"], told["source_folder"]))
        assert (told["sender"]["host"], told["sender"]["user"]) == ("", "")
        assert str(empty) not in json.dumps(told)
    assert marks[0][0] == marks[1][0] and [mark[1] for mark in marks] == [1, 2]


def test_from_the_configuration_and_a_list_that_is_empty(destination: Destination, empty: Path, tmp_path: Path) -> None:
    config = tmp_path / "sender.toml"
    config.write_text('heartbeat = "2h"\n')
    (tmp_path / "list").write_text("")
    words = ("--files-from", str(tmp_path / "list"), "--folder", empty, "--config", config, "--json")
    assert destination(*words).json["heartbeat"] is True
    backdate(destination.sender, 1.5 * HOUR_S)
    assert destination(*words).json["heartbeat"] is False
    config.write_text("heartbeat = true\n")
    backdate(destination.sender, 12 * HOUR_S)
    assert destination(*words).json["heartbeat"] is False
    backdate(destination.sender, 24 * HOUR_S)
    assert destination(*words).json["heartbeat"] is True
    backdate(destination.sender, 24 * HOUR_S)
    assert destination(*words, "--heartbeat=false").status == 3


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"delivered_at": 1}', b'{"delivered_at": "soon"}', b"\0" * 8000,
                                     b'{"delivered_at": "2999-01-01T00:00:00Z"}'],
                         ids=lambda content: repr(content[:40]))
def test_a_time_that_is_none_or_in_the_future_is_not_known(content: bytes, destination: Destination, empty: Path) -> None:
    assert beat(destination, empty)
    [file] = (destination.sender.home / "state/healthmetric/contact").iterdir()
    file.write_bytes(content)
    assert beat(destination, empty)
    assert not beat(destination, empty)


def test_repositories_and_branches_are_apart(destination: Destination, empty: Path) -> None:
    assert beat(destination, empty)
    assert beat(destination, empty, "--heartbeat", "--branch", "main")
    assert not beat(destination, empty, "--heartbeat", "--trigger", "none")


def test_a_dry_run_says_what_it_would_do(destination: Destination, empty: Path) -> None:
    words = ("--folder", empty, "--heartbeat", "--dry-run")
    state = destination.sender.home / "state"
    plan = destination(*words, "--json", token=None)
    assert (plan.status, plan.json["heartbeat"], plan.json["parts"], plan.json["files"]) == (0, True, 1, [])
    assert "files     none: a heartbeat" in destination(*words, token=None).stdout
    assert not state.exists() and destination.requests() == []
    assert beat(destination, empty)
    plan = destination(*words, "--json")
    assert (plan.status, plan.json["heartbeat"], plan.json["parts"]) == (0, False, 0)
    assert destination(*words).stdout.endswith(f"nothing to send in '{empty}'\n")
    backdate(destination.sender, 24 * HOUR_S)
    assert destination(*words, "--json").json["heartbeat"] is True
    assert destination("--data", "1", *OFFLINE).status == 7
    assert destination(*words, "--json").json["heartbeat"] is False


def test_a_state_directory_that_takes_no_record_does_not_fail_the_delivery(destination: Destination, empty: Path) -> None:
    place = destination.sender.home / "state/healthmetric/contact"
    place.parent.mkdir(parents=True)
    place.write_text("in the way")
    result = destination("--folder", empty, "--heartbeat", "--json")
    assert (result.status, result.json["status"]) == (0, "sent"), result
    result.error_line("warning: not recorded, for --heartbeat", str(place))
