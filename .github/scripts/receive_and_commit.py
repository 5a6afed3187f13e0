#!/usr/bin/env python3
"""Unpacks the payloads that wait on a branch and pushes one commit a batch.

Run in any clone of the repository, by the workflow and by hand alike. Why it is built this way:

* Python, not bash: names with any character, JSON, and a retry loop read better, and it costs
  40 ms more.
* The receiver works in a storage of its own inside the clone's git directory, laid out from the
  branch tip with what can wait there: payloads and trigger files. So nothing local survives into a
  commit, a person's work tree stays untouched, attributes convert nothing, and the cost follows
  the new work, however much is stored already.
* What the receiver therefore cannot see, git knows: the new tree may only add the batch's files
  and remove its payloads. If it would replace anything, the receiver is shown the stored file and
  judges again: a receipt makes the batch a repeat, other bytes make it a rejected one. Whatever
  it would still replace then is refused.
* When the push loses a race everything starts again from the new tip; the receiver is idempotent.
  The race is told by the tip having moved, not by git's wording.

The commits carry no "[skip ci]": a push made with an Actions GITHUB_TOKEN starts no runs, and one
made with another token starts a single run that finds nothing to do.

Exit status: 0 all done, 4 something was rejected (the rest is stored), 10 a local failure, 7 the
remote could not be reached or refused. After 7 and 10 the payloads still wait on the branch.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
from batch_report import BadReport, BatchChange, batch_changes, unchanged_batches  # noqa: E402
from git_plumbing import REGULAR_FILE, Clone, GitError  # noqa: E402

STORAGE = "_storage"
LOG_FILE = "receiver.log"
DEFAULT_RECEIVER = Path("build/release/receiver/healthmetric-receiver")
ALL_DONE, SOME_REJECTED, REMOTE_FAILURE, LOCAL_FAILURE = 0, 4, 7, 10
LONGEST_PAUSE_S = 20.0


class RemoteFailure(RuntimeError):
    """The remote cannot be reached, refuses the push, or is always ahead of us."""


class LocalFailure(RuntimeError):
    """Something here is not as it must be; nothing was pushed."""


@dataclass(frozen=True)
class Result:
    """What one run of the receiver came to. `commit` is the tip itself when nothing changed."""

    status: int
    commit: str
    lines: list[str] = field(default_factory=list)
    markdown: str = ""


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    options = parse_arguments()
    try:
        return receive_and_commit(Clone(Path.cwd()), options)
    except RemoteFailure as failure:
        return report_failure(failure, REMOTE_FAILURE)
    except (LocalFailure, BadReport, GitError, OSError, KeyError, ValueError) as failure:
        return report_failure(failure, LOCAL_FAILURE)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Unpack the payloads that wait on a branch and push one commit a batch.",
        epilog="What follows -- goes to the receiver.")
    parser.add_argument("--receiver", type=Path, default=DEFAULT_RECEIVER, metavar="PATH")
    parser.add_argument("--remote", default="origin")
    parser.add_argument("--branch", help="default: the branch checked out in this clone")
    parser.add_argument("--attempts", type=int, default=8, metavar="N",
                        help="how often to start again when a push loses a race (default 8)")
    parser.add_argument("--summary-markdown", type=Path, metavar="FILE",
                        help="write the receiver's summary for people here")
    parser.add_argument("--dry-run", action="store_true", help="do everything but the push")
    parser.add_argument("receiver_options", nargs="*", metavar="-- RECEIVER-OPTION")
    return parser.parse_args()


def report_failure(failure: Exception, status: int) -> int:
    print(f"receive_and_commit: {type(failure).__name__}: {failure}", file=sys.stderr)
    return status


def receive_and_commit(clone: Clone, options: argparse.Namespace) -> int:
    branch = (options.branch or clone.current_branch()).removeprefix("refs/heads/")
    for attempt in range(options.attempts):
        if attempt:
            time.sleep(random.uniform(0, min(2.0**attempt / 4, LONGEST_PAUSE_S)))
        tip = fetch_tip(clone, options.remote, branch)
        result = receive(clone, tip, options)
        if options.dry_run or result.commit == tip:
            return finish(result, options)
        refusal = clone.push(options.remote, result.commit, branch)
        if refusal is None:
            return finish(result, options)
        new_tip = fetch_tip(clone, options.remote, branch)
        if new_tip == result.commit:  # the push arrived, only its answer was lost
            return finish(result, options)
        if new_tip == tip and "cannot lock ref" not in refusal:
            raise RemoteFailure(f"the push was refused: {refusal}")
        print(f"{branch} moved while the batches were unpacked; starting again", file=sys.stderr)
    raise RemoteFailure(f"{branch} moved {options.attempts} times before our push; giving up")


def fetch_tip(clone: Clone, remote: str, branch: str) -> str:
    try:
        return clone.fetch_tip(remote, branch)
    except GitError as failure:
        raise RemoteFailure(str(failure)) from failure


def finish(result: Result, options: argparse.Namespace) -> int:
    if options.summary_markdown:
        options.summary_markdown.write_text(result.markdown, encoding="utf-8")
    print(*(result.lines or ["nothing to store"]), sep="\n")
    if options.dry_run:
        print("dry run: nothing was pushed")
    return result.status


def receive(clone: Clone, tip: str, options: argparse.Namespace) -> Result:
    """Runs the receiver on what waits at `tip`, until it has seen each stored file that matters."""
    shown: dict[str, str] = {}
    while True:
        with tempfile.TemporaryDirectory(dir=clone.git_dir, prefix="receive-") as room:
            storage = lay_out(clone, tip, Path(room) / STORAGE, shown)
            markdown = Path(room) / "summary.md"
            status, report = run_receiver(storage, markdown, options)
            changes = list(batch_changes(report, storage))
            clone.begin(tip, Path(room) / "index")
            commit = commit_batches(clone, tip, changes, storage)
            replaced = replaced_files(clone, tip, commit, changes)
            if not replaced:
                lines = [change.outcome for change in changes] + unchanged_batches(report)
                return Result(status, commit, lines, read_if_there(markdown))
        unseen = replaced.keys() - shown.keys()
        if not unseen:
            raise LocalFailure(f"refusing to replace stored files: {sorted(replaced)}")
        shown |= replaced


def lay_out(clone: Clone, tip: str, storage: Path, shown: dict[str, str]) -> Path:
    """Makes a storage with what waits at `tip` and with the stored files in `shown`."""
    inbox = storage / "inbox"
    inbox.mkdir(parents=True)
    waiting = {
        entry.path: entry.blob
        for entry in clone.directory_entries(tip, [STORAGE, f"{STORAGE}/inbox"])
        if entry.mode.startswith(REGULAR_FILE[:3]) and may_wait(entry.path)
    }
    clone.copy_blobs({storage.parent / path: blob for path, blob in (waiting | shown).items()})
    return storage


def may_wait(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.lower().endswith(".json") or name.startswith(".trigger")


def run_receiver(storage: Path, markdown: Path,
                 options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    command = [options.receiver.absolute(), "--storage", storage, "--json", "--log-file", LOG_FILE,
               "--summary-markdown", markdown, *options.receiver_options]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    if run.returncode not in (ALL_DONE, SOME_REJECTED):
        raise LocalFailure(f"the receiver ended with status {run.returncode}; see {LOG_FILE}")
    if not run.stdout:
        raise LocalFailure(f"the receiver ended with status {run.returncode} and no report")
    return run.returncode, json.loads(run.stdout)


def commit_batches(clone: Clone, tip: str, changes: list[BatchChange], storage: Path) -> str:
    """Builds one commit a batch on `tip` and returns the last."""
    commit, tree = tip, clone.tree_of(tip)
    for change in changes:
        blobs = clone.store_files([storage / path for path in change.files])
        for (path, expected), blob in zip(change.files.items(), blobs, strict=True):
            if expected not in (None, blob):
                raise LocalFailure(f"{path!r}: the summary says blob {expected}, git made {blob}")
        additions = dict(zip(map(in_repository, change.files), blobs, strict=True))
        clone.stage(additions, map(in_repository, change.removed))
        new_tree = clone.write_tree()
        check_complete(clone, tree, new_tree, additions)
        if new_tree != tree:
            commit, tree = clone.commit(new_tree, commit, change.message), new_tree
    return commit


def check_complete(clone: Clone, old: str, new: str, additions: dict[str, str]) -> None:
    """git skips names that it takes for its own on some system, with a warning and status 0."""
    changed = {change.path: change.new_blob for change in clone.changes(old, new)}
    for path, blob in additions.items():
        if (changed.get(path) or clone.blob_at(new, path)) != blob:
            raise LocalFailure(f"git does not take {path!r} into a tree")


def replaced_files(clone: Clone, tip: str, commit: str,
                   changes: list[BatchChange]) -> dict[str, str]:
    """The files of `tip`, with their blobs, that `commit` would replace or drop without leave."""
    added = {in_repository(path) for change in changes for path in change.files}
    removed = {in_repository(path) for change in changes for path in change.removed}
    allowed = {"A": added, "D": removed - added}
    return {
        change.path: change.old_blob
        for change in clone.changes(tip, commit)
        if change.path not in allowed.get(change.status, ())
    }


def in_repository(path: str) -> str:
    return f"{STORAGE}/{path}"


def read_if_there(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
