"""Retries rejected payloads: which files the receiver needs for that, and which of them may change.

A rejected payload has a file with the reason beside it and, if its ID is known, a summary. If it is stored
this time, payload and reason are removed and the summary becomes that of a stored batch; if it is rejected
again, reason and summary are replaced. Nothing else that is stored may change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from batch_report import BatchChange
from git_plumbing import Clone
from payload_names import BATCH_ID
from remote import Remote
from repositories import Repositories
from settling import Outcome, receipt_of
from storage_layout import (
    INBOX, REASON, REJECTED, below_storage, flat_summary_path, in_repository, summary_path)

MAX_REASON_BYTES = 1 << 20


@dataclass(frozen=True)
class Rejected:
    """Paths below the storage folder, with their blobs."""

    payload: str
    files: dict[str, str]
    """The payload, its reason, and the summary that says "rejected"."""

    @property
    def records(self) -> frozenset[str]:
        return frozenset(self.files.keys() - {self.payload})


def rejected_at(clone: Clone, remote: Remote, tip: str, target: str,
                batches: Collection[str] | None = None) -> dict[str, Rejected]:
    """By the place in the inbox where the receiver puts each to try it again; `target` is the tip that has the
    summaries.

    `batches` limits this to parts of these batches: when missing parts arrive, the receiver also takes back
    the parts that it had rejected without them.
    """
    if batches is not None and not batches:
        return {}
    found = {below_storage(entry.path): entry.blob
             for entry in clone.regular_files(tip, [in_repository(REJECTED)])
             if batches is None or _is_of(entry.path, batches)}
    remote.fetch_blobs(found.values())
    rejected = {}
    for payload, blob in found.items():
        if reason := found.get(payload + REASON):
            told = _reason(clone, reason)
            files = {payload: blob, payload + REASON: reason}
            batch_id = str(told.get("batch_id"))
            for receipt in (summary_path(batch_id), flat_summary_path(batch_id)):
                if receipt and (known := clone.blob_at(target, in_repository(receipt))):
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


def _reason(clone: Clone, blob: str) -> dict[str, Any]:
    """Whoever may send may write one, too."""
    return _object(clone.read_small_blob(blob, MAX_REASON_BYTES))


def _object(text: bytes) -> dict[str, Any]:
    """Empty if the file is not valid; the receiver reports that of a reason."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def stored_after_all(clone: Clone, repositories: Repositories, target: str,
                     rejected: Mapping[str, str]) -> list[Outcome]:
    """The results of rejected payloads, given as paths and blobs, that are stored according to a summary at `target`.

    Payloads are compared by name and size, as the receiver recognizes repeats: another payload with the ID of a
    stored batch stays rejected.
    """
    summaries = {path: places for path in rejected
                 if path + REASON in rejected and (places := _summaries_of(path.rpartition("/")[2]))}
    blobs = clone.blobs_at(target, {place for places in summaries.values() for place in places})
    known = {path: blobs[place] for path, places in summaries.items() for place in places if place in blobs}
    repositories.fetch_blobs(blobs | {path + REASON: rejected[path + REASON] for path in known})
    outcomes = []
    for path, blob in known.items():
        summary = _object(clone.read_blob(blob))
        if summary.get("status") == "stored" and _names(summary, _reason(clone, rejected[path + REASON])):
            gone = {each: rejected[each] for each in (path, path + REASON)}
            outcomes.append(Outcome(gone, {}, str(summary["batch_id"]), receipt_of(summary)))
    return outcomes


def _summaries_of(payload: str) -> list[str]:
    """Where a summary of its batch may be, as its name tells."""
    found = re.match(BATCH_ID, payload)
    places = [summary_path(found[0]), flat_summary_path(found[0])] if found else []
    return [in_repository(place) for place in places if place]


def _names(summary: Mapping[str, Any], reason: Mapping[str, Any]) -> bool:
    name = str(reason.get("payload")).rpartition("/")[2]
    return any(each["path"].rpartition("/")[2] == name and each["size"] == reason.get("size")
               for each in summary["payloads"])
