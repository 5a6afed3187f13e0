"""mitmproxy between the sender and a server, as somebody in the middle, or as a proxy that is
configured."""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from github_server.local_github import LocalGithub
from openapi.judged import TOOLS

MITMDUMP = TOOLS / "bin/mitmdump"
ADDON = Path(__file__).parent / "fault_addon.py"
START_TIMEOUT_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class FaultProxy:
    """`upstream` is the server behind it; without one it is a proxy to be named as such."""

    def __init__(self, upstream: str | None = None, options: Sequence[str] = (),
                 host: str = "127.0.0.1") -> None:
        if not MITMDUMP.exists():
            pytest.skip("scripts/install-test-tools.sh has not installed mitmproxy")
        self.place = f"[{host}]:{free_port()}" if ":" in host else f"{host}:{free_port()}"
        self._folder = Path(tempfile.mkdtemp(prefix="healthmetric-proxy-"))
        mode = f"reverse:{upstream}" if upstream else "regular"
        self._command = [
            str(MITMDUMP), "--quiet", "--mode", mode, "--listen-host", host, "--listen-port",
            self.place.rpartition(":")[2], "--scripts", str(ADDON), "--set", f"confdir={self._folder}",
            *options]

    @property
    def url(self) -> str:
        return f"http://{self.place}"

    @property
    def https_url(self) -> str:
        """By a name: libcurl with Schannel finds no addresses in certificates."""
        return f"https://{self.place}".replace("//127.0.0.1:", "//localhost:")

    @property
    def authority(self) -> Path:
        """The certificate of who signs for it."""
        return self._folder / "mitmproxy-ca-cert.pem"

    def __enter__(self) -> FaultProxy:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._folder), "no_proxy": "*"}
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, env=environment,
                                             stdout=subprocess.PIPE, stderr=log)
        try:
            self._expect("ready")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def set(self, *rules: Mapping[str, Any], listens: bool = True, authority: str = "own") -> None:
        """From now on this alone is wrong; without arguments nothing is."""
        whole = [{"path": "", "times": None} | dict(rule) for rule in rules]
        order = {"rules": whole, "listens": listens, "authority": authority}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        self._expect("done")

    def _expect(self, word: str) -> None:
        pipe = self._process.stdout
        answered = select.select([pipe], [], [], START_TIMEOUT_S)[0]
        line = pipe.readline().decode() if answered else ""
        if line != f"{word}\n":
            raise RuntimeError(f"mitmproxy said {line!r}: {(self._folder / 'log').read_text()}")

    def _stop(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="module")
def secure(github: LocalGithub) -> Iterator[FaultProxy]:
    """The local GitHub behind TLS, with a certificate of an authority nobody knows."""
    with FaultProxy(github.url) as running:
        yield running
