"""GitHub's API through gh, which knows the proxies and certificates of the runner."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import child_process
from shown_text import on_one_line

REQUEST_TIMEOUT_S = 60
_STATUS = re.compile(r"\(HTTP (\d{3})\)")


class ApiFailure(RuntimeError):
    """A request that was refused or not answered."""

    def __init__(self, words: str, status: int | None = None) -> None:
        """`status` of the answer; None without one."""
        super().__init__(words)
        self.status = status


class RepositoryApi:
    """Of the repository of the run."""

    def __init__(self, token: str, environment: Mapping[str, str]) -> None:
        self._base = f"{environment['GITHUB_API_URL']}/repos/{environment['GITHUB_REPOSITORY']}"
        # gh reads GH_TOKEN for github.com, and GH_ENTERPRISE_TOKEN for every other host.
        self._environment = {**os.environ, "GH_TOKEN": token, "GH_ENTERPRISE_TOKEN": token,
                             "GH_HOST": urlsplit(environment["GITHUB_SERVER_URL"]).netloc}

    def ask(self, method: str, path: str, document: Any = None) -> Any:
        """The document in the answer; None where it has none. Raises ApiFailure."""
        command = ["gh", "api", "--method", method, f"{self._base}/{path}"]
        given = b""
        if document is not None:
            command += ["--input", "-"]
            given = json.dumps(document).encode()
        try:
            done = child_process.run(command, given, REQUEST_TIMEOUT_S, env=self._environment, stderr=subprocess.PIPE)
        except FileNotFoundError:
            raise ApiFailure("gh, the GitHub CLI, is not installed") from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ApiFailure(str(error)) from error
        if done.returncode != 0:
            words = done.stderr.decode(errors="replace")
            status = _STATUS.search(words)
            raise ApiFailure(on_one_line(words) or f"gh ended with status {done.returncode}",
                             int(status[1]) if status else None)
        try:
            return json.loads(done.stdout) if done.stdout.strip() else None
        except ValueError as error:
            raise ApiFailure(f"the answer is not JSON: {error}") from error
