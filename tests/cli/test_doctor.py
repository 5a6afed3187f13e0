"""`healthmetric-sender doctor`: whether batches could be sent and stored. Each check has a set-up that
makes it fail, and each failure says what to do."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from conftest import INBOX, TOKEN, Destination, new_destination
from doctor_stage import (CLASSIC, ENDED, ENDING, FINE, READING, SECRETS, SEEING, UNKNOWN, Stage, by_check,
                          findings_of, ready_stage)
from github_server.local_github import LocalGithub
from programs import REPOSITORY, Program, Result
from receiver_workflow import WORKFLOW
from trees import write_tree

DAY_S = 86400


def stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.time() + seconds))


@pytest.fixture(scope="module")
def github() -> Iterator[LocalGithub]:
    tokens = {
        FINE: "contents=write", TOKEN: "contents=write", READING: "contents=read",
        SEEING: "contents=write,actions=read,administration=read", CLASSIC: "contents=write,scopes=repo admin:org",
        ENDING: f"contents=write,expires={stamp(5 * DAY_S)}", ENDED: f"contents=write,expires={stamp(-DAY_S)}",
    }
    with LocalGithub(tokens=tokens) as server:
        yield server


@pytest.fixture
def stage(github: LocalGithub, sender: Program, tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    return ready_stage(new_destination(github, sender, request), tmp_path)


@dataclass(frozen=True)
class Broken:
    """How a set-up is broken, and what is said of it."""

    arrange: Callable[[Stage], dict[str, Any] | None]
    check: str
    result: str
    detail: str
    hint: str
    status: int
    rest: dict[str, str] = field(default_factory=dict)  # what else is not ok: check to result


BROKEN: list[Broken] = []


STATUS = {"ok": 0, "warning": 0, "skipped": 0, "failed": 4, "no-access": 5}


def broken(check: str, result: str, detail: str, hint: str = "", **rest: str) -> Any:
    """The function breaks it, and may return options of Stage.doctor()."""
    status = max(STATUS[each] for each in (result, *rest.values()))

    def register(arrange: Any) -> Any:
        BROKEN.append(Broken(arrange, check, result, detail, hint, status,
                             {name.replace("_", "-"): each for name, each in rest.items()}))
        return arrange
    return register


# The configuration and the sources.

@broken("configuration", "failed", "line 2: unknown key 'colour'", "correct it")
def config_with_an_unknown_key(stage: Stage) -> None:
    stage.configure('batch-name = "x"\ncolour = "red"\n')


@broken("configuration", "failed", "cannot read", "correct it")
def config_that_is_missing(stage: Stage) -> dict[str, Any]:
    return {"words": ["--config", stage.tmp / "gone.toml"]}


@broken("configuration", "warning", "other users can change", "run 'chmod go-w ")
def config_that_others_can_change(stage: Stage) -> None:
    stage.configure("").chmod(0o646)


@broken("configuration", "warning", "other users can read the proxy's password", "run 'chmod go-rwx ",
        network="failed")
def config_with_a_password_that_others_can_read(stage: Stage) -> None:
    stage.configure('proxy = "http://me:pw@127.0.0.1:9"\n').chmod(0o644)


@broken("source", "failed", "No such file or directory", "mount the disk")
def folder_that_is_missing(stage: Stage) -> dict[str, Any]:
    stage.configure('[profile.nightly]\nfolder = "/no/where"\n')
    return {"words": ["--profile", "nightly"]}


@broken("source", "failed", "it is a file", "correct the path")
def folder_that_is_a_file(stage: Stage) -> None:
    file = stage.configure("")
    stage.configure(f'[profile.nightly]\nfolder = "{file}"\n')


@broken("source", "failed", "'/no/list' of HEALTHMETRIC_FILES_FROM: No such file")
def list_that_is_missing(stage: Stage) -> dict[str, Any]:
    return {"env": {"HEALTHMETRIC_FILES_FROM": "/no/list"}}


# The state directory.

@broken("state-directory", "failed", "is not a folder", "use another --state-dir")
def state_directory_that_is_a_file(stage: Stage) -> dict[str, Any]:
    (stage.tmp / "state").write_text("")
    return {"words": ["--state-dir", stage.tmp / "state"]}


@broken("state-directory", "failed", "neither XDG_STATE_HOME nor HOME is set", "use --state-dir")
def no_home(_: Stage) -> dict[str, Any]:
    return {"env": {"HOME": "", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}}


@broken("state-directory", "warning", "other users have access to", "run 'chmod go-rwx ")
def outbox_open_to_others(stage: Stage) -> None:
    (stage.state / "outbox").mkdir(parents=True)
    (stage.state / "outbox").chmod(0o755)


def wait_in_the_outbox(stage: Stage) -> Path:
    """A batch that could not be delivered."""
    folder = write_tree(stage.tmp / "exports", {"a.json": b"1"})
    stage.github.faults({"method": "PUT", "action": {"status": 502}})
    result = stage.destination("--folder", folder, "--max-wait", "0", token=FINE)
    assert result.status == 7, result
    stage.github.clear_faults()
    [batch] = stage.destination.waiting()
    return stage.sender.outbox / batch


@broken("queue", "warning", "1 batch waits for delivery, the oldest for 0 min; last error: PUT", "outbox retry")
def batch_that_waits(stage: Stage) -> None:
    wait_in_the_outbox(stage)


@broken("queue", "warning", "1 batch waits for delivery, the oldest for 3 h")
def batch_that_waits_for_long(stage: Stage) -> None:
    change_entry(wait_in_the_outbox(stage), queued_at_us=microseconds(-3 * 3600), last_error="")


def microseconds(seconds: float) -> int:
    return int((time.time() + seconds) * 1e6)


def change_entry(batch: Path, **members: Any) -> None:
    entry = json.loads((batch / "entry.json").read_text())
    assert entry.keys() >= members.keys(), entry
    (batch / "entry.json").write_text(json.dumps(entry | members))


@broken("receipts", "warning", "1 delivered batch has no receipt yet, the oldest for 2 days", "the workflow's runs")
def batch_that_is_not_stored(stage: Stage) -> None:
    folder = write_tree(stage.tmp / "exports", {"a.json": b"1"})
    assert stage.destination("--folder", folder, token=FINE).status == 0
    [batch] = (stage.sender.outbox / "delivered").iterdir()
    change_entry(batch, delivered_at_us=microseconds(-2 * DAY_S))


@broken("refused", "warning", "1 batch was refused for good", "outbox drop")
def batch_that_was_refused(stage: Stage) -> None:
    batch = wait_in_the_outbox(stage)
    shutil.move(batch, stage.sender.outbox / "refused")


@broken("outbox-entries", "failed", "1 batch in the outbox cannot be read", "outbox drop")
def batch_that_cannot_be_read(stage: Stage) -> None:
    (wait_in_the_outbox(stage) / "entry.json").write_text("{")


@broken("outbox-size", "failed", "nothing more is queued", "raise --outbox-limit", queue="warning")
def outbox_that_is_full(stage: Stage) -> dict[str, Any]:
    wait_in_the_outbox(stage)
    return {"words": ["--outbox-limit", "64"]}


def send_one(stage: Stage) -> None:
    folder = write_tree(stage.tmp / "exports", {"a.json": b"1"})
    assert stage.destination("--folder", folder, token=FINE).status == 0


@broken("sent-files", "failed", "sent.db")
def record_of_sent_files_that_is_damaged(stage: Stage) -> None:
    send_one(stage)
    (stage.state / "sent.db").write_bytes(b"no database" * 400)


@broken("producer", "failed", "producer.db", "")
def record_of_the_producer_that_is_damaged(stage: Stage) -> None:
    send_one(stage)
    (stage.state / "producer.db").write_bytes(b"no database" * 400)


@broken("lock", "failed", "it is a named pipe")
def lock_that_is_a_pipe(stage: Stage) -> None:
    send_one(stage)
    (stage.sender.outbox / "lock").unlink()
    os.mkfifo(stage.sender.outbox / "lock")


# The way to the server, and the token.

@broken("proxy", "failed", "https_proxy: invalid", "correct the variable", network="skipped")
def proxy_of_the_environment_that_is_none(_: Stage) -> dict[str, Any]:
    return {"env": {"https_proxy": "gopher://proxy:70"}}


@broken("api-url", "failed", "GITHUB_API_URL: invalid URL 'example.com'", "")
def api_url_that_is_none(stage: Stage) -> dict[str, Any]:
    return {"env": {"GITHUB_API_URL": "example.com"}, "target": ["--repo", stage.repo]}


@broken("token", "no-access", "no token for 127.0.0.1: set GH_TOKEN", "")
def no_token(_: Stage) -> dict[str, Any]:
    return {"token": None}


@broken("token", "no-access", "has quotes around it: remove them")
def token_in_quotes(_: Stage) -> dict[str, Any]:
    return {"token": f"'{FINE}'"}


@broken("token", "no-access", "--token-file: cannot read")
def token_file_that_is_missing(stage: Stage) -> dict[str, Any]:
    return {"words": ["--token-file", stage.tmp / "gone"]}


@broken("token", "warning", "(mode 0644): other users can read it", "run 'chmod go-rwx ")
def token_file_that_others_can_read(stage: Stage) -> dict[str, Any]:
    (stage.tmp / "token").write_text(FINE)
    (stage.tmp / "token").chmod(0o644)
    return {"words": ["--token-file", stage.tmp / "token"], "token": None}


@broken("network", "failed", "127.0.0.1", "check the network", repository="skipped", token_accepted="skipped")
def server_that_does_not_answer(stage: Stage) -> dict[str, Any]:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    return {"target": ["--repo", stage.repo, "--api-url", f"http://127.0.0.1:{port}"]}


@broken("network", "failed", "login page")
def login_page_in_between(stage: Stage) -> None:
    stage.github.faults({"times": None, "action": {"status": 200, "headers": {"Content-Type": "text/html"},
                                                   "body": "<html>Log in</html>"}})


def answer_of_the_server(stage: Stage, **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    stage.github.faults({"path": "/rate_limit$", "times": None,
                         "action": {"status": 200, "headers": named, "body": '{"rate": {}}'}})


def http_date(seconds: float) -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds))


@broken("clock", "warning", " min slow", "set it")
def clock_that_is_slow(stage: Stage) -> None:
    answer_of_the_server(stage, Date=http_date(3600))


@broken("clock", "failed", "3 days fast", "set it")
def clock_that_is_days_fast(stage: Stage) -> None:
    answer_of_the_server(stage, Date=http_date(-3 * DAY_S))


@broken("rate-limit", "warning", "12 of 5000 requests left until 2", "wait")
def few_requests_left(stage: Stage) -> None:
    answer_of_the_server(stage, x_ratelimit_remaining="12", x_ratelimit_limit="5000",
                         x_ratelimit_reset=str(int(time.time()) + 60))


def refuse_to_tell_limits(stage: Stage, status: int, message: str) -> None:
    body = json.dumps({"message": message})
    stage.github.faults({"path": "/rate_limit$", "times": None, "action": {"status": status, "body": body}})


@broken("rate-limit", "skipped", "could not be found out: GET /rate_limit: HTTP 404, Rate limiting is not enabled.",
        network="ok", token_accepted="ok", token_write="ok", workflow="ok")
def limits_that_are_not_enabled(stage: Stage) -> None:
    refuse_to_tell_limits(stage, 404, "Rate limiting is not enabled.")


@broken("rate-limit", "skipped", "could not be found out: GET /rate_limit: HTTP 403, Forbidden", network="ok",
        token_accepted="skipped", token_write="ok", workflow="ok")
def limits_that_are_forbidden(stage: Stage) -> None:
    refuse_to_tell_limits(stage, 403, "Forbidden")


@broken("rate-limit", "skipped", "could not be found out: GET /rate_limit: HTTP 429, Slow down", network="ok",
        token_accepted="skipped", token_write="ok", workflow="ok")
def limits_that_may_not_be_asked_now(stage: Stage) -> None:
    refuse_to_tell_limits(stage, 429, "Slow down")


@broken("rate-limit", "failed", "0 of 5000 requests left", "wait")
def no_requests_left(stage: Stage) -> None:
    answer_of_the_server(stage, x_ratelimit_remaining="0", x_ratelimit_limit="5000")


@broken("token-accepted", "no-access", "Bad credentials; the token is wrong or has expired: make a new one")
def token_that_nobody_knows(_: Stage) -> dict[str, Any]:
    return {"token": UNKNOWN}


@broken("token-end", "no-access", "the token expired on ", "make a new fine-grained token", token_accepted="no-access")
def token_that_has_expired(_: Stage) -> dict[str, Any]:
    return {"token": ENDED}


@broken("token-end", "warning", "in 4 days", "make a new fine-grained token")
def token_that_expires_soon(_: Stage) -> dict[str, Any]:
    return {"token": ENDING}


@broken("token-kind", "warning", "a classic token, with the scopes repo, admin:org", "make a new fine-grained token")
def classic_token(_: Stage) -> dict[str, Any]:
    return {"token": CLASSIC}


# The repository.

@broken("token-write", "no-access", "the token lacks the permission Contents: read and write")
def token_that_only_reads(_: Stage) -> dict[str, Any]:
    return {"token": READING}


@broken("repository", "no-access", "there is no octo/nowhere, or the token cannot see it")
def repository_that_is_missing(stage: Stage) -> dict[str, Any]:
    return {"target": ["--repo", "octo/nowhere", "--api-url", stage.github.url]}


@broken("repository", "failed", "no repository is named", "--repo owner/name")
def no_repository(stage: Stage) -> dict[str, Any]:
    return {"target": ["--api-url", stage.github.url]}


@broken("repository", "failed", "invalid repository 'nonsense'")
def repository_that_is_none(stage: Stage) -> dict[str, Any]:
    return {"target": ["--repo", "nonsense", "--api-url", stage.github.url]}


@broken("repository", "warning", "is now octo/new", "use --repo octo/new")
def repository_that_was_renamed(stage: Stage) -> None:
    body = {"full_name": "octo/new", "default_branch": "main", "private": True}
    stage.github.faults({"path": f"^/repos/{re.escape(stage.repo)}$", "times": None,
                         "action": {"status": 200, "body": json.dumps(body)}})


@broken("privacy", "warning", "is public", "make it private")
def repository_that_is_public(stage: Stage) -> None:
    stage.github.set_up(stage.repo, private=False, visibility="public")


@broken("privacy", "warning", "everyone in the organization can read", "make it private")
def repository_that_is_internal(stage: Stage) -> None:
    stage.github.set_up(stage.repo, visibility="internal")


REPOSITORY_ANSWER = {"full_name": "", "default_branch": "main", "private": True, "visibility": "private",
                     "archived": False, "disabled": False, "permissions": {"push": True}}
# The path that is asked, the check, a sound answer, and what is not.
MEMBERS: list[tuple[str, str, Any, Any]] = [
    *[(r"^/repos/[^/]+/[^/]+$", "repository", REPOSITORY_ANSWER, {name: wrong}) for name, wrong in (
        ("full_name", 1), ("full_name", None), ("default_branch", ["main"]), ("visibility", True), ("private", "yes"),
        ("internal", "no"), ("archived", "yes"), ("archived", None), ("disabled", 1), ("permissions", []),
        ("permissions", {"push": "yes"}))],
    *[("/branches/main$", "first-commit", {"name": "main", "protected": False}, {name: wrong}) for name, wrong in (
        ("name", {}), ("protected", "no"))],
    *[("/rules/branches/main$", "rules", None, wrong) for wrong in ({}, ["update"], [{"type": 1}], [{}], "none")],
    *[("/actions/workflows/", "workflow-state", None, wrong) for wrong in ({"state": 1}, {}, [], "active")],
    *[("/actions/permissions$", "actions", None, wrong) for wrong in (
        {"enabled": "yes"}, {}, {"enabled": True, "allowed_actions": 1}, [True])],
    *[("/contents/.github/workflows$", "workflow", None, wrong) for wrong in (
        {}, "none", [1], [{"name": 1}], [{"path": "a.yml"}], {"sha": 1})],
]


@pytest.mark.parametrize(("path", "check", "sound", "wrong"), MEMBERS,
                         ids=[f"{number}-{check}" for number, (_, check, _, _) in enumerate(MEMBERS)])
def test_an_answer_with_a_member_of_another_type_is_not_believed(path: str, check: str, sound: Any, wrong: Any,
                                                                 stage: Stage) -> None:
    if sound == REPOSITORY_ANSWER:
        sound = sound | {"full_name": stage.repo}
    answer = wrong if sound is None else sound | wrong
    stage.github.faults({"path": path, "times": None, "action": {"status": 200, "body": json.dumps(answer)}})
    result = stage.doctor("--json", token=SEEING)
    found = by_check(result)[check]
    assert (result.status, found["result"]) == (4, "failed"), result
    assert re.match("could not be found out: GitHub's answer .*cannot be understood", found["detail"]), found


@broken("archive", "failed", "is archived", "unarchive it", token_write="skipped", workflow="skipped")
def repository_that_is_archived(stage: Stage) -> None:
    stage.github.set_up(stage.repo, archived=True)


@broken("archive", "failed", "is disabled", "support")
def repository_that_is_disabled(stage: Stage) -> None:
    stage.github.set_up(stage.repo, disabled=True)


@broken("first-commit", "failed", "is empty: it has no branch main", "a README", token_write="ok", workflow="skipped")
def repository_that_is_empty(stage: Stage) -> None:
    for name in stage.github.git(stage.repo, "for-each-ref", "--format=%(refname)").split():
        stage.github.git(stage.repo, "update-ref", "-d", name)


def answer_to_branch(stage: Stage, action: str | None = None, **answer: Any) -> None:
    """What is answered where the default branch is asked for."""
    stage.github.faults({"path": "/branches/main$", "times": None, "action": action or answer})


UNKNOWN_COMMIT = "could not be found out: "


@broken("first-commit", "failed", UNKNOWN_COMMIT + "GET of branch main from ", "", rules="failed", workflow="ok")
def first_commit_behind_a_server_error(stage: Stage) -> None:
    answer_to_branch(stage, status=503, body='{"message": "Unavailable"}')


@broken("first-commit", "failed", UNKNOWN_COMMIT + "GET http://127.0.0.1:", "check the network", workflow="ok")
def first_commit_behind_a_broken_connection(stage: Stage) -> None:
    answer_to_branch(stage, "close_before")


@broken("first-commit", "no-access", UNKNOWN_COMMIT + "GET of branch main from ", "", workflow="ok")
def first_commit_that_the_token_may_not_see(stage: Stage) -> None:
    answer_to_branch(stage, status=403, body='{"message": "Resource not accessible by personal access token"}')


@broken("first-commit", "failed", UNKNOWN_COMMIT + "GET of the commits of ", "")
def first_commit_behind_an_error_of_the_second_question(stage: Stage) -> None:
    answer_to_branch(stage, status=404, body='{"message": "Branch not found"}')
    stage.github.faults({"path": "/commits$", "times": None, "action": {"status": 500, "body": "{}"}})


@broken("first-commit", "failed", "the default branch main of ", "push that branch")
def default_branch_that_is_missing(stage: Stage) -> None:
    answer_to_branch(stage, status=404, body='{"message": "Branch not found"}')


@broken("target-branch", "warning", "has no branch lab", "create it, unless")
def target_branch_that_is_missing(_: Stage) -> dict[str, Any]:
    return {"words": ["--branch", "lab"]}


@broken("target-branch", "failed", "has no branch lab", "create it, or correct --branch")
def branch_for_pushes_that_is_missing(_: Stage) -> dict[str, Any]:
    return {"words": ["--branch", "lab", "--trigger", "push"]}


@broken("inbox-branch", "failed", "beside the branch healthmetric", "rename that")
def branch_in_the_way_of_the_inbox(stage: Stage) -> None:
    stage.destination.delete_inboxes()
    stage.github.git(stage.repo, "branch", "healthmetric", "main")


@broken("rules", "failed", "rules that stop the workflow: pull_request", "bypass")
def rule_that_wants_pull_requests(stage: Stage) -> None:
    stage.github.set_up(stage.repo, rules={"main": ["deletion", "pull_request"]})


@broken("rules", "warning", "may stop the workflow: commit_message_pattern", "Settings, Rules")
def rule_for_messages(stage: Stage) -> None:
    stage.github.set_up(stage.repo, rules={"main": ["commit_message_pattern"]})


@broken("rules", "warning", "the branch main is protected", "Settings, Branches")
def branch_that_is_protected(stage: Stage) -> None:
    stage.github.set_up(stage.repo, protected=["main"])


@broken("inbox-rules", "failed", "non_fast_forward")
def rule_against_resets_of_the_inbox(stage: Stage) -> None:
    stage.github.set_up(stage.repo, rules={INBOX: ["non_fast_forward", "creation"]})


@broken("inbox-rules", "failed", "creation")
def rule_against_an_inbox(stage: Stage) -> None:
    stage.destination.delete_inboxes()
    stage.github.set_up(stage.repo, rules={INBOX: ["creation"]})


# The workflow.

def replace_workflow(stage: Stage, text: str, name: str = "data-receiver.yml") -> None:
    stage.github.git(stage.repo, "update-ref", "refs/heads/main", "main~1")
    if text:
        stage.put(f".github/workflows/{name}", text)


@broken("workflow", "failed", "there is no workflow on main", "add the receiver's workflow", workflow_trigger="skipped")
def no_workflow(stage: Stage) -> None:
    replace_workflow(stage, "")


@broken("workflow", "failed", "data-receiver.yml, line 15: 'OWNER/REPOSITORY/.github/actions/setup-receiver@COMMIT' has ",
        "replace OWNER/REPOSITORY there with")
def workflow_with_placeholders(stage: Stage) -> None:
    replace_workflow(stage, WORKFLOW + "jobs:\n  receive:\n    steps:\n"
                     "      - uses: OWNER/REPOSITORY/.github/actions/setup-receiver@COMMIT # v0.1.0\n")


@broken("workflow-trigger", "failed", "no workflow listens to repository_dispatch of the type data_update")
def workflow_for_another_event(stage: Stage) -> None:
    replace_workflow(stage, "on:\n  repository_dispatch:\n    types:\n      - other\n  push:\n")


@broken("workflow-trigger", "failed", "no data-receiver.yml that listens to workflow_dispatch")
def workflow_of_another_name(stage: Stage) -> dict[str, Any]:
    replace_workflow(stage, WORKFLOW, "receive.yml")
    return {"words": ["--trigger", "workflow"]}


@broken("workflow-trigger", "failed", "no workflow listens to push")
def workflow_that_no_push_starts(stage: Stage) -> dict[str, Any]:
    replace_workflow(stage, "on: [repository_dispatch, workflow_dispatch]\n")
    return {"words": ["--trigger", "push"]}


@broken("workflow-trigger", "warning", "as far as they can be read", "below 'on:'")
def workflow_that_cannot_be_read(stage: Stage) -> None:
    replace_workflow(stage, "on: [push, }\n")


@broken("workflow-state", "failed", "data-receiver.yml is disabled_manually", "enable it")
def workflow_that_is_disabled(stage: Stage) -> dict[str, Any]:
    stage.github.set_up(stage.repo, workflow_states={"data-receiver.yml": "disabled_manually"})
    return {"token": SEEING}


@broken("actions", "failed", "Actions are disabled", "Settings, Actions, General")
def actions_that_are_disabled(stage: Stage) -> dict[str, Any]:
    stage.github.set_up(stage.repo, actions={"enabled": False})
    return {"token": SEEING}


@broken("actions", "warning", "only some actions are allowed (local_only)", "among them")
def actions_that_are_restricted(stage: Stage) -> dict[str, Any]:
    stage.github.set_up(stage.repo, actions={"allowed_actions": "local_only"})
    return {"token": SEEING}


DOCUMENTED = re.findall(r"^\| `([a-z-]+)` \|",
                        (REPOSITORY / "docs/doctor.md").read_text().partition("## Checks on this machine")[2], re.MULTILINE)


def assert_documented_order(result: Result) -> None:
    """Each check once, in the order of docs/doctor.md; what is told only of a failure or on request may be missing."""
    told = [name for name, _ in groupby(finding["check"] for finding in findings_of(result))]
    expected = [name for name in DOCUMENTED if name not in {"api-url", "roundtrip"} or name in told]
    assert told == expected


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.arrange.__name__)
def test_a_check_fails_and_says_what_to_do(case: Broken, stage: Stage) -> None:
    options = case.arrange(stage) or {}
    words = options.pop("words", [])
    result = stage.doctor(*words, "--json", **options)
    assert result.status == case.status, result
    found = [finding for finding in findings_of(result) if finding["check"] == case.check]
    assert found and found[-1]["result"] == case.result, result
    assert case.detail in found[-1]["detail"] and case.hint in (found[-1]["hint"] or ""), found
    assert_documented_order(result)
    others = by_check(result)
    assert {name: others[name]["result"] for name in case.rest} == case.rest
    assert not any(secret in result.stdout + result.stderr for secret in (*SECRETS, "me:pw"))
    text = stage.doctor(*words, "--quiet", **options)
    word = "warn" if case.result == "warning" else "FAIL"
    assert text.status == case.status
    if case.result == "skipped":
        assert not text.stdout
        return
    assert re.search(rf"^{word}  {case.check} +.*{re.escape(case.detail)}", text.stdout, re.MULTILINE), text
    assert not re.search("^(ok|skip) ", text.stdout, re.MULTILINE)
    assert ("FAIL" in text.stdout) == (case.status != 0)


def test_there_are_many_of_them() -> None:
    assert len(BROKEN) > 50
    assert {case.check for case in BROKEN} | {"disk-space", "roundtrip"} == set(DOCUMENTED)


def test_nothing_is_wrong_with_a_good_set_up(stage: Stage) -> None:
    found = by_check(stage.doctor("--json"))
    skipped = {name for name, finding in found.items() if finding["result"] == "skipped"}
    assert {finding["result"] for finding in found.values()} == {"ok", "skipped"}
    # More than Contents is needed to look at Actions.
    assert skipped == {"workflow-state", "actions"}
    assert "it would need the permission Actions: read" in found["workflow-state"]["detail"]
    assert "it would need the permission Administration: read" in found["actions"]["detail"]
    send_one(stage)
    found = by_check(stage.doctor("--json", token=SEEING))
    assert {finding["result"] for finding in found.values()} == {"ok"}, found
    result = stage.doctor(token=SEEING)
    *lines, last = result.stdout.splitlines()
    assert (result.status, len(lines)) == (0, len(found))
    assert all(re.match(r"ok    [a-z-]+ +\S", line) for line in lines)
    assert last == f"{len(found)} ok, 0 warnings, 0 failed, 0 not checked"


def state_of(stage: Stage) -> dict[str, Any]:
    """All that a run could leave, here and on the server."""
    def facts(path: Path) -> tuple[int, int, bytes]:
        info = path.lstat()
        return info.st_mode, info.st_mtime_ns, path.read_bytes() if path.is_file() else b""
    here = {path: facts(path) for place in (stage.sender.home, stage.tmp) for path in sorted(place.rglob("*"))}
    there = stage.github.git(stage.repo, "for-each-ref"), stage.github.git(stage.repo, "count-objects", "-v")
    return {"here": here, "there": there, "runs": stage.github.runs()}


@pytest.mark.parametrize("has_sent", [False, True])
def test_nothing_changes(has_sent: bool, stage: Stage) -> None:
    if has_sent:
        wait_in_the_outbox(stage)
        send_one(stage)
    else:
        stage.destination.delete_inboxes()
    before = state_of(stage)
    stage.destination.github.clear_requests()
    for token in (SEEING, READING, CLASSIC, UNKNOWN):
        stage.doctor("--json", token=token)
    assert state_of(stage) == before
    posts = stage.destination.requests("POST", "PUT", "PATCH", "DELETE")
    assert posts and {(post["path"], post["status"]) for post in posts} == {
        (f"/repos/{stage.repo}/git/refs", 422), (f"/repos/{stage.repo}/git/refs", 403)}


def test_no_more_than_contents_is_asked_for_without_saying_so(stage: Stage) -> None:
    stage.doctor()
    asked = {(request["path"].removeprefix(f"/repos/{stage.repo}"), request["status"])
             for request in stage.destination.requests()}
    assert {path for path, status in asked if status == 403} == {
        "/actions/workflows/data-receiver.yml", "/actions/permissions"}


def test_another_sender_is_delivering(stage: Stage) -> None:
    send_one(stage)
    with (stage.sender.outbox / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate()
        lock.write("4711\n")
        lock.flush()
        found = by_check(stage.doctor("--json"))["lock"]
    assert found["result"] == "warning" and "another sender is delivering now (process 4711)" in found["detail"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_there_is_no_room(stage: Stage) -> None:
    import subprocess
    place = stage.tmp / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=False, timeout=60).returncode != 0:
        pytest.skip("no file system can be mounted here")
    try:
        result = stage.doctor("--json", "--state-dir", place / "state")
        found = by_check(result)["disk-space"]
        assert (result.status, found["result"]) == (4, "failed")
        assert "less than the size of one payload (20.0 MiB)" in found["detail"] and "free some space" in found["hint"]
    finally:
        subprocess.run(["umount", place], check=True, timeout=60)


def test_what_this_user_may_not_touch(unprivileged: Any, github: LocalGithub, stage: Stage) -> None:
    folder = write_tree(unprivileged.folder / "exports", {"a.json": b"1"})
    state = unprivileged.folder / "state"
    state.mkdir()
    unprivileged.own(unprivileged.folder)
    folder.chmod(0)
    state.chmod(0o500)
    env = {"GH_TOKEN": FINE, "HEALTHMETRIC_FOLDER": str(folder)}
    result = unprivileged.sender("doctor", *stage.destination.target, "--json", "--state-dir", state, env=env)
    found = by_check(result)
    assert result.status == 4
    assert "Permission denied" in found["source"]["detail"] and "permission to read it" in found["source"]["hint"]
    assert found["state-directory"]["result"] == "failed"
    assert "cannot write" in found["state-directory"]["detail"]
    assert found["queue"]["result"] == "skipped" and found["token-write"]["result"] == "ok"


@pytest.mark.parametrize("action", [{"status": 502, "body": "<html>Bad gateway</html>"},
                                    {"status": 429, "body": '{"message": "Slow down"}'}, "close_before"])
@pytest.mark.parametrize("path", [".", "^/repos/.*/contents/", "^/repos/[^/]*/[^/]*$", "/rules/", "/actions/", "/git/refs$"])
def test_nothing_is_tried_again_or_said_to_be(path: str, action: Any, stage: Stage) -> None:
    stage.github.faults({"path": path, "times": None, "action": action})
    result = stage.doctor("--json", token=SEEING)
    assert result.status == 4, result
    assert "max-wait" not in result.stdout and "gave up" not in result.stdout, result
    wrong = [finding for finding in findings_of(result) if finding["result"] == "failed"]
    assert wrong and all("could not be found out: " in finding["detail"] or finding["check"] == "network"
                         for finding in wrong), wrong
    assert max(Counter((request["method"], request["path"]) for request in stage.destination.requests()).values()) <= 3


def test_a_name_that_is_not_known_is_said_as_it_is(stage: Stage) -> None:
    result = stage.doctor("--json", target=["--repo", "octo/data", "--api-url", "https://github.invalid/api/v3"])
    [network] = [finding for finding in findings_of(result) if finding["check"] == "network"]
    assert "github.invalid" in network["detail"] and "gave up" not in result.stdout, network


@pytest.mark.parametrize("env", [{}, {"HEALTHMETRIC_QUIET": "true"}])
@pytest.mark.parametrize("words", [[], ["--verbose"], ["--roundtrip"]])
def test_quiet_counts_on_the_command_line_only(words: list[str], env: dict[str, str], stage: Stage) -> None:
    stage.configure('[profile.nightly]\nquiet = true\n')
    profile = ["--profile", "nightly"]
    if words == ["--roundtrip"]:  # a missing source keeps it from being made
        stage.configure('[profile.nightly]\nquiet = true\nfolder = "/no/where"\n')
    result = stage.doctor(*profile, *words, env=env)
    assert "ok    token-write" in result.stdout and " not checked\n" in result.stdout, result
    assert ("skip  roundtrip" in result.stdout) == (words == ["--roundtrip"])
    assert "ok " not in stage.doctor(*profile, "--quiet", env=env).stdout


def test_the_sources_of_all_profiles_are_looked_at(stage: Stage) -> None:
    write_tree(stage.tmp / "exports", {"a.json": b"1"})
    stage.configure(f'[profile.a]\nfolder = "{stage.tmp}/exports"\n[profile.b]\nfile = ["/no/one", "/no/two"]\n')
    sources = [finding for finding in findings_of(stage.doctor("--json")) if finding["check"] == "source"]
    assert [finding["result"] for finding in sources] == ["ok", "failed", "failed"]
    assert "folder in [profile.a]" in sources[0]["detail"]
    [only] = [finding for finding in findings_of(stage.doctor("--json", "--profile", "a")) if finding["check"] == "source"]
    assert only["result"] == "ok"


def test_a_proxy_is_shown_without_its_password(stage: Stage) -> None:
    env = {"https_proxy": "http://me:s3cret@127.0.0.1:9"}
    result = stage.doctor("--json", target=["--repo", "octo/data", "--api-url", "https://api.invalid"], env=env)
    assert "@127.0.0.1:9" in by_check(result)["proxy"]["detail"]
    assert "s3cret" not in result.stdout + result.stderr


ROUNDTRIP = r"uploaded in \d+\.\d s, workflow started in \d+\.\d s, stored after \d+\.\d s"


def test_a_round_trip_is_made(receiving: Destination, tmp_path: Path) -> None:
    stage = Stage(receiving, tmp_path, TOKEN)
    stage.put(".github/workflows/data-receiver.yml", WORKFLOW)
    result = stage.doctor("--json", "--roundtrip=50s")
    found = by_check(result)["roundtrip"]
    assert (result.status, found["result"]) == (0, "ok"), result
    assert re.search(ROUNDTRIP, found["detail"]) and "-doctor-" in found["detail"]
    tree = receiving.github.tree(receiving.repo)
    [summary] = [path for path in tree if path.startswith("_storage/") and not path.endswith(".gitattributes")]
    assert re.fullmatch(r"_storage/summaries/\d+/\d+/\d+/\S+-doctor-\S+\.json", summary)
    assert receiving.waiting() == [] and not list((stage.sender.outbox / "delivered").iterdir())


def test_a_round_trip_does_not_arrive(stage: Stage) -> None:
    result = stage.doctor("--roundtrip=1s", "--json")
    found = by_check(result)["roundtrip"]
    assert (result.status, found["result"]) == (4, "failed"), result
    assert "delivered, but not stored in time" in found["detail"] and "/actions" in found["hint"]


def test_no_round_trip_after_a_failure(stage: Stage) -> None:
    result = stage.doctor("--roundtrip", "--json", token=READING)
    assert by_check(result)["roundtrip"]["result"] == "skipped"
    assert stage.destination.requests("PUT") == [] and not stage.sender.outbox.exists()
    found = by_check(stage.doctor("--roundtrip", "--json", "--trigger", "none"))["roundtrip"]
    assert found["result"] == "skipped" and "--trigger none" in found["detail"]


@pytest.mark.parametrize("flavour", ["gitea", "forgejo"])
def test_other_forges_say_what_they_cannot_be_asked(flavour: str, sender: Program, tmp_path: Path,
                                                    request: pytest.FixtureRequest) -> None:
    with LocalGithub(tokens={FINE: "contents=write"}, flavour=flavour) as github:
        stage = Stage(new_destination(github, sender, request), tmp_path)
        stage.put(".gitea/workflows/receive.yml", "on:\n- push\n")
        result = stage.doctor("--json", "--trigger", "push")
        found = by_check(result)
        assert result.status == 0, result
        assert "only once something is written" in found["token-write"]["detail"]
        assert found["rules"]["result"] == found["actions"]["result"] == "skipped"
        assert "cannot be asked" in found["rules"]["detail"]
        assert "receive.yml listens to push" in found["workflow-trigger"]["detail"]
        assert by_check(stage.doctor("--json", "--trigger", "push", token=UNKNOWN))["repository"]["result"] == "no-access"
