"""GitHub Actions as far as a batch sees it: events start runs, one at a time for each repository.

A repository is one concurrency group, with GitHub's rule: while a run is in progress one more may
be pending, and a newer one takes the place of the pending one, which ends as cancelled. Whoever
relies on "every event gets its run" fails here as he would there.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from github_server.git_environment import clean_environment
from github_server.git_repo import GitRepo

STOP_TIMEOUT_S = 3
_SKIP = re.compile(
    r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]|^skip-checks: *true$", re.I | re.M
)


def skips_push_run(message: str) -> bool:
    return bool(_SKIP.search(message))


@dataclass
class Run:
    id: int
    repo: GitRepo
    event: str
    ref: str
    sha: str
    directory: Path
    status: str = "pending"  # in_progress, completed, cancelled
    exit_code: int | None = None

    @property
    def event_path(self) -> Path:
        return self.directory / "event.json"

    @property
    def log_path(self) -> Path:
        return self.directory / "output.log"

    @property
    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "repository": self.repo.full_name,
            "event": self.event,
            "ref": self.ref,
            "sha": self.sha,
            "status": self.status,
            "exit_code": self.exit_code,
            "log": str(self.log_path),
            "event_path": str(self.event_path),
        }


class Runner:
    """`commands` are keyed by "dispatch" and "push"; an event without one starts no run."""

    def __init__(
        self, root: Path, commands: dict[str, Sequence[str]], actions_token: str | None
    ) -> None:
        self._root = root.resolve() / ".runs"
        self._commands = commands
        self._actions_token = actions_token
        self._server_url = ""
        self._runs: list[Run] = []
        self._active: dict[str, Run] = {}
        self._pending: dict[str, Run] = {}
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._changed = threading.Condition()
        self._stopping = False

    def serve_at(self, url: str) -> None:
        self._server_url = url

    def listens(self, event: str) -> bool:
        return _command_key(event) in self._commands

    def start(
        self, repo: GitRepo, event: str, ref: str, sha: str, payload: dict[str, Any]
    ) -> int | None:
        """The id of the new run, or None when nothing listens to such events."""
        if not self.listens(event):
            return None
        with self._changed:
            number = self._last_number() + 1
            run = Run(number, repo, event, ref, sha, self._root / str(number))
            run.directory.mkdir(parents=True)
            run.event_path.write_text(json.dumps(payload), encoding="utf-8")
            self._runs.append(run)
            self._enqueue(run)
            return number

    def _last_number(self) -> int:
        """Also of an earlier server on the same root."""
        return max((int(place.name) for place in self._root.glob("*") if place.name.isdecimal()), default=0)

    def documents(self) -> list[dict[str, Any]]:
        with self._changed:
            return [run.document for run in self._runs]

    def wait_idle(self, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._active, timeout_s)

    def stop(self) -> None:
        """Ends what runs, with everything it started."""
        with self._changed:
            self._stopping = True
            self._pending.clear()
            processes = list(self._processes)
        for process in processes:
            _end_group(process)

    def _enqueue(self, run: Run) -> None:
        group = run.repo.full_name
        if group in self._active:
            if replaced := self._pending.get(group):
                replaced.status = "cancelled"
            self._pending[group] = run
            return
        self._active[group] = run
        threading.Thread(target=self._work, args=(group,), daemon=True).start()

    def _work(self, group: str) -> None:
        run: Run | None = self._active[group]
        while run:
            run.status = "in_progress"
            exit_code = self._execute(run)
            with self._changed:
                run.exit_code = exit_code
                run.status = "completed"
                run = self._pending.pop(group, None)
                if run:
                    self._active[group] = run
                else:
                    del self._active[group]
                    self._changed.notify_all()

    def _execute(self, run: Run) -> int:
        with run.log_path.open("wb") as log:
            try:
                with self._changed:
                    if self._stopping:
                        return -signal.SIGTERM
                    process = subprocess.Popen(
                        self._commands[_command_key(run.event)],
                        cwd=run.directory,
                        env=self._environment(run),
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
                    self._processes.add(process)
            except OSError as error:
                log.write(f"{error}\n".encode("utf-8", "replace"))
                return 127
        exit_code = process.wait()
        with self._changed:
            self._processes.discard(process)
        return exit_code

    def _environment(self, run: Run) -> dict[str, str]:
        environment = {
            **clean_environment(),
            "GITHUB_API_URL": self._server_url,
            "GITHUB_EVENT_NAME": run.event,
            "GITHUB_EVENT_PATH": str(run.event_path),
            "GITHUB_REF": run.ref,
            "GITHUB_REPOSITORY": run.repo.full_name,
            "GITHUB_RUN_ID": str(run.id),
            "GITHUB_SERVER_URL": self._server_url,
            "GITHUB_SHA": run.sha,
            "GITHUB_REPO_DIR": str(run.repo.path),
            "HEALTHMETRIC_REPO_URL": self._clone_url(run.repo),
        }
        # Whatever token the server itself was started with is not the workflow's.
        environment.pop("GH_TOKEN", None)
        environment.pop("GITHUB_TOKEN", None)
        if self._actions_token:
            environment["GITHUB_TOKEN"] = self._actions_token
        return environment

    def _clone_url(self, repo: GitRepo) -> str:
        credentials = f"x-access-token:{self._actions_token}@" if self._actions_token else ""
        return f"{self._server_url.replace('://', '://' + credentials, 1)}/{repo.full_name}.git"


def _command_key(event: str) -> str:
    return "push" if event == "push" else "dispatch"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Politely first."""
    for request in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, request)
            process.wait(STOP_TIMEOUT_S)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
