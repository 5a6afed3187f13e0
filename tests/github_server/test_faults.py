"""Each fault as a client meets it, and whether the request had its effect."""

from __future__ import annotations

import http.client
import time

import pytest

from github_server.client import Client


def stored(client: Client) -> set[str]:
    return client.github.tree(client.repo).keys() - {"README.md"}


def test_a_status_without_effect(client: Client) -> None:
    client.github.faults(
        {"method": "PUT", "action": {"status": 502, "headers": {"Retry-After": 7}, "body": "<html>"}}
    )
    failed = client.put("a", b"x")
    assert (failed.status, failed.headers["retry-after"], failed.body) == (502, "7", b"<html>")
    assert stored(client) == set()
    assert client.put("a", b"x").status == 201
    assert [entry["fault"] for entry in client.github.requests()] == ["status", None]


def test_times_after_and_path(client: Client) -> None:
    rule = {"path": "/contents/b", "after": 1, "times": 2, "action": {"status": 500}}
    client.github.faults(rule)
    assert client.put("a", b"x").status == 201
    statuses = [client.api("GET", "/contents/b").status for _ in range(4)]
    assert statuses == [404, 500, 500, 404]
    client.github.faults({"times": None, "action": {"status": 503}})
    assert [client.api("GET", "").status for _ in range(3)] == [503] * 3
    client.github.clear_faults()
    assert client.api("GET", "").status == 200


def test_the_first_rule_with_turns_left_wins(client: Client) -> None:
    client.github.faults({"action": {"status": 500}}, {"action": {"status": 502}})
    assert [client.api("GET", "").status for _ in range(3)] == [500, 502, 200]


@pytest.mark.parametrize(
    ("action", "effect"),
    [("close_before", set()), ("close_after", {"a"}), ("truncate", {"a"}), ("reset_mid_body", set())],
)
def test_lost_answers(client: Client, action: str, effect: set[str]) -> None:
    client.github.faults({"method": "PUT", "action": action})
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        client.put("a", b"x" * 5_000_000)
    assert stored(client) == effect
    (entry,) = client.github.requests()
    assert (entry["fault"], entry["status"]) == (action, 201 if action == "truncate" else None)


def test_a_reset_is_one(client: Client) -> None:
    client.github.faults({"action": "reset_mid_body"})
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        client.put("a", b"x" * 5_000_000)


def test_a_truncated_answer_announces_its_whole_length(client: Client) -> None:
    client.github.faults({"action": "truncate"})
    with pytest.raises(http.client.IncompleteRead) as cut:
        client.api("GET", "")
    assert cut.value.partial.startswith(b'{"id"')
    assert cut.value.expected > 0


def test_another_answer_than_the_true_one(client: Client) -> None:
    client.github.faults({"method": "PUT", "action": {"answer_after": {"status": 502}}})
    failed = client.put("a", b"x")
    assert (failed.status, failed.message) == (502, "Bad Gateway")
    assert stored(client) == {"a"}


def test_redirect(client: Client) -> None:
    target = f"{client.github.url}/repositories/1/contents/a"
    client.github.faults({"action": {"redirect": {"status": 308, "location": target}}})
    moved = client.put("a", b"x")
    assert (moved.status, moved.headers["location"]) == (308, target)
    assert stored(client) == set()


def test_delay(client: Client) -> None:
    client.github.faults({"action": {"delay_ms": 200}})
    start = time.monotonic()
    assert client.api("GET", "").status == 200
    assert time.monotonic() - start >= 0.2


def test_faults_leave_the_connection_usable(client: Client) -> None:
    connection = client.connect()
    client.github.faults({"action": {"status": 500}})
    document = {"message": "m", "content": "eA=="}
    assert client.api("PUT", "/contents/a", document, connection=connection).status == 500
    assert client.api("PUT", "/contents/a", document, connection=connection).status == 201
    connection.close()
    assert len({entry["connection"] for entry in client.github.requests()}) == 1
