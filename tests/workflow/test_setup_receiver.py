"""Where the action takes the receiver from: the release of its version, a cache, its own sources."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import built
from forge import Batch
from project import FILES, PROJECT, RUN_TIMEOUT_S, SETUP, SOURCES, Project, WorkflowRun

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
BUILD_TIMEOUT_S = 1500
TAKE, BUILD = "Take the receiver from the release", "Build it"


def receive(project: Project, timeout_s: float = RUN_TIMEOUT_S) -> WorkflowRun:
    project.put(MORNING.payload_path, MORNING.payload(), message="Add [skip ci]")
    project.dispatch({})
    run = project.runs(timeout_s)[-1]
    assert run.exit_code == 0, run.log
    assert project.receipt(MORNING.batch_id)["status"] == "stored"
    return run


def test_the_release_is_taken(project: Project) -> None:
    run = receive(project)
    assert run.outcomes[BUILD] == "skipped"
    assert "tar.gz: OK" in run.log


@pytest.fixture
def cached(bare_project: Project) -> Project:
    bare_project.fill_cache(built("HEALTHMETRIC_RECEIVER"))
    return bare_project


def test_without_a_release_the_cache_serves(cached: Project) -> None:
    run = receive(cached)
    assert run.outcomes[BUILD] == "skipped"
    assert "No release is taken: there is none of v" in run.log


@pytest.mark.parametrize(("altered", "words"), [
    ({"receiver-sources.txt": b"0" * 64 + b"\n"}, "was made of other sources than these"),
    ({"SHA256SUMS": b"0" * 64 + b"  TARBALL\n"}, "is damaged"),
    ({"SHA256SUMS": b"0" * 64 + b"  another.tar.gz\n"}, "is damaged"),
    ({"TARBALL": b"no tarball"}, "is damaged"),
], ids=["other sources", "wrong sum", "no sum", "damaged"])
def test_a_release_that_does_not_fit_is_left(cached: Project, altered: dict[str, bytes],
                                             words: str) -> None:
    tarball = f"healthmetric-{cached.version()}-linux-{os.uname().machine}.tar.gz"
    assets = {name.replace("TARBALL", tarball): content.replace(b"TARBALL", tarball.encode())
              for name, content in altered.items()}
    cached.release(built("HEALTHMETRIC_RECEIVER"), **assets)
    run = receive(cached)
    assert run.outcomes[BUILD] == "skipped"
    assert words in run.log


def test_a_release_that_does_not_run_here_is_left(cached: Project, tmp_path: Path) -> None:
    foreign = tmp_path / "receiver"
    foreign.write_text("#!/bin/sh\nexit 127\n")
    foreign.chmod(0o755)
    cached.release(foreign)
    assert "it does not run here" in receive(cached).log


def test_releases_that_may_not_be_read_are_done_without(cached: Project) -> None:
    cached.github.faults({"method": "GET", "path": f".*{cached.repo}/releases/.*", "times": None,
                          "action": {"status": 403, "body": '{"message": "no"}'}})
    assert "No release is taken" in receive(cached).log


@pytest.mark.skipif(os.environ.get("HEALTHMETRIC_LONG") != "1", reason="takes minutes: --long")
def test_without_anything_it_is_built_once(bare_project: Project) -> None:
    bare_project.install(PROJECT, [*FILES, *SOURCES])
    run = receive(bare_project, BUILD_TIMEOUT_S)
    assert run.outcomes[BUILD] == "success", run.log
    bare_project.dispatch({})
    again = bare_project.runs()[-1]
    assert again.exit_code == 0
    assert again.outcomes[BUILD] == "skipped"


DATA_WORKFLOW = ".github/workflows/data-receiver.yml"


def readme_workflow() -> str:
    """The workflow that the README shows for a repository of data alone."""
    text = (PROJECT / "README.md").read_text()
    [block] = [block.split("```")[0] for block in text.split("```yaml\n")[1:] if SETUP in block]
    return block


def test_the_readmes_workflow_receives_in_a_repository_of_data(project: Project, tmp_path: Path) -> None:
    """The action comes from this project's repository; the data repository has a workflow only."""
    commit = project.client.tip()
    text = readme_workflow()
    assert len(text.splitlines()) <= 30
    assert text.count("OWNER/REPOSITORY") == 1 and text.count("COMMIT") == 1
    text = text.replace("OWNER/REPOSITORY", project.repo).replace("COMMIT", commit)
    (tmp_path / DATA_WORKFLOW).parent.mkdir(parents=True)
    (tmp_path / DATA_WORKFLOW).write_text(text)
    data = Project(project.github, project.store, f"{project.repo}-data")
    data.install(tmp_path, [DATA_WORKFLOW])
    run = receive(data)
    assert run.outcomes[TAKE] == "success" and run.outcomes[BUILD] == "skipped"
    assert run.result["permissions"] == {"contents": "write"}
    assert "_storage/.gitattributes" in data.files()
    assert data.comments() == [run.job["summary"]]
    data.put("_storage/inbox/again.json", MORNING.payload())
    assert data.runs()[-1].event == "push"
    assert data.messages()[-1].startswith("Remove repeated batch")
