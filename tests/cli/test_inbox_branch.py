"""--inbox-branch: payloads wait on a branch of their own, apart from what is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Destination

INBOX = "healthmetric/inbox"
NETWORK_DOWN = {"path": "^/repos/", "times": None, "action": "close_before"}


def begin_branch(destination: Destination, branch: str = INBOX) -> None:
    """A branch with a history of its own, as a person makes it."""
    git = destination.github.git
    tree = git(destination.repo, "mktree").strip()
    commit = git(destination.repo, "-c", "user.name=octo", "-c", "user.email=octo@github.example",
                 "commit-tree", "-m", "Begin", tree).strip()
    git(destination.repo, "branch", branch, commit)


def dispatches(destination: Destination) -> list[dict[str, object]]:
    return [post["body"]["client_payload"] for post in destination.requests("POST")
            if post["path"].endswith("/dispatches")]


@pytest.mark.parametrize("words, ref", [((), ""), (("--branch", "side"), "side")])
def test_payloads_wait_on_the_inbox_branch(
    words: tuple[str, ...], ref: str, destination: Destination, source: Path
) -> None:
    """The target branch is left alone, even where there is none yet: the receiver minds that."""
    begin_branch(destination)
    before = destination.github.tree(destination.repo, "main")
    result = destination("--folder", source, *words, "--inbox-branch", INBOX, "--json")
    assert (result.status, result.json["status"]) == (0, "sent"), result
    assert list(destination.inbox(INBOX)) == result.json["payloads"]
    assert destination.github.tree(destination.repo, "main") == before
    [pointer] = dispatches(destination)
    assert (pointer["ref"], pointer["inbox"]) == (ref, INBOX)


def test_the_branch_itself_as_inbox_is_one_branch(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, "--branch", "main", "--inbox-branch", "main", "--json")
    assert result.status == 0, result
    assert list(destination.inbox()) == result.json["payloads"]
    [pointer] = dispatches(destination)
    assert "inbox" not in pointer


@pytest.mark.parametrize("place", ["command line", "environment", "file"])
def test_the_inbox_branch_is_named_like_any_option(
    place: str, destination: Destination, source: Path, tmp_path: Path
) -> None:
    begin_branch(destination, "letters")
    words, env = [], {}
    if place == "command line":
        words = ["--inbox-branch", "letters"]
    elif place == "environment":
        env = {"HEALTHMETRIC_INBOX_BRANCH": "letters"}
    else:
        (tmp_path / "sender.toml").write_text('inbox-branch = "letters"\n')
        words = ["--config", str(tmp_path / "sender.toml")]
    assert destination("--folder", source, *words, env=env).status == 0
    assert len(destination.inbox("letters")) == 1


def test_a_push_starts_no_workflow_of_another_branch(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, "--inbox-branch", INBOX, "--trigger", "push")
    assert result.status == 2
    result.error_line("--inbox-branch cannot be used with --trigger push")
    assert destination.waiting() == []


def test_plan_and_list_name_the_inbox_branch(destination: Destination, source: Path) -> None:
    words = ["--folder", source, "--inbox-branch", INBOX]
    plan = destination(*words, "--dry-run")
    assert f"to        {destination.repo}, inbox branch {INBOX}" in plan.stdout.splitlines()
    assert destination(*words, "--dry-run", "--json").json["inbox_branch"] == INBOX
    destination.github.faults(NETWORK_DOWN)
    assert destination(*words, "--max-wait", "0").status == 7
    assert f"to {destination.repo}, inbox branch {INBOX} at " in destination("outbox", "list").stdout
    [listed] = destination("outbox", "list", "--json").json["batches"]
    assert listed["target"]["inbox_branch"] == INBOX


def test_a_batch_that_waits_keeps_its_inbox_branch(destination: Destination, source: Path) -> None:
    begin_branch(destination)
    destination.github.faults(NETWORK_DOWN)
    assert destination("--folder", source, "--inbox-branch", INBOX, "--max-wait", "0").status == 7
    destination.github.clear_faults()
    [waiting] = destination.waiting()
    assert destination("outbox", "retry").status == 0
    assert list(destination.inbox(INBOX)) == [f"{waiting}.json"]
    assert destination.inbox() == {}


def store_version_1(destination: Destination, batch_id: str) -> None:
    """What version 0.1.0 leaves of a batch whose first part of two it has delivered."""
    names = [f"{batch_id}.part-0001.json", f"{batch_id}.part-0002-last.json"]
    contents = [b'{"files": [', b"]}\n"]
    folder = destination.sender.outbox / batch_id
    folder.mkdir(parents=True, mode=0o700)
    for name, content in zip(names, contents, strict=True):
        (folder / name).write_bytes(content)
    destination.put_file(f"inbox/{names[0]}", contents[0])
    entry = {"version": 1, "batch_id": batch_id, "batch_name": "a", "sender_host": "ws-12",
             "target": {"api_url": destination.github.api_url, "repository": destination.repo, "branch": "",
                        "trigger": "dispatch"},
             "files": 1, "size": 12, "last_error": "",
             "parts": [{"file": name, "size": len(content), "delivered": name == names[0]}
                       for name, content in zip(names, contents, strict=True)]}
    (folder / "entry.json").write_text(json.dumps(entry))


@pytest.mark.parametrize("retry", [False, True], ids=["with the next run", "by a retry"])
def test_an_outbox_of_version_1_is_delivered(retry: bool, destination: Destination, source: Path) -> None:
    batch_id = "20240115T103000Z-a-00000001"
    store_version_1(destination, batch_id)
    result = destination("outbox", "retry") if retry else destination("--folder", source)
    assert result.status == 0, result
    assert destination.waiting() == []
    assert {f"{batch_id}.part-0001.json", f"{batch_id}.part-0002-last.json"} <= set(destination.inbox())
    [pointer] = [pointer for pointer in dispatches(destination) if pointer["batch_id"] == batch_id]
    assert "inbox" not in pointer
