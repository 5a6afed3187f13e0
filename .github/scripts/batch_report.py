"""Turns the receiver's report into changes for git: files to add and payloads to remove, by batch."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BatchReport = dict[str, Any]
"""One batch as `healthmetric-receiver --json` prints it; docs/output.md has its members."""

_BLOB_ID = re.compile(rb'(?<!\\)"git_blob": "[0-9a-f]{40}", ')

NO_CHANGE = ("waiting", "verified")


class BadReport(RuntimeError):
    """The report does not match the files in the storage."""


@dataclass(frozen=True)
class BatchChange:
    """The result of one batch. Paths are relative to the storage."""

    message: str
    files: dict[str, str | None] = field(default_factory=dict)
    """Each with the blob ID that the receiver recorded, or None."""
    removed: list[str] = field(default_factory=list)
    batch: BatchReport | None = None
    """None for a change that does not belong to a batch."""
    records: frozenset[str] = frozenset()
    """The files of an earlier rejection that this may replace."""


def batch_changes(report: dict[str, Any], storage: Path) -> Iterator[BatchChange]:
    for batch in report["batches"]:
        if changes_something(batch):
            yield _batch_change(batch, storage)
    if triggers := report["triggers_removed"]:
        yield BatchChange(f"Remove trigger files ({len(triggers)})",
                          removed=[_safe(path) for path in triggers])


def changes_something(batch: BatchReport) -> bool:
    """False for a rejected batch whose payload could not be moved to rejected/."""
    stays = batch["status"] == "rejected" and not batch["rejected"]
    return batch["status"] not in NO_CHANGE and not stays


def label_of(batch: BatchReport) -> str:
    """The batch's name on one line, without characters that are special to git, GitHub or a log."""
    named = batch["batch_id"] or Path(batch["payloads"][0]).name
    return re.sub(r"[^A-Za-z0-9._-]", "_", named)[:200]


def _batch_change(batch: BatchReport, storage: Path) -> BatchChange:
    label, status = label_of(batch), batch["status"]
    files: dict[str, str | None] = {}
    if status == "stored":
        files = _stored_files(batch, storage)
        contents = "1 file" if batch["files"] == 1 else f"{batch['files']} files"
        title = f"Store batch {label} ({contents})"
    elif status == "rejected":
        # The reason quotes names from the payload; in a message, "fixes #1" would close an issue.
        files, title = _rejected_files(batch), f"Reject batch {label}"
    elif status == "repeated":
        title = f"Remove repeated batch {label}"
    else:
        raise BadReport(f"batch {label} has an unknown status: {status!r}")
    removed = [path for path in batch["payloads"] if not (storage / _safe(path)).exists()]
    return BatchChange(title, files, removed, batch)


def _stored_files(batch: BatchReport, storage: Path) -> dict[str, str | None]:
    receipt = _safe(batch["summary"])
    text = (storage / receipt).read_bytes()
    summary = json.loads(text)
    if summary["batch_id"] != batch["batch_id"] or len(summary["files"]) != batch["files"]:
        raise BadReport(f"the summary of {label_of(batch)} describes another batch")
    files: dict[str, str | None] = {
        _safe(file["stored_path"]): file["git_blob"] for file in summary["files"]
    }
    _write_without_blob_ids(storage / receipt, text)
    return files | {receipt: None}


def _write_without_blob_ids(summary: Path, text: bytes) -> None:
    """The tree that has the summary has them, too; in the history a checksum takes as much as a small change.

    A quote within a string is escaped, so nothing else in the summary looks like this."""
    beside = summary.with_name(f"{summary.name}.new")
    beside.write_bytes(_BLOB_ID.sub(b"", text))
    beside.replace(summary)


def _rejected_files(batch: BatchReport) -> dict[str, str | None]:
    kept = [*batch["rejected"], *([batch["summary"]] if batch["summary"] else [])]
    return {_safe(path): None for path in kept}


def _safe(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise BadReport(f"the report names a path outside the storage: {path!r}")
    return path
