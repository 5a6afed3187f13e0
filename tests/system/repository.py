"""The repository on the local GitHub, as its owner finds it: every branch, every batch."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from github_server.git_environment import git_environment
from github_server.local_github import LocalGithub

TARGET = "main"
INBOX, REJECTED, SUMMARIES = "_storage/inbox/", "_storage/rejected/", "_storage/summaries/"


@dataclass(frozen=True)
class Repository:
    github: LocalGithub
    name: str

    def branches(self) -> list[str]:
        return self.github.git(self.name, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def waiting(self) -> list[str]:
        """The payloads that wait, on any branch."""
        return self._payloads_below(INBOX)

    def rejected(self) -> list[str]:
        return self._payloads_below(REJECTED)

    def summaries(self) -> list[dict[str, Any]]:
        return [json.loads(self.github.read(self.name, path, TARGET)) for path in self.target_tree()
                if path.startswith(SUMMARIES) and path.endswith(".json")]

    def target_tree(self) -> dict[str, str]:
        """Path to blob id."""
        return self.github.tree(self.name, TARGET)

    def commit(self, path: str, content: bytes) -> None:
        """What somebody else pushes to the target branch."""
        stream = (f"commit refs/heads/{TARGET}\ncommitter T <t@example.invalid> now\ndata 3\nadd\n"
                  f"from refs/heads/{TARGET}^0\nM 100644 inline {path}\ndata {len(content)}\n")
        subprocess.run(["git", "fast-import", "--quiet", "--date-format=now"],
                       input=stream.encode() + content + b"\n", check=True,
                       cwd=self.github.repo_path(self.name), env=git_environment())

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

    def _payloads_below(self, folder: str) -> list[str]:
        return sorted(path.removeprefix(folder) for branch in self.branches()
                      for path in self.github.tree(self.name, branch)
                      if path.startswith(folder) and path.endswith(".json")
                      and not path.endswith(".reason.json"))
