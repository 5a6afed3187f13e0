"""What is asked of the server, in as few requests as will do: each costs a connection and its time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from failures import RemoteFailure
from git_plumbing import Clone
from git_words import denial_in, refusal_in, words_of
from watched_command import FellSilent

BRANCHES = "refs/heads/"
ALL_COMMITS = 1_000_000
"""As a depth. With the greatest one git would fetch the history of every branch that it has a part of."""


@dataclass(frozen=True)
class Heads:
    """Branches, by name, with their tips."""

    default: str | None
    tips: dict[str, str]


class PushState(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"  # permanently, by the server
    DENIED = "denied"  # no permission to push
    FAILED = "failed"  # no answer, or a temporary failure


@dataclass(frozen=True)
class PushAnswer:
    state: PushState
    words: str = ""


class Remote:
    """A repository on a server, seen from a clone. Throws RemoteFailure where it cannot be reached."""

    def __init__(self, clone: Clone, name: str, where: str = "the repository") -> None:
        """`where` is what messages call it."""
        self._clone, self._name, self.where = clone, name, where
        self._here: set[str] = set()
        self._fetched_blobs: set[str] = set()

    def heads(self, *branches: str, prefix: str | None = None) -> Heads:
        """Those that are named or begin with the prefix, and which is the default; with one request."""
        for branch in branches:
            self._clone.check_branch_name(branch)
        patterns = [f"{BRANCHES}{branch}" for branch in [*branches, *([f"{prefix}*"] if prefix else [])]]
        listed = self._asked("ls-remote", "--symref", "--", self._name, "HEAD", *patterns)
        default, tips = None, dict[str, str]()
        for line in os.fsdecode(listed).splitlines():
            said, _, ref = line.partition("\t")
            branch = ref.removeprefix(BRANCHES)
            if ref == "HEAD" and said.startswith(f"ref: {BRANCHES}"):
                default = said.removeprefix(f"ref: {BRANCHES}")
            # git takes a name for the end of one, too.
            elif ref != branch and (branch in branches or prefix and branch.startswith(prefix)):
                tips[branch] = said
        return Heads(default, tips)

    def fetch_commits(self, commits: Iterable[str]) -> None:
        """Those that are not here, with one request, and in a shallow clone without what was before them."""
        missing = set(commits) - self._here
        depth = []
        if self._clone.is_shallow():
            # With a depth git has a pack made even when it lacks nothing; without one it would fetch
            # the whole history of what it has not seen.
            missing -= self._clone.tips_of(self._name)
            depth = ["--depth=1"]
        if missing:
            self._fetch(*depth, "--", self._name, *sorted(missing))
            self._here |= missing

    def fetch_history(self, commit: str) -> None:
        """All commits up to this one, which is here, and of them no more than that where the clone can be
        without the rest."""
        if self._clone.is_shallow():
            no_trees = ["--filter=tree:0"] if self._is_partial() else []
            self._fetch(f"--depth={ALL_COMMITS}", *no_trees, "--", self._name, commit)

    def fetch_trees(self, trees: Sequence[str]) -> None:
        """These alone, without what is in them, of commits that fetch_history() brought."""
        if trees and self._clone.is_shallow() and self._is_partial():
            self._fetch_objects(trees, "tree:0")

    def fetch_blobs(self, blobs: Iterable[str]) -> None:
        """Fetches them into a partial clone with one request; git itself would make one for each blob."""
        missing = set(blobs) - self._fetched_blobs
        if missing and self._is_partial():
            self._fetch_objects(sorted(missing), "blob:none")
            self._fetched_blobs |= missing

    def fetch_since(self, commit: str, time: int) -> None:
        """The commits up to this one, which is here, that were made since then, and those right before them, where a
        shallow clone is without them. A partial clone gets none of their blobs."""
        # A server refuses where there are none.
        if self._clone.is_shallow() and self._clone.time_of(commit) >= time:
            self._fetch(f"--shallow-since={time}", "--", self._name, commit)
            self.deepen(commit, 1)

    def deepen(self, tip: str, commits: int) -> None:
        self._fetch(f"--deepen={commits}", "--", self._name, tip)

    def push(self, commit: str, branch: str, lease: str | None = None) -> PushAnswer:
        """Moves the branch forward; with a `lease` anywhere, if its tip is still that one, or with "" if it is
        not there."""
        force = [] if lease is None else [f"--force-with-lease={BRANCHES}{branch}:{lease}"]
        try:
            pushed = self._clone.watched("push", "--porcelain", "--progress", "--no-verify", *force, "--",
                                         self._name, f"{commit}:{BRANCHES}{branch}")
        except FellSilent as failure:
            return PushAnswer(PushState.FAILED, f"git push: {failure}")
        if pushed.returncode == 0:
            return PushAnswer(PushState.ACCEPTED)
        if refusal := refusal_in(pushed.stdout, pushed.stderr):
            return PushAnswer(PushState.REFUSED, refusal)
        if denial := denial_in(pushed.stderr):
            return PushAnswer(PushState.DENIED, denial)
        return PushAnswer(PushState.FAILED, words_of(pushed.stderr))

    def _is_partial(self) -> bool:
        return self._clone.configured(f"remote.{self._name}.promisor", "--type=bool") == b"true"

    def _fetch_objects(self, objects: Sequence[str], without: str) -> None:
        self._fetch(f"--filter={without}", "--stdin", "--", self._name, given="\n".join(objects).encode(),
                    before=["-c", "fetch.negotiationAlgorithm=noop"])

    def _fetch(self, *arguments: str, given: bytes = b"", before: Sequence[str] = ()) -> None:
        self._asked("fetch", "--quiet", "--progress", "--no-tags", "--no-write-fetch-head", *arguments,
                    given=given, before=before)

    def _asked(self, command: str, *arguments: str, given: bytes = b"", before: Sequence[str] = ()) -> bytes:
        try:
            done = self._clone.watched(*before, command, *arguments, given=given)
        except FellSilent as failure:
            raise RemoteFailure(f"git {command}: {failure}", is_public=True) from failure
        if done.returncode != 0:
            raise RemoteFailure(f"git {command}: {words_of(done.stderr)}", is_public=True)
        return done.stdout
