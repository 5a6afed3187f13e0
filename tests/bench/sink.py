"""The server that uploads go to (sink.cpp), and what it received."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from bench.contestants import REPOSITORY

INBOX = "_storage/inbox"
STOP_TIMEOUT_S = 30


def free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])


def outbox_of(room: Path) -> Path:
    return room / "state/healthmetric/outbox"


@dataclass(frozen=True)
class Upload:
    """A body as GitHub's contents API takes it."""

    body: bytes

    @property
    def payload(self) -> bytes:
        return base64.b64decode(json.loads(self.body)["content"], validate=True)

    def put_into_storage(self, room: Path) -> None:
        """As if the repository had been checked out, for the receiver."""
        inbox = room / "out" / INBOX
        inbox.mkdir(parents=True)
        (inbox / "received.json").write_bytes(self.payload)


class Sink:
    """Serves while the `with` block runs; afterwards `upload` has the last body of a PUT."""

    def __init__(self, program: Path, room: Path, port: int, prefix: Sequence[str] = ()) -> None:
        self._words = [*prefix, program, str(port), outbox_of(room), room / "received"]
        self._received = room / "received"
        self.url = url_of(port)

    def __enter__(self) -> Sink:
        self._process = subprocess.Popen(self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout
        if self._process.stdout.readline() != b"ready\n":
            self._process.wait()
            raise RuntimeError(f"the sink did not start: {self._words}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=STOP_TIMEOUT_S)

    @property
    def upload(self) -> Upload:
        return Upload(self._received.read_bytes())


def url_of(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def contents_url(api: str, filename: str = "payload.json") -> str:
    return f"{api}/repos/{REPOSITORY}/contents/{INBOX}/{filename}"


def dispatches_url(api: str) -> str:
    return f"{api}/repos/{REPOSITORY}/dispatches"
