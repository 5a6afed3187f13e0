"""Retries rejected payloads: which files the receiver needs for that, and which of them may change.

A rejected payload has a file with the reason beside it and, if its ID is known, a summary. If it is stored
this time, payload and reason are removed and the summary becomes that of a stored batch; if it is rejected
again, reason and summary are replaced. Nothing else that is stored may change.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from batch_report import BatchChange
from git_plumbing import Clone
from storage_layout import (
    INBOX, REASON, REJECTED, below_storage, flat_summary_path, in_repository, summary_path)


@dataclass(frozen=True)
class Rejected:
    """Paths below the storage folder, with their blobs."""

    payload: str
    files: dict[str, str]
    """The payload, its reason, and the summary that says "rejected"."""

    @property
    def records(self) -> frozenset[str]:
        return frozenset(self.files.keys() - {self.payload})


def rejected_at(clone: Clone, remote: str, tip: str,
                batches: Collection[str] | None = None) -> dict[str, Rejected]:
    """By the path in the inbox to which the receiver moves each.

    `batches` limits this to parts of these batches: when missing parts arrive, the receiver also takes back
    the parts that it had rejected without them.
    """
    if batches is not None and not batches:
        return {}
    found = {below_storage(entry.path): entry.blob
             for entry in clone.regular_files(tip, [in_repository(REJECTED)])
             if batches is None or _is_of(entry.path, batches)}
    clone.fetch_blobs(remote, found.values())
    rejected = {}
    for payload, blob in found.items():
        if reason := found.get(payload + REASON):
            told = _reason(clone.read_blob(reason))
            files = {payload: blob, payload + REASON: reason}
            batch_id = str(told.get("batch_id"))
            for receipt in (summary_path(batch_id), flat_summary_path(batch_id)):
                if receipt and (known := clone.blob_at(tip, in_repository(receipt))):
                    files[receipt] = known
            name = str(told.get("payload")).rpartition("/")[2]
            rejected[f"{INBOX}/{name}"] = Rejected(payload, files)
    return rejected


def with_records(change: BatchChange, rejected: Mapping[str, Rejected],
                 storage: Path) -> BatchChange:
    """The change, with the files of earlier rejections that it removes or may replace."""
    payloads = change.batch["payloads"] if change.batch else []
    tried = [rejected[path] for path in payloads if path in rejected]
    gone = [path for each in tried for path in each.files if not (storage / path).exists()]
    records = frozenset().union(*(each.records for each in tried))
    return replace(change, removed=[*change.removed, *gone], records=records)


def _is_of(path: str, batches: Collection[str]) -> bool:
    return path.rpartition("/")[2].rpartition(".part-")[0] in batches


def _reason(text: bytes) -> dict[str, Any]:
    """Empty if the file is not valid; the receiver reports that."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
