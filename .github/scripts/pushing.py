"""Pushes commits to the remote branch, in pushes of a bounded size, and finds the commit that is refused.

A server refuses a push as a whole, but often because of one batch: a file contains what looks like a
secret, is too large, or breaks a rule. So a push that was refused is repeated in halves until one commit is
left. The commits before it have then been pushed; those after it cannot be, as they are built on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from committing import BatchCommit
from failures import RemoteFailure
from remote import PushState, Remote


class Ended(Enum):
    COMPLETE = "complete"
    REFUSED = "refused"  # the first commit that was not pushed; `words` has the server's message
    OVERTAKEN = "overtaken"  # the branch was moved by someone else
    UNANSWERED = "unanswered"  # the branch did not move, and the push failed
    LATE = "late"  # no time is left; the other commits were not pushed


@dataclass
class Push:
    """One attempt to push a chain of commits to a branch.

    `arrived` are the commits that were pushed, whatever the result. Without permission to push, raises
    RemoteFailure at once.
    """

    remote: Remote
    branch: str
    tip: str
    find_tip: Callable[[], str]
    has_time: Callable[[], bool] = lambda: True
    arrived: list[BatchCommit] = field(default_factory=list)
    words: str = ""

    def run(self, commits: Sequence[BatchCommit], limit_bytes: int) -> Ended:
        for group in groups(commits, limit_bytes):
            if self.arrived and not self.has_time():
                return Ended.LATE
            ended = self._push(group)
            if ended is not Ended.COMPLETE:
                return ended
        return Ended.COMPLETE

    def _push(self, commits: Sequence[BatchCommit]) -> Ended:
        """Finds the first commit that is refused, by bisection."""
        ended = self._push_whole(commits)
        if ended is not Ended.REFUSED or len(commits) == 1:
            return ended
        middle = len(commits) // 2
        ended = self._push(commits[:middle])
        return self._push(commits[middle:]) if ended is Ended.COMPLETE else ended

    def _push_whole(self, commits: Sequence[BatchCommit]) -> Ended:
        last = commits[-1].commit
        if last != self.tip:
            answer = self.remote.push(last, self.branch)
            if answer.state is not PushState.ACCEPTED:
                self.words = answer.words
                if answer.state is PushState.DENIED:
                    raise RemoteFailure(answer.words, is_public=True)
                tip = self.find_tip()
                if tip == self.tip:
                    refused = answer.state is PushState.REFUSED
                    return Ended.REFUSED if refused else Ended.UNANSWERED
                if tip != last:  # else the push succeeded, and only its answer was lost
                    return Ended.OVERTAKEN
            self.tip = last
        self.arrived += commits
        return Ended.COMPLETE


def groups(commits: Sequence[BatchCommit], limit_bytes: int) -> Iterator[list[BatchCommit]]:
    """In order, each of at most `limit_bytes`, or of a single larger commit."""
    group: list[BatchCommit] = []
    size = 0
    for commit in commits:
        if group and size + commit.new_bytes > limit_bytes:
            yield group
            group, size = [], 0
        group.append(commit)
        size += commit.new_bytes
    if group:
        yield group
