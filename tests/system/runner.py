"""A machine that runs the workflow's script on a clone it keeps."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from kills import Kill, killed_programs
from programs import REPOSITORY, Result, finished, receiver_path
from repository import Repository
from system_calls import TRACED

ALL_DONE, SOME_REJECTED, REMOTE_FAILURE, LOCAL_FAILURE = 0, 4, 7, 10


class Victim(Enum):
    """Which process of a run a kill is meant for."""

    ANY = "any"
    SCRIPT = "script"
    RECEIVER = "receiver"


@dataclass
class Runner:
    folder: Path
    repository: Repository
    killed: Counter[str] = field(default_factory=Counter)
    said: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "tmp").mkdir(parents=True)

    @property
    def storage(self) -> Path:
        return self.folder / "clone/_storage"

    def start(self, *options: str, kill: Kill | None = None, victim: Victim = Victim.ANY,
              environment: Mapping[str, str] = {}) -> subprocess.Popen[bytes]:
        strace = kill.strace(self._strace_log) if kill else []
        receiver = self._wrapped(strace) if victim is Victim.RECEIVER else receiver_path()
        command = [REPOSITORY / "scripts/receive-locally.sh", receiver, self.folder,
                   f"--result-json={self._result}", *options]
        self._result.unlink(missing_ok=True)
        return subprocess.Popen([*([] if victim is Victim.RECEIVER else strace), *command],
                                env=self._environment | (TRACED if kill else {}) | environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ended(self, process: subprocess.Popen[bytes], was_killed: bool = False) -> Result:
        result = finished(process, timeout=240)
        self.said.append(result)
        allowed = (ALL_DONE, SOME_REJECTED)
        if was_killed:
            self.killed.update(killed_programs(self._strace_log))
            self._strace_log.unlink(missing_ok=True)
            allowed += (REMOTE_FAILURE, LOCAL_FAILURE, -signal.SIGKILL, 128 + signal.SIGKILL, 128)
        assert result.status in allowed, result
        if self._result.exists():
            self._assert_true(result, json.loads(self._result.read_text() or "null"))
        else:
            assert was_killed, result
        return result

    def receive(self, *options: str, kill: Kill | None = None, victim: Victim = Victim.ANY,
                environment: Mapping[str, str] = {}) -> Result:
        process = self.start(*options, kill=kill, victim=victim, environment=environment)
        return self.ended(process, kill is not None)

    def litter(self) -> list[str]:
        """What a run must not leave."""
        rooms = [place.name for place in (self.folder / "clone/.git").glob("receive-*")]
        return rooms + [place.name for place in (self.folder / "tmp").iterdir()]

    def _assert_true(self, result: Result, told: dict[str, Any] | None) -> None:
        """Of a run that came to its end, the status says what became of its batches, and that is so."""
        if told is None or result.status not in (ALL_DONE, SOME_REJECTED):
            return
        statuses = {batch["status"] for batch in told["batches"]}
        assert (result.status == SOME_REJECTED) == ("rejected" in statuses), (result, told)
        for batch in told["batches"]:
            if batch["status"] in ("stored", "repeated"):
                assert self.repository.status_of(batch["batch_id"]) == "stored", (result, batch)

    @property
    def _result(self) -> Path:
        return self.folder / "result.json"

    @property
    def _strace_log(self) -> Path:
        return self.folder / "strace.log"

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(self.folder),
                "LC_ALL": "C.UTF-8", "TMPDIR": str(self.folder / "tmp"), "GIT_CONFIG_SYSTEM": os.devnull,
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GITHUB_REPO_DIR": str(self.repository.github.repo_path(self.repository.name))}

    def _wrapped(self, strace: list[str]) -> Path:
        """The receiver, to be killed."""
        wrapper = self.folder / "receiver-to-kill"
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, [*strace, receiver_path()]))} "$@"\n')
        wrapper.chmod(0o755)
        return wrapper
