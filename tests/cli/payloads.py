"""Payloads written by hand, so that nothing the sender believes decides what the receiver gets."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from typing import Any

BATCH_ID = "20240115T103000Z-test_batch-3f9a1c07"


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def iso_timestamp(batch_id: str) -> str:
    moment = datetime.strptime(batch_id[:16], "%Y%m%dT%H%M%SZ")
    return moment.isoformat() + "Z"


def batch_id_now(name: str, unique: str = "0badcafe") -> str:
    return f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{name}-{unique}"


def stored_path(batch_id: str, path: str) -> str:
    """Where the default --name-template puts a file with a name that needs no change."""
    timestamp, _, rest = batch_id.partition("-")
    name, _, unique = rest.rpartition("-")
    place = PurePosixPath(path)
    return str(PurePosixPath(name, day_of(batch_id), place.parent,
                             f"{timestamp}-{unique}_{place.name}"))


def day_of(batch_id: str) -> str:
    return f"{batch_id[:4]}/{batch_id[4:6]}/{batch_id[6:8]}"


def summary_path(batch_id: str) -> str:
    return f"summaries/{day_of(batch_id)}/{batch_id}.json"


def flat_summary_path(batch_id: str) -> str:
    """Where summaries of version 1 lie."""
    return f"summaries/{batch_id[:4]}/{batch_id[4:6]}/{batch_id}.json"


@dataclass
class Payload:
    """Version 2. `part` and `batch` (files and bytes of the whole) matter for parts only;
    `damage` replaces members of every entry, `metadata` members of batch_metadata."""

    files: dict[str, bytes] = field(default_factory=lambda: {"sub/data.json": b'{"rate": 61}\n'})
    batch_id: str = BATCH_ID
    part: int = 1
    last: bool = True
    batch: tuple[int, int] | None = None
    damage: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def filename(self) -> str:
        if self.part == 1 and self.last:
            return f"{self.batch_id}.json"
        return f"{self.batch_id}.part-{self.part:04}{'-last' if self.last else ''}.json"

    def document(self) -> dict[str, Any]:
        entries = {path: _entry(path, content) | self.damage for path, content in self.files.items()}
        size = sum(map(len, self.files.values()))
        part: dict[str, Any] = {"index": self.part, "last": self.last}
        if self.last:
            part["batch_files"], part["batch_size"] = self.batch or (len(entries), size)
        listed = ("filename", "relative_path", "size", "extension")
        metadata = {
            "schema_version": 2, "batch_id": self.batch_id,
            "batch_name": self.batch_id[17:-9], "timestamp": iso_timestamp(self.batch_id),
            "source_folder": "/data/source",
            "sender": {"host": "ws-12", "user": "lab", "version": "0.1.0"}, "part": part,
            "total_files": len(entries), "total_size": size, "skipped": [],
            "files": [{key: entry[key] for key in listed} for entry in entries.values()],
        }
        return {"files": entries, "batch_metadata": metadata | self.metadata}

    def text(self) -> bytes:
        return json.dumps(self.document()).encode()

    def put_into(self, storage: Path) -> Path:
        inbox = storage / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        place = inbox / self.filename
        place.write_bytes(self.text())
        return place


def _entry(path: str, content: bytes) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    return {
        "filename": name, "relative_path": path, "size": len(content),
        "extension": PurePosixPath(name).suffix.lower(), "content_type": "application/json",
        "modified": "2024-01-15T09:00:00Z", "sha256": hashlib.sha256(content).hexdigest(),
        "content": encoded(content),
    }


def version_1_document(files: dict[str, bytes], timestamp: str = "2024-01-15T10:30:00.123456",
                       source: str = "/home/lab/march data") -> dict[str, Any]:
    """As the first generation of senders wrote it: metadata first, no digests, keys are names."""
    listed = [
        {"filename": name, "size": len(content), "extension": PurePosixPath(name).suffix}
        for name, content in files.items()
    ]
    metadata = {"timestamp": timestamp, "source": source, "total_files": len(files),
                "total_size": sum(map(len, files.values())), "files": listed}
    entries = {
        item["filename"]: item | {"content_type": "application/octet-stream",
                                  "content": encoded(files[item["filename"]])}
        for item in listed
    }
    return {"batch_metadata": metadata, "files": entries}
