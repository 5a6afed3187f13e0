"""The server for a test: started as a process of its own, stopped with the `with` block.

with LocalGithub(on_dispatch=[receiver, "--json"]) as github:
    github.create_repo("octo/data")
    ...
    github.wait_idle()
"""

from __future__ import annotations

import json
import os
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from github_server.git_environment import git_environment
from github_server.releases import folder_of
from github_server.settings import file_of

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 10


class LocalGithub:
    """`tokens` maps a token to its permissions, as --token has them."""

    def __init__(
        self,
        root: Path | None = None,
        repos: Sequence[str] = (),
        tokens: Mapping[str, str] | None = None,
        on_dispatch: Sequence[str | os.PathLike[str]] = (),
        on_push: Sequence[str | os.PathLike[str]] = (),
        options: Sequence[str] = (),
        flavour: str = "github",
    ) -> None:
        self.flavour = flavour
        self.root = root or Path(tempfile.mkdtemp(prefix="github-server-"))
        self._owns_root = root is None
        tokens = {"test-token": "contents=write"} if tokens is None else tokens
        self._arguments = [f"--root={self.root}", "--stop-on-eof", f"--flavour={flavour}", *options]
        self._arguments += [f"--create={name}" for name in repos]
        self._arguments += [f"--token={token}:{permissions}" for token, permissions in tokens.items()]
        for option, command in (("--on-dispatch", on_dispatch), ("--on-push", on_push)):
            if command:
                self._arguments.append(f"{option}={shlex.join(map(os.fspath, command))}")
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> LocalGithub:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        ready, ready_here = os.pipe()
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "github_server", *self._arguments, f"--ready-fd={ready_here}"],
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
                stdin=subprocess.PIPE,  # ends with us, however we end; and the server with it
                stdout=log,
                stderr=log,
                pass_fds=[ready_here],
            )
        os.close(ready_here)
        with os.fdopen(ready, encoding="ascii") as pipe:
            answered = select.select([pipe], [], [], START_TIMEOUT_S)[0]
            self.url = pipe.read() if answered else ""
        if not self.url:
            words = self.log()
            self.stop()
            raise RuntimeError(f"the local GitHub did not start: {words}")

    def stop(self) -> None:
        if self._process:
            self._process.stdin.close()
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._owns_root:
            shutil.rmtree(self.root, ignore_errors=True)

    @property
    def api_url(self) -> str:
        return self.url if self.flavour == "github" else f"{self.url}/api/v1"

    def log(self) -> str:
        """What the server itself had to say."""
        return (self.root / "server.log").read_text(encoding="utf-8", errors="replace")

    def create_repo(self, full_name: str) -> Path:
        """The bare repository, with a first commit on `main`."""
        return Path(self._control("POST", "repos", {"full_name": full_name})["path"])

    def enable_issues(self, full_name: str, is_enabled: bool = True) -> None:
        """As the settings of a repository do; a new one has them."""
        self._control("POST", "repos", {"full_name": full_name, "has_issues": is_enabled})

    def add_release(self, full_name: str, tag: str, assets: Mapping[str, bytes]) -> None:
        folder = folder_of(self.repo_path(full_name)) / tag
        folder.mkdir(parents=True)
        for name, content in assets.items():
            (folder / name).write_bytes(content)

    def set_up(self, full_name: str, **settings: Any) -> None:
        """What the owner has set: private, archived, rules and so on, as settings.py has them."""
        file_of(self.repo_path(full_name)).write_text(json.dumps(settings))

    def faults(self, *rules: Mapping[str, Any]) -> None:
        self._control("POST", "faults", list(rules))

    def clear_faults(self) -> None:
        self._control("DELETE", "faults")

    def requests(self) -> list[dict[str, Any]]:
        return self._control("GET", "requests")

    def clear_requests(self) -> None:
        self._control("DELETE", "requests")

    def runs(self) -> list[dict[str, Any]]:
        return self._control("GET", "runs")

    def wait_idle(self, timeout_s: float = 30) -> None:
        """Raises urllib.error.HTTPError when runs are still going after `timeout_s`."""
        self._control("POST", "wait_idle", {"timeout_s": timeout_s})

    def repo_path(self, full_name: str) -> Path:
        return self.root / f"{full_name}.git"

    def git(self, repo: str, *arguments: str) -> str:
        return self._git(repo, *arguments).decode("utf-8", "surrogateescape")

    def tree(self, repo: str, ref: str = "main") -> dict[str, str]:
        """Path to blob id, of every file."""
        files = {}
        for line in self.git(repo, "ls-tree", "-r", "-z", "--full-tree", ref).split("\0")[:-1]:
            facts, _, path = line.partition("\t")
            files[path] = facts.split()[2]
        return files

    def read(self, repo: str, path: str, ref: str = "main") -> bytes:
        return self._git(repo, "cat-file", "blob", f"{ref}:{path}")

    def _git(self, repo: str, *arguments: str) -> bytes:
        command = ["git", *(os.fsencode(argument) for argument in arguments)]
        return subprocess.run(
            command, cwd=self.repo_path(repo), env=git_environment(), stdout=subprocess.PIPE, check=True
        ).stdout

    def _control(self, method: str, lever: str, document: Any = None) -> Any:
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/_control/{lever}", body, method=method)
        # Not through a proxy that the environment may name.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer:
            content = answer.read()
        return json.loads(content) if content else None
