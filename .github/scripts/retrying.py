"""Trying rejected payloads again: what the receiver needs to see for that, and what may change then.

A rejected payload has its reason beside it and, where it had an identity, a summary. When it is
stored after all, payload and reason go and the summary becomes that of a stored batch; when it is
rejected again, reason and summary tell why this time. Nothing else that is stored may change.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from batch_report import BatchChange
from git_plumbing import Clone
from storage_layout import INBOX, REASON, REJECTED, below_storage, in_repository, summary_path


@dataclass(frozen=True)
class Rejected:
    """Paths below the storage, each with its blob."""

    payload: str
    files: dict[str, str]
    """The payload, its reason, and the summary that says "rejected"."""

    @property
    def records(self) -> frozenset[str]:
        return frozenset(self.files.keys() - {self.payload})


def rejected_at(clone: Clone, remote: str, tip: str,
                batches: Collection[str] | None = None) -> dict[str, Rejected]:
    """By the place in the inbox where the receiver puts each to try it again.

    `batches` are those to look for: of a batch in parts the receiver takes back what it rejected when
    the others were long in coming.
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
            receipt = summary_path(str(told.get("batch_id")))
            if receipt and (known := clone.blob_at(tip, in_repository(receipt))):
                files[receipt] = known
            name = str(told.get("payload")).rpartition("/")[2]
            rejected[f"{INBOX}/{name}"] = Rejected(payload, files)
    return rejected


def with_records(change: BatchChange, rejected: Mapping[str, Rejected],
                 storage: Path) -> BatchChange:
    """The change, together with what it does to records of earlier rejections."""
    payloads = change.batch["payloads"] if change.batch else []
    tried = [rejected[path] for path in payloads if path in rejected]
    gone = [path for each in tried for path in each.files if not (storage / path).exists()]
    records = frozenset().union(*(each.records for each in tried))
    return replace(change, removed=[*change.removed, *gone], records=records)


def _is_of(path: str, batches: Collection[str]) -> bool:
    return path.rpartition("/")[2].rpartition(".part-")[0] in batches


def _reason(text: bytes) -> dict[str, Any]:
    """Empty where somebody put something else there; the receiver will say so."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
