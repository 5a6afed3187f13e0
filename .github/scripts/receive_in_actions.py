#!/usr/bin/env python3
"""The receiving step of the workflow: reads the event, runs receive_and_commit.py in this clone, and shows
the result.

The receiver's log, the result and the summary of each batch are written to the folder given, by default
to receiver-results in RUNNER_TEMP. The exit status is that of receive_and_commit.py, so a rejected batch
makes the run fail after the good ones were committed.
"""

from __future__ import annotations

import sys

sys.dont_write_bytecode = True
import interruption  # noqa: E402, F401, I001 - first, for what it does

import json  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import actions_feedback  # noqa: E402
from actions_event import BadEvent, Wanted, read_event  # noqa: E402
from child_process import Child  # noqa: E402

RECEIVER = "healthmetric-receiver"
WORK = Path(__file__).with_name("receive_and_commit.py")
TIME_LIMIT_VARIABLE = "HEALTHMETRIC_TIME_LIMIT"
USAGE, INTERNAL_ERROR = 2, 1


def main() -> int:
    results = Path(sys.argv[1] if len(sys.argv) > 1
                   else f"{os.environ['RUNNER_TEMP']}/receiver-results")
    results.mkdir(parents=True, exist_ok=True)
    try:
        result = receive(read_event(os.environ), results)
    except BadEvent as error:
        result = failed(USAGE, str(error))
    actions_feedback.annotate(result)
    actions_feedback.write_step_summary(result, os.environ)
    actions_feedback.comment(result, os.environ)
    actions_feedback.start_next_runs(result, os.environ)
    return result["status"]


def receive(wanted: Wanted, results: Path) -> dict[str, Any]:
    result = results / "result.json"
    result.unlink(missing_ok=True)
    # git has a token of its own, and the receiver must not have any.
    environment = {name: value for name, value in os.environ.items() if name != "GH_TOKEN"}
    with actions_feedback.commands_stopped():
        status = run(command(wanted, results), environment)
    if not result.exists():
        return failed(max(status, INTERNAL_ERROR), f"{WORK.name} exited with status {status}")
    return json.loads(result.read_text(encoding="utf-8"))


def run(command: list[str | Path], environment: dict[str, str]) -> int:
    """When this script is terminated, terminates the command too, and waits until it has cleaned up."""
    with Child(command, time_to_end_s=None, env=environment) as work:
        return work.wait()


def command(wanted: Wanted, results: Path) -> list[str | Path]:
    options: list[str | Path] = [
        f"--receiver={shutil.which(RECEIVER) or RECEIVER}", f"--branch={wanted.branch}",
        f"--log-file={results / 'receiver.log'}", f"--result-json={results / 'result.json'}",
        f"--receipts={results / 'summaries'}"]
    if wanted.inbox:
        options.append(f"--inbox-branch={wanted.inbox}")
    if wanted.all_inboxes:
        options.append("--all-inboxes")
    if limit := os.environ.get(TIME_LIMIT_VARIABLE):
        options.append(f"--time-limit={limit}")
    if wanted.dry_run:
        options.append("--dry-run")
    if wanted.retry_rejected:
        options.append("--retry-rejected")
    if wanted.verbose:
        options += ["--", "--verbose"]
    return [sys.executable, WORK, *options]


def failed(status: int, why: str) -> dict[str, Any]:
    return {"status": status, "dry_run": False, "failure": why, "warnings": [], "left": [], "batches": []}


if __name__ == "__main__":
    sys.exit(main())
