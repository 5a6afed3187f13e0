"""The watching workflow, executed: this project's own, and the short one of a data repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import built
from forge import Batch
from project import PROJECT, Project
from sending import Sender
from test_watch_failures import outside
from watch_runs import BOT, DAILY, Watched

WORKFLOW = ".github/workflows/data-watch.yml"
SCHEDULE = "17 6 * * *"
PERMISSIONS = {"contents": "read", "issues": "write"}


def watched(project: Project, folder: Path) -> Watched:
    """ws-12 has been silent for days."""
    made = Watched(project.github, project.repo, folder / "watched", built("HEALTHMETRIC_RECEIVER"))
    made.settings(DAILY)
    made.contacts("ws-12", 6, 5, 4)
    return made


@pytest.fixture(params=["own", "short"])
def watching(request: pytest.FixtureRequest, project: Project, tmp_path: Path) -> Project:
    """A repository with the one workflow or the other."""
    if request.param == "own":
        project.install(PROJECT, [WORKFLOW])
        return project
    data = Project(project.github, project.store, f"{project.repo}-data")
    text = (PROJECT / "docs/data-watch.yml").read_text()
    file = tmp_path / "install" / WORKFLOW
    file.parent.mkdir(parents=True)
    file.write_text(text.replace("OWNER/REPOSITORY", project.repo).replace("COMMIT", project.client.tip()))
    data.install(tmp_path / "install", [WORKFLOW])
    return data


def test_on_schedule_and_by_hand(watching: Project, tmp_path: Path) -> None:
    repository = watched(watching, tmp_path)
    run = watching.sweep(tmp_path / "run", SCHEDULE)
    assert run.exit_code == 1, run.log
    assert (run.result["workflow"], run.result["permissions"], run.result["concurrency"]) == (
        WORKFLOW, PERMISSIONS, "data-watch")
    assert run.result["run_name"] == "Watch the producers"
    assert repository.issue()["user"]["login"] == BOT
    page = (watching.store / "artifacts" / watching.repo / "sweep/healthmetric.html").read_text()
    assert page.startswith("<!DOCTYPE html>") and "ws-12" in page
    assert [text.split(":")[0] for text in run.annotations("error")] == ["ws-12"]
    assert "| <code>ws-12</code> | silent |" in run.job["summary"]
    secret = watching.store / "secrets" / f"{watching.repo}.json"
    secret.parent.mkdir(parents=True, exist_ok=True)
    with outside() as (address, asked):
        secret.write_text(json.dumps({"HEALTHMETRIC_PING_URL": address}))
        watching.start_workflow("data-watch")
        run = watching.runs()[-1]
    assert (run.event, run.exit_code) == ("workflow_dispatch", 0), run.log
    assert len(asked) == 1 and address not in run.log
    assert repository.issue()["state"] == "open"


def test_a_producer_that_sends_again_closes_its_issue(project: Project, sender: Sender, tmp_path: Path) -> None:
    """From the sender's first batch after a pause over the receiving run to the watching one."""
    project.install(PROJECT, [WORKFLOW])
    repository = watched(project, tmp_path)
    assert project.sweep(tmp_path / "before", SCHEDULE).exit_code == 1
    sender.send(project, {"heart.csv": b"t,bpm\r\n1,61\r\n"}, "--producer", "ws-12")
    assert project.runs()[-1].exit_code == 0
    run = project.sweep(tmp_path / "after", SCHEDULE)
    assert run.exit_code == 0, run.log
    assert repository.issue()["state"] == "closed"
    assert "is back" in repository.comments(1)[0]


def test_the_receiving_workflow_does_not_run_when_the_watch_is_due(project: Project, tmp_path: Path) -> None:
    project.install(PROJECT, [WORKFLOW])
    batch = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"1"})
    project.put(batch.payload_path, batch.payload(), message="Add [skip ci]")
    run = project.sweep(tmp_path / "run", SCHEDULE)
    assert (run.exit_code, run.result["workflow"]) == (0, WORKFLOW), run.log
    assert "Waiting in the inbox: 1 batch" in run.job["summary"]
    assert batch.payload_path in project.files()
