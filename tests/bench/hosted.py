"""A repository on the local GitHub, and the script that stores what waits there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import contestants
from bench.contestants import Programs
from bench.git_repository import BRANCH, GitRepository
from bench.processes import Command, Word, run
from github_server.local_github import LocalGithub

INBOX = "healthmetric/inbox"
WORKFLOWS_CLONE = ("--depth=1", "--filter=blob:none", "--no-checkout")


@contextmanager
def opened(room: Path) -> Iterator[LocalGithub]:
    with LocalGithub(room / "github", tokens={contestants.TOKEN: "contents=write"}) as github:
        yield github


@dataclass(frozen=True)
class HostedRepository:
    github: LocalGithub
    name: str
    programs: Programs
    room: Path  #: of its senders and its runs

    @staticmethod
    def create(github: LocalGithub, name: str, programs: Programs, room: Path) -> HostedRepository:
        github.create_repo(name)
        (room / "clones").mkdir(parents=True)
        return HostedRepository(github, name, programs, room)

    @property
    def repository(self) -> GitRepository:
        return GitRepository(self.github.repo_path(self.name))

    def send(self, source: Path, batch_name: str, *options: Word) -> None:
        run(self.programs.send(source, self.github.url, self.room, "--branch", BRANCH, "--trigger", "none", *options,
                               repository=self.name, batch_name=batch_name), self.room)

    @contextmanager
    def clone(self) -> Iterator[Path]:
        """As the workflow has it."""
        clone = self.room / "clones" / "clone"
        url = self.github.url.replace("://", f"://x:{contestants.TOKEN}@") + f"/{self.name}.git"
        run(Command(["git", "clone", "--quiet", *WORKFLOWS_CLONE, url, clone],
                    contestants.plain_environment(self.room)), self.room)
        try:
            yield clone
        finally:
            shutil.rmtree(clone)

    def drain(self, clone: Path, inbox: str, *receiver_options: Word) -> Command:
        """What waits in that branch, into the target branch."""
        return self.programs.receive_and_commit(clone, self.room, "--branch", BRANCH, "--inbox-branch", inbox, "--",
                                                *receiver_options)

    def stored_batches(self) -> int:
        """By the last run, which stored all or failed."""
        batches = json.loads((self.room / contestants.RESULT).read_text())["batches"]
        if odd := next((batch for batch in batches if batch["status"] != "stored"), None):
            raise RuntimeError(f"not stored: {odd}")
        return len(batches)
