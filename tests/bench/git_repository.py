"""Real repositories, committed to and packed as it happens on GitHub."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Word

IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
BRANCH = "main"
NOT_STORED_FILES = ("inbox", "rejected", "summaries", "receipts")


@dataclass(frozen=True)
class Sizes:
    """Bytes in packs."""

    whole: int  #: of the whole repository
    clone: int  #: of what a clone of the target branch fetches
    files: int  #: what the stored files alone take in that clone


@dataclass(frozen=True)
class GitRepository:
    """One with a work tree, a bare one, or the `.git` of another."""

    folder: Path

    @staticmethod
    def create(folder: Path) -> GitRepository:
        folder.mkdir()
        repository = GitRepository(folder)
        repository.git("init", "--quiet", f"--initial-branch={BRANCH}")
        return repository

    def git(self, *words: Word, stdin: bytes = b"") -> str:
        command = ["git", "-C", self.folder, *IDENTITY, "-c", "gc.auto=0", *words]
        return subprocess.run(command, env=self._environment, input=stdin, check=True,
                              stdout=subprocess.PIPE).stdout.decode()

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_SYSTEM": os.devnull}

    def commit(self, message: str) -> None:
        self.git("add", "--all", "--force", "_storage")
        self.git("commit", "--quiet", f"--message={message}")

    def extract(self, path: str, folder: Path) -> Path:
        """What the branch has under that path, below the folder."""
        folder.mkdir(exist_ok=True)
        archive = folder / "archive.tar"
        self.git("archive", f"--output={archive}", BRANCH, path)
        subprocess.run(["tar", "--extract", f"--file={archive}", f"--directory={folder}"], check=True)
        archive.unlink()
        return folder / path

    def packed_copy(self, folder: Path) -> GitRepository:
        """All of it in one pack, with the deltas that git finds by itself. This one stays as it is, as if nobody
        had looked."""
        shutil.copytree(self.folder / self.git("rev-parse", "--git-dir").strip(), folder)
        copy = GitRepository(folder)
        copy.git("config", "core.bare", "true")
        copy.git("gc", "--quiet", "--prune=now")
        return copy

    def pack_bytes(self) -> int:
        return sum(path.stat().st_size for path in (self.folder / "objects/pack").glob("*.pack"))

    def sizes(self, room: Path) -> Sizes:
        """Of a repository that is packed."""
        clone = GitRepository(room / "clone-to-weigh")
        self.git("clone", "--quiet", "--bare", "--no-local", "--single-branch", f"--branch={BRANCH}",
                 self.folder, clone.folder)
        try:
            return Sizes(self.pack_bytes(), clone.pack_bytes(), clone._stored_bytes())
        finally:
            shutil.rmtree(clone.folder)

    def _stored_bytes(self) -> int:
        on_disk = dict(line.split() for line in self.git(
            "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize:disk)").splitlines())
        named = (line.partition(" ") for line in self.git("rev-list", "--objects", BRANCH).splitlines())
        return sum(int(on_disk[name]) for name, _, path in named if _is_stored_file(path))


def _is_stored_file(path: str) -> bool:
    folder, *rest = path.removeprefix("_storage/").split("/")
    return bool(rest) and folder not in NOT_STORED_FILES and path.endswith((".csv", ".json"))
