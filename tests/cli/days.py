"""Batches of several producers and days, written by hand, and summaries to spoil."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payloads import Payload, stored_path, summary_path
from programs import Program, Result


@dataclass(frozen=True)
class Day:
    """One batch of a series; all have the same producer, name and source unless said otherwise."""

    number: int
    files: dict[str, bytes]
    gone: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    producer: str = "lab"
    name: str = "daily"
    source: str = "/data/source"
    instance: str = "aa"

    @property
    def batch_id(self) -> str:
        unique = f"{sum(f'{self.producer}{self.source}'.encode()) % 4096:04x}{self.number:04x}"
        return f"202401{self.number:02}T103000Z-{self.name}-{unique}"

    @property
    def payload(self) -> Payload:
        return Payload(self.files, batch_id=self.batch_id, metadata={
            "producer": self.producer, "instance": self.instance, "sequence": self.number,
            "gone": list(self.gone), "folders": list(self.folders), "source_folder": self.source})


def processed(day: int) -> str:
    """When the batch of a day is processed in these storages."""
    return f"2024-01-{day:02}T12:00:00Z"


@dataclass(frozen=True)
class Days:
    """A storage in which batches are processed on the days they were packed."""

    receiver: Program
    storage: Path

    def store(self, *days: Day) -> None:
        for day in days:
            day.payload.put_into(self.storage)
        result = self.receiver("--storage", self.storage)
        assert result.status == 0, result
        for day in days:
            self.edit(day, processed_at=processed(day.number))

    def summary(self, day: Day) -> Path:
        return self.storage / summary_path(day.batch_id)

    def place(self, day: Day, path: str) -> Path:
        return self.storage / stored_path(day.batch_id, path)

    def edit(self, day: Day, change: Callable[[dict[str, Any]], Any] | None = None, **members: Any) -> None:
        summary = json.loads(self.summary(day).read_bytes()) | members
        if change is not None:
            change(summary)
        self.summary(day).write_text(json.dumps(summary))

    def __call__(self, command: str, *words: Any, **popen: Any) -> Result:
        return self.receiver(command, "--storage", self.storage, *words, **popen)
