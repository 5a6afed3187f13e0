"""Receives and pushes in rounds, until nothing is left to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from arrivals import arrivals_of_incomplete
from batch_report import BatchReport, label_of
from choosing import Payloads, choose
from committing import BatchCommit, Committer
from failures import RemoteFailure
from git_plumbing import Clone
from inbox_branch import InboxBranch
from pausing import pause
from payload_names import batches_in_parts
from pushing import Ended, Push
from receiving import Receiver, Work, receive
from repositories import Repositories
from retrying import rejected_at
from run_result import RunResult
from storage_layout import INBOX, STORAGE, in_repository, may_wait
from tips import Tips

LONGEST_PAUSE_S = 20.0


@dataclass(frozen=True)
class Settings:
    receiver: Receiver
    attempts: int
    push_limit: int
    most_payloads: int
    """Of a round."""
    ends_at: float
    """As time.monotonic() has it: what is not done by then is left to another run."""
    say: Callable[[str], None]
    retries_rejected: bool = False
    dry_run: bool = False
    receipts: Path | None = None

    def has_time(self) -> bool:
        return time.monotonic() < self.ends_at


class Drain:
    """Of what waits in one inbox, into one branch: the same, or with an `inbox` another one."""

    def __init__(self, clone: Clone, repositories: Repositories, tips: Tips, target: str, inbox: InboxBranch | None,
                 settings: Settings, result: RunResult) -> None:
        """`tips` are those of the target's repository."""
        self._clone, self._repositories, self._tips = clone, repositories, tips
        self._target, self._inbox = target, inbox
        self._settings, self._result = settings, result
        self._retries = settings.retries_rejected
        self._done: Payloads = {}
        self._refusals: dict[str, str] = {}
        self._singly: set[str] = set()
        self._is_first = True

    def run(self) -> bool:
        """False if another run has to finish it."""
        losses = 0
        while work := self._next_work():
            if not self._settings.has_time():
                return self._stop()
            committer = Committer(self._clone, work.payloads() if self._inbox else None)
            now = receive(self._clone, self._repositories, self._settings.receiver, committer, work)
            if self._settings.dry_run:
                self._tell(now.commits)
                tip, ended, arrived, words = _last(now.commits, work.tip), Ended.COMPLETE, [], ""
            else:
                tip, ended, arrived, words = self._push(work.tip, now.commits)
                if not self._settle(arrived, is_complete=ended is Ended.COMPLETE):
                    return False
            losses = 0 if ended is Ended.COMPLETE else 1 if arrived else losses + 1
            if ended is Ended.LATE:
                return self._stop()
            if ended is Ended.COMPLETE:
                self._tips.branches[self._target] = tip
                self._leave(work, now.unchanged)
            elif ended is Ended.REFUSED:
                self._tips.branches[self._target] = tip
                self._refuse(now.commits[len(arrived)], words)
                losses = 0
            else:
                self._start_again(ended, losses, words)
        return True

    def _next_work(self) -> Work | None:
        target = self._tips.of(self._target)
        source = self._inbox.tip if self._inbox else target
        if source is None:
            return None
        waiting = self._waiting(source)
        chosen = choose(waiting, self._settings.most_payloads)
        late = None if self._retries else batches_in_parts(chosen)
        rejected = rejected_at(self._clone, self._repositories.inbox, source, target, late)
        if not chosen and not rejected:
            return None
        arrivals = self._inbox.arrivals() if self._inbox else arrivals_of_incomplete(
            self._clone, self._repositories.data, target, chosen)
        return Work(target, chosen, rejected, {path: time for path, time in arrivals.items() if path in chosen},
                    self._retries, self._refusals, self._singly)

    def _waiting(self, source: str) -> Payloads:
        """But for batches that this run is done with."""
        if self._inbox:
            waiting = self._inbox.waiting()
        else:
            waiting = {entry.path: entry.blob for entry in self._clone.regular_files(
                source, [STORAGE, in_repository(INBOX)]) if may_wait(entry.path)}
        new = {path for path, blob in waiting.items() if self._done.get(path) != blob}
        for parts in batches_in_parts(waiting).values():
            if not new.isdisjoint(parts):
                new.update(parts)
        return {path: waiting[path] for path in new}

    def _push(self, tip: str, commits: list[BatchCommit]) -> tuple[str, Ended, list[BatchCommit], str]:
        push = Push(self._repositories.data, self._target, tip, lambda: self._tips.find(self._target),
                    has_time=self._settings.has_time)
        try:
            ended = push.run(commits, self._settings.push_limit)
        finally:
            self._tell(push.arrived)
        return push.tip, ended, push.arrived, push.words

    def _tell(self, commits: list[BatchCommit]) -> None:
        for each in commits:
            self._result.add(each)
        if self._settings.receipts and commits:
            self._keep_summaries(commits, self._settings.receipts)

    def _keep_summaries(self, commits: list[BatchCommit], folder: Path) -> None:
        batches = [change.batch for each in commits for change in each.changes if change.batch]
        paths = {in_repository(batch["summary"]) for batch in batches if batch["summary"]}
        blobs = self._clone.blobs_at(commits[-1].commit, paths)
        self._clone.copy_blobs({folder / Path(path).name: blob for path, blob in blobs.items()})

    def _settle(self, arrived: list[BatchCommit], is_complete: bool) -> bool:
        """Tells the inbox branch; False when it cannot be told."""
        if self._inbox is None or not (arrived or is_complete):
            return True
        outcomes = [outcome for each in arrived for outcome in each.outcomes]
        if self._is_first:
            outcomes += self._inbox.settled_before(self._tips.of(self._target))
            self._is_first = False
        return self._inbox.settle(outcomes) or self._leave_to_another_run()

    def _leave(self, work: Work, unchanged: list[BatchReport]) -> None:
        self._result.unchanged += unchanged
        self._done |= work.waiting
        self._retries = False

    def _stop(self) -> bool:
        source = self._inbox.tip if self._inbox else self._tips.of(self._target)
        count = len(self._waiting(source)) if source else 0
        where = self._inbox.name if self._inbox else self._target
        self._result.warn(f"the time for one run is up: {count} {'payload waits' if count == 1 else 'payloads wait'} "
                          f"in {where}; the next run goes on")
        return self._leave_to_another_run()

    def _leave_to_another_run(self) -> bool:
        self._result.left.append({"ref": self._target} | ({"inbox": self._inbox.name} if self._inbox else {}))
        return False

    def _refuse(self, commit: BatchCommit, words: str) -> None:
        """Has the next round reject the batch, or commit each on its own if there are several. If the rejection is
        refused, too, the run fails."""
        batches = [change.batch for change in commit.changes if change.batch]
        if len(commit.changes) > 1:
            self._settings.say(f"the repository refused one of {len(batches)} batches: {words}")
            self._singly |= {path for batch in batches for path in batch["payloads"]}
            return
        if not batches or batches[0]["status"] != "stored":
            raise RemoteFailure(f"the push was refused: {words}")
        self._settings.say(f"the repository refused {label_of(batches[0])}: {words}")
        self._refusals |= dict.fromkeys(batches[0]["payloads"], f"the repository refused it: {words}")

    def _start_again(self, ended: Ended, losses: int, words: str) -> None:
        what = (f"{self._target} moved while the batches were unpacked" if ended is Ended.OVERTAKEN
                else f"the push to {self._target} failed")
        if losses >= self._settings.attempts:
            raise RemoteFailure(f"{what}, {losses} times in a row; giving up: {words}")
        self._settings.say(f"{what}; starting again")
        pause(losses, first_s=0.5, longest_s=LONGEST_PAUSE_S)
        if self._inbox and self._inbox.tips is not self._tips:
            self._inbox.tips.look(self._inbox.name)
            self._tips.look(self._target)
        else:
            self._tips.look(self._target, *([self._inbox.name] if self._inbox else []))


def _last(commits: list[BatchCommit], tip: str) -> str:
    return commits[-1].commit if commits else tip
