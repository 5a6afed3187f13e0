"""A machine that runs the workflow's script on a clone it keeps."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from programs import REPOSITORY, Result, finished, receiver_path
from repository import Repository
from system_calls import Answer

ALL_DONE, SOME_REJECTED, REMOTE_FAILURE, LOCAL_FAILURE = 0, 4, 7, 10


@dataclass
class Runner:
    folder: Path
    repository: Repository
    said: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "tmp").mkdir(parents=True)

    @property
    def storage(self) -> Path:
        return self.folder / "clone/_storage"

    def start(self, *options: str, kill: Answer | None = None) -> subprocess.Popen[bytes]:
        command = [REPOSITORY / "scripts/receive-locally.sh", receiver_path(), self.folder, *options]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
                       "TMPDIR": str(self.folder / "tmp"), "GIT_CONFIG_SYSTEM": os.devnull,
                       "GIT_CONFIG_GLOBAL": os.devnull,
                       "GITHUB_REPO_DIR": str(self.repository.github.repo_path(self.repository.name))}
        return subprocess.Popen([*(kill.strace if kill else []), *command], env=environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ended(self, process: subprocess.Popen[bytes], was_killed: bool = False) -> Result:
        result = finished(process, timeout=240)
        self.said.append(result)
        allowed = (ALL_DONE, SOME_REJECTED)
        if was_killed:
            allowed += (REMOTE_FAILURE, LOCAL_FAILURE, -signal.SIGKILL, 128 + signal.SIGKILL, 128)
        assert result.status in allowed, result
        return result

    def receive(self, *options: str, kill: Answer | None = None) -> Result:
        return self.ended(self.start(*options, kill=kill), kill is not None)

    def litter(self) -> list[str]:
        """What a run must not leave."""
        rooms = [place.name for place in (self.folder / "clone/.git").glob("receive-*")]
        return rooms + [place.name for place in (self.folder / "tmp").iterdir()]
