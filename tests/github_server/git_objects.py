"""Reading objects: one `git cat-file` process answers all questions of one request."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType

from github_server.git_environment import git_environment

_FOUND = re.compile(rb"([0-9a-f]{40}) (\w+) (\d+)\n")
_IDENTITY = re.compile(r"(.*) <(.*)> (\d+) ([+-]\d{4})")


@dataclass(frozen=True)
class ObjectInfo:
    sha: str
    kind: str  # blob, tree, commit, tag
    size: int


@dataclass(frozen=True)
class Identity:
    name: str
    email: str
    date: datetime

    @property
    def document(self) -> dict[str, str]:
        moment = self.date.astimezone(timezone.utc)
        return {"name": self.name, "email": self.email, "date": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


@dataclass(frozen=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Identity
    committer: Identity
    message: str


class ObjectReader:
    """Use as a context manager; one thread at a time."""

    def __init__(self, repository: Path) -> None:
        self._process = subprocess.Popen(
            ["git", "cat-file", "--batch-command", "-z"],
            cwd=repository,
            env=git_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def info(self, name: str) -> ObjectInfo | None:
        """`name` as in gitrevisions, built from checked parts; None when there is no such object."""
        return self._ask("info", name)

    def content(self, name: str) -> bytes | None:
        found = self._ask("contents", name)
        if found is None:
            return None
        content = self._process.stdout.read(found.size)
        self._process.stdout.read(1)
        return content

    def commit(self, name: str) -> Commit | None:
        found = self.info(f"{name}^{{commit}}")
        return None if found is None else _parse_commit(found.sha, self.content(found.sha))

    def _ask(self, command: str, name: str) -> ObjectInfo | None:
        question = name.encode("utf-8", "surrogateescape")
        self._process.stdin.write(command.encode() + b" " + question + b"\0")
        self._process.stdin.flush()
        found = _FOUND.fullmatch(self._process.stdout.readline())
        if found:
            return ObjectInfo(found[1].decode(), found[2].decode(), int(found[3]))
        # The answer repeats the name, line breaks and all.
        for _ in range(question.count(b"\n")):
            self._process.stdout.readline()
        return None


def _parse_commit(sha: str, content: bytes) -> Commit:
    head, _, message = content.decode("utf-8", "replace").partition("\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.split("\n"):
        name, _, value = line.partition(" ")
        fields.setdefault(name, []).append(value)
    return Commit(
        sha,
        fields["tree"][0],
        tuple(fields.get("parent", ())),
        _parse_identity(fields["author"][0]),
        _parse_identity(fields["committer"][0]),
        message.removesuffix("\n"),
    )


def _parse_identity(text: str) -> Identity:
    name, email, seconds, offset = _IDENTITY.fullmatch(text).groups()
    minutes = int(offset[1:3]) * 60 + int(offset[3:5])
    zone = timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
    return Identity(name, email, datetime.fromtimestamp(int(seconds), zone))
