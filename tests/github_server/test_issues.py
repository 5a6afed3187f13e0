"""Issues, as a workflow with `issues: write` and a person use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from github_server.client import Answer, Client
from github_server.local_github import LocalGithub

TOKENS = {"test-token": "contents=write,issues=write", "reader": "contents=read,issues=read", "blind": "contents=write"}
BOT, PERSON = "from-actions:issues=write", "test-token"


@pytest.fixture(scope="module")
def server() -> Iterator[LocalGithub]:
    with LocalGithub(tokens=TOKENS, options=["--actions-token=from-actions"]) as github:
        yield github


@pytest.fixture
def client(server: LocalGithub, request: pytest.FixtureRequest) -> Client:
    repo = "octo/" + re.sub(r"[^A-Za-z0-9_.-]", "-", request.node.name)[:80]
    server.create_repo(repo)
    return Client(server, repo)


def opened(client: Client, title: str, token: str = PERSON, **fields: Any) -> dict[str, Any]:
    answer = client.api("POST", "/issues", {"title": title, **fields}, token=token)
    assert answer.status == 201, answer
    return answer.json


def titles(answer: Answer) -> list[str]:
    return [issue["title"] for issue in answer.json]


def test_an_issue_is_opened_read_changed_and_closed(client: Client) -> None:
    made = opened(client, "ws-12 is silent", BOT, body="since **Monday** ü")
    assert (made["number"], made["state"], made["user"]["login"]) == (1, "open", "github-actions[bot]")
    assert made["user"]["type"] == "Bot"
    assert client.api("GET", "/issues/1").json == made
    changed = client.api("PATCH", "/issues/1", {"body": "since Tuesday"}, token=BOT).json
    assert (changed["title"], changed["body"], changed["state"]) == ("ws-12 is silent", "since Tuesday", "open")
    closed = client.api("PATCH", "/issues/1", {"state": "closed"}).json
    assert (closed["state_reason"], closed["closed_by"]["login"]) == ("completed", "octocat")
    again = client.api("PATCH", "/issues/1", {"state": "open"}, token=BOT).json
    assert (again["state"], again["state_reason"], again["closed_at"]) == ("open", "reopened", None)


def test_comments(client: Client) -> None:
    opened(client, "a")
    for words in ("one", "two", "three"):
        assert client.api("POST", "/issues/1/comments", {"body": words}, token=BOT).status == 201
    assert client.api("GET", "/issues/1").json["comments"] == 3
    page = client.api("GET", "/issues/1/comments?per_page=2")
    assert [each["body"] for each in page.json] == ["one", "two"]
    assert 'rel="next"' in page.headers["link"]
    assert [each["body"] for each in client.api("GET", "/issues/1/comments?per_page=2&page=2").json] == ["three"]


def test_lists_are_filtered_sorted_and_paged(client: Client) -> None:
    for number in range(3):
        opened(client, f"bot {number}", BOT)
        opened(client, f"person {number}")
    client.api("PATCH", "/issues/1", {"state": "closed"}, token=BOT)
    assert titles(client.api("GET", "/issues")) == ["person 2", "bot 2", "person 1", "bot 1", "person 0"]
    assert titles(client.api("GET", "/issues?state=closed")) == ["bot 0"]
    of_the_bot = "/issues?state=all&creator=github-actions%5Bbot%5D"
    assert titles(client.api("GET", of_the_bot)) == ["bot 2", "bot 1", "bot 0"]
    assert titles(client.api("GET", "/issues?creator=nobody")) == []
    assert titles(client.api("GET", "/issues?since=2099-01-01T00:00:00Z")) == []
    assert titles(client.api("GET", "/issues?sort=created&direction=asc&state=all"))[:2] == ["bot 0", "person 0"]
    client.api("POST", "/issues/2/comments", {"body": "x"})
    assert titles(client.api("GET", "/issues?sort=comments"))[0] == "person 0"
    first = client.api("GET", "/issues?state=all&per_page=4")
    assert len(first.json) == 4
    assert re.search(r'page=2>; rel="next", <.*page=2>; rel="last"', first.headers["link"])
    second = client.api("GET", "/issues?state=all&per_page=4&page=2")
    assert titles(second) == ["person 0", "bot 0"]
    assert 'rel="next"' not in second.headers["link"]
    assert client.api("GET", "/issues?state=all&per_page=4&page=3").json == []


@pytest.mark.parametrize("document", [
    {}, {"title": ""}, {"title": True}, {"title": "x" * 257}, {"title": "x", "body": 7},
    {"title": "x", "body": "x" * 65_537}])
def test_what_is_no_issue_is_refused(client: Client, document: object) -> None:
    assert client.api("POST", "/issues", document).status == 422
    assert client.api("GET", "/issues?state=all").json == []


def test_what_is_refused_of_an_issue(client: Client) -> None:
    opened(client, "a")
    for document in ({"state": "gone"}, {"state_reason": "bored"}, {"title": "x" * 257}, {"body": 7}):
        assert client.api("PATCH", "/issues/1", document).status == 422
    for document in ({}, {"body": None}, {"body": 7}, {"body": "x" * 65_537}):
        assert client.api("POST", "/issues/1/comments", document).status == 422
    for number in ("0", "2", "x", "9" * 40):
        assert client.api("GET", f"/issues/{number}").status == 404
        assert client.api("POST", f"/issues/{number}/comments", {"body": "x"}).status == 404
    for query in ("state=gone", "sort=x", "direction=up", "since=yesterday"):
        assert client.api("GET", f"/issues?{query}").status == 422


def test_who_may_what(client: Client) -> None:
    opened(client, "a")
    for token, may_read, may_write in (
            ("reader", 200, 403), ("blind", 403, 403), ("from-actions", 403, 403),
            ("from-actions:issues=read,contents=read", 200, 403), ("from-actions:issues=write", 200, 200)):
        assert client.api("GET", "/issues", token=token).status == may_read
        refused = client.api("PATCH", "/issues/1", {"title": "b"}, token=token)
        assert refused.status == may_write
        if may_write == 403:
            assert refused.headers["x-accepted-github-permissions"] == "issues=write"
            assert refused.message.startswith("Resource not accessible by")


def test_the_token_of_a_run_has_what_its_workflow_declares(client: Client) -> None:
    def write(token: str) -> int:
        return client.put("a", b"x", token=token, branch="main").status

    assert write("from-actions:contents=read,issues=write") == 403
    assert write("from-actions:contents=write") == 201
    for nonsense in ("from-actions:contents=all", "from-actions:", "test-token:contents=write", "nobody:contents=write"):
        assert client.api("GET", "", token=nonsense).status == 401


def test_issues_that_are_disabled(client: Client) -> None:
    opened(client, "a")
    client.github.enable_issues(client.repo, False)
    assert client.api("GET", "").json["has_issues"] is False
    assert (client.api("GET", "/issues").status, client.api("GET", "/issues").json) == (200, [])
    for method, tail, document in (("POST", "/issues", {"title": "b"}), ("PATCH", "/issues/1", {"title": "b"}),
                                   ("GET", "/issues/1", None), ("POST", "/issues/1/comments", {"body": "b"})):
        answer = client.api(method, tail, document)
        assert (answer.status, answer.message) == (410, "Issues has been disabled in this repository.")
    client.github.enable_issues(client.repo)
    assert titles(client.api("GET", "/issues")) == ["a"]
    assert client.api("GET", "").json["has_issues"] is True
