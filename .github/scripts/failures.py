"""The errors that end a run early. Payloads that were not stored stay on the branch."""

from __future__ import annotations


class RemoteFailure(RuntimeError):
    """The remote cannot be reached, refuses everything, or moves faster than pushes can follow."""

    def __init__(self, words: str, is_public: bool = False) -> None:
        """`is_public`: the words name no batch and no file."""
        super().__init__(words)
        self.is_public = is_public


class LocalFailure(RuntimeError):
    """A local error; nothing more was pushed."""


class GitError(RuntimeError):
    """A git command failed; has git's own message."""
