"""Comments on commits."""

from __future__ import annotations

from github_server.client import Client


def test_a_comment_is_read_back(client: Client) -> None:
    tail = f"/commits/{client.tip()}/comments"
    assert client.api("GET", tail).json == []
    created = client.api("POST", tail, {"body": "**seen** ü"})
    assert created.status == 201
    client.api("POST", tail, {"body": "again"})
    read = client.api("GET", tail).json
    assert [each["body"] for each in read] == ["**seen** ü", "again"]
    assert read[0] == created.json
    assert {each["commit_id"] for each in read} == {client.tip()}


def test_comments_that_are_refused(client: Client) -> None:
    tail = f"/commits/{client.tip()}/comments"
    assert client.api("POST", tail, {}).status == 422
    assert client.api("POST", tail, {"body": 1}).status == 422
    assert client.api("POST", tail, {"body": "x" * 65537}).status == 422
    assert client.api("POST", tail, {"body": "x"}, token="reader").status == 403
    assert client.api("POST", f"/commits/{'0' * 40}/comments", {"body": "x"}).status == 422
    assert client.api("POST", "/commits/main%5E%7Btree%7D/comments", {"body": "x"}).status == 422
    assert client.api("GET", tail).json == []
