"""A git process that answers many requests: starting one for each would be slower."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from types import TracebackType

from child_process import Child, unnamed_file
from failures import GitError
from git_words import words_of


class GitDialogue:
    """Answers each request with a line, and some with data after it."""

    def __init__(self, git: Sequence[str], arguments: Sequence[str],
                 environment: Mapping[str, str]) -> None:
        self._name = f"git {arguments[0]}"
        self._said = unnamed_file()
        self._process = Child([*git, *arguments], env=environment, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=self._said)
        assert self._process.stdin and self._process.stdout
        self._requests, self._answers = self._process.stdin, self._process.stdout

    def __enter__(self) -> GitDialogue:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._process.__exit__(kind, error, trace)
        self._said.close()

    def ask(self, request: bytes) -> list[bytes]:
        """The words of the line."""
        try:
            self._requests.write(request)
            self._requests.flush()
        except BrokenPipeError:
            pass  # then there is no answer either
        answer = self._answers.readline()
        if not answer:
            raise self._ended()
        return answer.split()

    def size_of(self, object_id: bytes, kind: bytes) -> int:
        """Requests an object from `cat-file --batch`; its bytes and a line end follow the line."""
        answer = self.ask(object_id + b"\n")
        if answer[1:2] != [kind]:
            raise GitError(f"cannot read {kind.decode()} {object_id.decode()}")
        return int(answer[2])

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes of the data after the line."""
        block = self._answers.read(size)
        if len(block) < size:
            raise self._ended()
        return block

    def _ended(self) -> GitError:
        """The error for a process that ended before or in the middle of an answer."""
        self._process.wait()
        self._said.seek(0)
        return GitError(f"{self._name}: {words_of(self._said.read())}")
