"""Endpoints that only look, and the dispatches' validation."""

from __future__ import annotations

import pytest

from github_server.client import Client


def test_repository(client: Client) -> None:
    read = client.api("GET", "").json
    assert (read["full_name"], read["default_branch"]) == (client.repo, "main")
    assert read["url"] == f"{client.github.url}/repos/{client.repo}"
    assert read["permissions"]["push"] is True
    assert client.api("GET", "", token="reader").json["permissions"]["push"] is False
    assert client.call("GET", "/repos/octo/nowhere").status == 404
    assert client.call("GET", "/repos/octo/..").status == 404


def test_branches(client: Client) -> None:
    client.github.git(client.repo, "branch", "feature/x", "main")
    for quoted in ("feature/x", "feature%2Fx"):
        read = client.api("GET", f"/branches/{quoted}").json
        assert (read["name"], read["commit"]["sha"], read["protected"]) == (
            "feature/x",
            client.tip(),
            False,
        )
        assert read["commit"]["commit"]["message"] == "Initial commit"
    for missing in ("nowhere", "main~0", "main%5E%7Btree%7D"):
        answer = client.api("GET", f"/branches/{missing}")
        assert (answer.status, answer.message) == (404, "Branch not found")


def test_refs(client: Client) -> None:
    client.github.git(client.repo, "tag", "v1", "main")
    for tail in ("/git/ref/heads/main", "/git/refs/heads/main", "/git/ref/tags/v1"):
        assert client.api("GET", tail).json["object"]["sha"] == client.tip()
    assert client.api("GET", "/git/ref/heads/main").json["ref"] == "refs/heads/main"
    for tail in ("/git/ref/heads/nowhere", "/git/ref/heads", "/git/ref/heads/main%5E%7B%7D"):
        assert client.api("GET", tail).status == 404


def test_commits(client: Client) -> None:
    for name in ("a", "b", "c"):
        client.put(name, b"x")
    messages = [entry["commit"]["message"] for entry in client.api("GET", "/commits").json]
    assert messages == ["Add c", "Add b", "Add a", "Initial commit"]
    assert [entry["commit"]["message"] for entry in client.api("GET", "/commits?path=b").json] == [
        "Add b"
    ]
    first = client.api("GET", "/commits?per_page=3")
    assert len(first.json) == 3
    assert first.headers["link"].endswith('per_page=3&page=2>; rel="next"')
    second = client.api("GET", "/commits?per_page=3&page=2&sha=main")
    assert [entry["commit"]["message"] for entry in second.json] == ["Initial commit"]
    assert "link" not in second.headers
    assert client.api("GET", "/commits?sha=nowhere").status == 404
    assert client.api("GET", "/commits?path=../x").status == 404


def test_user_and_rate_limit(client: Client) -> None:
    assert client.call("GET", "/user").json["login"] == "octocat"
    before = client.call("GET", "/rate_limit").json["rate"]
    client.api("GET", "")
    after = client.call("GET", "/rate_limit")
    assert after.json["rate"]["used"] == before["used"] + 1
    assert after.json["rate"]["remaining"] == before["remaining"] - 1
    assert after.headers["x-ratelimit-resource"] == "core"
    assert int(after.headers["x-ratelimit-reset"]) == after.json["rate"]["reset"]


def test_dispatch_is_accepted(client: Client) -> None:
    ten = {str(number): number for number in range(10)}
    for document in (
        {"event_type": "x" * 100, "client_payload": ten},
        {"event_type": "x", "client_payload": {"k": "v" * (65535 - len('{"k":""}'))}},
        {"event_type": "x"},
    ):
        answer = client.api("POST", "/dispatches", document)
        assert (answer.status, answer.body) == (204, b"")
        assert "content-length" not in answer.headers


@pytest.mark.parametrize(
    ("document", "complaint", "field"),
    [
        ({}, '"event_type" wasn\'t supplied', "event_type"),
        ({"event_type": ""}, "too short", "event_type"),
        ({"event_type": "x" * 101}, "only 100 characters are allowed; 101 were supplied", "event_type"),
        (
            {"event_type": "x", "client_payload": {str(number): 0 for number in range(11)}},
            "No more than 10 properties are allowed; 11 were supplied.",
            "client_payload",
        ),
        (
            {"event_type": "x", "client_payload": {"k": "v" * 65536}},
            "client_payload is too large.",
            "client_payload",
        ),
        ({"event_type": "x", "client_payload": "{}"}, '"{}" is not an object', "client_payload"),
    ],
)
def test_dispatch_is_refused(client: Client, document: object, complaint: str, field: str) -> None:
    refused = client.api("POST", "/dispatches", document)
    assert refused.status == 422
    assert complaint in refused.message
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_workflow_dispatch(client: Client) -> None:
    def dispatch(workflow: str, document: object, token: str = "starter", **rest: object) -> object:
        return client.api(
            "POST", f"/actions/workflows/{workflow}/dispatches", document, token=token, **rest
        )

    assert dispatch("assumed.yml", {"ref": "main", "inputs": {"a": "b"}}).status == 204
    assert dispatch("real.yml", {"ref": "main"}).status == 404
    client.put(".github/workflows/real.yml", b"on: workflow_dispatch\n")
    assert dispatch("real.yml", {"ref": "refs/heads/main"}).status == 204
    assert dispatch("..%2F..%2FREADME.md", {"ref": "main"}).status == 404
    unknown = dispatch("real.yml", {"ref": "nowhere"})
    assert (unknown.status, unknown.message) == (422, "No ref found for: nowhere")
    assert dispatch("real.yml", {}).message == 'Invalid request.\n\n"ref" wasn\'t supplied.'
    assert (
        dispatch("real.yml", {"ref": "main", "inputs": dict.fromkeys(map(str, range(26)), "")}).status
        == 422
    )
    detailed = dispatch("real.yml", {"ref": "main", "return_run_details": True})
    assert (detailed.status, detailed.json.keys()) == (200, {"workflow_run_id", "run_url", "html_url"})
    newer = dispatch("real.yml", {"ref": "main"}, headers={"X-GitHub-Api-Version": "2026-03-10"})
    assert newer.status == 200
    refused = dispatch("real.yml", {"ref": "main"}, token="test-token")
    assert refused.status == 403
    assert refused.headers["x-accepted-github-permissions"] == "actions=write"
