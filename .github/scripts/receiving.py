"""One round: the receiver unpacks the payloads at the tip of a branch, and each batch becomes a commit on it.

The receiver runs in a temporary storage folder inside the clone's git directory, which contains only the
payloads and trigger files of the tip. So no local file gets into a commit, the work tree is not touched,
attributes convert nothing, and the cost depends on the new work, not on how much is stored.

The receiver therefore does not see stored files, but git does: the new tree may only add the batch's files
and remove its payloads. If it would replace a stored file, that file is added to the storage folder and
the receiver runs again: a summary makes the batch a repeat, different content makes it a rejected one. If a
file would still be replaced, the round fails.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arrivals import arrivals_of_incomplete
from batch_report import BatchChange, BatchReport, batch_changes, changes_something
from failures import LocalFailure
from git_plumbing import Clone
from payload_names import batches_in_parts
from retrying import rejected_at, with_records
from rooms import Room, room_in
from storage_layout import INBOX, STORAGE, flat_summary_path, in_repository, may_wait

ATTRIBUTES = ".gitattributes"
"""In the storage folder: keeps git from converting stored files at a checkout."""
OUR_ATTRIBUTES = Path(__file__).with_name("storage.gitattributes")
ALL_DONE, SOME_REJECTED = 0, 4


@dataclass(frozen=True)
class Receiver:
    """The program and how it is called."""

    program: Path
    log_file: Path
    options: Sequence[str] = ()
    retries_rejected: bool = False

    def run(self, room: Room, refusals: Mapping[str, str]) -> dict[str, Any]:
        """`refusals`: the payloads to reject, as paths below the storage folder, with their reasons."""
        storage = room.path / STORAGE
        command = [self.program.absolute(), "--storage", storage, "--json",
                   "--git-blob-ids", "always", "--log-file", self.log_file, *self.options]
        if self.retries_rejected:
            command.append("--retry-rejected")
        if refusals:
            reject_list = storage.with_name("reject-list.json")
            reject_list.write_text(json.dumps(refusals), encoding="utf-8")
            command += ["--reject-list", reject_list]
        run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
                             pass_fds=[room.lock])
        if run.returncode not in (ALL_DONE, SOME_REJECTED):
            raise LocalFailure(
                f"the receiver exited with status {run.returncode}: see {self.log_file}")
        if not run.stdout:
            raise LocalFailure(f"the receiver exited with status {run.returncode} and printed no report")
        return json.loads(run.stdout)


@dataclass(frozen=True)
class BatchCommit:
    commit: str
    change: BatchChange
    new_bytes: int
    """The size of its files before compression."""


@dataclass(frozen=True)
class Round:
    tip: str
    commits: list[BatchCommit]
    """Each is the parent of the next."""
    unchanged: list[BatchReport]


def receive(clone: Clone, remote: str, tip: str, receiver: Receiver,
            refusals: Mapping[str, str]) -> Round:
    """Runs the receiver on the payloads at `tip`, again if it needs to see stored files."""
    waiting = waiting_at(clone, tip)
    late = None if receiver.retries_rejected else batches_in_parts(waiting)
    rejected = rejected_at(clone, remote, tip, late)
    arrivals = arrivals_of_incomplete(clone, remote, tip, waiting)
    for each in rejected.values():
        waiting |= {in_repository(path): blob for path, blob in each.files.items()}
    shown: dict[str, str] = {}
    while waiting:
        clone.fetch_blobs(remote, (waiting | shown).values())
        with room_in(clone.git_dir) as room:
            storage = room.path / STORAGE
            (storage / INBOX).mkdir(parents=True)
            clone.copy_blobs({room.path / path: blob for path, blob in (waiting | shown).items()})
            for path, time in arrivals.items():
                os.utime(room.path / path, (time, time))
            report = receiver.run(room, refusals)
            changes = [with_records(change, rejected, storage)
                       for change in batch_changes(report, storage)]
            changes = with_attributes(clone, tip, changes, storage)
            check_names(clone, changes)
            commits = commit_changes(clone, tip, changes, storage)
            replaced = replaced_files(clone, tip, commits, shown)
            replaced |= recorded_before(clone, tip, changes, waiting | shown)
            if not replaced:
                unchanged = [each for each in report["batches"] if not changes_something(each)]
                return Round(tip, commits, unchanged)
        unseen = replaced.keys() - shown.keys()
        if not unseen:
            raise LocalFailure(f"refusing to replace stored files: {sorted(replaced)}")
        shown |= replaced
    return Round(tip, [], [])


def waiting_at(clone: Clone, tip: str) -> dict[str, str]:
    """The payloads and triggers at `tip`: paths and blobs."""
    return {
        entry.path: entry.blob
        for entry in clone.regular_files(tip, [STORAGE, in_repository(INBOX)])
        if may_wait(entry.path)
    }


def with_attributes(clone: Clone, tip: str, changes: list[BatchChange],
                    storage: Path) -> list[BatchChange]:
    """The changes, after one that adds .gitattributes if there is none."""
    if not changes or clone.blob_at(tip, in_repository(ATTRIBUTES)):
        return changes
    (storage / ATTRIBUTES).write_bytes(OUR_ATTRIBUTES.read_bytes())
    return [BatchChange("Keep git from rewriting stored files", {ATTRIBUTES: None}), *changes]


def check_names(clone: Clone, changes: Sequence[BatchChange]) -> None:
    """A tree can have any name, but some cannot be checked out, and a server may refuse them."""
    paths = {in_repository(path) for change in changes for path in change.files}
    for path in sorted(paths - clone.names_taken(paths)):
        raise LocalFailure(f"git does not accept the path {path!r}")


def commit_changes(clone: Clone, tip: str, changes: Sequence[BatchChange],
                   storage: Path) -> list[BatchCommit]:
    """One commit for each change that has an effect."""
    commits = []
    commit, tree = tip, clone.tree_of(tip)
    for change in changes:
        additions = store(clone, change, storage)
        new_tree = clone.changed_tree(tree, additions, map(in_repository, change.removed))
        check_complete(clone, tree, new_tree, additions)
        if new_tree != tree:
            commit, tree = clone.commit(new_tree, commit, change.message), new_tree
        size = sum((storage / path).stat().st_size for path in change.files)
        commits.append(BatchCommit(commit, change, size))
    return commits


def store(clone: Clone, change: BatchChange, storage: Path) -> dict[str, str]:
    """Makes a blob of each file, and compares its ID with the one that the receiver recorded."""
    blobs = clone.store_files([storage / path for path in change.files])
    for (path, expected), blob in zip(change.files.items(), blobs, strict=True):
        if expected not in (None, blob):
            raise LocalFailure(f"{path!r}: the summary has blob {expected}, but git made {blob}")
    return dict(zip(map(in_repository, change.files), blobs, strict=True))


def check_complete(clone: Clone, old: str, new: str, additions: Mapping[str, str]) -> None:
    changed = {change.path: change.new_blob for change in clone.changes(old, new)}
    for path, blob in additions.items():
        if (changed.get(path) or clone.blob_at(new, path)) != blob:
            raise LocalFailure(f"{path!r} is not in the new tree")


def replaced_files(clone: Clone, tip: str, commits: Sequence[BatchCommit],
                   shown: Mapping[str, str]) -> dict[str, str]:
    """The files of `tip`, with their blobs, that the commits would replace or remove without permission.

    The receiver replaces a summary that it has seen only if that summary is of a rejected part of the batch.
    """
    if not commits:
        return {}
    added = {in_repository(path) for each in commits for path in each.change.files}
    removed = {in_repository(path) for each in commits for path in each.change.removed}
    records = {in_repository(path) for each in commits for path in each.change.records}
    records |= shown.keys() & {in_repository(each.change.batch["summary"]) for each in commits
                               if each.change.batch and each.change.batch["summary"]}
    allowed = {"A": added, "D": removed - added, "M": records}
    return {
        change.path: change.old_blob
        for change in clone.changes(tip, commits[-1].commit)
        if change.path not in allowed.get(change.status, ())
    }


def recorded_before(clone: Clone, tip: str, changes: Sequence[BatchChange],
                    seen: Mapping[str, str]) -> dict[str, str]:
    """Summaries of the changes' batches where version 1 has them, with their blobs; none that was seen."""
    batches = [change.batch["batch_id"] for change in changes if change.batch]
    flat = {in_repository(path) for path in map(flat_summary_path, filter(None, batches)) if path}
    if not (flat := flat - seen.keys()):
        return {}
    folders = sorted({path.rpartition("/")[0] for path in flat})
    return {entry.path: entry.blob for entry in clone.regular_files(tip, folders)
            if entry.path in flat}
