"""Runs: what starts them, what they are told, and the concurrency group."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from github_server.client import Client
from github_server.local_github import LocalGithub
from github_server.test_git_http import cloned, commit, git, url

SAY = [
    sys.executable,
    "-c",
    "import json, os; print(json.dumps(dict(os.environ)))",
    "$(touch x); 'quoted'",
]


@pytest.fixture(scope="module")
def busy_server() -> Iterator[LocalGithub]:
    options = ["--actions-token=from-actions", "--workflow=assumed.yml", "--token=starter:actions=write"]
    with LocalGithub(on_dispatch=SAY, on_push=SAY, options=options) as github:
        yield github


@pytest.fixture
def busy(busy_server: LocalGithub, request: pytest.FixtureRequest) -> Client:
    repo = f"octo/{request.node.name}"
    busy_server.create_repo(repo)
    return Client(busy_server, repo)


def finished_runs(client: Client) -> list[dict[str, object]]:
    client.github.wait_idle()
    return [run for run in client.github.runs() if run["repository"] == client.repo]


def test_a_dispatch_tells_the_run_what_happened(busy: Client) -> None:
    busy.api("POST", "/dispatches", {"event_type": "data_update", "client_payload": {"batch_id": "b"}})
    (run,) = finished_runs(busy)
    assert (run["event"], run["status"], run["exit_code"]) == ("repository_dispatch", "completed", 0)
    told = json.loads(Path(run["log"]).read_text())
    assert told["GITHUB_EVENT_NAME"] == "repository_dispatch"
    assert told["GITHUB_REPOSITORY"] == busy.repo
    assert (told["GITHUB_REF"], told["GITHUB_SHA"]) == ("refs/heads/main", busy.tip())
    assert told["GITHUB_API_URL"] == told["GITHUB_SERVER_URL"] == busy.github.url
    assert told["GITHUB_REPO_DIR"] == str(busy.github.repo_path(busy.repo))
    assert told["GITHUB_TOKEN"] == "from-actions"
    assert told["HEALTHMETRIC_REPO_URL"] == url(busy, "from-actions").replace("x:", "x-access-token:")
    event = json.loads(Path(told["GITHUB_EVENT_PATH"]).read_text())
    assert (event["action"], event["client_payload"]) == ("data_update", {"batch_id": "b"})
    assert event["repository"]["full_name"] == busy.repo


def test_a_workflow_dispatch(busy: Client) -> None:
    document = {"ref": "main", "inputs": {"dry_run": "true"}}
    assert (
        busy.api("POST", "/actions/workflows/assumed.yml/dispatches", document, token="starter").status
        == 204
    )
    (run,) = finished_runs(busy)
    event = json.loads(Path(run["event_path"]).read_text())
    assert (run["event"], event["inputs"]) == ("workflow_dispatch", {"dry_run": "true"})


def test_a_write_through_the_api_is_a_push(busy: Client) -> None:
    before = busy.tip()
    busy.put("a", b"x")
    (run,) = finished_runs(busy)
    event = json.loads(Path(run["event_path"]).read_text())
    assert (run["event"], run["ref"], run["sha"]) == ("push", "refs/heads/main", busy.tip())
    assert (event["before"], event["after"]) == (before, busy.tip())
    assert event["head_commit"]["message"] == "Add a"


def test_skip_ci_suppresses_push_runs_only(busy: Client) -> None:
    assert busy.put("a", b"x", message="Add a [skip ci]").status == 201
    assert busy.put("b", b"x", message="Add b\n\nskip-checks: true").status == 201
    assert finished_runs(busy) == []
    busy.api("POST", "/dispatches", {"event_type": "x [skip ci]"})
    assert [run["event"] for run in finished_runs(busy)] == ["repository_dispatch"]


def test_git_pushes(busy: Client, tmp_path: Path) -> None:
    clone = cloned(busy, tmp_path)
    for name, message, token, refspec, runs in (
        ("a", "Add", "test-token", "main", ["refs/heads/main"]),
        ("b", "Add [ci skip]", "test-token", "main", ["refs/heads/main"]),
        ("c", "Add", "from-actions", "main", ["refs/heads/main"]),
        ("d", "Add", "test-token", "main:refs/heads/new", ["refs/heads/main", "refs/heads/new"]),
        ("e", "Add", "test-token", "main:refs/tags/v1", ["refs/heads/main", "refs/heads/new"]),
        ("f", "Add", "test-token", ":refs/heads/new", ["refs/heads/main", "refs/heads/new"]),
    ):
        commit(clone, name, b"x", message)
        pushed = git(clone, "push", url(busy, token), refspec)
        assert pushed.returncode == 0, pushed.stderr
        assert [run["ref"] for run in finished_runs(busy)] == runs


def test_a_dispatch_from_a_run_starts_a_run(busy: Client) -> None:
    busy.api("POST", "/dispatches", {"event_type": "x"}, token="from-actions")
    assert busy.put("a", b"x", token="from-actions").status == 201
    assert [run["event"] for run in finished_runs(busy)] == ["repository_dispatch"]


def test_one_runs_one_waits_and_the_newest_waits(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    held_open = os.open(gate, os.O_RDWR)
    one_byte = ["dd", f"if={gate}", "bs=1", "count=1"]
    with LocalGithub(repos=["octo/data"], on_dispatch=one_byte) as github:
        client = Client(github, "octo/data")
        for name in ("first", "second", "third"):
            client.api("POST", "/dispatches", {"event_type": name})
        with pytest.raises(urllib.error.HTTPError, match="504"):
            github.wait_idle(timeout_s=0)
        os.write(held_open, b"xx")
        github.wait_idle()
        runs = github.runs()
    os.close(held_open)
    assert [run["status"] for run in runs] == ["completed", "cancelled", "completed"]
    assert [run["exit_code"] for run in runs] == [0, None, 0]


def test_a_command_that_fails_and_one_that_is_none(tmp_path: Path) -> None:
    missing = tmp_path / "none"
    with LocalGithub(repos=["octo/data"], on_dispatch=["/bin/false"], on_push=[missing]) as github:
        client = Client(github, "octo/data")
        client.api("POST", "/dispatches", {"event_type": "x"})
        github.wait_idle()
        client.put("a", b"x")
        github.wait_idle()
        assert [run["exit_code"] for run in github.runs()] == [1, 127]


def test_stopping_ends_what_runs(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with LocalGithub(
        repos=["octo/data"], on_dispatch=["/bin/sh", "-c", f"exec 3<>{gate}; read x <&3"]
    ) as github:
        Client(github, "octo/data").api("POST", "/dispatches", {"event_type": "x"})
        # Opens once the run has it open, too.
        writer = os.open(gate, os.O_WRONLY)
    with pytest.raises(BrokenPipeError):
        os.write(writer, b"x")
    os.close(writer)
