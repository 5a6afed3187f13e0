"""A storage whose summaries are written after the model of a real one: producers that live for months in no time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from payloads import Payload, summary_path
from programs import Program, Result
from trees import snapshot

START = datetime(2026, 3, 1, 6, tzinfo=timezone.utc)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def text_of(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class Watched:
    """`status` and `growth` change nothing there."""

    receiver: Program
    storage: Path
    model: dict[str, Any]
    count: int = field(default=0)

    def put(self, time: datetime, producer: str = "ws-12", packed: datetime | None = None, **members: Any) -> Path:
        """A summary of a batch that was processed then; and packed then, unless its clock was wrong."""
        self.count += 1
        packed = packed or time
        batch_id = f"{packed:%Y%m%dT%H%M%SZ}-daily-{self.count:08x}"
        summary = self.model | {"batch_id": batch_id, "timestamp": text_of(packed), "processed_at": text_of(time),
                                "producer": producer} | members
        place = self.storage / summary_path(batch_id)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(summary))
        return place

    def put_on(self, days: Iterable[float], producer: str = "ws-12", **members: Any) -> None:
        for number in days:
            self.put(day(number), producer, **members)

    def settings(self, text: str) -> Path:
        place = self.storage.parent / ".github/healthmetric.toml"
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
        return place

    def __call__(self, command: str, *words: Any, **popen: Any) -> Result:
        before = snapshot(self.storage)
        result = self.receiver(command, "--storage", self.storage, *words, **popen)
        assert snapshot(self.storage) == before
        return result


def watched(receiver: Program, storage: Path, receive: Callable[..., Result]) -> Watched:
    """With nothing in it."""
    Payload(metadata={"instance": "aa", "sequence": 1}).put_into(storage)
    assert receive().status == 0
    [place] = (storage / "summaries").rglob("*.json")
    model = json.loads(place.read_bytes())
    place.unlink()
    return Watched(receiver, storage, model)


def put_copies(storage: Path, days: list[str], batches_a_day: int) -> list[str]:
    """Summaries of as many batches as that, all alike: a name each, and one file for thousands of names. Their ids,
    the newest first."""
    template = next((storage / "summaries").rglob("*.json")).read_bytes()
    listed = []
    for day in days:
        folder = storage / "summaries" / day
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(batches_a_day):
            time = f"{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}"
            listed.append(f"{day.replace('/', '')}T{time}Z-many-{number:08x}")
            place = folder / f"{listed[-1]}.json"
            if number % 10_000 == 0:
                place.write_bytes(template)
                original = place
            else:
                place.hardlink_to(original)
    return sorted(listed, key=lambda each: (each[:16], each), reverse=True)
