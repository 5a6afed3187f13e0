"""What all endpoints share: client headers, tokens, limits, HTTP itself, the log, starting up."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from github_server.client import Client
from github_server.local_github import LocalGithub


def test_headers_of_an_answer(client: Client) -> None:
    headers = client.api("GET", "").headers
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["x-github-media-type"] == "github.v3; format=json"
    assert headers["x-ratelimit-limit"] == "5000"
    assert headers["etag"].startswith('W/"')
    assert len(headers["x-github-request-id"]) == 24


def test_user_agent_and_version(client: Client) -> None:
    refused = client.api("GET", "", headers={"User-Agent": None})
    assert refused.status == 403
    assert refused.message.startswith("Request forbidden by administrative rules.")
    assert client.api("GET", "", headers={"X-GitHub-Api-Version": "2022-11-28"}).status == 200
    assert client.api("GET", "", headers={"X-GitHub-Api-Version": "1999-01-01"}).status == 400


def test_unknown_routes(client: Client) -> None:
    for method, path in (("GET", "/nowhere"), ("PATCH", f"/repos/{client.repo}"), ("GET", "//")):
        answer = client.call(method, path)
        assert (answer.status, answer.message, answer.json["status"]) == (404, "Not Found", "404")
        assert answer.json["documentation_url"].startswith("https://docs.github.com/rest")


def test_tokens(client: Client) -> None:
    stranger = client.api("GET", "", token="stranger")
    assert (stranger.status, stranger.message) == (401, "Bad credentials")
    nobody = client.api("GET", "", token=None)
    assert (nobody.status, nobody.message) == (401, "Requires authentication")
    assert client.api("GET", "", token="blind").status == 404
    assert client.put("a", b"x", token="blind").status == 404
    for scheme in ("token test-token", "bearer test-token", "Basic eDp0ZXN0LXRva2Vu"):
        assert client.api("GET", "", headers={"Authorization": scheme}).status == 200


def test_permissions(client: Client) -> None:
    assert client.api("GET", "/contents/README.md", token="reader").status == 200
    for refused in (
        client.put("a", b"x", token="reader"),
        client.api("DELETE", "/contents/README.md", {}, token="reader"),
        client.api("POST", "/dispatches", {"event_type": "x"}, token="reader"),
    ):
        assert refused.status == 403
        assert refused.message == "Resource not accessible by personal access token"
        assert refused.headers["x-accepted-github-permissions"] == "contents=write"


def test_rate_limit_runs_out() -> None:
    with LocalGithub(repos=["octo/data"], options=["--rate-limit=2"]) as github:
        client = Client(github, "octo/data")
        assert [client.api("GET", "").headers["x-ratelimit-remaining"] for _ in range(2)] == ["1", "0"]
        refused = client.put("a", b"x")
        assert refused.status == 403
        assert refused.message.startswith("API rate limit exceeded")
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert client.call("GET", "/rate_limit").status == 200


def test_one_connection_serves_many_requests(client: Client) -> None:
    connection = client.connect()
    assert client.api("GET", "", connection=connection).status == 200
    assert client.put("a", b"x").status == 201
    assert client.api("PUT", "/contents/a", body=b"{", connection=connection).status == 400
    assert client.api("POST", "/dispatches", {"event_type": "x"}, connection=connection).status == 204
    assert client.call("GET", "/nowhere", connection=connection).status == 404
    assert client.api("HEAD", "", connection=connection).body == b""
    assert client.api("GET", "/contents/a", connection=connection).status == 200
    connection.close()
    used = [entry["connection"] for entry in client.github.requests()]
    assert len(set(used)) == 2
    assert used.count(used[0]) == 6


def raw_exchange(client: Client, *parts: bytes) -> bytes:
    """Sends the first part, and each further one after something came back; all that came back."""
    host, _, port = client.github.url.partition("://")[2].partition(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=30) as plain:
        plain.sendall(parts[0])
        for part in parts[1:]:
            received += plain.recv(65536)
            plain.sendall(part)
        while block := plain.recv(65536):
            received += block
    return received


def head(client: Client, method: str, tail: str, *fields: str) -> bytes:
    lines = (
        f"{method} /repos/{client.repo}{tail} HTTP/1.1", "Host: localhost", "User-Agent: raw",
        "Authorization: Bearer test-token", "Connection: close", *fields, "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def test_expect_100_continue(client: Client) -> None:
    body = b'{"message":"m","content":"eA=="}'
    request = head(client, "PUT", "/contents/a", f"Content-Length: {len(body)}", "Expect: 100-continue")
    received = raw_exchange(client, request, body)
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n")


def test_chunked_bodies(client: Client) -> None:
    request = head(client, "PUT", "/contents/a", "Transfer-Encoding: chunked")
    chunks = b'11;x=y\r\n{"message":"m","c\r\n11\r\nontent":"eHk="}  \r\n0\r\n\r\n'
    assert raw_exchange(client, request + chunks).startswith(b"HTTP/1.1 201")
    assert client.github.read(client.repo, "a") == b"xy"
    assert raw_exchange(client, request + b"zz\r\n").startswith(b"HTTP/1.1 400")
    assert raw_exchange(client, head(client, "PUT", "/contents/a", "Content-Length: -1")).startswith(
        b"HTTP/1.1 400"
    )


def test_too_large_a_request() -> None:
    with LocalGithub(repos=["octo/data"], options=["--max-request-bytes=100000"]) as github:
        client = Client(github, "octo/data")
        assert client.put("fits", b"x" * 70_000).status == 201
        refused = client.put("large", b"x" * 3_000_000)
        assert (refused.status, refused.headers["connection"]) == (413, "close")
        announced = head(client, "PUT", "/contents/a", "Content-Length: 100001", "Expect: 100-continue")
        assert raw_exchange(client, announced).startswith(b"HTTP/1.1 413")
        chunked = head(client, "PUT", "/contents/a", "Transfer-Encoding: chunked")
        assert raw_exchange(client, chunked + b"20000\r\n" + b"x" * 0x20000).startswith(b"HTTP/1.1 413")
        assert github.tree("octo/data").keys() == {"README.md", "fits"}


def test_the_log_has_no_secrets(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with LocalGithub(repos=["octo/data"], options=[f"--request-log={log}"]) as github:
        client = Client(github, "octo/data")
        client.put("a?x=1&x=2&y=", b"secret" * 30_000)
        client.api("POST", "/dispatches", {"event_type": "e", "client_payload": {"k": 1}})
        entries = github.requests()
    assert [json.loads(line) for line in log.read_text().splitlines()] == entries
    put, dispatch = entries
    assert (put["method"], put["path"], put["status"]) == ("PUT", "/repos/octo/data/contents/a", 201)
    assert put["query"] == {"x": "2", "y": ""}
    assert put["body"] == {"message": "Add a?x=1&x=2&y=", "content_length": 240_000}
    assert put["body_size"] > 240_000
    digest = hashlib.sha256(b"test-token").hexdigest()[:12]
    assert put["headers"]["authorization"] == f"Bearer sha256:{digest}"
    assert dispatch["body"] == {"event_type": "e", "client_payload": {"k": 1}}
    assert "test-token" not in log.read_text()


def test_control_refuses_nonsense(client: Client) -> None:
    for method, lever, document, status in (
        ("GET", "nothing", None, 404),
        ("POST", "faults", {"method": "PUT"}, 422),
        ("POST", "faults", [{"method": "PUT"}], 422),
        ("POST", "faults", [{"action": "explode"}], 422),
        ("POST", "faults", [{"path": "(", "action": "truncate"}], 422),
        ("POST", "repos", {"full_name": "../x"}, 422),
    ):
        assert client.call(method, f"/_control/{lever}", document, token=None).status == status


def test_start_and_stop_by_hand(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    process = subprocess.Popen(
        [
            sys.executable, "-m", "github_server", f"--root={tmp_path}/root", f"--port-file={port_file}",
            "--create=octo/data", "--token=t",
        ],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    line = process.stderr.readline()
    assert line == f"listening on http://127.0.0.1:{port_file.read_text().strip()}\n"
    assert (tmp_path / "root/octo/data.git/HEAD").exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


@pytest.mark.parametrize(
    "option", ["--token=t:contents=all", "--on-push='", "--create=nothing", "--token="]
)
def test_wrong_options(tmp_path: Path, option: str) -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        LocalGithub(root=tmp_path, options=[option]).start()
