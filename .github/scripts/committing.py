"""What the receiver did, as commits: one a batch, or where very many waited, one for some of them.

A commit costs the folders it changes, whole; where each of ten thousand batches of a day got its own,
the day's folder would be written ten thousand times. What must hold of a commit does not depend on
how many batches are in it, and is checked before anything is pushed: every file got into the tree,
with the bytes that the receiver recorded, under a name git takes, and nothing else was replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from batch_report import BatchChange
from failures import LocalFailure
from fast_import import Base, Imported, NewCommit
from git_plumbing import Clone
from settling import Outcome, outcome_of
from storage_layout import in_repository, lies_with_payloads

ATTRIBUTES = ".gitattributes"
"""In the storage folder: keeps git from converting stored files at a checkout."""
OUR_ATTRIBUTES = Path(__file__).with_name("storage.gitattributes")
MOST_SINGLE_COMMITS, MANY_COMMITS = 100, 20
"""Of a round: with a commit for each batch, and if there are more batches."""
DONE = {"stored": "store", "rejected": "reject", "repeated": "remove repeated"}


@dataclass(frozen=True)
class BatchCommit:
    commit: str
    """Where nothing was left to change, the one before."""
    changes: list[BatchChange]
    new_bytes: int
    """The size of its files before compression."""
    outcomes: list[Outcome] = field(default_factory=list)
    """What the inbox branch gets to know, where there is one."""


@dataclass(frozen=True)
class Committer:
    clone: Clone
    payloads: Mapping[str, str] | None = None
    """Where they lie on an inbox branch, all of the round with their blobs: what becomes of them is
    then left to that branch."""

    def commits(self, tip: str, changes: Sequence[BatchChange], storage: Path,
                singly: Collection[str]) -> list[BatchCommit]:
        changes = self._with_attributes(tip, changes, storage)
        check_names(self.clone, changes)
        groups = grouped(changes, singly)
        new = [self._new_commit(group, storage) for group in groups]
        files = {storage / path for change in changes for path in change.files}
        while True:
            wanted = [each for each in new if each.files or each.removed]
            aside = files.difference(*(each.files.values() for each in wanted))
            made = self.clone.make(Base(tip), wanted, sorted(aside))
            empty = self._check(wanted, made, changes, storage)
            if not empty:
                return self._batch_commits(tip, groups, new, made, storage)
            # What they would add is there already.
            new = [NewCommit("", {}) if each in empty else each for each in new]

    def replaced(self, tip: str, commits: Sequence[BatchCommit], shown: Mapping[str, str]) -> dict[str, str]:
        """The files of `tip`, with their blobs, that the commits would replace or remove without permission.

        The receiver replaces a summary that it has seen only if that summary is of a rejected part of the batch.
        """
        if not commits:
            return {}
        changes = [change for each in commits for change in each.changes]
        added = {in_repository(path) for change in changes for path in change.files}
        removed = {in_repository(path) for change in changes for path in change.removed}
        records = {in_repository(path) for change in changes for path in change.records}
        records |= shown.keys() & {in_repository(change.batch["summary"]) for change in changes
                                   if change.batch and change.batch["summary"]}
        allowed = {"A": added, "D": removed - added, "M": records}
        return {
            change.path: change.old_blob
            for change in self.clone.changes(tip, commits[-1].commit)
            if change.path not in allowed.get(change.status, ())
        }

    def _with_attributes(self, tip: str, changes: Sequence[BatchChange], storage: Path) -> Sequence[BatchChange]:
        """The changes, after one that adds .gitattributes if there is none."""
        changes_target = any(self._stays(path) for each in changes for path in [*each.files, *each.removed])
        if not changes_target or self.clone.blob_at(tip, in_repository(ATTRIBUTES)):
            return changes
        (storage / ATTRIBUTES).write_bytes(OUR_ATTRIBUTES.read_bytes())
        return [BatchChange("Keep git from rewriting stored files", {ATTRIBUTES: None}), *changes]

    def _stays(self, path: str) -> bool:
        """Whether it is for the target branch."""
        return self.payloads is None or not lies_with_payloads(path)

    def _new_commit(self, group: Sequence[BatchChange], storage: Path) -> NewCommit:
        files = {in_repository(path): storage / path
                 for change in group for path in change.files if self._stays(path)}
        removed = [in_repository(path) for change in group for path in change.removed if self._stays(path)]
        return NewCommit(message_of(group), files, removed)

    def _check(self, wanted: Sequence[NewCommit], made: Imported, changes: Sequence[BatchChange],
               storage: Path) -> list[NewCommit]:
        """Those that turn out to change nothing. Throws LocalFailure for what did not get into its commit."""
        for change in changes:
            for path, recorded in change.files.items():
                blob = made.blobs[storage / path]
                if recorded not in (None, blob):
                    raise LocalFailure(f"{path!r}: the summary has blob {recorded}, but git made {blob}")
        empty = []
        for new, (commit, changed) in zip(wanted, self.clone.changes_of(made.commits), strict=True):
            for path, file in new.files.items():
                blob = changed[path].new_blob if path in changed else self.clone.blob_at(commit, path)
                if blob != made.blobs[file]:
                    raise LocalFailure(f"{path!r} is not in the new tree")
            if not changed:
                empty.append(new)
        return empty

    def _batch_commits(self, tip: str, groups: Sequence[Sequence[BatchChange]], new: Sequence[NewCommit],
                       made: Imported, storage: Path) -> list[BatchCommit]:
        commits, rest, commit = [], iter(made.commits), tip
        for group, each in zip(groups, new, strict=True):
            if each.files or each.removed:
                commit = next(rest)
            size = sum((storage / path).stat().st_size for change in group for path in change.files)
            outcomes = [] if self.payloads is None else [
                outcome_of(change, self.payloads, made.blobs, storage) for change in group]
            commits.append(BatchCommit(commit, list(group), size, outcomes))
        return commits


def check_names(clone: Clone, changes: Sequence[BatchChange]) -> None:
    """A tree can have any name, but some cannot be checked out, and a server may refuse them."""
    paths = {in_repository(path) for change in changes for path in change.files}
    for path in sorted(paths - clone.names_taken(paths)):
        raise LocalFailure(f"git does not accept the path {path!r}")


def grouped(changes: Sequence[BatchChange], singly: Collection[str] = ()) -> list[list[BatchChange]]:
    """In order, each for a commit; alone, where one of its payloads is in `singly`."""
    size = 1 if len(changes) <= MOST_SINGLE_COMMITS else -(-len(changes) // MANY_COMMITS)
    groups: list[list[BatchChange]] = []
    is_open = False
    for change in changes:
        payloads = change.batch["payloads"] if change.batch else []
        is_alone = change.batch is None or any(path in singly for path in payloads)
        if is_open and not is_alone and len(groups[-1]) < size:
            groups[-1].append(change)
        else:
            groups.append([change])
        is_open = not is_alone
    return groups


def message_of(group: Sequence[BatchChange]) -> str:
    if len(group) == 1:
        return group[0].message
    batches = [change.batch for change in group if change.batch]
    counts = Counter(batch["status"] for batch in batches)
    words = [f"{word} {counts[status]} {'batch' if counts[status] == 1 else 'batches'}"
             for status, word in DONE.items() if counts[status]]
    title = ", ".join(words)
    lines = "\n".join(change.message for change in group)
    return f"{title[:1].upper()}{title[1:]}\n\n{lines}"
