"""Reads what the event that started a run requests.

The values come from the file that Actions writes, never from an expression or a shell: the names of
batches and branches, and every other value in it, are written by whoever may send events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BRANCHES = "refs/heads/"
MAX_BRANCH_CHARACTERS = 255
INBOX_VARIABLE = "HEALTHMETRIC_INBOX_BRANCH"


class BadEvent(RuntimeError):
    """The event requests something invalid."""


@dataclass(frozen=True)
class Wanted:
    branch: str | None
    """The target branch, without refs/heads/. It may not exist; git reports that. None for the default branch of
    another repository."""
    inbox: str | None = None
    """The inbox branch, if the event or the workflow names one."""
    all_inboxes: bool = False
    """For the schedule, which is of no batch."""
    dry_run: bool = False
    verbose: bool = False
    retry_rejected: bool = False


def read_event(environment: Mapping[str, str], stores_elsewhere: bool = False) -> Wanted:
    """`stores_elsewhere`: in another repository, with which the branch of the run has nothing to do."""
    event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    inputs = _object(event, "inputs")
    named = _object(event, "client_payload").get("ref")
    if named in (None, ""):
        named = None if stores_elsewhere else environment["GITHUB_REF"]
    # Runs that store elsewhere are of one group, in which a waiting one may be dropped for any other.
    all_inboxes = stores_elsewhere or environment.get("GITHUB_EVENT_NAME") == "schedule"
    return Wanted(None if named is None else _branch(named), _inbox(event, environment), all_inboxes,
                  _is_set(inputs, "dry_run"),
                  _is_set(inputs, "verbose"), _is_set(inputs, "retry_rejected"))


def _branch(named: Any) -> str:
    """The branch that the sender named, else that of the event."""
    ref = _branch_name("ref", named)
    branch = ref.removeprefix(BRANCHES)
    if not branch or branch.startswith("refs/"):
        raise BadEvent(f"{ref} is not a branch: batches can only be received on branches")
    return branch


def _inbox(event: Mapping[str, Any], environment: Mapping[str, str]) -> str | None:
    named = _object(event, "client_payload").get("inbox") or environment.get(INBOX_VARIABLE)
    return _branch_name("inbox", named).removeprefix(BRANCHES) if named else None


def _branch_name(member: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_BRANCH_CHARACTERS or not value.isprintable():
        raise BadEvent(f"client_payload.{member} is not a valid branch name: {ascii(value)[:100]}")
    return value


def _object(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = event.get(name)
    return value if isinstance(value, dict) else {}


def _is_set(inputs: Mapping[str, Any], name: str) -> bool:
    """Inputs are strings, or booleans in newer versions of Actions."""
    return inputs.get(name) in (True, "true")
