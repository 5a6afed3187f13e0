"""A set-up that `doctor` finds nothing wrong with, and what a test takes away from it."""

from __future__ import annotations

import base64
import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import Destination
from github_server.local_github import LocalGithub
from programs import Program, Result, Word
from receiver_workflow import WORKFLOW
from schemas import check_output

FINE = "github_pat_" + "FineGrainedTokenOfTheTests0123456789"
SEEING = "github_pat_" + "TokenThatSeesActionsToo0123456789abc"
CLASSIC = "ghp_" + "ClassicTokenOfTheTests0123456789abcd"
READING = "github_pat_" + "ReaderTokenOfTheTests0123456789abcde"
ENDING = "github_pat_" + "TokenThatEndsSoonOfTheTests01234567"
ENDED = "github_pat_" + "TokenThatHasEndedOfTheTests0123456"
UNKNOWN = "github_pat_" + "TokenThatNobodyKnows0123456789abcdef"
SECRETS = (FINE, SEEING, CLASSIC, READING, ENDING, ENDED, UNKNOWN)


@dataclass(frozen=True)
class Stage:
    """A sender and its repository. `destination` is used for what `doctor` itself does not do."""

    destination: Destination
    tmp: Path
    token: str = FINE

    @property
    def github(self) -> LocalGithub:
        return self.destination.github

    @property
    def repo(self) -> str:
        return self.destination.repo

    @property
    def sender(self) -> Program:
        return self.destination.sender

    @property
    def state(self) -> Path:
        return self.sender.home / "state/healthmetric"

    def put(self, path: str, content: str) -> None:
        """A file on the default branch; it starts no run."""
        body = {"message": "m [skip ci]", "content": base64.b64encode(content.encode()).decode()}
        url = f"{self.github.api_url}/repos/{self.repo}/contents/{path}"
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": "test"}
        method = "PUT" if self.github.flavour == "github" else "POST"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()

    def doctor(self, *words: Word, token: str | None = "", target: list[str] | None = None, **run: Any) -> Result:
        place = self.destination.target if target is None else target
        env = ({} if token is None else {"GH_TOKEN": token or self.token}) | run.pop("env", {})
        return self.sender("doctor", *place, *words, env=env, **run)

    def configure(self, text: str) -> Path:
        file = self.sender.home / ".config/healthmetric/sender.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)
        return file


def findings_of(result: Result) -> list[dict[str, Any]]:
    """With --json, held to its schema."""
    assert result.stdout.count("\n") == 1, result
    found = json.loads(result.stdout)
    check_output("doctor", found)
    return found


def by_check(result: Result) -> dict[str, dict[str, Any]]:
    return {finding["check"]: finding for finding in findings_of(result)}


def ready_stage(destination: Destination, tmp: Path) -> Stage:
    """With the workflow in its repository, and no request counted yet."""
    stage = Stage(destination, tmp)
    stage.put(".github/workflows/data-receiver.yml", WORKFLOW)
    stage.github.clear_requests()
    return stage
