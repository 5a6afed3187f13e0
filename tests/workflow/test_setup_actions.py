"""Where the actions take sender and receiver from: the release of their version, a cache, their own
sources. Each is tried in a workflow that has the program work."""

from __future__ import annotations

import os
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import built
from forge import Batch
from github_server.local_github import LocalGithub
from project import (
    PROJECT, RECEIVER, RUN_TIMEOUT_S, SENDER, SOURCES, TOKEN, Project, WorkflowRun,
    identified_sources, sources_name, tarball_name,
)

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
BUILD_TIMEOUT_S = 1500
BUILD = "Build it"
DATA_WORKFLOW = ".github/workflows/data-receiver.yml"
SENDING_WORKFLOW = """\
on: {repository_dispatch: {types: [send]}}
permissions: {contents: write}
jobs:
  send:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    steps:
    - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
"""


def readme_block(program: str) -> str:
    """What the README shows for the action that sets the program up."""
    action = f".github/actions/setup-{program.removeprefix('healthmetric-')}@COMMIT"
    blocks = [block.split("```")[0] for block in (PROJECT / "README.md").read_text().split("```yaml\n")[1:]]
    [block] = [block for block in blocks if action in block]
    assert block.count("OWNER/REPOSITORY") == 1 and block.count("COMMIT") == 1
    return block


def pinned(text: str, project: Project) -> str:
    return text.replace("OWNER/REPOSITORY", project.repo).replace("COMMIT", project.client.tip())


def executable_of(program: str) -> Path:
    return built(program.upper().replace("-", "_"))


@dataclass(frozen=True)
class Use:
    """A program that is set up in a workflow and put to work there."""

    project: Project
    program: str
    start: Callable[[], None]
    check: Callable[[], Any]

    def release(self, executable: Path | None = None, **altered: bytes) -> None:
        self.project.release(executable or executable_of(self.program), self.program, **altered)

    def run(self, timeout_s: float = RUN_TIMEOUT_S) -> WorkflowRun:
        self.start()
        run = self.project.runs(timeout_s)[-1]
        assert run.exit_code == 0, run.log
        self.check()
        return run


def receiving(project: Project, tmp_path: Path) -> Use:
    def start() -> None:
        project.put(MORNING.payload_path, MORNING.payload(), message="Add [skip ci]")
        project.dispatch({})

    def check() -> None:
        assert project.receipt(MORNING.batch_id)["status"] == "stored"

    return Use(project, RECEIVER, start, check)


def sending(project: Project, tmp_path: Path) -> Use:
    """By the steps that the README shows, to another repository."""
    data = Project(project.github, project.store, f"{project.repo}-data")
    steps = pinned(readme_block(SENDER), project).replace("you/health-data", data.repo)
    assert steps.count("secrets.HEALTH_DATA_TOKEN") == 1
    steps = steps.replace("secrets.HEALTH_DATA_TOKEN", "github.token")
    made = {".github/workflows/send.yml": SENDING_WORKFLOW + textwrap.indent(steps, 4 * " "),
            "exports/heart.csv": "t,bpm\n1,61\n"}
    for path, content in made.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    project.install(tmp_path, [*made])
    counts: list[int] = []

    def check() -> None:
        counts.append(len([path for path in data.files("healthmetric/inbox") if path.startswith("_storage/inbox/")]))
        assert counts == [*range(1, len(counts) + 1)]

    return Use(project, SENDER, lambda: project.dispatch({}, event_type="send"), check)


@pytest.fixture(params=[receiving, sending], ids=["receiver", "sender"])
def use(request: pytest.FixtureRequest, bare_project: Project, tmp_path: Path) -> Use:
    bare_project.install(PROJECT, SOURCES)
    return request.param(bare_project, tmp_path)


@pytest.fixture
def cached(use: Use) -> Use:
    use.project.fill_cache(executable_of(use.program), use.program)
    return use


def test_the_release_is_taken(use: Use) -> None:
    use.release()
    run = use.run()
    assert run.outcomes[BUILD] == "skipped"
    assert "tar.gz: OK" in run.log


def test_without_a_release_the_cache_serves(cached: Use) -> None:
    run = cached.run()
    assert run.outcomes[BUILD] == "skipped"
    assert "Not using a release: " in run.log and " has no release v" in run.log


@pytest.mark.parametrize(("altered", "words"), [
    ({"SOURCES": b"0" * 64 + b"\n"}, "was built from other sources"),
    ({"SHA256SUMS": b"0" * 64 + b"  TARBALL\n"}, "is damaged"),
    ({"SHA256SUMS": b"0" * 64 + b"  another.tar.gz\n"}, "is damaged"),
    ({"TARBALL": b"no tarball"}, "is damaged"),
], ids=["other sources", "wrong sum", "no sum", "damaged"])
def test_a_release_that_does_not_fit_is_left(cached: Use, altered: dict[str, bytes], words: str) -> None:
    names = {"TARBALL": tarball_name(), "SOURCES": sources_name(cached.program)}
    assets = {names.get(name, name): content.replace(b"TARBALL", tarball_name().encode())
              for name, content in altered.items()}
    cached.release(**assets)
    run = cached.run()
    assert run.outcomes[BUILD] == "skipped"
    assert words in run.log


def test_a_release_that_does_not_run_here_is_left(cached: Use, tmp_path: Path) -> None:
    foreign = tmp_path / "program"
    foreign.write_text("#!/bin/sh\nexit 127\n")
    foreign.chmod(0o755)
    cached.release(foreign)
    assert "it does not run here" in cached.run().log


def test_releases_that_may_not_be_read_are_done_without(cached: Use) -> None:
    repo = cached.project.repo
    cached.project.github.faults({"method": "GET", "path": f".*{repo}/releases/.*", "times": None,
                                  "action": {"status": 403, "body": '{"message": "no"}'}})
    assert "Not using a release" in cached.run().log


@pytest.mark.skipif(os.environ.get("HEALTHMETRIC_LONG") != "1", reason="takes minutes: --long")
def test_without_anything_it_is_built_once(use: Use) -> None:
    run = use.run(BUILD_TIMEOUT_S)
    assert run.outcomes[BUILD] == "success", run.log
    assert use.run().outcomes[BUILD] == "skipped"


@pytest.fixture
def gitea() -> Iterator[LocalGithub]:
    with LocalGithub(flavour="gitea") as server:
        yield server


@dataclass(frozen=True)
class Taking:
    """The one step that takes a release, on a server with no address of an asset in its API."""

    project: Project
    program: str
    home: Path

    @property
    def key(self) -> str:
        return identified_sources(self.program)["key"]

    def __call__(self, **environment: str) -> subprocess.CompletedProcess[str]:
        github = self.project.github
        told = {"PATH": os.environ["PATH"], "HOME": str(self.home), "RUNNER_TEMP": str(self.home), "KEY": self.key,
                "GH_TOKEN": TOKEN, "REPOSITORY": self.project.repo, "GITHUB_API_URL": github.api_url,
                "GITHUB_SERVER_URL": github.url}
        script = PROJECT / ".github/actions/setup-program/take-release.sh"
        return subprocess.run([script, self.program], env=told | environment, text=True, capture_output=True,
                              timeout=40, check=False)


@pytest.fixture(params=[RECEIVER, SENDER])
def taking(request: pytest.FixtureRequest, gitea: LocalGithub, tmp_path: Path) -> Taking:
    return Taking(Project(gitea, tmp_path, "octo/tools"), request.param, tmp_path)


def test_a_release_on_gitea_is_taken(taking: Taking) -> None:
    executable = executable_of(taking.program)
    taking.project.release(executable, taking.program)
    done = taking()
    assert (done.returncode, done.stdout) == (0, "origin=release\n"), done
    taken = taking.home / ".cache" / taking.key / "bin" / taking.program
    assert taken.read_bytes() == executable.read_bytes()


def test_the_workflows_own_repository_is_asked_only_for_an_action_in_its_checkout(taking: Taking) -> None:
    taking.project.release(executable_of(taking.program), taking.program)
    done = taking(REPOSITORY="", GITHUB_REPOSITORY=taking.project.repo, GITHUB_WORKSPACE=str(taking.home))
    assert (done.returncode, done.stdout) == (0, ""), done
    assert "Not using a release: the repository of this action is not known" in done.stderr
    done = taking(REPOSITORY="", GITHUB_REPOSITORY=taking.project.repo, GITHUB_WORKSPACE=str(PROJECT))
    assert (done.returncode, done.stdout) == (0, "origin=release\n"), done


def test_a_server_that_falls_silent_is_given_up(taking: Taking) -> None:
    taking.project.github.faults({"path": "/releases/", "times": None, "action": {"delay_ms": 120_000}})
    done = taking(GIT_HTTP_LOW_SPEED_TIME="1")
    assert (done.returncode, done.stdout) == (0, ""), done
    assert "Not using a release" in done.stderr


def test_the_token_goes_to_the_server_alone(taking: Taking) -> None:
    """Not to where a release has its files, if that is elsewhere."""
    with LocalGithub() as elsewhere:
        name = sources_name(taking.program)
        release = {"assets": [{"name": name, "browser_download_url": f"{elsewhere.url}/{name}"}]}
        taking.project.github.faults({"path": "/releases/", "times": None, "action": {"status": 200, "body": release}})
        assert "cannot read its" in taking().stderr
        [request] = elsewhere.requests()
        assert request["path"] == f"/{name}"
        assert "authorization" not in request["headers"]
    assert "authorization" in taking.project.github.requests()[-1]["headers"]


def test_the_readmes_workflow_receives_in_a_repository_of_data(project: Project, tmp_path: Path) -> None:
    """The action comes from this project's repository; the data repository has a workflow only."""
    text = pinned(readme_block(RECEIVER), project)
    assert len(text.splitlines()) <= 30
    (tmp_path / DATA_WORKFLOW).parent.mkdir(parents=True)
    (tmp_path / DATA_WORKFLOW).write_text(text)
    data = Project(project.github, project.store, f"{project.repo}-data")
    data.install(tmp_path, [DATA_WORKFLOW])
    run = receiving(data, tmp_path).run()
    assert run.outcomes["Take the receiver from the release"] == "success"
    assert run.outcomes[BUILD] == "skipped"
    assert run.result["permissions"] == {"contents": "write"}
    assert "_storage/.gitattributes" in data.files()
    assert data.comments() == [run.job["summary"]]
    data.put("_storage/inbox/again.json", MORNING.payload())
    assert data.runs()[-1].event == "push"
    assert data.messages()[-1].startswith("Remove repeated batch")
