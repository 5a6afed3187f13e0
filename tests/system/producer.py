"""A machine that sends a folder, and what is known of each batch it sent."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from programs import Program, Result, Word, sender_path
from repository import Repository
from system_calls import Answer
from trees import git_blob

TOKEN = "ghp_" + "TokenOfTheRandomLife0123456789abcdefg"
SENT, NOTHING, PARTLY = 0, 3, 4
NOT_YET = (6, 7)

Files = dict[str, str]
"""Path below the folder to blob id."""


@dataclass
class Producer:
    name: str
    home: Path
    repository: Repository
    only_changes: bool
    options: tuple[str, ...] = ()
    batches: dict[str, Files] = field(default_factory=dict)  # accepted for certain
    doubtful: list[Files] = field(default_factory=list)      # of runs that were killed
    dropped: set[str] = field(default_factory=set)
    known: Files = field(default_factory=dict)               # what the next run need not send
    deleted: set[str] = field(default_factory=set)
    said: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = self.home / "source"
        self.folder.mkdir(parents=True)

    def write(self, path: str, content: bytes) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    def delete(self, path: str) -> None:
        if (self.folder / path).exists():
            (self.folder / path).unlink()
            self.deleted.add(path)

    def files(self) -> Files:
        return {str(place.relative_to(self.folder)): git_blob(place.read_bytes())
                for place in self.folder.rglob("*") if place.is_file()}

    def send(self, *options: Word, kill: Answer | None = None) -> None:
        files = self.files()
        changed = {path: blob for path, blob in files.items() if self.known.get(path) != blob}
        expected = changed if self.only_changes else files
        mode = ["--changed-only"] if self.only_changes else []

        result = self._run("--folder", self.folder, "--batch-name", self.name, *mode, *self.options, *options,
                           kill=kill)

        if result.status == -signal.SIGKILL:
            self.doubtful.append(files)
            self.known = {}
        else:
            usual = (SENT, *NOT_YET) if files else (NOTHING,)
            assert result.status in usual or self._lacks_all(result), result
            self._note(result, expected)

    def _note(self, result: Result, expected: Files) -> None:
        """After a run that was killed, nobody but the program knows what is sent already."""
        is_as_expected = result.json["files"] == len(expected)
        assert is_as_expected or not self.known, (result, expected)
        if batch_id := result.json["batch_id"]:
            if is_as_expected:
                self.batches[batch_id] = expected  # none where deletions alone were sent
            else:
                self.doubtful.append(expected)
        if self.only_changes:
            self.known |= expected

    def _lacks_all(self, result: Result) -> bool:
        """Nothing is left of what was sent before: a disk may be missing."""
        return result.status == PARTLY and bool(self.deleted) and "none is there" in result.stderr

    def retry(self, kill: Answer | None = None) -> Result:
        result = self._run("outbox", "retry", kill=kill)
        assert result.status in (SENT, *NOT_YET, -signal.SIGKILL), result
        return result

    def drop(self) -> None:
        """Lets go of the oldest batch that waits: it is stored if it was delivered already."""
        waiting = self.queued()
        if waiting:
            assert self._run("outbox", "drop", waiting[0]).status == SENT
            self.dropped.add(waiting[0])
            self.known = {}

    def queued(self) -> list[str]:
        """What the outbox keeps, delivered or not."""
        return [batch["batch_id"] for batch in self._outbox()]

    def waiting(self) -> list[str]:
        return [batch["batch_id"] for batch in self._outbox() if batch["status"] != "delivered"]

    def _outbox(self) -> list[dict[str, Any]]:
        result = self._run("outbox", "list")
        assert result.status == SENT, result
        return json.loads(result.stdout)["batches"]

    def _run(self, *words: Word, kill: Answer | None = None) -> Result:
        program = Program(sender_path(), self.home, kill.strace if kill else [])
        where = [] if words[0] == "outbox" and words[1] != "retry" else ["--max-wait", "0"]
        if words[0] != "outbox":
            where += ["--repo", self.repository.name, "--api-url", self.repository.github.api_url]
        scratch = self.home / "tmp"
        scratch.mkdir(exist_ok=True)
        result = program(*words, *where, "--json", env={"GH_TOKEN": TOKEN, "TMPDIR": str(scratch)})
        self.said.append(result)
        return result
