"""A real repository, committed to and packed as it happens on GitHub."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Word

IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid")


@dataclass(frozen=True)
class Sizes:
    """Bytes in the pack."""

    pack: int  #: the whole file
    payloads: int
    files: int  #: what was unpacked from them


@dataclass(frozen=True)
class GitRepository:
    folder: Path

    @staticmethod
    def create(folder: Path) -> GitRepository:
        folder.mkdir()
        repository = GitRepository(folder)
        repository.git("init", "--quiet", "--initial-branch=main")
        return repository

    def git(self, *words: Word) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_GLOBAL": os.devnull,
                       "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", "-C", self.folder, *IDENTITY, "-c", "gc.auto=0", *words]
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    def commit(self, message: str) -> None:
        self.git("add", "--all", "--force", "_storage")
        self.git("commit", "--quiet", f"--message={message}")

    def packed_sizes(self) -> Sizes:
        """After everything went into one pack, with the deltas that git finds by itself."""
        self.git("gc", "--quiet", "--prune=now")
        pack = sum(path.stat().st_size for path in (self.folder / ".git/objects/pack").glob("*.pack"))
        on_disk = dict(line.split() for line in self.git(
            "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize:disk)").splitlines())
        payloads = files = 0
        for line in self.git("rev-list", "--objects", "--all").splitlines():
            name, _, path = line.partition(" ")
            if _is_payload(path):
                payloads += int(on_disk[name])
            elif path.endswith((".csv", ".json")) and "/summaries/" not in path:
                files += int(on_disk[name])
        return Sizes(pack, payloads, files)


def _is_payload(path: str) -> bool:
    parts = path.split("/")
    return path.endswith(".json") and (parts[1:2] == ["inbox"] or len(parts) == 2)
