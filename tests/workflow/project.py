"""A repository on the local GitHub that has the project's own workflow, and a runner for it."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from github_server.client import Client
from github_server.git_environment import git_environment
from github_server.local_github import LocalGithub
from openapi import judged

PROJECT = Path(__file__).parents[2]
RUNNER = Path(__file__).parent / "runner/run_workflow.mjs"
RECEIVER, SENDER = "healthmetric-receiver", "healthmetric-sender"
FILES = (".github/actions", ".github/scripts", ".github/workflows/data-receiver.yml",
         "CMakeLists.txt", "CMakePresets.json", "_storage", "cmake", "common", "receiver")
"""What a run needs that takes a receiver which is there already."""
SOURCES = ("LICENSE", "docs/reference", "scripts", "sender")
"""What building one takes as well."""
TOKEN, ACTIONS_TOKEN = "test-token", "token-of-the-run"
RUN_TIMEOUT_S = 120
IDENTITY = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", "T"), ("EMAIL", "t@example.invalid"))}


def why_skipped() -> str | None:
    if (judged.TOOLS / "node_modules/@actions/workflow-parser").is_dir() and judged.NODE.exists():
        return None
    return "the workflow cannot be run: scripts/install-test-tools.sh has installed no parser"


def start_github(store: Path, **more_tokens: str) -> LocalGithub:
    """`more_tokens` with the permissions of each."""
    runner = [judged.NODE, RUNNER, store]
    return LocalGithub(tokens={TOKEN: "contents=write,actions=write,issues=write"} | more_tokens, on_dispatch=runner,
                       on_push=runner, options=[f"--actions-token={ACTIONS_TOKEN}"])


@dataclass(frozen=True)
class WorkflowRun:
    """A finished run: what the local GitHub knows of it, and what the runner left."""

    event: str
    exit_code: int
    log: str
    folder: Path

    @property
    def results(self) -> list[dict[str, Any]]:
        return json.loads((self.folder / "result.json").read_text())

    @property
    def result(self) -> dict[str, Any]:
        [result] = self.results
        return result

    @property
    def job(self) -> dict[str, Any]:
        [job] = self.result["jobs"].values()
        return job

    @property
    def outcomes(self) -> dict[str, str]:
        return {step["name"]: step["outcome"] for step in self.job["steps"]}

    def annotations(self, level: str) -> list[str]:
        return [said["text"] for said in self.job["commands"] if said["name"] == level]


class Project:
    def __init__(self, github: LocalGithub, store: Path, repo: str) -> None:
        self.github, self.store, self.repo = github, store, repo
        github.create_repo(repo)
        self.client = Client(github, repo)

    def install(self, folder: Path, paths: Sequence[str], branch: str = "main") -> str:
        """Commits the paths, as they are in the folder, to the branch. Starts no run."""
        index = {"GIT_INDEX_FILE": str(self.store / f"index-{self.repo.replace('/', '-')}")}
        environment = git_environment() | IDENTITY | index

        def git(*words: str) -> str:
            return subprocess.run(["git", f"--git-dir={self.github.repo_path(self.repo)}",
                                   f"--work-tree={folder}", *words], cwd=folder, env=environment,
                                  check=True, text=True, capture_output=True).stdout.strip()

        git("read-tree", branch)
        git("add", "--", *paths)
        commit = git("commit-tree", "-p", branch, "-m", "Install", git("write-tree"))
        git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def release(self, executable: Path, program: str = RECEIVER, **altered: bytes) -> None:
        """A release of the project's own version, with some of its assets altered."""
        packed = packed_program(executable, program)
        assets = {
            tarball_name(): packed,
            "SHA256SUMS": f"{hashlib.sha256(packed).hexdigest()}  {tarball_name()}\n".encode(),
            sources_name(program): f"{identified_sources(program)['digest']}\n".encode(),
        }
        self.github.add_release(self.repo, f"v{version()}", assets | altered)

    def fill_cache(self, executable: Path, program: str) -> None:
        key = identified_sources(program)["key"]
        entry = f"{self.repo} {key} ~/.cache/{key}\n"
        folder = self.store / "cache" / hashlib.sha256(entry.encode()).hexdigest() / "bin"
        folder.mkdir(parents=True)
        (folder / program).symlink_to(executable)

    def dispatch(self, client_payload: Any, event_type: str = "data_update") -> None:
        answer = self.client.api("POST", "/dispatches",
                                 {"event_type": event_type, "client_payload": client_payload})
        assert answer.status == 204, answer

    def start_workflow(self, name: str = "data-receiver", /, **inputs: str) -> None:
        answer = self.client.api("POST", f"/actions/workflows/{name}.yml/dispatches",
                                 {"ref": "main", "inputs": inputs})
        assert answer.status == 204, answer

    def put(self, path: str, content: bytes, **fields: Any) -> None:
        assert self.client.put(path, content, **fields).status == 201

    def sweep(self, folder: Path, schedule: str = "43 4 * * *") -> WorkflowRun:
        """What the schedule does. The local GitHub has no clock, so the runner is started here."""
        folder.mkdir()
        event = folder / "event.json"
        event.write_text(json.dumps({"schedule": schedule}))
        url = self.github.url
        environment = git_environment() | {
            "GITHUB_EVENT_NAME": "schedule", "GITHUB_EVENT_PATH": str(event), "GITHUB_RUN_ID": "sweep",
            "GITHUB_REPOSITORY": self.repo, "GITHUB_REF": "refs/heads/main",
            "GITHUB_SHA": self.client.tip(), "GITHUB_API_URL": url, "GITHUB_SERVER_URL": url,
            "GITHUB_REPO_DIR": str(self.github.repo_path(self.repo)), "GITHUB_TOKEN": ACTIONS_TOKEN,
            "HEALTHMETRIC_REPO_URL":
                f"{url.replace('://', f'://x-access-token:{ACTIONS_TOKEN}@')}/{self.repo}.git"}
        done = subprocess.run([judged.NODE, RUNNER, self.store], cwd=folder, text=True,
                              env=environment, timeout=RUN_TIMEOUT_S, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        return WorkflowRun("schedule", done.returncode, done.stdout, folder)

    def runs(self, timeout_s: float = RUN_TIMEOUT_S) -> list[WorkflowRun]:
        """Those of this repository, once all have ended."""
        self.github.wait_idle(timeout_s)
        return [WorkflowRun(run["event"], run["exit_code"],
                            Path(run["log"]).read_text(errors="replace"), Path(run["log"]).parent)
                for run in self.github.runs()
                if run["repository"] == self.repo and run["status"] == "completed"]

    def run(self) -> WorkflowRun:
        """The only one. An event that started no workflow, as the push that begins an inbox branch, is none."""
        [run] = [run for run in self.runs() if run.exit_code or run.results]
        return run

    def files(self, branch: str = "main") -> dict[str, str]:
        return self.github.tree(self.repo, branch)

    def messages(self, branch: str = "main") -> list[str]:
        return self.github.git(self.repo, "log", "--reverse", "--format=%s", branch).splitlines()

    def receipt(self, batch_id: str, branch: str = "main") -> dict[str, Any]:
        path = f"_storage/summaries/{batch_id[:4]}/{batch_id[4:6]}/{batch_id[6:8]}/{batch_id}.json"
        return json.loads(self.github.read(self.repo, path, branch))

    def comments(self) -> list[str]:
        """On the tip of main."""
        answer = self.client.api("GET", f"/commits/{self.client.tip()}/comments")
        return [comment["body"] for comment in answer.json]

    def artifact(self, run: WorkflowRun) -> dict[str, bytes]:
        folder = self.store / f"artifacts/receiver-{run.folder.name}-1"
        return {str(file.relative_to(folder)): file.read_bytes()
                for file in folder.rglob("*") if file.is_file()}


def version() -> str:
    [line] = [line for line in (PROJECT / "CMakeLists.txt").read_text().splitlines()
              if line.startswith("project(")]
    return line.split(" VERSION ")[1].split()[0]


def tarball_name() -> str:
    return f"healthmetric-{version()}-linux-{os.uname().machine}.tar.gz"


def sources_name(program: str) -> str:
    """Of the asset that says what the program was made of."""
    return f"{program.removeprefix('healthmetric-')}-sources.txt"


@functools.cache
def packed_program(executable: Path, program: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tarball:
        tarball.add(executable, f"{tarball_name().removesuffix('.tar.gz')}/bin/{program}")
    return packed.getvalue()


def identified_sources(program: str) -> dict[str, str]:
    told = subprocess.run([PROJECT / ".github/actions/setup-program/identify-sources.sh", program], check=True,
                          text=True, capture_output=True).stdout
    return dict(line.split("=", 1) for line in told.splitlines())
