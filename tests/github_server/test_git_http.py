"""Clone, fetch and push over HTTP, and who may."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from github_server.client import Client
from github_server.git_environment import git_environment
from github_server.local_github import LocalGithub


def git(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=directory,
        env=git_environment(),
        text=True,
        capture_output=True,
    )


def url(client: Client, token: str | None = None) -> str:
    scheme, _, host = client.github.url.partition("://")
    return f"{scheme}://{f'x:{token}@' if token else ''}{host}/{client.repo}.git"


def cloned(client: Client, directory: Path) -> Path:
    clone = directory / "clone"
    assert git(directory, "clone", "--quiet", url(client), str(clone)).returncode == 0
    return clone


def commit(clone: Path, name: str, content: bytes, message: str = "Add") -> None:
    (clone / name).write_bytes(content)
    git(clone, "add", "--", name)
    assert git(clone, "commit", "--quiet", "--message", message).returncode == 0


def test_clone_and_push(client: Client, tmp_path: Path) -> None:
    clone = cloned(client, tmp_path)
    commit(clone, "a", b"x")
    assert git(clone, "push", "--quiet", url(client, "test-token"), "main").returncode == 0
    assert client.github.read(client.repo, "a") == b"x"
    client.put("b", b"y")
    assert git(clone, "pull", "--quiet", "--ff-only").returncode == 0
    assert (clone / "b").read_bytes() == b"y"


def test_a_large_push_is_chunked(client: Client, tmp_path: Path) -> None:
    clone = cloned(client, tmp_path)
    commit(clone, "large", bytes(range(256)) * 20_000)
    pushed = git(clone, "-c", "http.postBuffer=65536", "push", url(client, "test-token"), "main")
    assert pushed.returncode == 0, pushed.stderr
    sent = client.github.requests()[-1]
    assert sent["headers"]["transfer-encoding"] == "chunked"
    assert sent["path"].endswith("/git-receive-pack")


def test_partial_clone(client: Client, tmp_path: Path) -> None:
    client.put("dir/a", b"x")
    made = git(
        tmp_path,
        "clone",
        "--quiet",
        "--depth=1",
        "--filter=blob:none",
        "--no-checkout",
        url(client),
        "c",
    )
    assert made.returncode == 0
    assert git(tmp_path / "c", "cat-file", "blob", "HEAD:dir/a").stdout == "x"


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (None, "could not read Username"),
        ("stranger", "Authentication failed"),
        ("reader", "403"),
        ("blind", "403"),
    ],
)
def test_who_may_not_push(client: Client, tmp_path: Path, token: str | None, words: str) -> None:
    clone = cloned(client, tmp_path)
    commit(clone, "a", b"x")
    refused = git(clone, "push", url(client, token), "main")
    assert refused.returncode != 0
    assert words in refused.stderr


def test_a_push_that_lost_the_race(client: Client, tmp_path: Path) -> None:
    clone = cloned(client, tmp_path)
    client.put("b", b"y")
    commit(clone, "a", b"x")
    refused = git(clone, "push", url(client, "test-token"), "main")
    assert refused.returncode != 0
    assert "rejected" in refused.stderr


def test_what_is_not_there(client: Client, tmp_path: Path) -> None:
    missing = git(tmp_path, "clone", f"{client.github.url}/octo/nowhere.git", "x")
    assert "not found" in missing.stderr
    for path in (
        "/octo/..%2F..%2Fetc/info/refs",
        f"/{client.repo}.git/config",
        f"/{client.repo}.git/objects/x",
    ):
        assert client.call("GET", path).status == 404


def test_pending_refs_are_not_shown(client: Client, tmp_path: Path) -> None:
    client.github.git(client.repo, "update-ref", "refs/pending/x", "refs/heads/main")
    listed = git(tmp_path, "ls-remote", url(client)).stdout
    assert "refs/heads/main" in listed
    assert "refs/pending" not in listed


def test_a_token_for_some_repositories_does_not_see_the_others(tmp_path: Path) -> None:
    with LocalGithub(repos=["octo/a", "octo/b"], tokens={"test-token": "contents=write,repo=octo/a"}) as github:
        ours, others = Client(github, "octo/a"), Client(github, "octo/b")
        assert (ours.put("x", b"x").status, others.put("x", b"x").status) == (201, 404)
        assert others.api("GET", "").status == others.api("POST", "/dispatches", {"event_type": "x"}).status == 404
        clone = cloned(ours, tmp_path)
        commit(clone, "y", b"y")
        assert git(clone, "push", "--quiet", url(ours, "test-token"), "HEAD:main").returncode == 0
        refused = git(clone, "push", "--quiet", url(others, "test-token"), "HEAD:refs/heads/new")
        assert refused.returncode != 0 and "not found" in refused.stderr
