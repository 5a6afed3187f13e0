"""The places below `_storage/` as the scripts need them; docs/storage-layout.md says what is there."""

from __future__ import annotations

import re

from payload_names import BATCH_ID

STORAGE = "_storage"
INBOX = "inbox"
REJECTED = "rejected"
REASON = ".reason.json"
"""Behind the name of a rejected payload: the file that says why."""


def in_repository(path: str) -> str:
    return f"{STORAGE}/{path}"


def below_storage(path: str) -> str:
    return path.removeprefix(f"{STORAGE}/")


def may_wait(path: str) -> bool:
    """Whether the receiver may have to look at a file of that name in the inbox or beside it."""
    name = path.rpartition("/")[2]
    return name.lower().endswith(".json") or name.startswith(".trigger")


def summary_path(batch_id: str) -> str | None:
    if not re.fullmatch(BATCH_ID, batch_id):
        return None
    return f"summaries/{batch_id[:4]}/{batch_id[4:6]}/{batch_id}.json"
