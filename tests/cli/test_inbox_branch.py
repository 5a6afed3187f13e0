"""--inbox-branch: payloads wait on a branch of their own, apart from what is stored."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import INBOX, TOKEN, Destination, Output
from programs import REPOSITORY, finished

NETWORK_DOWN = {"path": "^/repos/", "times": None, "action": "close_before"}


@pytest.fixture
def destination(destination: Destination) -> Destination:
    """Without inbox branches."""
    destination.delete_inboxes()
    return destination


def dispatches(destination: Destination) -> list[dict[str, object]]:
    return [post["body"]["client_payload"] for post in destination.requests("POST")
            if post["path"].endswith("/dispatches")]


@pytest.mark.parametrize("words, ref", [((), ""), (("--branch", "side"), "side")])
def test_payloads_wait_on_the_inbox_branch(
    words: tuple[str, ...], ref: str, destination: Destination, source: Path
) -> None:
    """The target branch is left alone, even where there is none yet: the receiver minds that."""
    destination.begin_inbox()
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
    assert list(destination.inbox("main")) == result.json["payloads"]
    [pointer] = dispatches(destination)
    assert "inbox" not in pointer


@pytest.mark.parametrize("place", ["command line", "environment", "file"])
def test_the_inbox_branch_is_named_like_any_option(
    place: str, destination: Destination, source: Path, tmp_path: Path
) -> None:
    destination.begin_inbox("letters")
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


@pytest.mark.parametrize("trigger, advice", [("dispatch", "workflow"), ("workflow", "push without --inbox-branch")])
@pytest.mark.parametrize("known", [True, False], ids=["refused", "unknown"])
def test_no_start_that_fails_is_answered_with_advice_that_is_refused(
    known: bool, trigger: str, advice: str, destination: Destination, source: Path
) -> None:
    destination.begin_inbox()
    answer = {"status": 404, "body": {"message": "Not Found"}} if known else {
        "status": 404, "body": "404 page not found", "headers": {"Content-Type": "text/plain"}}
    fault(destination, "POST", "/dispatches", answer, times=None)
    result = destination("--folder", source, "--inbox-branch", INBOX, "--trigger", trigger, "--branch", "main")
    assert result.status in (5, 8), result
    line = result.error_line("HTTP 404")
    assert known or line.endswith(f"which this server does not know: use --trigger {advice}")
    assert "--trigger push" not in line.replace("push without --inbox-branch", "")


def test_no_inbox_branch_is_named_for_a_folder(output: Output, source: Path, tmp_path: Path) -> None:
    result = output("--folder", source, "--inbox-branch", INBOX)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("--inbox-branch cannot be used with --output")
    (tmp_path / "sender.toml").write_text(f'inbox-branch = "{INBOX}"\n')
    assert output("--folder", source, "--config", tmp_path / "sender.toml").status == 0


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
    destination.begin_inbox()
    destination.github.faults(NETWORK_DOWN)
    assert destination("--folder", source, "--inbox-branch", INBOX, "--max-wait", "0").status == 7
    destination.github.clear_faults()
    [waiting] = destination.waiting()
    assert destination("outbox", "retry").status == 0
    assert list(destination.inbox(INBOX)) == [f"{waiting}.json"]
    assert destination.inbox("main") == {}


def store_version_1(destination: Destination, batch_id: str) -> None:
    """What version 0.1.0 leaves of a batch whose first part of two it has delivered."""
    names = [f"{batch_id}.part-0001.json", f"{batch_id}.part-0002-last.json"]
    contents = [b'{"files": [', b"]}\n"]
    folder = destination.sender.outbox / batch_id
    folder.mkdir(parents=True, mode=0o700)
    for name, content in zip(names, contents, strict=True):
        (folder / name).write_bytes(content)
    destination.put_file(f"inbox/{names[0]}", contents[0], "main")
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
    assert {f"{batch_id}.part-0001.json", f"{batch_id}.part-0002-last.json"} <= set(destination.inbox("main"))
    [pointer] = [pointer for pointer in dispatches(destination) if pointer["batch_id"] == batch_id]
    assert "inbox" not in pointer


def root_of(destination: Destination, branch: str = INBOX) -> str:
    """The one commit without parents."""
    [commit] = destination.github.git(destination.repo, "rev-list", "--max-parents=0", branch).split()
    return commit


def fault(destination: Destination, method: str, path: str, action: Any, **rule: Any) -> None:
    destination.github.faults({"method": method, "path": path, "action": action, **rule})


def delete_branch(destination: Destination) -> None:
    destination.github.git(destination.repo, "branch", "-D", INBOX)


def test_a_missing_inbox_branch_is_begun(destination: Destination, source: Path) -> None:
    """With a history of its own, in which the receiver finds our mark."""
    result = destination("--folder", source, "--inbox-branch", INBOX, "--json")
    assert (result.status, result.json["status"]) == (0, "sent"), result
    result.error_line(f"began the branch {INBOX} in {destination.repo}")
    root = root_of(destination)
    assert root != root_of(destination, "main")
    message = destination.github.git(destination.repo, "log", "-1", "--format=%B", root)
    assert message.rstrip().splitlines()[-1] == "HealthMetric-Inbox: 1"
    assert list(destination.github.tree(destination.repo, root)) == ["README.md"]
    readme = REPOSITORY / ".github/scripts/inbox_readme.md"
    assert destination.github.read(destination.repo, "README.md", INBOX) == readme.read_bytes(), "as the receiver's"
    assert list(destination.inbox(INBOX)) == result.json["payloads"]

    again = destination("--folder", source, "--inbox-branch", INBOX)
    assert again.status == 0 and "began" not in again.stderr
    assert root_of(destination) == root


def test_senders_that_begin_it_at_once_share_it(destination: Destination, source: Path, tmp_path: Path) -> None:
    """Whoever looked before the other's branch was there finds it there when it makes its own."""
    fault(destination, "POST", "/git/trees", {"delay_ms": 300}, times=None)
    processes = [destination.start("--folder", source, "--inbox-branch", INBOX, "--state-dir",
                                   tmp_path / str(number)) for number in range(4)]
    assert [finished(process).status for process in processes] == [0] * 4
    root_of(destination)
    assert len(destination.inbox(INBOX)) == 4


def test_a_lost_answer_begins_no_second_branch(destination: Destination, source: Path) -> None:
    fault(destination, "POST", "/git/refs", "close_after")
    assert destination("--folder", source, "--inbox-branch", INBOX).status == 0
    assert len(destination.inbox(INBOX)) == 1
    assert [request["status"] for request in destination.requests("POST")
            if request["path"].endswith("/git/refs")] == [None, 422]


def test_a_branch_deleted_between_two_parts_gets_every_part(destination: Destination, source: Path) -> None:
    (source / "noise.csv").write_bytes(os.urandom(100_000))
    words = ["--folder", source, "--inbox-branch", INBOX, "--part-size", "64K", "--json"]
    fault(destination, "PUT", "part-0003", {"status": 502}, times=None)
    first = destination(*words, "--max-wait", "0")
    assert (first.status, len(first.json["payloads"])) == (7, 4), first
    assert len(destination.inbox(INBOX)) == 2
    delete_branch(destination)
    destination.github.clear_faults()

    assert destination("outbox", "retry").status == 0

    assert sorted(destination.inbox(INBOX)) == sorted(first.json["payloads"])
    assert destination.waiting() == []


def refused(destination: Destination, source: Path, status: int) -> Any:
    """A run after which the batch waits, whatever was in the way."""
    result = destination("--folder", source, "--inbox-branch", INBOX, "--max-wait", "0", "--json")
    assert (result.status, result.json["status"]) == (status, "queued"), result
    assert destination.waiting() == [result.json["batch_id"]]
    return result


def test_an_empty_repository_is_told_as_ever(destination: Destination, source: Path) -> None:
    destination.github.git(destination.repo, "branch", "-D", "main")
    refused(destination, source, 8).error_line("Git Repository is empty", "make a first commit there")


def test_a_branch_in_the_way_is_named(destination: Destination, source: Path) -> None:
    destination.github.git(destination.repo, "branch", "healthmetric", "main")
    result = refused(destination, source, 8)
    result.error_line(f"creation of branch {INBOX} in {destination.repo}", "the branch healthmetric is in the way",
                      "--inbox-branch")


OTHER_NAME = "; allow branches of that name, or use another with --inbox-branch"
PERMISSION = "; the token lacks the permission Contents: read and write"


@pytest.mark.parametrize("status, message, ends, advice", [
    (403, "Resource not accessible by personal access token", 5, PERMISSION),
    (403, "Not for you", 5, OTHER_NAME),
    (422, "Repository rule violations found", 8, OTHER_NAME),
    (409, "Repository rule violations found", 8, OTHER_NAME),
    (409, "Git Repository is empty.", 8, "; make a first commit there, for example a README: the next run delivers"),
])
def test_who_may_not_begin_it_is_told_what_to_do(
    status: int, message: str, ends: int, advice: str, destination: Destination, source: Path
) -> None:
    fault(destination, "POST", "/git/refs", {"status": status, "body": {"message": message}}, times=None)
    result = refused(destination, source, ends)
    line = result.error_line(f"creation of branch {INBOX} in {destination.repo}", message)
    assert line.endswith(f"{message}{advice}"), "one advice, which helps"
    destination.github.clear_faults()
    assert destination("outbox", "retry").status == 0
    assert len(destination.inbox(INBOX)) == 1


@pytest.mark.parametrize("status, message", [
    (409, "Changes must be made through a pull request."),
    (409, "Repository rule violations found: Changes must be made through a pull request."),
    (422, "Repository rule violations found: Changes must be made through a pull request."),
])
def test_a_protected_inbox_branch_keeps_the_batch(
    status: int, message: str, destination: Destination, source: Path
) -> None:
    """Not for good: whoever owns the repository can change the rule."""
    destination.begin_inbox()
    fault(destination, "PUT", "/contents/", {"status": status, "body": {"message": message}}, times=None)
    result = refused(destination, source, 8)
    result.error_line("pull request", f"allow commits to the branch {INBOX}", "--inbox-branch")


def test_a_repository_that_is_not_there_is_told_as_ever(destination: Destination, source: Path) -> None:
    words = ["--folder", source, "--api-url", destination.github.api_url, "--repo", "octo/nowhere"]
    result = destination.sender(*words, "--inbox-branch", INBOX, env=destination.token(TOKEN))
    plain = destination.sender(*words, env=destination.token(TOKEN))
    assert (result.status, plain.status) == (5, 5)
    assert result.stderr.splitlines()[0] == plain.stderr.splitlines()[0]
