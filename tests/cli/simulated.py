"""Weeks of batches, as summaries: what a page, a table or a curve is made of. The files themselves are not there.

    python3 simulated.py STORAGE     the weeks of `ward()`, for screenshots
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import Any

from payloads import summary_path

TYPES = {".csv": "text/csv", ".json": "application/json", ".png": "image/png", ".txt": "text/plain"}
TOKEN_ENDS = {"clinic-east": "2027-03-01T00:00:00Z", "ward-3": "2026-12-05T00:00:00Z", "ws-12": "2027-01-10T00:00:00Z"}
END = datetime(2026, 11, 28, 17, 0, tzinfo=timezone.utc)
WEEKS = 9


def rfc3339(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class Recorded:
    """A batch. `files` has sizes by path; another `version` of a file has another digest."""

    time: datetime
    producer: str
    name: str
    number: int
    files: dict[str, int] = field(default_factory=dict)
    version: int = 0
    reason: str | None = None
    gone: tuple[str, ...] = ()
    members: dict[str, Any] = field(default_factory=dict)  #: that are otherwise
    slug: str = ""

    @property
    def batch_id(self) -> str:
        return f"{self.time:%Y%m%dT%H%M%SZ}-{self.slug or self.name}-{self.number:08x}"

    def _file(self, path: str, size: int) -> dict[str, Any]:
        digest = hashlib.sha256(f"{self.producer} {path} {size} {self.version}".encode()).hexdigest()
        suffix = PurePosixPath(path).suffix
        return {"path": path, "stored_path": f"{self.name}/{self.number}/{path}", "status": "stored", "size": size,
                "sha256": digest, "content_type": TYPES.get(suffix, "application/octet-stream"),
                "modified": rfc3339(self.time - timedelta(minutes=10))}

    def summary(self) -> dict[str, Any]:
        status = "stored" if self.reason is None else "rejected"
        return {"schema_version": 2, "batch_id": self.batch_id, "batch_name": self.name, "status": status,
                "reason": self.reason, "payloads": [], "timestamp": rfc3339(self.time),
                "processed_at": rfc3339(self.time + timedelta(minutes=2)), "duration_ms": 3, "receiver": "0.1.0",
                "source": "/data/exports", "sender": {"host": self.producer, "user": "lab", "version": "0.1.0",
                                                      "os": "Linux 6.1.0", "token_expires": TOKEN_ENDS.get(self.producer)},
                "producer": self.producer, "instance": "aa", "sequence": self.number,
                "total_files": len(self.files), "total_size": sum(self.files.values()), "skipped": [], "folders": [],
                "gone": list(self.gone), "warnings": [],
                "files": [] if self.reason else [self._file(*item) for item in self.files.items()]} | self.members

    def write(self, storage: Path) -> None:
        place = storage / summary_path(self.batch_id)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(self.summary()))


REASONS = {
    "ward-3": "the SHA-256 of 'images/scan-0419.png' is not that of its content",
    "clinic-east": "parts 2 to 3 of 3 have been missing for 7 days",
}


def _day_of(producer: str, day: datetime, since: int, rng: random.Random) -> Iterator[tuple[datetime, str, dict[str, int]]]:
    """When something is sent on a day, under which name, and which files."""
    month = f"{day:%Y-%m}"
    if producer == "clinic-east":
        for hour in (7, 19):
            yield day.replace(hour=hour, minute=rng.randrange(4)), "vitals", {
                f"{month}/heart-rate.csv": 24_000 * (day.day * 2 + hour // 12), f"{month}/sleep.json": 5_100 + rng.randrange(900),
                f"{month}/steps-{day:%d}.json": 2_000 + rng.randrange(500)}
    elif producer == "lab" and day.weekday() < 5 and day < END - timedelta(days=9):
        yield day.replace(hour=18, minute=rng.randrange(30)), "assays", {
            f"plate-{since:03}-{well}.csv": 61_000 + rng.randrange(9_000) for well in "abc"}
    elif producer == "ward-3":
        busy = rng.random()
        count = 0 if busy < 0.12 else rng.randrange(1, 9 if day.weekday() < 5 else 3)
        yield day.replace(hour=20, minute=30), "images", {
            f"images/scan-{since * 9 + i:04}.png": 300_000 + rng.randrange(500_000) for i in range(count)}
    elif producer == "ws-12" and rng.random() < 0.9:
        yield day.replace(hour=6, minute=5 + rng.randrange(9)), "home-monitor", {
            "glucose.csv": 900 * (since + 10), "weight.csv": 40 * (since + 10), **({"notes.txt": 800 + since} if since % 5 == 0 else {})}


def ward() -> Iterator[Recorded]:
    """Four producers, of which one fell silent; some batches are rejected, some have no files."""
    rng = random.Random(20)
    number = 0
    for since in range(WEEKS * 7):
        day = (END - timedelta(days=WEEKS * 7 - 1 - since)).replace(hour=0)
        for producer in ("clinic-east", "lab", "ward-3", "ws-12"):
            for time, name, files in _day_of(producer, day, since, rng):
                number += 1
                reason = REASONS.get(producer) if number in (95, 172, 228, 267) else None
                gone = (f"plate-{since - 21:03}-a.csv",) if producer == "lab" and since > 30 and since % 7 == 2 else ()
                if time <= END:
                    yield Recorded(time, producer, name, number, files, version=since, reason=reason, gone=gone)


SETTINGS = """\
[producer.icu-2]
every = "1d"
grace = "12h"

[producer.lab]
every = "1d"
grace = "3d"

[default]
every = "1d"
"""


def write_ward(storage: Path) -> None:
    """With what is expected of the producers, and of one that never sent."""
    for batch in ward():
        batch.write(storage)
    (storage.parent / ".github").mkdir()
    (storage.parent / ".github/healthmetric.toml").write_text(SETTINGS)


def many(count: int) -> Iterator[Recorded]:
    """Batches of three files each, of forty producers in a year."""
    for i in range(count):
        time = END - timedelta(seconds=i * 365 * 24 * 3600 // count)
        producer = f"ws-{i % 40:02}"
        files = {f"{time:%Y-%m}/{kind}-{i % 7}.{suffix}": 1000 + i for kind, suffix in (("rate", "csv"), ("sleep", "json"), ("scan", "png"))}
        reason = f"the SHA-256 of 'rate-{i}.csv' is not that of its content" if i % 500 == 499 else None
        yield Recorded(time, producer, f"daily-{i % 9}", i, files, version=i, reason=reason)


if __name__ == "__main__":
    write_ward(Path(sys.argv[1]))
