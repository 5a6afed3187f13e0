"""One round: the receiver unpacks waiting payloads, and the result becomes commits on the target branch.

The receiver runs in a temporary storage folder inside the clone's git directory, which contains only
payloads and trigger files. So no local file gets into a commit, the work tree is not touched,
attributes convert nothing, and the cost depends on the new work, not on how much is stored.

The receiver therefore does not see stored files, but git does: the new tree may only add the batch's files
and remove its payloads. If it would replace a stored file, that file is added to the storage folder and
the receiver runs again: a summary makes the batch a repeat, different content makes it a rejected one. If a
file would still be replaced, the round fails.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import child_process
from batch_report import BatchChange, BatchReport, batch_changes, changes_something
from committing import BatchCommit, Committer
from failures import LocalFailure
from git_plumbing import Clone
from repositories import Repositories
from retrying import Rejected, with_records
from rooms import Room, room_in
from storage_layout import INBOX, STORAGE, flat_summary_path, in_repository, summary_path

ALL_DONE, SOME_REJECTED = 0, 4


@dataclass(frozen=True)
class Receiver:
    """The program and how it is called."""

    program: Path
    log_file: Path
    options: Sequence[str] = ()

    def run(self, room: Room, work: Work) -> dict[str, Any]:
        storage = room.path / STORAGE
        # What it writes is gone with the room; what must last is in the commits.
        command = [self.program.absolute(), "--storage", storage, "--json", "--durability", "none",
                   "--git-blob-ids", "always", "--log-file", self.log_file, *self.options]
        if work.retries_rejected:
            command.append("--retry-rejected")
        if work.refusals:
            reject_list = storage.with_name("reject-list.json")
            reject_list.write_text(json.dumps(work.refusals), encoding="utf-8")
            command += ["--reject-list", reject_list]
        done = child_process.run(command, pass_fds=[room.lock])
        if done.returncode not in (ALL_DONE, SOME_REJECTED):
            raise LocalFailure(
                f"the receiver exited with status {done.returncode}: see {self.log_file}")
        if not done.stdout:
            raise LocalFailure(f"the receiver exited with status {done.returncode} and printed no report")
        return json.loads(done.stdout)


@dataclass(frozen=True)
class Work:
    """What a round is about. Payloads by their path in the repository, with their blobs."""

    tip: str
    """Of the target branch."""
    waiting: Mapping[str, str]
    rejected: Mapping[str, Rejected] = field(default_factory=dict)
    """What may be tried again, by the place in the inbox where it is."""
    arrivals: Mapping[str, int] = field(default_factory=dict)
    retries_rejected: bool = False
    refusals: Mapping[str, str] = field(default_factory=dict)
    """Payloads, below the storage, to reject; each with the reason."""
    singly: Collection[str] = ()
    """Payloads, below the storage, of batches that get a commit of their own."""

    def payloads(self) -> dict[str, str]:
        tried = {in_repository(path): blob
                 for each in self.rejected.values() for path, blob in each.files.items()}
        return {**self.waiting, **tried}


@dataclass(frozen=True)
class Round:
    commits: list[BatchCommit]
    """Each is the parent of the next."""
    unchanged: list[BatchReport]


def receive(clone: Clone, repositories: Repositories, receiver: Receiver, committer: Committer, work: Work) -> Round:
    """Runs the receiver, again if it needs to see stored files."""
    payloads = work.payloads()
    shown: dict[str, str] = {}
    while payloads:
        repositories.fetch_blobs(payloads | shown)
        with room_in(clone.git_dir) as room:
            storage = room.path / STORAGE
            (storage / INBOX).mkdir(parents=True)
            clone.copy_blobs({room.path / path: blob for path, blob in (payloads | shown).items()})
            for path, time in work.arrivals.items():
                os.utime(room.path / path, (time, time))
            report = receiver.run(room, work)
            changes = [with_records(change, work.rejected, storage)
                       for change in batch_changes(report, storage)]
            commits = committer.commits(work.tip, changes, storage, work.singly)
            replaced = committer.replaced(work.tip, commits, shown)
            replaced |= recorded_before(clone, work.tip, changes, payloads | shown)
            if not replaced:
                unchanged = [each for each in report["batches"] if not changes_something(each)]
                return Round(commits, unchanged)
        unseen = replaced.keys() - shown.keys()
        if not unseen:
            raise LocalFailure(f"refusing to replace stored files: {sorted(replaced)}")
        shown |= replaced
    return Round([], [])


def recorded_before(clone: Clone, tip: str, changes: Sequence[BatchChange],
                    seen: Mapping[str, str]) -> dict[str, str]:
    """Summaries that the changes' batches have already, with their blobs; none that was seen.

    One of version 1 has another path, and one of this very second may be the same byte for byte: neither is
    replaced.
    """
    batches = [change.batch["batch_id"] for change in changes if change.batch and change.batch["batch_id"]]
    paths = [path_of(batch) for batch in batches for path_of in (summary_path, flat_summary_path)]
    return clone.blobs_at(tip, {in_repository(path) for path in paths if path} - seen.keys())
