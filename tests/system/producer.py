"""A machine that sends a folder, and what is known of each batch it sent."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kills import Kill, killed_programs
from programs import Program, Result, Word, finished, sender_path
from repository import Repository
from system_calls import TRACED
from trees import git_blob

TOKEN = "ghp_" + "TokenOfTheRandomLife0123456789abcdefg"
SENT, NOTHING, PARTLY, REJECTED, NO_RECEIPT = 0, 3, 4, 8, 11
NOT_YET = (6, 7)
HEARTBEAT = "--heartbeat=0"
STATUSES = {"sent": (SENT, NO_RECEIPT, *NOT_YET), "stored": (SENT, *NOT_YET), "rejected": (REJECTED,),
            "queued": NOT_YET, "empty": (SENT, NOTHING, PARTLY, *NOT_YET)}
"""What a run may end in, by what it says of its batch: another one may wait besides."""

Files = dict[str, str]
"""Path below the folder to blob id."""
Meanwhile = Callable[["subprocess.Popen[bytes]"], None]


@dataclass
class Producer:
    name: str
    home: Path
    repository: Repository
    only_changes: bool
    killed: Counter[str]
    options: tuple[str, ...] = ()
    batches: dict[str, Files] = field(default_factory=dict)  # accepted for certain
    doubtful: list[Files] = field(default_factory=list)      # of runs that were killed
    dropped: set[str] = field(default_factory=set)
    known: Files = field(default_factory=dict)               # what the next run need not send
    was_rejected: bool = False                               # whatever of it: only the program knows when it heard
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

    def send(self, *options: Word, kill: Kill | None = None, meanwhile: Meanwhile | None = None) -> Result:
        if self.was_rejected:
            self.known = {}
        files = self.files()
        changed = {path: blob for path, blob in files.items() if self.known.get(path) != blob}
        expected = changed if self.only_changes else files
        mode = ["--changed-only"] if self.only_changes else []

        result = self._run("--folder", self.folder, "--batch-name", self.name, *mode, *self.options, *options,
                           kill=kill, meanwhile=meanwhile)

        if result.status == -signal.SIGKILL:
            self.doubtful.append(files)
            self.known = {}
        else:
            self._assert_true(result, bool(files), options)
            self._note(result, expected)
        return result

    def _assert_true(self, result: Result, has_files: bool, options: tuple[Word, ...]) -> None:
        """What the run says, with its status and in words, is so."""
        beats = HEARTBEAT in options
        usual = (SENT, *NOT_YET) if has_files or beats else (NOTHING,)
        usual += (REJECTED, NO_RECEIPT) if "--wait" in options else ()
        assert result.status in usual or self._lacks_all(result), result
        told = result.json
        status, batch_id = told["status"], told["batch_id"]
        assert result.status in STATUSES[status] or self._lacks_all(result), result
        assert told["exit_status"] == result.status, result
        if status in ("sent", "stored", "rejected"):
            assert self.repository.has(batch_id), result
        if status in ("stored", "rejected"):
            assert self.repository.status_of(batch_id) == status, result
        waiting = self.waiting()
        assert (status == "queued") == (batch_id in waiting), result
        if result.status in (SENT, *NOT_YET):
            assert bool(waiting) == (result.status != SENT), (result, waiting)
        if told["heartbeat"]:
            assert beats and (told["files"], told["gone"]) == (0, 0), result
        elif beats and status == "empty":
            # What waits is sign of life enough, and so is its delivery in this run.
            assert waiting or "which waited in the outbox" in result.stderr, result

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
        return result.status in (PARTLY, *NOT_YET) and bool(self.deleted) and "none is there" in result.stderr

    def retry(self, kill: Kill | None = None) -> Result:
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

    def _run(self, *words: Word, kill: Kill | None = None, meanwhile: Meanwhile | None = None) -> Result:
        log = self.home / "strace.log"
        program = Program(sender_path(), self.home, kill.strace(log) if kill else [])
        where = [] if words[0] == "outbox" and words[1] != "retry" else ["--max-wait", "0"]
        if words[0] != "outbox":
            where += ["--repo", self.repository.name, "--api-url", self.repository.github.api_url]
        scratch = self.home / "tmp"
        scratch.mkdir(exist_ok=True)
        environment = {"GH_TOKEN": TOKEN, "TMPDIR": str(scratch)} | (TRACED if kill else {})
        process = program.start(*words, *where, "--json", env=environment)
        if meanwhile:
            meanwhile(process)
        result = finished(process)
        self.said.append(result)
        self.killed.update(killed_programs(log))
        log.unlink(missing_ok=True)
        return result
