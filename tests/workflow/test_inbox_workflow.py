"""The workflow, executed, with payloads on an inbox branch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from actions_event import BadEvent, read_event
from conftest import built
from forge import Batch
from inbox import INBOX, README, START, today
from project import Project
from sending import Sender

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
EVENING = Batch("20240115T203000Z-evening-00c0ffee", {"steps.txt": b"9041\r\n"})


def begin(project: Project, name: str = INBOX) -> None:
    """As the sender does."""
    entry = {"path": "README.md", "mode": "100644", "type": "blob", "content": README.decode()}
    tree = project.client.api("POST", "/git/trees", {"tree": [entry]}).json["sha"]
    commit = project.client.api("POST", "/git/commits", {"message": START, "tree": tree}).json["sha"]
    assert project.client.api("POST", "/git/refs", {"ref": f"refs/heads/{name}", "sha": commit}).status == 201


def put(project: Project, *batches: Batch, branch: str = INBOX) -> None:
    for batch in batches:
        project.put(batch.payload_path, batch.payload(), branch=branch)


def waiting(project: Project, branch: str = INBOX) -> list[str]:
    return [path for path in project.files(branch) if path.startswith("_storage/inbox/")]


def replace(project: Project, path: str, content: bytes, branch: str = "main") -> None:
    sha = project.files(branch)[path]
    assert project.client.put(path, content, sha=sha, branch=branch, message="Change [skip ci]").status == 200


def receipt(project: Project, batch_id: str, branch: str = INBOX) -> dict[str, Any]:
    path = f"_storage/receipts/{today()}/{batch_id}.json"
    return json.loads(project.github.read(project.repo, path, branch))


def test_from_the_sender_over_the_inbox_branch_to_the_commit_and_the_receipt(project: Project, sender: Sender) -> None:
    begin(project)
    batch_id = sender.send(project, {"heart.csv": b"t,bpm\r\n1,61\r\n"}, "--inbox-branch", INBOX)
    run = [run for run in project.runs() if run.event == "repository_dispatch"][0]
    assert run.exit_code == 0, run.log
    assert run.annotations("warning") == []
    assert project.receipt(batch_id)["status"] == receipt(project, batch_id)["status"] == "stored"
    assert project.messages(INBOX) == ["Start an inbox of HealthMetric"]
    assert project.files(INBOX).keys() == {"README.md", f"_storage/receipts/{today()}/{batch_id}.json"}
    assert "stored" in run.job["summary"]


def test_a_payload_on_the_inbox_branch_starts_no_run_by_being_pushed(project: Project) -> None:
    """The branch has no workflow."""
    begin(project)
    put(project, MORNING)
    assert all(run.results == [] for run in project.runs())
    assert waiting(project)


def test_a_dispatch_drains_everything_that_waits(project: Project) -> None:
    begin(project)
    put(project, MORNING, EVENING)
    project.dispatch({"batch_id": EVENING.batch_id, "ref": "", "inbox": INBOX})
    assert project.runs()[-1].exit_code == 0
    assert waiting(project) == []
    for batch in (MORNING, EVENING):
        assert project.receipt(batch.batch_id)["status"] == receipt(project, batch.batch_id)["status"] == "stored"


def test_the_schedule_sweeps_every_inbox(project: Project, tmp_path: Path) -> None:
    project.github.git(project.repo, "branch", "data/2024", "main")
    other = f"{INBOX}-for-data/2024"
    for name, batch in ((INBOX, MORNING), (other, EVENING)):
        begin(project, name)
        put(project, batch, branch=name)
    run = project.sweep(tmp_path / "run")
    assert run.exit_code == 0, run.log
    assert project.receipt(MORNING.batch_id)["status"] == "stored"
    assert project.receipt(EVENING.batch_id, "data/2024")["status"] == "stored"
    assert waiting(project) == waiting(project, other) == []


def test_rejected_payloads_of_an_inbox_branch_are_retried_by_hand(project: Project) -> None:
    begin(project)
    project.put(MORNING.payload_path, MORNING.damaged_payload(), branch=INBOX)
    project.dispatch({"inbox": INBOX})
    assert project.runs()[-1].exit_code == 1
    rejected = f"_storage/rejected/{MORNING.batch_id}.json"
    assert rejected in project.files(INBOX) and rejected not in project.files()
    replace(project, rejected, MORNING.payload(), INBOX)
    project.start_workflow(retry_rejected="true")
    assert project.runs()[-1].exit_code == 0
    assert project.receipt(MORNING.batch_id)["status"] == "stored"
    assert rejected not in project.files(INBOX)


def test_the_workflow_may_name_an_inbox_branch(project: Project) -> None:
    workflow = ".github/workflows/data-receiver.yml"
    text = project.github.read(project.repo, workflow)
    named = text.replace(b"GH_TOKEN: ${{ github.token }}\n",
                         b"GH_TOKEN: ${{ github.token }}\n          HEALTHMETRIC_INBOX_BRANCH: drop\n")
    assert named != text
    replace(project, workflow, named)
    begin(project, "drop")
    put(project, MORNING, branch="drop")
    project.dispatch({})
    run = project.runs()[-1]
    assert run.exit_code == 0, run.log
    assert project.receipt(MORNING.batch_id)["status"] == "stored"
    assert waiting(project, "drop") == [] and receipt(project, MORNING.batch_id, "drop")["status"] == "stored"
    [warning] = run.annotations("warning")
    assert "drop keeps its history" in warning


def test_a_run_that_is_out_of_time_starts_the_one_that_goes_on(bare_project: Project, tmp_path: Path) -> None:
    """A second is enough for one inbox of two."""
    project = bare_project
    slow = tmp_path / "slow-receiver"
    slow.write_text(f'#!/bin/sh\nsleep 1.1\nexec "{built("HEALTHMETRIC_RECEIVER")}" "$@"\n')
    slow.chmod(0o755)
    project.release(slow)
    workflow = ".github/workflows/data-receiver.yml"
    text = project.github.read(project.repo, workflow)
    limited = text.replace(b"GH_TOKEN: ${{ github.token }}\n",
                           b"GH_TOKEN: ${{ github.token }}\n          HEALTHMETRIC_TIME_LIMIT: '1'\n")
    replace(project, workflow, limited)
    for name, batch in ((INBOX, MORNING), (f"{INBOX}-for-main", EVENING)):
        begin(project, name)
        put(project, batch, branch=name)
    project.dispatch({"batch_id": MORNING.batch_id})
    first, second = [run for run in project.runs() if run.event == "repository_dispatch"]
    assert (first.exit_code, second.exit_code) == (0, 0), second.log
    assert first.annotations("warning") == [
        f"the time for one run is up: 1 payload waits in {INBOX}-for-main; the next run goes on"]
    assert second.annotations("warning") == []
    for batch in (MORNING, EVENING):
        assert project.receipt(batch.batch_id)["status"] == "stored"


@pytest.mark.parametrize(("payload", "variable", "inbox"), [
    ({}, "", None), ({}, "drop", "drop"), ({"inbox": ""}, "drop", "drop"), ({"inbox": INBOX}, "drop", INBOX),
    ({"inbox": "refs/heads/x"}, "", "x"), ({"inbox": "größe"}, "", "größe")])
def test_the_inbox_is_the_events_or_the_workflows(tmp_path: Path, payload: dict[str, str], variable: str,
                                                  inbox: str | None) -> None:
    (tmp_path / "event.json").write_text(json.dumps({"client_payload": payload}))
    wanted = read_event({"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_REF": "refs/heads/main",
                         "HEALTHMETRIC_INBOX_BRANCH": variable})
    assert (wanted.branch, wanted.inbox, wanted.all_inboxes) == ("main", inbox, False)


@pytest.mark.parametrize("inbox", [17, True, ["x"], {"x": 1}, "x" * 300, "a\nb", "\u202e"], ids=lambda value: ascii(value)[:20])
def test_an_inbox_that_cannot_be_a_branch_is_refused(tmp_path: Path, inbox: Any) -> None:
    (tmp_path / "event.json").write_text(json.dumps({"client_payload": {"inbox": inbox}}))
    with pytest.raises(BadEvent, match="client_payload.inbox is not a valid branch name"):
        read_event({"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_REF": "refs/heads/main"})
