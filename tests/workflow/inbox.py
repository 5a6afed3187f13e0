"""An inbox branch on the server, begun as the sender does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from forge import PROJECT, Batch, Forge

INBOX = "healthmetric/inbox"
README = (PROJECT / ".github/scripts/inbox_readme.md").read_bytes()
START = "Start an inbox of HealthMetric\n\nHealthMetric-Inbox: 1\n"
WORKFLOWS_CLONE = ("--depth=1", "--filter=blob:none", "--no-checkout")


@dataclass(frozen=True)
class Inbox:
    forge: Forge
    name: str = INBOX

    def begin(self, message: str = START, **others: bytes) -> None:
        self.forge.add({"README.md": README} | others, branch=self.name, message=message)

    def put(self, files: dict[str, bytes], days_ago: int = 0) -> None:
        if not self.forge.git("for-each-ref", f"refs/heads/{self.name}"):
            self.begin()
        self.forge.add(files, days_ago, self.name)

    def send(self, *batches: Batch) -> None:
        """A commit each, as they come."""
        for batch in batches:
            self.put({batch.payload_path: batch.payload()})

    def files(self) -> dict[str, bytes]:
        return self.forge.files(self.name)

    def tip(self) -> str:
        return self.forge.tip(self.name)

    def commits(self) -> int:
        return int(self.forge.git("rev-list", "--count", self.name))

    def trailer(self) -> str:
        """Of its one commit."""
        return self.forge.git("log", "-1", "--format=%(trailers:key=HealthMetric-Inbox,valueonly)", self.name).strip()

    def receipts(self) -> dict[str, dict[str, Any]]:
        """By batch, and by the day they lie under."""
        found = {}
        for path, content in self.files().items():
            if path.startswith("_storage/receipts/"):
                day, name = path.split("/")[2:]
                assert day == today(), path
                found[name.removesuffix(".json")] = json.loads(content)
        return found

    def waiting(self) -> set[str]:
        return {path.rpartition("/")[2] for path in self.files() if path.startswith("_storage/inbox/")}

    def rejected(self) -> set[str]:
        return {path.rpartition("/")[2] for path in self.files() if path.startswith("_storage/rejected/")}


def today() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%d")
