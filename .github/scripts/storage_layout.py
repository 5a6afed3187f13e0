"""The paths below `_storage/` that the scripts use; docs/storage-layout.md describes them."""

from __future__ import annotations

import re

from payload_names import BATCH_ID

STORAGE = "_storage"
INBOX = "inbox"
REJECTED = "rejected"
REASON = ".reason.json"
"""The suffix of the file with the reason, after the name of a rejected payload."""
RECEIPTS = "receipts"
WAITING = "waiting.json"
README = "README.md"
"""In the root of an inbox branch."""


def in_repository(path: str) -> str:
    return f"{STORAGE}/{path}"


def below_storage(path: str) -> str:
    return path.removeprefix(f"{STORAGE}/")


def lies_with_payloads(path: str) -> bool:
    """Whether a path below the storage folder is in a folder that is on the inbox branch, if there is one."""
    return path.startswith((f"{INBOX}/", f"{REJECTED}/"))


def may_wait(path: str) -> bool:
    """Whether a file of that name, in the inbox or in the storage folder, may be a payload or a trigger."""
    name = path.rpartition("/")[2]
    return name.lower().endswith(".json") or name.startswith(".trigger")


def summary_path(batch_id: str) -> str | None:
    if not re.fullmatch(BATCH_ID, batch_id):
        return None
    return f"summaries/{batch_id[:4]}/{batch_id[4:6]}/{batch_id[6:8]}/{batch_id}.json"


def flat_summary_path(batch_id: str) -> str | None:
    """Where summaries of version 1 lie."""
    if not re.fullmatch(BATCH_ID, batch_id):
        return None
    return f"summaries/{batch_id[:4]}/{batch_id[4:6]}/{batch_id}.json"
