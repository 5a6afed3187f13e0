#!/usr/bin/env python3
"""The receiving step of the workflow: reads the event, runs receive_and_commit.py in this clone, and shows
the result.

With HEALTHMETRIC_STORE_IN the files are stored in another repository (other_repository.py). Whoever may see the
runs of this one may not see what is stored there, so that counts are shown and kept, and no names.

The receiver's log, the result and the summary of each batch are written to the folder given, by default
to receiver-results in RUNNER_TEMP. The exit status is that of receive_and_commit.py, so a rejected batch
makes the run fail after the good ones were committed.
"""

from __future__ import annotations

import sys

sys.dont_write_bytecode = True
import interruption  # noqa: E402, I001 - first, for what it does

import json  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import actions_feedback  # noqa: E402
from actions_event import BadEvent, Wanted, read_event  # noqa: E402
from annotations import commands_stopped  # noqa: E402
from child_process import Child  # noqa: E402
from failures import RemoteFailure  # noqa: E402
from other_repository import (  # noqa: E402
    DATA, INBOX, KEY, BadSetting, OtherRepository, other_repository, without_secrets)
from rooms import remove_abandoned, room_in  # noqa: E402
from run_summary import counts_in_words  # noqa: E402
from shown_text import on_one_line  # noqa: E402

RECEIVER = "healthmetric-receiver"
WORK = Path(__file__).with_name("receive_and_commit.py")
TIME_LIMIT_VARIABLE = "HEALTHMETRIC_TIME_LIMIT"
ROOMS = "healthmetric"
"""In RUNNER_TEMP, for clones and keys."""
INTERNAL_ERROR, USAGE, REMOTE_FAILURE, LOCAL_FAILURE = 1, 2, 7, 10


def main() -> int:
    results = Path(sys.argv[1] if len(sys.argv) > 1
                   else f"{os.environ['RUNNER_TEMP']}/receiver-results").absolute()
    results.mkdir(parents=True, exist_ok=True)
    try:
        other = other_repository(os.environ)
        os.environ.pop(KEY, None)  # for no program that is started
        wanted = read_event(os.environ, stores_elsewhere=other is not None)
        result = receive_for(other, wanted, results) if other else receive(wanted, results)
    except (BadEvent, BadSetting) as error:
        result = failed(USAGE, on_one_line(str(error)))
    except RemoteFailure as error:
        interruption.go_on_ending(error)
        result = failed(REMOTE_FAILURE, on_one_line(f"RemoteFailure: {error}"))
    except OSError as error:
        interruption.go_on_ending(error)
        result = failed(LOCAL_FAILURE, on_one_line(f"{type(error).__name__}: {error}"))
    actions_feedback.annotate(result)
    actions_feedback.write_step_summary(result, os.environ)
    actions_feedback.comment(result, os.environ)
    actions_feedback.start_next_runs(result, os.environ)
    return result["status"]


def receive(wanted: Wanted, results: Path) -> dict[str, Any]:
    """In this clone."""
    options = [f"--log-file={results / 'receiver.log'}", f"--receipts={results / 'summaries'}"]
    return work(wanted, options, results / "result.json")


def receive_for(other: OtherRepository, wanted: Wanted, results: Path) -> dict[str, Any]:
    """In a clone of the other repository. No program works in the folder of the step, where somebody may have
    checked out what others wrote."""
    os.chdir(os.environ["RUNNER_TEMP"])
    rooms = Path(ROOMS).absolute()
    rooms.mkdir(mode=0o700, exist_ok=True)
    remove_abandoned(rooms)
    with room_in(rooms) as room:
        options = [f"--remote={DATA}", f"--inbox-remote={INBOX}", "--without-names",
                   f"--log-file={room.path / 'receiver.log'}"]
        is_shown = {} if wanted.verbose else {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        clone = other.clone_into(room.path, os.environ)
        result = work(wanted, options, results / "result.json", cwd=clone, **is_shown)
    print(counts_in_words(result["counts"]), flush=True)
    return result


def work(wanted: Wanted, options: list[str], result: Path, **how: Any) -> dict[str, Any]:
    """Has it done by the other script. `how` as for Popen."""
    result.unlink(missing_ok=True)
    with commands_stopped():
        status = run([*command(wanted), *options, f"--result-json={result}", *receiver_options(wanted)],
                     env=without_secrets(os.environ), **how)
    if not result.exists():
        return failed(max(status, INTERNAL_ERROR), f"{WORK.name} exited with status {status}")
    return json.loads(result.read_text(encoding="utf-8"))


def run(command: list[str | Path], **how: Any) -> int:
    """When this script is terminated, terminates the command too, and waits until it has cleaned up."""
    with Child(command, time_to_end_s=None, **how) as child:
        return child.wait()


def command(wanted: Wanted) -> list[str | Path]:
    options: list[str | Path] = [f"--receiver={shutil.which(RECEIVER) or RECEIVER}"]
    if wanted.branch is not None:
        options.append(f"--branch={wanted.branch}")
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
    return [sys.executable, WORK, *options]


def receiver_options(wanted: Wanted) -> list[str]:
    return ["--", "--verbose"] if wanted.verbose else []


def failed(status: int, why: str) -> dict[str, Any]:
    return {"status": status, "dry_run": False, "failure": why, "warnings": [], "left": [], "counts": {}, "batches": []}


if __name__ == "__main__":
    sys.exit(main())
