"""What became of payloads that lie on an inbox branch, as that branch gets to know it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch_report import BatchChange
from storage_layout import in_repository, lies_with_payloads

RECEIPT_VERSION = 1
RECEIPT_MEMBERS = ("batch_id", "status", "reason", "payloads", "processed_at", "total_files", "total_size")


@dataclass(frozen=True)
class Outcome:
    """Of one batch. Paths in the repository."""

    removed: Mapping[str, str] = field(default_factory=dict)
    """What goes, as long as it still is that blob."""
    added: Mapping[str, str] = field(default_factory=dict)
    """Rejected payloads and their reasons, with blobs that are here."""
    batch_id: str | None = None
    receipt: bytes | None = None


def outcome_of(change: BatchChange, payloads: Mapping[str, str], blobs: Mapping[Path, str],
               storage: Path) -> Outcome:
    removed = {path: payloads[path] for each in change.removed
               if (path := in_repository(each)) in payloads and lies_with_payloads(each)}
    added = {in_repository(path): blobs[storage / path] for path in change.files if lies_with_payloads(path)}
    summary = change.batch and change.batch["summary"]
    if not summary:
        return Outcome(removed, added)
    told = json.loads((storage / summary).read_bytes())
    return Outcome(removed, added, told["batch_id"], receipt_of(told))


def receipt_of(summary: Mapping[str, Any]) -> bytes:
    """What its producer may know of a batch."""
    receipt = {"schema_version": RECEIPT_VERSION} | {name: summary.get(name) for name in RECEIPT_MEMBERS}
    return json.dumps(receipt, indent=2, ensure_ascii=False).encode() + b"\n"
