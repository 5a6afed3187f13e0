from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from github_server.client import Client
from github_server.local_github import LocalGithub
from openapi.judged import judged_exchanges, pytest_terminal_summary  # noqa: F401

TOKENS = {
    "test-token": "contents=write",
    "reader": "contents=read",
    "starter": "contents=read,actions=write",
    "blind": "none",
}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalGithub]:
    with LocalGithub(tokens=TOKENS, options=["--workflow=assumed.yml"]) as github:
        yield github


@pytest.fixture
def client(server: LocalGithub, request: pytest.FixtureRequest) -> Client:
    """With a repository of its own and no faults or requests left from others."""
    server.clear_faults()
    server.clear_requests()
    repo = "octo/" + re.sub(r"[^A-Za-z0-9_.-]", "-", request.node.name)[:80]
    server.create_repo(repo)
    return Client(server, repo)
