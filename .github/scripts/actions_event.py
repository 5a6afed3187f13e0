"""What the event that started a run asks for.

Read from the file that Actions leaves, never through an expression or a shell: a batch's name, a
branch's name and every other value in it come from whoever may send events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BRANCHES = "refs/heads/"
MAX_BRANCH_CHARACTERS = 255


class BadEvent(RuntimeError):
    """The event asks for what cannot be done."""


@dataclass(frozen=True)
class Wanted:
    branch: str
    """Without refs/heads/. Whether there is such a branch, git will tell."""
    dry_run: bool = False
    verbose: bool = False
    retry_rejected: bool = False


def read_event(environment: Mapping[str, str]) -> Wanted:
    event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    inputs = _object(event, "inputs")
    return Wanted(_branch(event, environment), _is_set(inputs, "dry_run"),
                  _is_set(inputs, "verbose"), _is_set(inputs, "retry_rejected"))


def _branch(event: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Of the batch where the sender named it, else of the event."""
    named = _object(event, "client_payload").get("ref")
    ref = environment["GITHUB_REF"] if named in (None, "") else named
    if not isinstance(ref, str) or len(ref) > MAX_BRANCH_CHARACTERS or not ref.isprintable():
        raise BadEvent(f"client_payload.ref is not a valid branch name: {ascii(ref)[:100]}")
    branch = ref.removeprefix(BRANCHES)
    if not branch or branch.startswith("refs/"):
        raise BadEvent(f"{ref} is not a branch: batches are received on branches only")
    return branch


def _object(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = event.get(name)
    return value if isinstance(value, dict) else {}


def _is_set(inputs: Mapping[str, Any], name: str) -> bool:
    """Inputs arrive as text, or as booleans through newer ways."""
    return inputs.get(name) in (True, "true")
