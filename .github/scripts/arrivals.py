"""Finds when payloads arrived. The receiver rejects an incomplete batch some time after the last of its parts
arrived, which it takes from the time of the file. Here the files are created anew for each run, so they
get the time of the commit that added them.

A workflow's clone has only the tip. Its history is fetched, without contents, as far back as needed, and
only if parts are missing, which is rare.
"""

from __future__ import annotations

from collections.abc import Iterable

from git_plumbing import Clone
from payload_names import are_all_parts, batches_in_parts
from remote import Remote

FIRST_STEP, LONGEST_STEP = 64, 1 << 20


def arrivals_of_incomplete(clone: Clone, remote: Remote, tip: str,
                           waiting: Iterable[str]) -> dict[str, int]:
    """The time of arrival, in seconds, of each part of an incomplete batch."""
    paths = [path for parts in batches_in_parts(waiting).values() if not are_all_parts(parts)
             for path in parts]
    return arrived_at(clone, remote, tip, paths) if paths else {}


def arrived_at(clone: Clone, remote: Remote, tip: str, paths: Iterable[str]) -> dict[str, int]:
    """By path, the time of the commit that gave it its current content."""
    step = FIRST_STEP
    while True:
        latest = clone.latest_changes(tip, paths)
        # If its parents were not fetched, it is not known what a commit changed.
        unknown = clone.shallow_commits() & {commit for commit, _ in latest.values()}
        if not unknown or step > LONGEST_STEP:
            return {path: time for path, (_, time) in latest.items()}
        remote.deepen(tip, step)
        step *= 4
