"""The repository on the local GitHub, as its owner finds it: every branch, every batch."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from github_server.git_environment import git_environment
from github_server.local_github import LocalGithub

TARGET, INBOX_BRANCH = "main", "healthmetric/inbox"
INBOX, REJECTED, SUMMARIES = "_storage/inbox/", "_storage/rejected/", "_storage/summaries/"


@dataclass(frozen=True)
class Repository:
    github: LocalGithub
    name: str

    def branches(self) -> list[str]:
        return self.github.git(self.name, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def waiting(self) -> list[str]:
        """The payloads that wait, on any branch."""
        return sorted(name for _, name in self._payloads_below(INBOX))

    def rejected(self) -> set[tuple[str, str]]:
        """The payloads that are set aside: branch and name."""
        return set(self._payloads_below(REJECTED))

    def has(self, batch_id: str) -> bool:
        """Whether it waits, or is rejected or stored."""
        return self.status_of(batch_id) is not None or any(
            name.startswith(batch_id) for where in (INBOX, REJECTED) for _, name in self._payloads_below(where))

    def status_of(self, batch_id: str) -> str | None:
        """What its summary says."""
        path = f"{SUMMARIES}{batch_id[:4]}/{batch_id[4:6]}/{batch_id[6:8]}/{batch_id}.json"
        there = self.github.git(self.name, "ls-tree", "--name-only", TARGET, path)
        return json.loads(self.github.read(self.name, path, TARGET))["status"] if there else None

    def summaries(self) -> list[dict[str, Any]]:
        return [json.loads(self.github.read(self.name, path, TARGET)) for path in self.target_tree()
                if path.startswith(SUMMARIES) and path.endswith(".json")]

    def target_tree(self) -> dict[str, str]:
        """Path to blob id."""
        return self.github.tree(self.name, TARGET)

    def commit(self, path: str, content: bytes, branch: str = TARGET) -> None:
        """What somebody else pushes."""
        parent = f"from refs/heads/{branch}^0\n" if branch in self.branches() else ""
        stream = (f"commit refs/heads/{branch}\ncommitter T <t@example.invalid> now\ndata 3\nadd\n"
                  f"{parent}M 100644 inline {path}\ndata {len(content)}\n")
        subprocess.run(["git", "fast-import", "--quiet", "--date-format=now"],
                       input=stream.encode() + content + b"\n", check=True,
                       cwd=self.github.repo_path(self.name), env=git_environment())

    def delete_branch(self, branch: str) -> None:
        self.github.git(self.name, "update-ref", "-d", f"refs/heads/{branch}")

    def clone(self, folder: Path) -> Path:
        """A checkout of the target branch."""
        subprocess.run(["git", "clone", "--quiet", f"--branch={TARGET}", self.github.repo_path(self.name), folder],
                       env=git_environment(), check=True)
        return folder

    def check(self) -> None:
        """Raises CalledProcessError where git finds a defect."""
        self.github.git(self.name, "fsck", "--full", "--strict", "--no-dangling")

    def every_object(self) -> bytes:
        return subprocess.run(["git", "cat-file", "--batch-all-objects", "--batch"], check=True,
                              cwd=self.github.repo_path(self.name), env=git_environment(),
                              stdout=subprocess.PIPE).stdout

    def _payloads_below(self, folder: str) -> Iterator[tuple[str, str]]:
        for branch in self.branches():
            for path in self.github.tree(self.name, branch):
                if path.startswith(folder) and not path.endswith((".reason.json", ".gitkeep")):
                    yield branch, path.removeprefix(folder)
