"""When payloads arrived: the receiver gives up a batch whose missing parts do not come, and counts
from the arrival of those that did. By itself it takes the times of their files; here they are laid out
anew for each run, and the commits that brought them tell.

A workflow's clone has the tip alone. Its history is fetched, without contents, as far back as the
youngest parts need, and only when parts are missing at all, which is rare.
"""

from __future__ import annotations

from collections.abc import Iterable

from failures import GitError, RemoteFailure
from git_plumbing import Clone
from payload_names import are_all_parts, batches_in_parts

FIRST_STEP, LONGEST_STEP = 64, 1 << 20


def arrivals_of_incomplete(clone: Clone, remote: str, tip: str,
                           waiting: Iterable[str]) -> dict[str, int]:
    """The time of arrival, in seconds, of each part of a batch of which others are missing."""
    paths = [path for parts in batches_in_parts(waiting).values() if not are_all_parts(parts)
             for path in parts]
    return arrived_at(clone, remote, tip, paths) if paths else {}


def arrived_at(clone: Clone, remote: str, tip: str, paths: Iterable[str]) -> dict[str, int]:
    """By path, when the content that it has at the tip came to the branch."""
    step = FIRST_STEP
    while True:
        latest = clone.latest_changes(tip, paths)
        # Of a commit whose parents were not fetched, nobody knows what it changed.
        unknown = clone.shallow_commits() & {commit for commit, _ in latest.values()}
        if not unknown or step > LONGEST_STEP:
            return {path: time for path, (_, time) in latest.items()}
        try:
            clone.deepen(remote, tip, step)
        except GitError as failure:
            raise RemoteFailure(str(failure)) from failure
        step *= 4
