from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
from fault_proxy import secure  # noqa: E402, F401
from github_server.local_github import LocalGithub  # noqa: E402
from memory_card import memory_card  # noqa: E402, F401
from openapi.judged import judged_exchanges, pytest_terminal_summary  # noqa: E402, F401
from programs import (  # noqa: E402
    REPOSITORY,
    Program,
    Result,
    Word,
    is_for_windows,
    receiver_path,
    sender_path,
    sender_program,
)
from schemas import check_output, check_records  # noqa: E402

import wine  # noqa: E402

TOKEN = "ghp_" + "Sup3rSecretTokenOfTheTests0123456789"
READER = "ghp_" + "ReaderTokenOfTheTests0123456789abcdef"
NOBODY = 65534
INBOX = "healthmetric/inbox"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the sender for Windows is not put to, with the reason."""
    if not is_for_windows():
        return
    for item in items:
        if reason := wine.missing() or wine.why_left_out(item.nodeid):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def sender(tmp_path: Path) -> Program:
    return sender_program(tmp_path / "home")


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
    url: str = ""  # of what stands in front of it, if anything does
    inbox_branch: str = INBOX

    def __call__(self, *words: Word, token: str | None = TOKEN, **run: Any) -> Result:
        return self.sender(*self.target, *words, env=self.token(token) | run.pop("env", {}), **run)

    def start(self, *words: Word, **popen: Any) -> subprocess.Popen[bytes]:
        return self.sender.start(*self.target, *words, env=self.token(TOKEN), **popen)

    @property
    def target(self) -> list[str]:
        return ["--repo", self.repo, "--api-url", self.url or self.github.api_url]

    @staticmethod
    def token(token: str | None) -> dict[str, str]:
        return {} if token is None else {"GH_TOKEN": token}

    def requests(self, *methods: str) -> list[dict[str, Any]]:
        return [request for request in self.github.requests()
                if not request["path"].startswith("/_control/")
                and (not methods or request["method"] in methods)]

    def inbox(self, ref: str = "") -> dict[str, str]:
        """The payloads that wait: name to blob id."""
        folder = "_storage/inbox/"
        tree = self.github.tree(self.repo, ref or self.inbox_branch)
        return {path.removeprefix(folder): blob for path, blob in tree.items()
                if path.startswith(folder) and path.endswith(".json")}

    def payload(self, name: str) -> dict[str, Any]:
        """One that waits."""
        return json.loads(self.github.read(self.repo, f"_storage/inbox/{name}", self.inbox_branch))

    def payload_history(self, ref: str = "") -> Counter[str]:
        """How often each payload was put into the inbox, whether it still is there or not."""
        added = self.github.git(self.repo, "log", "--format=", "--name-only", "--no-renames",
                                "--diff-filter=A", ref or self.inbox_branch, "--", "_storage/inbox")
        return Counter(path.rpartition("/")[2] for path in added.split())

    def dispatched(self) -> list[str]:
        """The batches whose dispatch was accepted."""
        return [post["body"]["client_payload"]["batch_id"] for post in self.requests("POST")
                if post["path"].endswith("/dispatches") and post["status"] in (204, None)]

    def begin_inbox(self, branch: str = INBOX) -> None:
        """A branch with a history of its own, as a person makes it."""
        tree = self.github.git(self.repo, "mktree").strip()
        commit = self.github.git(self.repo, "-c", "user.name=octo", "-c", "user.email=octo@github.example",
                                 "commit-tree", "-m", "Begin", tree).strip()
        self.github.git(self.repo, "branch", "--force", branch, commit)

    def delete_inboxes(self) -> None:
        for branch in self.github.git(self.repo, "for-each-ref", "--format=%(refname:short)", f"refs/heads/{INBOX}*").split():
            self.github.git(self.repo, "branch", "--quiet", "-D", branch)

    def put_file(self, path: str, content: bytes, branch: str = "") -> None:
        """What somebody else adds to the inbox branch, below _storage/. It starts no run."""
        body = {"message": "m [skip ci]", "content": base64.b64encode(content).decode(), "branch": branch or self.inbox_branch}
        self._ask("PUT" if self.github.flavour == "github" else "POST", path, body)

    def delete_file(self, path: str, blob: str) -> None:
        self._ask("DELETE", path, {"message": "m", "sha": blob, "branch": self.inbox_branch})

    def _ask(self, method: str, path: str, document: dict[str, str]) -> None:
        url = f"{self.github.api_url}/repos/{self.repo}/contents/_storage/{path}"
        headers = {"Authorization": f"Bearer {TOKEN}", "User-Agent": "test"}
        request = urllib.request.Request(url, json.dumps(document).encode(), headers, method=method)
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()

    def waiting(self) -> list[str]:
        """The batches in the outbox."""
        return sorted(entry.name for entry in self.sender.outbox.glob("[0-9]*T[0-9]*"))


@pytest.fixture(scope="module")
def receiving_github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGithub]:
    """Each dispatch runs the receiver, as the workflow does."""
    command = [REPOSITORY / "scripts/receive-locally.sh", receiver_path(), "."]
    tokens = {TOKEN: "contents=write", READER: "contents=read"}
    with LocalGithub(tokens=tokens, on_dispatch=command) as server:
        yield server


@pytest.fixture
def receiving(receiving_github: LocalGithub, sender: Program, request: pytest.FixtureRequest) -> Destination:
    return new_destination(receiving_github, sender, request)


@pytest.fixture
def destination(github: LocalGithub, sender: Program, request: pytest.FixtureRequest) -> Destination:
    return new_destination(github, sender, request)


def new_destination(github: LocalGithub, sender: Program, request: pytest.FixtureRequest) -> Destination:
    github.clear_faults()
    repo = "octo/" + re.sub(r"[^A-Za-z0-9_.-]", "-", request.node.name)[:80]
    github.create_repo(repo)
    destination = Destination(github, repo, sender, inbox_branch=INBOX if github.flavour == "github" else "main")
    if destination.inbox_branch == INBOX:
        destination.begin_inbox()
        destination.begin_inbox(f"{INBOX}-for-main")
    github.clear_requests()
    return destination


@dataclass(frozen=True)
class Unprivileged:
    """A folder that an ordinary user owns, and the programs run as that user, whom permissions bind
    even where the tests run as root."""

    folder: Path
    sender: Program
    receiver: Program
    own: Callable[[Path], None]


@contextmanager
def unprivileged_user() -> Iterator[Unprivileged]:
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


@pytest.fixture
def unprivileged() -> Iterator[Unprivileged]:
    with unprivileged_user() as user:
        yield user
