"""Shows the result of a run: annotations, the step's summary, a commit comment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import run_summary
from annotations import MAX_ANNOTATIONS, error, warn
from batch_report import label_of
from gh_api import ApiFailure, RepositoryApi

MAX_REASON_CHARACTERS = 500
EVENT_TYPE = "data_update"


def annotate(result: Mapping[str, Any]) -> None:
    if result["failure"]:
        error("The run failed", result["failure"])
    for warning in result["warnings"]:
        warn("Receiving", warning)
    if (number := result["counts"].get("rejected", 0)) and not result["batches"]:
        error("Batches rejected", f"{number} {'batch' if number == 1 else 'batches'}; the summaries in the "
              "repository where the files are stored have the reasons")
    rejected = [batch for batch in result["batches"] if batch["status"] == "rejected"]
    for batch in rejected[:MAX_ANNOTATIONS - 1]:
        reason = (batch["reason"] or "")[:MAX_REASON_CHARACTERS]
        error("Batch rejected", f"{label_of(batch)}: {reason}")
    if more := len(rejected[MAX_ANNOTATIONS - 1:]):
        error("Batches rejected", f"{more} more; see the summary of the run")


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
    try:
        RepositoryApi(token, environment).ask("POST", path, document)
    except ApiFailure as failure:
        return str(failure)
    return None


def _commits_url(environment: Mapping[str, str]) -> str:
    return f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_REPOSITORY']}/commit"
