#!/usr/bin/env python3
"""Unpacks the payloads for a branch and pushes one commit for each batch: payloads on its inbox branch, and on
the branch itself; with --inbox-remote those on the inbox branches of another repository.

Runs in any clone of the repository, in the workflow or by hand.

When a push loses a race, everything starts again from the new tip; the receiver is idempotent. A race is
recognized by the tip having moved, not by git's messages. If the tip has not moved, a missing permission
ends the run, and other failures are retried. A batch that the remote refuses, because a file contains what
looks like a secret, breaks a rule or is too large, is rejected with the remote's message, and the other
batches are pushed.

The commits carry no "[skip ci]": a push made with an Actions GITHUB_TOKEN starts no runs, and one
made with another token starts a single run that finds nothing to do.

Exit status: 0 success, 2 invalid option, 4 a batch was rejected (the others are stored), 7 the remote
could not be reached or refused the push, 10 a local failure. After 7 and 10, payloads that were not stored
are still on the branch.
"""

from __future__ import annotations

import sys

sys.dont_write_bytecode = True
import interruption  # noqa: E402, I001 - first, for what it does

import argparse  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from contextlib import suppress  # noqa: E402
from pathlib import Path  # noqa: E402

from batch_report import BadReport  # noqa: E402
from draining import Settings  # noqa: E402
from failures import GitError, LocalFailure, RemoteFailure  # noqa: E402
from git_plumbing import SILENCE_S, Clone  # noqa: E402
from receiving import Receiver  # noqa: E402
from remote import Remote  # noqa: E402
from repositories import Repositories  # noqa: E402
from rooms import remove_abandoned  # noqa: E402
from run_result import RunResult  # noqa: E402
from shown_text import on_one_line  # noqa: E402
from whole_run import Asked, drain_all  # noqa: E402

DEFAULT_RECEIVER = Path("build/release/receiver/healthmetric-receiver")
ALL_DONE, SOME_REJECTED, REMOTE_FAILURE, LOCAL_FAILURE = 0, 4, 7, 10
TIME_LIMIT_S = 30 * 60
"""Half the time limit of the workflow's job, so that a slow push is not cut off."""
PUSH_LIMIT_BYTES = 1 << 30  # GitHub refuses a push over 2 GiB
PAYLOADS_OF_A_ROUND = 2000
MAX_ATTEMPTS, MAX_TIMEOUT_S, MAX_PUSH_BYTES, MAX_PAYLOADS = 1000, 24 * 60 * 60, 1 << 40, 100_000


def main() -> int:
    options = parse_arguments()
    result = RunResult(dry_run=options.dry_run, without_names=options.without_names)
    try:
        clone = Clone(Path.cwd(), options.timeout)
        remove_abandoned(clone.git_dir)
        drain_all(clone, repositories(options, clone), asked(options, clone), settings(options), result)
        result.status = SOME_REJECTED if result.has_rejected() else ALL_DONE
    except RemoteFailure as failure:
        interruption.go_on_ending(failure)
        result.fail(REMOTE_FAILURE, failure)
    except (LocalFailure, BadReport, GitError, OSError, KeyError, ValueError) as failure:
        interruption.go_on_ending(failure)
        result.fail(LOCAL_FAILURE, failure)
    try:
        tell(result, options)
    except OSError as failure:
        interruption.go_on_ending(failure)
        result.fail(LOCAL_FAILURE, failure)
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - Python flushes it at exit
        print_failure(result)
    return result.status


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Unpack the payloads on a branch and push one commit for each batch.",
        epilog="Arguments after -- are passed to the receiver.")
    parser.add_argument("--receiver", type=Path, default=DEFAULT_RECEIVER, metavar="PATH")
    parser.add_argument("--remote", default="origin")
    parser.add_argument("--inbox-remote", metavar="REMOTE",
                        help="the repository with the inbox branches, if it is another one")
    parser.add_argument("--branch", help="the target branch; default: the branch checked out in this clone")
    parser.add_argument("--inbox-branch", metavar="NAME",
                        help="the inbox branch (default: healthmetric/inbox-for-BRANCH, and for the default "
                             "branch healthmetric/inbox); the branch itself is always drained, too")
    parser.add_argument("--all-inboxes", action="store_true",
                        help="also drain every other branch healthmetric/inbox*, each into its target branch")
    parser.add_argument("--attempts", type=number_up_to(MAX_ATTEMPTS), default=10, metavar="N",
                        help="give up after N pushes in a row that lost a race or failed (default 10)")
    parser.add_argument("--timeout", type=number_up_to(MAX_TIMEOUT_S), default=SILENCE_S,
                        metavar="SECONDS",
                        help="give up a connection that transfers nothing for this long, and a server "
                             "that prints nothing for five times as long (default 180)")
    parser.add_argument("--time-limit", type=number_up_to(MAX_TIMEOUT_S), default=TIME_LIMIT_S, metavar="SECONDS",
                        help="start nothing new after this time; another run continues (default 1800)")
    parser.add_argument("--round-limit", type=number_up_to(MAX_PAYLOADS), default=PAYLOADS_OF_A_ROUND, metavar="N",
                        help="unpack and push at most N payloads at once (default 2000)")
    parser.add_argument("--push-limit", type=number_up_to(MAX_PUSH_BYTES), default=PUSH_LIMIT_BYTES,
                        metavar="BYTES",
                        help="maximum size of one push; more is split (default 1 GiB)")
    parser.add_argument("--log-file", type=Path, default=Path("receiver.log"), metavar="FILE",
                        help="the receiver's log (default receiver.log)")
    parser.add_argument("--summary-markdown", type=Path, metavar="FILE",
                        help="write a summary of the run to FILE, as Markdown")
    parser.add_argument("--result-json", type=Path, metavar="FILE",
                        help="write the result of each batch to FILE")
    parser.add_argument("--without-names", action="store_true",
                        help="write counts to these files, and no names of batches and files")
    parser.add_argument("--receipts", type=Path, metavar="DIR",
                        help="copy the summaries of the pushed batches to DIR")
    parser.add_argument("--retry-rejected", action="store_true",
                        help="first move rejected payloads back into the inbox")
    parser.add_argument("--dry-run", action="store_true", help="do everything but the push")
    parser.add_argument("receiver_options", nargs="*", metavar="-- RECEIVER-OPTION")
    options = parser.parse_args()
    # A value of "--" is dropped by some versions of argparse, which leaves an empty list.
    for name in ("branch", "inbox_branch", "inbox_remote", "remote"):
        if not isinstance(getattr(options, name), str | None):
            parser.error(f"--{name.replace('_', '-')}: invalid name '--'")
    return options


def repositories(options: argparse.Namespace, clone: Clone) -> Repositories:
    if not options.inbox_remote:
        both = Remote(clone, options.remote)
        return Repositories(both, both)
    return Repositories(Remote(clone, options.inbox_remote, "the inbox repository"),
                        Remote(clone, options.remote, "the data repository"))


def asked(options: argparse.Namespace, clone: Clone) -> Asked:
    branch = clone.current_branch() if options.branch is None else options.branch
    return Asked(branch.removeprefix("refs/heads/"), options.inbox_branch, options.all_inboxes)


def settings(options: argparse.Namespace) -> Settings:
    receiver = Receiver(options.receiver, options.log_file, options.receiver_options)
    return Settings(receiver, options.attempts, options.push_limit, options.round_limit,
                    time.monotonic() + options.time_limit, say,
                    options.retry_rejected, options.dry_run, options.receipts)


def say(words: str) -> None:
    print(on_one_line(words), file=sys.stderr, flush=True)


def number_up_to(most: int) -> Callable[[str], int]:
    """Reads a whole number from 1 to `most`, in plain digits."""

    def read(text: str) -> int:
        if re.fullmatch("[0-9]{1,18}", text) and 1 <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"invalid number {text!r}: expected a whole number from 1 to {most}")

    return read


def tell(result: RunResult, options: argparse.Namespace) -> None:
    if options.summary_markdown:
        options.summary_markdown.write_text(result.markdown(), encoding="utf-8")
    if options.result_json:
        options.result_json.write_text(result.json_text(), encoding="utf-8")
    lines = result.lines()
    if not lines and not result.failure:
        lines = ["nothing to store"]
    if options.dry_run:
        lines.append("dry run: nothing was pushed")
    print(*lines, sep="\n", end="\n" if lines else "", flush=True)
    for warning in result.warnings:
        say(f"receive_and_commit: warning: {warning}")
    print_failure(result)


def print_failure(result: RunResult) -> None:
    if result.failure:
        with suppress(OSError):
            print(f"receive_and_commit: {result.failure}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
