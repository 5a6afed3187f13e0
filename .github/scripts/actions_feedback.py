"""Shows the result of a run: annotations, the step's summary, a commit comment."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import child_process
import run_summary
from batch_report import label_of
from shown_text import on_one_line

MAX_ANNOTATIONS = 10  # GitHub shows no more of a step
MAX_REASON_CHARACTERS = 500
REQUEST_TIMEOUT_S = 60
EVENT_TYPE = "data_update"


@contextmanager
def commands_stopped() -> Iterator[None]:
    """Names from payloads are logged; none of them may be taken for a workflow command."""
    resume = secrets.token_hex(16)
    print(f"::stop-commands::{resume}", flush=True)
    try:
        yield
    finally:
        print(f"::{resume}::", flush=True)


def annotate(result: Mapping[str, Any]) -> None:
    if result["failure"]:
        _command("error", "The run failed", result["failure"])
    for warning in result["warnings"]:
        warn("Receiving", warning)
    if (number := result["counts"].get("rejected", 0)) and not result["batches"]:
        _command("error", "Batches rejected", f"{number} {'batch' if number == 1 else 'batches'}; the summaries in the "
                 "repository where the files are stored have the reasons")
    rejected = [batch for batch in result["batches"] if batch["status"] == "rejected"]
    for batch in rejected[:MAX_ANNOTATIONS - 1]:
        reason = (batch["reason"] or "")[:MAX_REASON_CHARACTERS]
        _command("error", "Batch rejected", f"{label_of(batch)}: {reason}")
    if more := len(rejected[MAX_ANNOTATIONS - 1:]):
        _command("error", "Batches rejected", f"{more} more; see the summary of the run")


def warn(title: str, text: str) -> None:
    _command("warning", title, text)


def write_step_summary(result: dict[str, Any], environment: Mapping[str, str]) -> None:
    markdown = run_summary.to_markdown(result, run_summary.MAX_BYTES, _commits_url(environment))
    with Path(environment["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
        summary.write(markdown)


def comment(result: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Comments on the last commit that stored a batch, if any. The run does not fail if the comment does."""
    stored = [batch["commit"] for batch in result["batches"]
              if batch["status"] == "stored" and batch["commit"]]
    token = environment.get("GH_TOKEN")
    if not stored or not token:
        return
    markdown = run_summary.to_markdown(result, run_summary.MAX_COMMENT_BYTES,
                                       _commits_url(environment))
    why_not = _post(f"commits/{stored[-1]}/comments", {"body": markdown}, token, environment)
    if why_not:
        warn("Cannot comment on the commit", why_not)


def start_next_runs(result: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Dispatches a run for each inbox that this one did not finish. If that fails, the schedule does."""
    token = environment.get("GH_TOKEN")
    for left in result["left"] if token else []:
        event = {"event_type": EVENT_TYPE, "client_payload": left}
        why_not = _post("dispatches", event, token, environment)
        if why_not:
            warn("Cannot start the next run", why_not)


def _post(path: str, document: Any, token: str, environment: Mapping[str, str]) -> str | None:
    """Sends a request to the repository's API. Returns why it failed."""
    url = f"{environment['GITHUB_API_URL']}/repos/{environment['GITHUB_REPOSITORY']}/{path}"
    # gh reads GH_TOKEN for github.com, and GH_ENTERPRISE_TOKEN for every other host.
    told = {**os.environ, "GH_TOKEN": token, "GH_ENTERPRISE_TOKEN": token,
            "GH_HOST": urlsplit(environment["GITHUB_SERVER_URL"]).netloc}
    try:
        done = child_process.run(["gh", "api", "--method", "POST", url, "--input", "-", "--silent"],
                                 json.dumps(document).encode(), REQUEST_TIMEOUT_S, env=told, stderr=subprocess.PIPE)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stderr.decode(errors="replace") if done.returncode else None


def _commits_url(environment: Mapping[str, str]) -> str:
    return f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_REPOSITORY']}/commit"


def _command(name: str, title: str, text: str) -> None:
    """On one line, escaped as GitHub's own toolkit does it."""
    escaped = on_one_line(text).replace("%", "%25")
    print(f"::{name} title={title}::{escaped}", flush=True)
