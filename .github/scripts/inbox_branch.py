"""An inbox branch: what waits there, and how it gets to know what became of it.

Once what was received is on the target branch, the inbox begins anew with a root commit that has what is
left. So no payload stays in any history. It is pushed with a lease on the commit that was read: who
uploads meanwhile loses nothing, and we read again and take off what is done. Nothing is unpacked twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from choosing import Payloads
from failures import RemoteFailure
from fast_import import Base, NewCommit
from git_plumbing import Clone
from inbox_content import Content, change, in_inbox
from inbox_history import START, why_not_reset
from inbox_names import is_ours
from pausing import pause
from remote import PushAnswer, PushState, Remote
from repositories import Repositories
from retrying import stored_after_all
from settling import Outcome
from storage_layout import INBOX, README, RECEIPTS, REJECTED, STORAGE, WAITING, in_repository, may_wait
from tips import Tips
from waiting_parts import MAX_BYTES, Since, read_since, updated

OUR_README = Path(__file__).with_name("inbox_readme.md").read_bytes()
LONGEST_PAUSE_S = 5.0
MIN_ATTEMPTS = 10


@dataclass
class InboxBranch:
    clone: Clone
    repositories: Repositories
    tips: Tips
    name: str
    protected: set[str]
    """Branches that are never reset."""
    attempts: int
    warn: Callable[[str], None]
    _now: int = field(default_factory=lambda: int(time.time()))
    _may_reset: bool = True
    """As far as we know."""
    _own: set[str] = field(default_factory=set)
    _read: tuple[str, Content] = ("", Content())

    @property
    def remote(self) -> Remote:
        return self.repositories.inbox

    @property
    def tip(self) -> str | None:
        return self.tips.branches.get(self.name)

    def waiting(self) -> Payloads:
        if self.tip is None:
            return {}
        entries = self.clone.regular_files(self.tip, [in_repository(INBOX)])
        return {entry.path: entry.blob for entry in entries if may_wait(entry.path)}

    def arrivals(self) -> dict[str, int]:
        """When each part of an incomplete batch was first seen."""
        content = self._content()
        since = updated(content.since, content.incomplete(), self._now)
        return {in_inbox(name): time for name, (_, time) in since.items()}

    def settled_before(self, target: str) -> list[Outcome]:
        """Of rejected payloads that the target branch, at that tip, says are stored: a run that tried them again
        came no further."""
        return stored_after_all(self.clone, self.repositories, target, self._content().rejected)

    def settle(self, outcomes: Sequence[Outcome]) -> bool:
        """Brings them to the branch; False when others were always quicker."""
        for attempt in range(1, self.attempts + 1):
            done = self._settle_once(outcomes)
            if done:
                return True
            if attempt < self.attempts:
                pause(attempt, first_s=0.25, longest_s=LONGEST_PAUSE_S)
        self.warn(f"{self.name} moved {self.attempts} times while what was received was taken out of it; "
                  "another run goes on")
        return False

    def _settle_once(self, outcomes: Sequence[Outcome]) -> bool:
        """False when somebody else moved the branch; its new tip is then known."""
        tip, today = self.tip, datetime.now(timezone.utc).date()
        new = change(self._content(), outcomes, today, self._now)
        if new is None:
            return True
        answer, commit = self._push(tip, new)
        if answer.state is PushState.REFUSED and self._may_reset:
            self.tips.look(self.name)
            if self.tip != tip:
                return False
            # A rule may forbid to begin anew and still take another commit.
            self._keep_history(f"the repository refused it: {answer.words}")
            answer, commit = self._push(tip, new)
        if answer.state is PushState.ACCEPTED:
            self.tips.branches[self.name] = commit
            return True
        if answer.state is PushState.DENIED:
            raise RemoteFailure(answer.words, is_public=True)
        self.tips.look(self.name)
        if self.tip == tip and answer.state is PushState.REFUSED:
            raise RemoteFailure(f"the push to {self.name} was refused: {answer.words}")
        return self.tip == commit

    def _push(self, tip: str | None, new: NewCommit) -> tuple[PushAnswer, str]:
        if self._begins_anew(tip):
            base = Base(None, tip and self.clone.tree_of(tip))
            new = replace(new, message=START, files={**new.files, README: OUR_README})
        else:
            base = Base(tip)
        [commit] = self.clone.make(base, [new]).commits
        self._own.add(commit)
        return self.remote.push(commit, self.name, tip or ""), commit

    def _begins_anew(self, tip: str | None) -> bool:
        if self._may_reset and tip and tip not in self._own:
            why_not = why_not_reset(self.clone, self.remote, self.name, tip, self.protected)
            if why_not:
                self._keep_history(why_not)
        return self._may_reset

    def _keep_history(self, why: str) -> None:
        self._may_reset = False
        mended = "choose such a name" if not is_ours(self.name) else (
            f"to begin anew: git fetch origin {self.name} && "
            f"git push origin FETCH_HEAD:refs/heads/former-inbox :{self.name}")
        self.warn(f"{self.name} keeps its history, which grows with every payload: {why}; {mended}")

    def _content(self) -> Content:
        if self.tip is None:
            return Content()
        if self._read[0] != self.tip:
            self._read = (self.tip, self._read_content(self.tip))
        return self._read[1]

    def _read_content(self, tip: str) -> Content:
        here = {name: {entry.path: entry.blob for entry in self.clone.regular_files(tip, [in_repository(name)])}
                for name in (INBOX, REJECTED)}
        receipts = {entry.path: entry.blob for entry in self.clone.all_files(tip, in_repository(RECEIPTS))}
        beside = {entry.path: entry.blob for entry in self.clone.regular_files(tip, [STORAGE])}
        blob = beside.get(in_repository(WAITING))
        return Content(here[INBOX], here[REJECTED], receipts, self._since(blob) if blob else {}, bool(blob))

    def _since(self, blob: str) -> Since:
        self.remote.fetch_blobs([blob])
        return read_since(self.clone.read_small_blob(blob, MAX_BYTES), self._now)
