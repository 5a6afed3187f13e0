"""The workflow, executed: from each of its events to the commit, and back to the sender."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import built
from forge import Batch
from project import ACTIONS_TOKEN, TOKEN, Project
from sending import Sender

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
EVENING = Batch("20240115T203000Z-evening-00c0ffee", {"steps.txt": b"9041\r\n"})
RECEIVE = "Receive and commit"
SKIP_CI = "Add a payload [skip ci]"


def put(project: Project, *batches: Batch, branch: str = "main") -> None:
    """As the sender does when a dispatch will follow: no push run."""
    for batch in batches:
        project.put(batch.payload_path, batch.payload(), message=SKIP_CI, branch=branch)


def assert_stored(project: Project, *batches: Batch, branch: str = "main") -> None:
    files = project.files(branch)
    for batch in batches:
        assert project.receipt(batch.batch_id, branch)["status"] == "stored"
        assert batch.payload_path not in files
        for path, content in batch.stored().items():
            assert project.github.read(project.repo, path, branch) == content


@pytest.mark.parametrize("trigger", ["dispatch", "push", "workflow"])
def test_from_the_sender_to_the_commit(project: Project, sender: Sender, trigger: str) -> None:
    batch_id = sender.send(project, {"heart.csv": b"t,bpm\r\n1,61\r\n", "sub/a.json": b"{}"},
                           "--trigger", trigger)
    run = project.run()
    assert run.exit_code == 0, run.log
    assert run.event == {"dispatch": "repository_dispatch", "push": "push",
                         "workflow": "workflow_dispatch"}[trigger]
    receipt = project.receipt(batch_id)
    assert receipt["status"] == "stored"
    for file in receipt["files"]:
        stored = project.github.read(project.repo, f"_storage/{file['stored_path']}")
        assert stored == {"heart.csv": b"t,bpm\r\n1,61\r\n", "sub/a.json": b"{}"}[file["path"]]
    assert not any(path.startswith("_storage/inbox/2") for path in project.files())
    assert project.messages()[-1] == f"Store batch {batch_id} (2 files)"
    if trigger != "workflow":
        assert batch_id in run.result["run_name"]


@pytest.mark.parametrize("trigger", ["dispatch", "push", "workflow"])
def test_the_sender_waits_and_sees_the_receipt(project: Project, sender: Sender, trigger: str) -> None:
    batch_id = sender.send(project, {"heart.csv": b"t,bpm\r\n1,61\r\n"}, "--trigger", trigger, "--wait=60s")
    assert project.receipt(batch_id)["status"] == "stored"


def test_the_sender_waits_and_hears_of_a_rejection(bare_project: Project, sender: Sender,
                                                   tmp_path: Path) -> None:
    """By a receiver with a lower limit."""
    strict = tmp_path / "strict-receiver"
    strict.write_text(f'#!/bin/sh\nexec "{built("HEALTHMETRIC_RECEIVER")}" --max-file-size 10 "$@"\n')
    strict.chmod(0o755)
    bare_project.release(strict)
    done = sender(bare_project, {"a.txt": b"more than ten bytes"}, "--wait=60s")
    assert done.returncode == 8, done
    assert "10 B" in done.stderr
    assert bare_project.run().exit_code == 1


@pytest.mark.parametrize("path", ["_storage/january.json", "_storage/inbox/january.json"])
def test_a_payload_that_somebody_pushes(project: Project, path: str) -> None:
    project.put(path, MORNING.payload())
    run = project.run()
    assert (run.event, run.exit_code) == ("push", 0), run.log
    assert_stored(project, MORNING)
    assert path not in project.files()


@pytest.mark.parametrize("path", [
    "notes.json", "_storage/january/notes.json", "_storage/rejected/a.json", "_storage/readme.md"])
def test_a_push_of_something_else_starts_nothing(project: Project, path: str) -> None:
    project.put(path, MORNING.payload())
    assert [run.results for run in project.runs()] == [[]]


def test_another_type_of_dispatch_starts_nothing(project: Project) -> None:
    put(project, MORNING)
    project.dispatch({}, event_type="deploy")
    assert [run.results for run in project.runs()] == [[]]
    assert MORNING.payload_path in project.files()


def test_the_schedule_sweeps_up_what_no_event_announced(project: Project, tmp_path: Path) -> None:
    put(project, MORNING, EVENING)
    run = project.sweep(tmp_path / "run")
    assert run.exit_code == 0, run.log
    assert run.result["run_name"] == "Receive all waiting payloads"
    assert_stored(project, MORNING, EVENING)


def test_a_run_drains_everything_that_waits(project: Project) -> None:
    put(project, MORNING, EVENING)
    project.dispatch({"batch_id": EVENING.batch_id, "batch_name": "evening", "ref": "main"})
    run = project.run()
    assert run.exit_code == 0, run.log
    assert_stored(project, MORNING, EVENING)
    assert project.messages()[-2:] == [f"Store batch {MORNING.batch_id} (1 file)",
                                       f"Store batch {EVENING.batch_id} (1 file)"]


@pytest.mark.parametrize("ref", ["data/2024", "refs/heads/data/2024"])
def test_a_batch_on_a_branch_of_its_own(project: Project, ref: str) -> None:
    """Which has no code: that comes from the branch that runs the workflow."""
    empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    commit = project.github.git(project.repo, "-c", "user.name=n", "-c", "user.email=e@example.org",
                                "commit-tree", "-m", "Begin", empty).strip()
    project.github.git(project.repo, "update-ref", "refs/heads/data/2024", commit)
    put(project, MORNING, branch="data/2024")
    main = project.client.tip()
    project.dispatch({"batch_id": MORNING.batch_id, "ref": ref})
    run = project.run()
    assert run.exit_code == 0, run.log
    assert_stored(project, MORNING, branch="data/2024")
    assert project.client.tip() == main
    assert "_storage/.gitattributes" in project.files("data/2024")


def test_a_dry_run_pushes_nothing(project: Project) -> None:
    put(project, MORNING)
    before = project.client.tip()
    project.start_workflow(dry_run="true")
    run = project.run()
    assert run.exit_code == 0, run.log
    assert "dry run" in run.job["summary"] and MORNING.batch_id in run.job["summary"]
    assert project.client.tip() == before
    assert project.comments() == []


def test_a_verbose_run_says_more(project: Project) -> None:
    put(project, MORNING)
    project.start_workflow(verbose="true")
    run = project.run()
    assert run.exit_code == 0, run.log
    assert f"verified {MORNING.batch_id}" in run.log


def test_nothing_waiting_is_a_quiet_green_run(project: Project) -> None:
    before = project.client.tip()
    project.dispatch({})
    run = project.run()
    assert run.exit_code == 0, run.log
    assert project.client.tip() == before
    assert run.job["commands"] == [] and project.comments() == []
    assert run.job["summary"] == "## Health metrics received\n\nThe inbox was empty.\n"


def test_a_repeat_is_only_removed(project: Project) -> None:
    put(project, MORNING)
    project.dispatch({"batch_id": MORNING.batch_id})
    project.runs()
    stored = project.files()
    put(project, MORNING)
    project.dispatch({"batch_id": MORNING.batch_id})
    assert [run.exit_code for run in project.runs()] == [0, 0]
    assert project.files() == stored
    assert project.messages()[-1] == f"Remove repeated batch {MORNING.batch_id}"


def test_a_rejected_batch_makes_the_run_red_after_the_good_ones_are_stored(project: Project) -> None:
    put(project, MORNING)
    project.put(EVENING.payload_path, EVENING.damaged_payload(), message=SKIP_CI)
    project.dispatch({"batch_id": EVENING.batch_id})
    run = project.run()
    assert run.exit_code == 1
    assert run.outcomes[RECEIVE] == "failure"
    assert_stored(project, MORNING)
    receipt = project.receipt(EVENING.batch_id)
    assert receipt["status"] == "rejected"
    [annotation] = run.annotations("error")
    assert annotation == f"{EVENING.batch_id}: {receipt['reason']}"
    for text in (run.job["summary"], *project.comments()):
        assert MORNING.batch_id in text and EVENING.batch_id in text
    assert "1 batch rejected, 1 batch stored." in run.job["summary"]


def test_what_became_of_a_batch_is_told_on_its_commit_and_kept(project: Project) -> None:
    put(project, MORNING)
    project.dispatch({"batch_id": MORNING.batch_id})
    run = project.run()
    [comment] = project.comments()
    assert comment == run.job["summary"]
    assert f"/commit/{project.client.tip()}" in comment
    artifact = project.artifact(run)
    assert f"stored {MORNING.batch_id}".encode() in artifact["receiver.log"]
    assert json.loads(artifact[f"summaries/{MORNING.batch_id}.json"])["status"] == "stored"
    assert json.loads(artifact["result.json"])["status"] == 0
    kept = b"".join(artifact.values()) + run.log.encode()
    assert ACTIONS_TOKEN.encode() not in kept and TOKEN.encode() not in kept


def test_a_comment_that_is_refused_turns_no_run_red(project: Project) -> None:
    project.github.faults({"method": "POST", "path": f".*{project.repo}/commits/.*/comments",
                           "action": {"status": 403, "body": '{"message": "no comments here"}'}})
    put(project, MORNING)
    project.dispatch({})
    run = project.run()
    assert run.exit_code == 0, run.log
    [warning] = run.annotations("warning")
    assert "no comments here" in warning
    assert_stored(project, MORNING)


def test_what_it_may_and_what_it_waits_for(project: Project) -> None:
    project.dispatch({"ref": "main"})
    result = project.run().result
    assert result["permissions"] == {"contents": "write"}
    assert result["concurrency"] == "data-receiver-main"


def test_another_branch_waits_for_itself_only(project: Project) -> None:
    project.dispatch({"ref": "no-such-branch"})
    run = project.run()
    assert run.result["concurrency"] == "data-receiver-no-such-branch"
    assert run.exit_code == 1
    [annotation] = run.annotations("error")
    assert "no-such-branch" in annotation
