"""The errors that end a run early. Payloads that were not stored stay on the branch."""

from __future__ import annotations


class RemoteFailure(RuntimeError):
    """The remote cannot be reached, refuses everything, or moves faster than pushes can follow."""


class LocalFailure(RuntimeError):
    """A local error; nothing more was pushed."""


class GitError(RuntimeError):
    """A git command failed; has git's own message."""
