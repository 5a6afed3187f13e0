"""Why a run ends before its work is done. What waits then still waits on the branch."""

from __future__ import annotations


class RemoteFailure(RuntimeError):
    """The remote cannot be reached, refuses everything, or is always ahead of us."""


class LocalFailure(RuntimeError):
    """Something here is not as it must be; nothing more was pushed."""


class GitError(RuntimeError):
    """A git command that failed, with git's own words."""
