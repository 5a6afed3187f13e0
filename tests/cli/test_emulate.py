"""The sender's requests work against a GitHub emulator nobody here wrote: emulate, from npm. It has
no dispatches and no rate limits."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import INBOX
from openapi.judged import HERE, NODE, TOOLS, why_skipped
from programs import Program, Result, Word, finished
from receipts import receipt_path

pytestmark = pytest.mark.skipif(why_skipped() is not None, reason=why_skipped() or "")

# 0.11 and 0.12, and what each prints once it listens.
VERSIONS = {"emulate": "Config:", "emulate-newest": "Ready"}
TOKEN = "ghp_" + "EmulatedTokenOfTheTests0123456789abc"
SEED = {
    "tokens": {TOKEN: {"login": "octocat", "scopes": ["repo"]}},
    "github": {"users": [{"login": "octocat"}],
               "repos": [{"owner": "octocat", "name": "data", "auto_init": True}]},
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Emulator:
    url: str

    def get(self, path: str) -> Any:
        request = urllib.request.Request(f"{self.url}/repos/octocat/data/{path}",
                                         headers={"Authorization": f"Bearer {TOKEN}"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return json.loads(answer.read())

    def put(self, path: str, content: bytes) -> None:
        body = json.dumps({"message": "m", "content": base64.b64encode(content).decode(), "branch": INBOX}).encode()
        request = urllib.request.Request(f"{self.url}/repos/octocat/data/contents/{path}", body, method="PUT",
                                         headers={"Authorization": f"Bearer {TOKEN}"})
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()

    def inbox(self) -> dict[str, bytes]:
        try:
            entries = self.get(f"contents/_storage/inbox?ref={INBOX}")
        except urllib.error.HTTPError:
            return {}
        return {entry["name"]: base64.b64decode(self.get(f"git/blobs/{entry['sha']}")["content"])
                for entry in entries}


@pytest.fixture(scope="module", params=VERSIONS)
def emulator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    seed = tmp_path_factory.mktemp("emulate") / "seed.json"
    seed.write_text(json.dumps(SEED))
    port = free_port()
    process = subprocess.Popen(
        [NODE, "--import", HERE / "loopback.mjs", TOOLS / "node_modules" / request.param / "dist/index.js",
         "start", "--service", "github", "--port", str(port), "--seed", seed],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={"PATH": os.environ["PATH"]})
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if VERSIONS[request.param] in line:
            break
    try:
        assert VERSIONS[request.param] in said, said
        yield Emulator(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.communicate()


Send = Callable[..., Result]


@pytest.fixture
def send(emulator: Emulator, sender: Program) -> Send:
    def run(*words: Word) -> Result:
        return sender("--repo", "octocat/data", "--api-url", emulator.url, "--json", *words,
                      env={"GH_TOKEN": TOKEN})
    return run


def test_a_batch_arrives_byte_for_byte(emulator: Emulator, send: Send, source: Path, tmp_path: Path,
                                       sender: Program) -> None:
    (source / "ü b.csv").write_bytes(bytes(range(256)) * 40)
    result = send("--folder", source, "--trigger", "none")
    assert result.status == 0, result
    [name] = result.json["payloads"]
    document = json.loads(emulator.inbox()[name])
    contents = {path: base64.b64decode(entry["content"]) for path, entry in document["files"].items()}
    assert contents == {file.name: file.read_bytes() for file in source.iterdir()}
    assert list(sender.outbox.glob("2*")) == []


def test_parts_arrive_one_by_one(emulator: Emulator, send: Send, source: Path) -> None:
    (source / "large.csv").write_bytes(os.urandom(200_000))
    result = send("--folder", source, "--trigger", "none", "--part-size", "64K", "--branch", "main", "--inbox-branch", INBOX)
    assert result.status == 0, result
    names = result.json["payloads"]
    assert len(names) > 3
    assert set(names) <= set(emulator.inbox())


def test_what_it_cannot_do_leaves_the_batch_in_the_outbox_and_is_made_up_for(
    emulator: Emulator, send: Send, source: Path, sender: Program
) -> None:
    """It knows no dispatches: the payload is there, the trigger is not; the next run finds that the
    payload arrived and sends it no second time. Without its trigger a batch keeps the later ones
    waiting, which are not even uploaded: the permission concerns all."""
    first = send("--folder", source)
    assert (first.status, first.json["status"]) == (5, "queued")
    [payload] = first.json["payloads"]
    before = emulator.inbox()
    assert payload in before
    again = send("--folder", source)
    assert again.status == 5
    assert set(emulator.inbox()) == set(before)
    assert len(list(sender.outbox.glob("2*"))) == 2


@pytest.mark.parametrize("receipt, status, fate", [
    ({"status": "stored", "payloads": []}, 0, "stored"),
    ({"status": "rejected", "reason": "the digest does not match", "payloads": []}, 8, "rejected"),
    (None, 11, "sent"),
], ids=["stored", "rejected", "none"])
def test_a_receipt_is_the_verdict(
    receipt: dict[str, Any] | None, status: int, fate: str, emulator: Emulator, sender: Program, source: Path
) -> None:
    before = set(emulator.inbox())
    process = sender.start("--repo", "octocat/data", "--api-url", emulator.url, "--json", "--folder", source,
                           "--trigger", "none", "--wait", "40" if receipt else "3",
                           env={"GH_TOKEN": TOKEN})
    while not (arrived := set(emulator.inbox()) - before):
        assert process.poll() is None
    if receipt:
        batch_id = arrived.pop().removesuffix(".json")
        emulator.put(f"_storage/{receipt_path(batch_id)}", json.dumps(receipt).encode())

    result = finished(process)

    assert (result.status, result.json["status"]) == (status, fate), result
    assert result.json["reason"] == (receipt or {}).get("reason")
