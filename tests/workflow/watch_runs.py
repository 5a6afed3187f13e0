"""A data repository on the local GitHub whose producers are watched by the script, as Actions runs it."""

from __future__ import annotations

import copy
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from forge import Batch
from github_server.client import Client
from github_server.git_environment import git_environment
from github_server.local_github import LocalGithub
from project import ACTIONS_TOKEN, PROJECT, RUN_TIMEOUT_S

SCRIPT = PROJECT / ".github/scripts/watch_in_actions.py"
CHECKOUT = PROJECT / "tests/workflow/runner/stand_ins/actions_checkout.sh"
SETTINGS = ".github/healthmetric.toml"
PERMISSIONS = "contents=read,issues=write"
"""As the workflow has them."""
RUN_TOKEN = f"{ACTIONS_TOKEN}:{PERMISSIONS}"
BOT = "github-actions[bot]"
DAILY = '[producer.ws-12]\nevery = "1d"\ngrace = "12h"\n'
NOW = datetime.now(timezone.utc).replace(microsecond=0)
NEW_SILENCE = 4
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(moment: datetime) -> str:
    """As people read it."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")


@functools.cache
def model_summary(receiver: Path) -> dict[str, Any]:
    """What the receiver writes of a batch."""
    batch = Batch("20240115T103000Z-health-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
    payload = json.loads(batch.payload())
    payload["batch_metadata"] |= {
        "producer": "model", "instance": "6f1c9d20b7e84a35", "sequence": 1, "folders": [], "gone": [],
        "sender": {"host": "lab", "user": "lab", "version": "0.2.0", "os": "Linux 6.1", "token_expires": None}}
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder) / batch.payload_path
        inbox.parent.mkdir(parents=True)
        inbox.write_text(json.dumps(payload))
        subprocess.run([receiver, "--storage", f"{folder}/_storage", "--quiet"], check=True, timeout=60)
        return json.loads((Path(folder) / batch.summary_path).read_text())


@dataclass(frozen=True)
class WatchRun:
    status: int
    log: str
    summary: str
    folder: Path

    def annotations(self, level: str) -> list[str]:
        found = (line.partition("::")[2] for line in self.log.splitlines() if line.startswith(f"::{level} "))
        return [line.partition("::")[2] for line in found]

    def page(self) -> dict[str, Any]:
        """The data of the page."""
        [data] = re.findall(r'<script[^>]* type="application/json"[^>]*>(.*?)</script>',
                            (self.folder / "healthmetric.html").read_text(), re.DOTALL)
        return json.loads(data)

    @property
    def rows(self) -> dict[str, list[str]]:
        """Of the table, by producer."""
        cells = [[cell.strip() for cell in line.strip("|\n").split(" | ")] for line in self.summary.splitlines()
                 if line.startswith("| <code>")]
        return {row[0].replace("<code>", "").replace("</code>", ""): row[1:] for row in cells}


@dataclass
class Watched:
    github: LocalGithub
    repo: str
    folder: Path
    receiver: Path
    count: int = 0
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.github.create_repo(self.repo)
        self.client = Client(self.github, self.repo)
        program = self.folder / "bin/healthmetric-receiver"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec {self.receiver} "$@" ${{STATUS_AT:+--at "$STATUS_AT"}}\n')
        program.chmod(0o755)

    def contact(self, producer: str, at: datetime, *, batch_time: datetime | None = None, **members: Any) -> str:
        """The receiver stored a batch then. Returns the path of its summary."""
        self.count += 1
        summary = copy.deepcopy(model_summary(self.receiver))
        batch_time = batch_time or at
        batch_id = f"{batch_time.strftime('%Y%m%dT%H%M%SZ')}-health-{self.count:08x}"
        summary |= {"batch_id": batch_id, "timestamp": stamp(batch_time), "processed_at": stamp(at),
                    "producer": producer, "sequence": self.count, **members}
        for file in summary["files"]:
            file["stored_path"] = f"health/{self.count}.csv"
        path = f"_storage/summaries/{batch_time.strftime('%Y/%m/%d')}/{batch_id}.json"
        self.commit({path: json.dumps(summary).encode()}, at)
        return path

    def contacts(self, producer: str, *days_ago: float, **members: Any) -> None:
        for days in days_ago:
            self.contact(producer, NOW - days * DAY, **members)

    def commit(self, files: dict[str, bytes], at: datetime = NOW, branch: str = "main", parent: bool = True) -> None:
        stream = [f"commit refs/heads/{branch}\ncommitter T <t@example.invalid> {int(at.timestamp())} +0000\n".encode(),
                  b"data 4\nadd\n\n", f"from refs/heads/{branch}^0\n".encode() if parent else b""]
        for path, content in files.items():
            stream.append(f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n")
        subprocess.run(["git", "-C", self.github.repo_path(self.repo), "fast-import", "--quiet", "--force"],
                       input=b"".join(stream), env=git_environment(), check=True)

    def settings(self, text: str) -> None:
        self.commit({SETTINGS: text.encode()})

    def watch(self, at: datetime | None = None, checkout: tuple[str, ...] | None = None,
              **environment: str) -> WatchRun:
        """In a new checkout, or in a clone with these options; `at` for the time that status is asked of."""
        place = Path(tempfile.mkdtemp(prefix="run-", dir=self.folder))
        workspace, temp, summary = place / "workspace", place / "temp", place / "summary.md"
        for folder in (workspace, temp):
            folder.mkdir()
        told = git_environment() | {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(temp), "LC_ALL": "C.UTF-8",
            "GITHUB_REF": "refs/heads/main", "GITHUB_REPOSITORY": self.repo, "GITHUB_RUN_ID": place.name,
            "GITHUB_API_URL": self.github.url, "GITHUB_SERVER_URL": self.github.url, "RUNNER_TEMP": str(temp),
            "GITHUB_STEP_SUMMARY": str(summary), "GH_TOKEN": RUN_TOKEN,
            **({"STATUS_AT": stamp(at)} if at else {}), **environment}
        url = f"{self.github.url.replace('://', f'://x:{RUN_TOKEN}@')}/{self.repo}.git"
        get = ["git", "clone", "--quiet", *checkout, url, "."] if checkout is not None else ["bash", CHECKOUT]
        given = {"HEALTHMETRIC_REPO_URL": url, "INPUT_FILTER": "blob:none", "INPUT_SPARSE_CHECKOUT": ".github",
                 "GITHUB_REF": "refs/heads/main", "PATH": os.environ["PATH"]}
        subprocess.run(get, cwd=workspace, env=told | given, check=True, timeout=RUN_TIMEOUT_S)
        done = subprocess.run([sys.executable, SCRIPT], cwd=workspace, env=told, text=True, timeout=RUN_TIMEOUT_S,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert "Traceback" not in done.stdout and ACTIONS_TOKEN not in done.stdout, done.stdout
        return WatchRun(done.returncode, done.stdout, summary.read_text() if summary.exists() else "",
                        temp / "healthmetric-watch")

    def issues(self, author: str | None = BOT) -> list[dict[str, Any]]:
        """By number."""
        listed = self.client.api("GET", "/issues?state=all&per_page=100&direction=asc").json
        return [each for each in listed if author in (None, each["user"]["login"])]

    def issue(self) -> dict[str, Any]:
        """The only one."""
        [issue] = self.issues()
        return issue

    def comments(self, number: int) -> list[str]:
        return [each["body"] for each in self.client.api("GET", f"/issues/{number}/comments").json]

    def edit(self, number: int, **fields: Any) -> None:
        """By a person."""
        assert self.client.api("PATCH", f"/issues/{number}", fields).status == 200
