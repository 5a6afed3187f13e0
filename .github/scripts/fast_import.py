"""Makes commits with one `git fast-import`, however many there are.

It keeps the trees that change in memory and reads no others, so the cost follows the change. Whatever
else lies in those trees keeps its name, its mode and its object. As in an index, what is added takes
the place of what is in its way.

It is given a branch to work on and told in the end that there is none. So no ref is left; the
commits are what the caller gets.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from child_process import Child, unnamed_file
from failures import GitError
from git_words import words_of

BLOCK_BYTES = 256 * 1024
NO_OBJECT = "0" * 40
_BRANCH = b"refs/healthmetric/round"


@dataclass(frozen=True)
class NewCommit:
    message: str
    files: Mapping[str, Path | str | bytes]
    """By path: a file whose bytes it gets, the id of a blob that is here, or the bytes themselves."""
    removed: Sequence[str] = ()


@dataclass(frozen=True)
class Base:
    """What the first commit is built on."""

    parent: str | None
    """None for a root commit."""
    tree: str | None = None
    """Where that is not the parent's."""


@dataclass
class Imported:
    commits: list[str] = field(default_factory=list)
    blobs: dict[Path, str] = field(default_factory=dict)
    """Of each file, that of its bytes."""


class FastImport:
    """One stream of commits, each the parent of the next. Used as a context."""

    def __init__(self, git: Sequence[str], environment: Mapping[str, str], people: bytes, marks: Path) -> None:
        """`people` are the lines of author and committer, `marks` a file to write."""
        self._people, self._marks = people, marks
        self._said = unnamed_file()
        self._process = Child(
            [*git, "fast-import", "--quiet", "--done", f"--export-marks={marks}"], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._said)
        assert self._process.stdin
        self._stream: IO[bytes] = self._process.stdin
        self._count = 0
        self._blobs: dict[Path, int] = {}
        self._commits: list[int] = []

    def __enter__(self) -> FastImport:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._process.__exit__(kind, error, trace)
        self._said.close()

    def write(self, base: Base, commits: Sequence[NewCommit], other_files: Sequence[Path] = ()) -> Imported:
        """`other_files` become blobs, too. Throws GitError."""
        try:
            for file in other_files:
                self._blob(file)
            for commit in commits:
                self._commit(base, commit)
            if commits:
                self._put(b"reset %s\nfrom %s\n\n" % (_BRANCH, NO_OBJECT.encode()))
            self._put(b"done\n")
            self._stream.close()
        except BrokenPipeError:
            pass  # its status tells
        if self._process.wait() != 0:
            self._said.seek(0)
            raise GitError(f"git fast-import: {words_of(self._said.read())}")
        made = dict(line.split(" ") for line in self._marks.read_text(encoding="ascii").splitlines())
        return Imported([made[f":{mark}"] for mark in self._commits],
                        {file: made[f":{mark}"] for file, mark in self._blobs.items()})

    def _commit(self, base: Base, commit: NewCommit) -> None:
        # The blobs first: between them and the commit nothing else may come.
        blobs = {path: self._blob(it) for path, it in commit.files.items() if isinstance(it, Path)}
        message = commit.message.encode() + b"\n"
        self._put(b"commit %s\nmark :%d\n%sdata %d\n%s\n"
                  % (_BRANCH, self._next(), self._people, len(message), message))
        if not self._commits:
            if base.parent:
                self._put(b"from %s\n" % base.parent.encode())
            if base.tree:
                self._put(b'M 040000 %s ""\n' % base.tree.encode())
        self._commits.append(self._count)
        for path in commit.removed:
            self._put(b"D %s\n" % c_quoted(os.fsencode(path)))
        for path, content in commit.files.items():
            name = c_quoted(os.fsencode(path))
            if isinstance(content, bytes):
                self._put(b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(content), content))
            else:
                blob = content.encode() if isinstance(content, str) else blobs[path]
                self._put(b"M 100644 %s %s\n" % (blob, name))
        self._put(b"\n")

    def _blob(self, file: Path) -> bytes:
        """Its mark. A file that changes meanwhile is caught by whoever compares the id."""
        if file not in self._blobs:
            with file.open("rb") as source:
                left = os.fstat(source.fileno()).st_size
                self._blobs[file] = self._next()
                self._put(b"blob\nmark :%d\ndata %d\n" % (self._count, left))
                while left and (block := source.read(min(left, BLOCK_BYTES))):
                    left -= len(block)
                    self._put(block)
            if left:
                raise GitError(f"{file} was cut off while it was read")
            self._put(b"\n")
        return b":%d" % self._blobs[file]

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _put(self, text: bytes) -> None:
        self._stream.write(text)


def c_quoted(name: bytes) -> bytes:
    """The name as git reads it from a line."""
    return b'"' + re.sub(rb"[^\w ./~-]", lambda odd: b"\\%03o" % odd[0][0], name) + b'"'
