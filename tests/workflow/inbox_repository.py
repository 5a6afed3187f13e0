"""Three repositories on the local GitHub: with the project, with an inbox that producers may write to, and with
the data, which is reached over SSH."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forge import Batch
from github_server.client import Answer
from github_server.git_environment import git_environment
from inbox import INBOX, README, START, today
from project import FILES, IDENTITY, PROJECT, Project, WorkflowRun, start_github
from sshd import KeyPair, Sshd, make_key

WORKFLOW = ".github/workflows/data-receiver.yml"
PRODUCER = "token_of_a_producer"
INBOX_REPOSITORY, DATA_REPOSITORY = "octo/inbox", "octo/data"
MODEL = (PROJECT / "docs/inbox-repository.yml").read_text()
STORE_IN = "          store-in: you/health-data\n"
assert STORE_IN in MODEL


@dataclass(frozen=True)
class Repositories:
    tools: Project
    inbox: Project
    data: Project
    sshd: Sshd
    key: KeyPair = field(repr=False)

    def install(self, *, store_in: str | None = None, known_hosts: str | None = None, before: str = "",
                more: str = "") -> None:
        """The workflow that the documents show. `before` are steps in front of the others, `more` more inputs."""
        name = self.sshd.url(self.data.repo) if store_in is None else store_in
        keys = self.sshd.known_hosts if known_hosts is None else known_hosts
        named = f"          store-in: '{name}'\n          known-hosts: '{keys}'\n{more}"
        text = MODEL.replace(STORE_IN, named).replace("    steps:\n", f"    steps:\n{before}")
        text = text.replace("OWNER/REPOSITORY", self.tools.repo).replace("COMMIT", self.tools.client.tip())
        folder = self.tools.store / "workflow"
        (folder / WORKFLOW).parent.mkdir(parents=True, exist_ok=True)
        (folder / WORKFLOW).write_text(text)
        self.inbox.install(folder, [WORKFLOW])

    def keep_secret(self, value: str) -> None:
        file = self.secrets
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"HEALTH_DATA_KEY": value}))

    @property
    def secrets(self) -> Path:
        """What GitHub would keep where nobody looks."""
        return self.tools.store / f"secrets/{self.inbox.repo}.json"

    def call(self, method: str, tail: str, document: Any = None, repo: str = INBOX_REPOSITORY) -> Answer:
        """By a producer."""
        return self.inbox.client.call(method, f"/repos/{repo}{tail}", document, token=PRODUCER)

    def begin(self, name: str = INBOX) -> None:
        """As the sender does."""
        entry = {"path": "README.md", "mode": "100644", "type": "blob", "content": README.decode()}
        tree = self.call("POST", "/git/trees", {"tree": [entry]}).json["sha"]
        commit = self.call("POST", "/git/commits", {"message": START, "tree": tree}).json["sha"]
        assert self.call("POST", "/git/refs", {"ref": f"refs/heads/{name}", "sha": commit}).status == 201

    def put(self, *batches: Batch, branch: str = INBOX) -> None:
        for batch in batches:
            self.put_file(batch.payload_path, batch.payload(), branch)

    def put_file(self, path: str, content: bytes, branch: str = INBOX) -> None:
        assert self.inbox.client.put(path, content, branch=branch, token=PRODUCER).status in (200, 201)

    def dispatch(self, **payload: Any) -> WorkflowRun:
        answer = self.call("POST", "/dispatches", {"event_type": "data_update", "client_payload": payload})
        assert answer.status == 204, answer
        return self.last_run()

    def last_run(self) -> WorkflowRun:
        *_, last = [run for run in self.inbox.runs() if run.event != "push"]
        assert last.folder.joinpath("result.json").exists(), last.log
        return last

    def git(self, *words: str, folder: Path) -> str:
        """By a producer, in a repository of his own."""
        url = self.inbox.github.url.replace("://", f"://x-access-token:{PRODUCER}@")
        words = tuple(f"{url}/{self.inbox.repo}.git" if word == "THE-INBOX" else word for word in words)
        return subprocess.run(["git", *words], cwd=folder, env=git_environment() | IDENTITY, check=True, text=True,
                              capture_output=True).stdout.strip()

    def receipt(self, batch_id: str, branch: str = INBOX) -> dict[str, Any]:
        path = f"_storage/receipts/{today()}/{batch_id}.json"
        return json.loads(self.inbox.github.read(self.inbox.repo, path, branch))

    def waiting(self, branch: str = INBOX) -> list[str]:
        return [path for path in self.inbox.files(branch) if path.startswith("_storage/inbox/")]

    def history(self) -> str:
        """Of the data, each branch with all commits."""
        return self.data.github.git(self.data.repo, "log", "--all", "--format=%H %D")


@contextmanager
def on_a_local_github(folder: Path, receiver: Path) -> Iterator[Repositories]:
    """All that belongs to them lies in the folder."""
    store = folder / "store"
    store.mkdir()
    with (start_github(store, **{PRODUCER: f"contents=write,repo={INBOX_REPOSITORY}"}) as github,
          Sshd(folder / "sshd", github.root) as sshd):
        names = ("octo/tools", INBOX_REPOSITORY, DATA_REPOSITORY)
        tools, inbox, data = (Project(github, store, name) for name in names)
        tools.install(PROJECT, FILES)
        tools.release(receiver)
        key = make_key(folder)
        sshd.allow(key, DATA_REPOSITORY)
        made = Repositories(tools, inbox, data, sshd, key)
        made.install()
        made.keep_secret(key.private)
        yield made


def shown(repositories: Repositories, run: WorkflowRun) -> bytes:
    """All that whoever sees the run sees of it."""
    texts = [run.log, run.job["summary"], str(run.job["commands"]), run.result["run_name"]]
    folder = repositories.inbox.store / "artifacts"
    kept = [file for place in (folder, run.folder / "temp/receiver-results") for file in place.rglob("*")]
    return "\n".join(texts).encode() + b"".join(file.read_bytes() for file in kept if file.is_file())


def own_lines(key: str) -> list[bytes]:
    """Of the file of a private key, those that no other one has."""
    _, _, *lines, _ = key.strip().splitlines()
    return [line.encode() for line in lines]


def files_with(places: list[Path], secret: str) -> Iterator[Path]:
    """Those that have a line of a private key in them."""
    lines = own_lines(secret)
    for place in places:
        for folder, _, names in os.walk(place):
            for file in (Path(folder, name) for name in names):
                if file.is_file() and any(line in file.read_bytes() for line in lines):
                    yield file


def all_that_producers_can_read(repositories: Repositories) -> bytes:
    """Every object of the inbox repository, whether a branch has it or not."""
    path = repositories.inbox.github.repo_path(repositories.inbox.repo)
    return subprocess.run(["git", "cat-file", "--batch-all-objects", "--batch"], cwd=path, env=git_environment(),
                          check=True, capture_output=True).stdout
