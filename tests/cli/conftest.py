from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
from github_server.local_github import LocalGithub  # noqa: E402
from openapi.judged import judged_exchanges, pytest_terminal_summary  # noqa: E402, F401
from programs import Program, Result, Word, receiver_path, sender_path  # noqa: E402
from schemas import check_output, check_records  # noqa: E402

TOKEN = "ghp_" + "Sup3rSecretTokenOfTheTests0123456789"
READER = "ghp_" + "ReaderTokenOfTheTests0123456789abcdef"
NOBODY = 65534


@pytest.fixture
def sender(tmp_path: Path) -> Program:
    return Program(sender_path(), tmp_path / "home")


@pytest.fixture
def receiver(tmp_path: Path) -> Program:
    return Program(receiver_path(), tmp_path / "home")


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    folder = tmp_path / "_storage"
    (folder / "inbox").mkdir(parents=True)
    return folder


@pytest.fixture
def receive(receiver: Program, storage: Path) -> Callable[..., Result]:
    """The receiver on the storage. What it writes and prints is held to docs/schemas each time."""
    def run(*words: Word, **popen: Any) -> Result:
        result = receiver("--storage", storage, *words, **popen)
        check_records(storage)
        if "--json" in words and result.stdout:
            check_output("verification" if "verify" in words else "report", result.json)
        return result
    return run


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with one small file."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "data.json").write_bytes(b'{"rate": 61}\n')
    return folder


@dataclass(frozen=True)
class Output:
    """The sender with --output, and what it wrote."""

    sender: Program
    folder: Path

    def __call__(self, *words: Word, **run: Any) -> Result:
        return self.sender("--output", self.folder, *words, **run)

    @property
    def storage(self) -> Path:
        return self.folder / "_storage"

    def payload_files(self) -> list[Path]:
        return sorted((self.storage / "inbox").iterdir()) if self.storage.exists() else []

    def payload(self) -> dict[str, Any]:
        [file] = self.payload_files()
        return json.loads(file.read_bytes())


@pytest.fixture
def output(sender: Program, tmp_path: Path) -> Output:
    return Output(sender, tmp_path / "out")


@pytest.fixture(scope="module")
def github() -> Iterator[LocalGithub]:
    tokens = {TOKEN: "contents=write,actions=write", READER: "contents=read"}
    with LocalGithub(tokens=tokens, options=["--workflow=data-receiver.yml"]) as server:
        yield server


@dataclass(frozen=True)
class Destination:
    """A repository of its own on the local GitHub, and the sender pointed at it."""

    github: LocalGithub
    repo: str
    sender: Program

    def __call__(self, *words: Word, token: str | None = TOKEN, **run: Any) -> Result:
        return self.sender(*self.target, *words, env=self.token(token) | run.pop("env", {}), **run)

    def start(self, *words: Word, **popen: Any) -> subprocess.Popen[bytes]:
        return self.sender.start(*self.target, *words, env=self.token(TOKEN), **popen)

    @property
    def target(self) -> list[str]:
        return ["--repo", self.repo, "--api-url", self.github.url]

    @staticmethod
    def token(token: str | None) -> dict[str, str]:
        return {} if token is None else {"GH_TOKEN": token}

    def requests(self, *methods: str) -> list[dict[str, Any]]:
        return [request for request in self.github.requests()
                if not request["path"].startswith("/_control/")
                and (not methods or request["method"] in methods)]

    def inbox(self, ref: str = "main") -> dict[str, str]:
        """The payloads in the repository: name to blob id."""
        folder = "_storage/inbox/"
        return {path.removeprefix(folder): blob for path, blob in self.github.tree(self.repo, ref).items()
                if path.startswith(folder) and path.endswith(".json")}

    def waiting(self) -> list[str]:
        """The batches in the outbox."""
        outbox = self.sender.outbox
        return sorted(entry.name for entry in outbox.iterdir() if re.match(r"\d{8}T", entry.name))


@pytest.fixture
def destination(github: LocalGithub, sender: Program, request: pytest.FixtureRequest) -> Destination:
    github.clear_faults()
    repo = "octo/" + re.sub(r"[^A-Za-z0-9_.-]", "-", request.node.name)[:80]
    github.create_repo(repo)
    github.clear_requests()
    return Destination(github, repo, sender)


@dataclass(frozen=True)
class Unprivileged:
    """A folder that an ordinary user owns, and the programs run as that user, whom permissions bind
    even where the tests run as root."""

    folder: Path
    sender: Program
    receiver: Program
    own: Callable[[Path], None]


@pytest.fixture
def unprivileged() -> Iterator[Unprivileged]:
    folder = Path(tempfile.mkdtemp(prefix="healthmetric-cli-"))
    is_root = os.geteuid() == 0
    prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if is_root else []

    def own(root: Path) -> None:
        for place in [root, *root.rglob("*")] if is_root else []:
            os.chown(place, NOBODY, NOBODY, follow_symlinks=False)

    try:
        programs = [Program(Path(shutil.copy(path, folder)), folder / "home", prefix)
                    for path in (sender_path(), receiver_path())]
        own(folder)
        yield Unprivileged(folder, *programs, own)
    finally:
        for place in folder.rglob("*"):
            if place.is_dir() and not place.is_symlink():
                place.chmod(0o700)
        shutil.rmtree(folder)
