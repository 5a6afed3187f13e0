"""A bare repository with a clone of it, and batches to put into its inbox."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SCRIPT = PROJECT / ".github/scripts/receive_and_commit.py"
ATTRIBUTES = "_storage/.gitattributes"
LISTED = ("filename", "relative_path", "size", "extension")
IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"]


@dataclass(frozen=True)
class Batch:
    """A payload as the sender writes it, and what the repository must hold afterwards."""

    batch_id: str
    files: dict[str, bytes]

    @property
    def name(self) -> str:
        return self.batch_id.split("-", 1)[1].rsplit("-", 1)[0]

    @property
    def payload_path(self) -> str:
        return f"_storage/inbox/{self.batch_id}.json"

    @property
    def summary_path(self) -> str:
        return f"_storage/summaries/{self.day}/{self.batch_id}.json"

    @property
    def day(self) -> str:
        return f"{self.batch_id[:4]}/{self.batch_id[4:6]}/{self.batch_id[6:8]}"

    def stored_path(self, path: str) -> str:
        directory, _, name = path.rpartition("/")
        stamp = f"{self.batch_id.split('-', 1)[0]}-{self.batch_id.rsplit('-', 1)[1]}"
        return "/".join(filter(None, ("_storage", self.name, self.day, directory, f"{stamp}_{name}")))

    def stored(self) -> dict[str, bytes]:
        return {self.stored_path(path): content for path, content in self.files.items()}

    def payload(self) -> bytes:
        size = sum(map(len, self.files.values()))
        entries = {path: _entry(path, content) for path, content in self.files.items()}
        metadata = {
            "schema_version": 2, "batch_id": self.batch_id, "batch_name": self.name,
            "timestamp": "2024-01-15T10:30:00Z", "source_folder": "/data",
            "part": {"index": 1, "last": True, "batch_files": len(entries), "batch_size": size},
            "total_files": len(entries), "total_size": size, "skipped": [],
            "files": [{key: entry[key] for key in LISTED} for entry in entries.values()],
        }
        return json.dumps({"files": entries, "batch_metadata": metadata}).encode()

    def parts(self) -> dict[str, bytes]:
        """The payloads of the batch cut into parts of one file each, by their paths."""
        total = {"batch_files": len(self.files), "batch_size": sum(map(len, self.files.values()))}
        parts = {}
        for number, file in enumerate(self.files.items(), start=1):
            document = json.loads(Batch(self.batch_id, dict([file])).payload())
            is_last = number == len(self.files)
            document["batch_metadata"]["part"] = {"index": number, "last": is_last, **(total if is_last else {})}
            path = f"_storage/inbox/{self.batch_id}.part-{number:04}{'-last' if is_last else ''}.json"
            parts[path] = json.dumps(document).encode()
        return parts

    def damaged_payload(self) -> bytes:
        content = json.loads(self.payload())
        for entry in content["files"].values():
            entry["sha256"] = "0" * 64
        return json.dumps(content).encode()


def _entry(path: str, content: bytes) -> dict[str, object]:
    name = path.rpartition("/")[2]
    return {"content": base64.b64encode(content).decode(), "filename": name, "relative_path": path,
            "size": len(content), "extension": Path(name).suffix.lower(),
            "content_type": "text/plain", "modified": "2024-01-15T09:00:00Z",
            "sha256": hashlib.sha256(content).hexdigest()}


class Forge:
    """`remote` is the repository on the server, `clone` where the script runs."""

    branch = "main"

    def __init__(self, directory: Path, receiver: Path) -> None:
        self.directory, self.receiver = directory, receiver
        self.remote, self.clone = directory / "remote.git", directory / "clone"
        self._git(directory, "init", "--quiet", "--bare", "-b", self.branch, str(self.remote))
        self._git(self.remote, "config", "uploadpack.allowFilter", "true")
        self.add({"README.md": b"a repository\n", ATTRIBUTES: (PROJECT / ATTRIBUTES).read_bytes()})
        self.clone_again()

    def clone_again(self, *options: str) -> None:
        self.clone = self.directory / f"clone-{len(list(self.directory.iterdir()))}"
        self._git(self.directory, "clone", "--quiet", *options, self.remote.as_uri(),
                  str(self.clone))

    def add(self, files: dict[str, bytes], days_ago: int = 0, branch: str = "", message: str = "add") -> None:
        """Puts files on the branch as the contents API does: git sees only the bytes."""
        when, branch, words = int(time.time()) - days_ago * 86_400, branch or self.branch, message.encode()
        stream = [f"commit refs/heads/{branch}\ncommitter T <t@example.invalid> {when} +0000\n".encode(),
                  b"data %d\n%s\n" % (len(words), words)]
        if self.git("for-each-ref", f"refs/heads/{branch}"):
            stream.append(f"from refs/heads/{branch}^0\n".encode())
        for path, content in files.items():
            quoted = json.dumps(path, ensure_ascii=False)
            head = f"M 100644 inline {quoted}\ndata {len(content)}\n"
            stream.append(head.encode() + content + b"\n")
        subprocess.run(["git", "-C", self.remote, "fast-import", "--quiet"],
                       input=b"".join(stream), check=True)

    def remove(self, *paths: str) -> None:
        stream = [f"commit refs/heads/{self.branch}\ncommitter T <t@example.invalid> now\ndata 3\nadd\n",
                  f"from refs/heads/{self.branch}^0\n", *(f"D {path}\n" for path in paths)]
        subprocess.run(["git", "-C", self.remote, "fast-import", "--quiet", "--date-format=now"],
                       input="".join(stream), text=True, check=True)

    def send(self, *batches: Batch) -> None:
        self.add({batch.payload_path: batch.payload() for batch in batches})

    def receive(self, *options: str, receiver: Path | None = None,
                **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*options, receiver=receiver), cwd=self.clone,
                              env=self.environment | environment, text=True, capture_output=True,
                              timeout=60, check=False)

    def start(self, *options: str, receiver: Path | None = None,
              prefix: Sequence[str] = ()) -> subprocess.Popen[str]:
        return subprocess.Popen([*prefix, *self.command(*options, receiver=receiver)], cwd=self.clone,
                                env=self.environment, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def command(self, *options: str, receiver: Path | None = None) -> list[str]:
        return [sys.executable, str(SCRIPT), "--receiver", str(receiver or self.receiver), *options]

    @property
    def environment(self) -> dict[str, str]:
        """What is configured for the person who runs the tests must not decide them."""
        return os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(self, *arguments: str) -> str:
        return self._git(self.remote, *arguments)

    def files(self, branch: str = "") -> dict[str, bytes]:
        """Every file on the branch with its blob's bytes."""
        branch = branch or self.branch
        names = self.git("ls-tree", "-r", "-z", "--name-only", branch).split("\0")[:-1]
        return {name: subprocess.run(["git", "-C", self.remote, "cat-file", "blob",
                                      f"{branch}:{name}"],
                                     capture_output=True, check=True).stdout for name in names}

    def messages(self) -> list[str]:
        """The messages of the commits on the branch that the script made, oldest first."""
        return self.git("log", "--reverse", "--format=%s", "--invert-grep", "--grep=^add$",
                        self.branch).splitlines()

    def tip(self, branch: str = "") -> str:
        return self.git("rev-parse", branch or self.branch).strip()

    def in_clone(self, command: str) -> subprocess.CompletedProcess[str]:
        """A line of shell, as a person gives it."""
        return subprocess.run(["sh", "-c", command], cwd=self.clone, env=self.environment, text=True,
                              capture_output=True, timeout=60, check=False)

    def push_to(self, url: str) -> None:
        self._git(self.clone, "remote", "set-url", "--push", "origin", url)

    def fetch_from(self, url: str) -> None:
        self._git(self.clone, "remote", "set-url", "origin", url)

    def hook(self, name: str, body: str) -> None:
        """What the server runs when somebody pushes."""
        hook = self.remote / "hooks" / name
        hook.write_text(f"#!/bin/bash\nset -e\n{body}\n")
        hook.chmod(0o755)

    def wrapped_receiver(self, body: str) -> Path:
        """A receiver that runs shell lines; `"$@"` stands for the real one with its options."""
        wrapper = self.directory / "wrapped-receiver"
        wrapper.write_text(f'#!/bin/bash\nset -e -- "{self.receiver}" "$@"\n{body}\n')
        wrapper.chmod(0o755)
        return wrapper

    @staticmethod
    def _git(directory: Path, *arguments: str) -> str:
        return subprocess.run(["git", "-C", directory, *IDENTITY, *arguments], check=True,
                              text=True, capture_output=True).stdout
