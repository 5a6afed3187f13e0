"""Brings commits to the remote branch: in pushes of a bounded size, and around what is refused.

A server refuses a push as a whole, while often one batch is the cause: a file holds what looks like
a secret, is too large, or breaks a rule. So what was refused is pushed again in halves until one
commit is left. Commits before it have then arrived; those behind it cannot, for they are built on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from failures import RemoteFailure
from git_plumbing import Clone, PushState
from receiving import BatchCommit


class Ended(Enum):
    COMPLETE = "complete"
    REFUSED = "refused"  # the first commit that has not arrived, with the server's words
    OVERTAKEN = "overtaken"  # somebody else moved the branch
    UNANSWERED = "unanswered"  # nobody did, and yet the push did not get through


@dataclass
class Push:
    """One attempt to bring a chain of commits to a branch.

    `arrived` are those that are there, whatever became of the others. Who may not push learns it from
    a RemoteFailure at once.
    """

    clone: Clone
    remote: str
    branch: str
    tip: str
    fetch_tip: Callable[[], str]
    arrived: list[BatchCommit] = field(default_factory=list)
    words: str = ""

    def run(self, commits: Sequence[BatchCommit], limit_bytes: int) -> Ended:
        for group in groups(commits, limit_bytes):
            ended = self._push(group)
            if ended is not Ended.COMPLETE:
                return ended
        return Ended.COMPLETE

    def _push(self, commits: Sequence[BatchCommit]) -> Ended:
        """Narrows down to the first commit that is refused."""
        ended = self._push_whole(commits)
        if ended is not Ended.REFUSED or len(commits) == 1:
            return ended
        middle = len(commits) // 2
        ended = self._push(commits[:middle])
        return self._push(commits[middle:]) if ended is Ended.COMPLETE else ended

    def _push_whole(self, commits: Sequence[BatchCommit]) -> Ended:
        last = commits[-1].commit
        if last != self.tip:
            answer = self.clone.push(self.remote, last, self.branch)
            if answer.state is not PushState.ACCEPTED:
                self.words = answer.words
                if answer.state is PushState.DENIED:
                    raise RemoteFailure(answer.words)
                tip = self.fetch_tip()
                if tip == self.tip:
                    refused = answer.state is PushState.REFUSED
                    return Ended.REFUSED if refused else Ended.UNANSWERED
                if tip != last:  # else the push arrived, and only its answer was lost
                    return Ended.OVERTAKEN
            self.tip = last
        self.arrived += commits
        return Ended.COMPLETE


def groups(commits: Sequence[BatchCommit], limit_bytes: int) -> Iterator[list[BatchCommit]]:
    """In order, each of at most `limit_bytes`, or of one commit that is larger by itself."""
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
