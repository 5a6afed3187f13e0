"""Producers write to one repository, and their files are stored in another one, to which they have no access."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import built
from forge import PROJECT, Batch
from inbox import INBOX
from inbox_repository import DATA_REPOSITORY, PRODUCER, Repositories, files_with, shown
from project import WorkflowRun
from sending import Sender
from sshd import make_key

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
EVENING = Batch("20240115T203000Z-evening-00c0ffee", {"steps.txt": b"9041\r\n"})
RECEIVE = "Receive and commit"


def assert_nothing_is_left(repositories: Repositories, run: WorkflowRun, tmp_path: Path) -> None:
    places = [tmp_path, repositories.inbox.github.root]
    assert [*files_with(places, repositories.key.private)] == []
    assert [*(run.folder / "temp/healthmetric").iterdir()] == []


def test_from_the_sender_over_the_inbox_repository_to_the_data_and_the_receipt(
        repositories: Repositories, tmp_path: Path) -> None:
    sender = Sender(built("HEALTHMETRIC_SENDER"), tmp_path / "sender", PRODUCER)
    files = {"heart.csv": b"t,bpm\r\n1,61\r\n", "sub/a.json": b"{}"}
    done = sender(repositories.inbox, files, "--inbox-branch", INBOX, "--wait=60s")
    assert done.returncode == 0, repositories.last_run().log
    batch_id = json.loads(done.stdout)["batch_id"]
    run = repositories.last_run()
    assert (run.event, run.exit_code) == ("repository_dispatch", 0), run.log
    summary = repositories.data.receipt(batch_id)
    assert summary["status"] == repositories.receipt(batch_id)["status"] == "stored"
    for file in summary["files"]:
        stored = repositories.data.github.read(DATA_REPOSITORY, f"_storage/{file['stored_path']}")
        assert stored == files[file["path"]]
    assert repositories.data.messages()[-1] == f"Store batch {batch_id} (2 files)"
    assert repositories.inbox.messages(INBOX) == ["Start an inbox of HealthMetric"]
    assert repositories.waiting() == []
    assert run.job["summary"] == "## Health metrics received\n\n1 batch stored.\n"
    assert run.annotations("warning") == run.annotations("error") == []


def test_no_program_but_git_gets_to_the_data_and_the_key_is_gone(repositories: Repositories, tmp_path: Path) -> None:
    repositories.begin()
    repositories.put(MORNING)
    run = repositories.dispatch(inbox=INBOX)
    assert run.exit_code == 0, run.log
    repositories.secrets.unlink()
    assert_nothing_is_left(repositories, run, tmp_path)
    assert set(repositories.sshd.served(DATA_REPOSITORY)) == {"git-upload-pack write", "git-receive-pack write"}
    paths = [request["path"] for request in repositories.inbox.github.requests()]
    assert not [path for path in paths if DATA_REPOSITORY in path]


def test_runs_show_counts_and_no_names(repositories: Repositories) -> None:
    repositories.begin()
    repositories.put(MORNING)
    repositories.put_file(EVENING.payload_path, EVENING.damaged_payload())
    run = repositories.dispatch(inbox=INBOX, batch_id=MORNING.batch_id, batch_name="morning")
    assert run.exit_code == 1, run.log
    assert repositories.data.receipt(MORNING.batch_id)["status"] == "stored"
    assert repositories.data.receipt(EVENING.batch_id)["status"] == "rejected"
    assert "1 batch rejected, 1 batch stored." in run.job["summary"]
    [error] = run.annotations("error")
    assert error.startswith("1 batch; ")
    visible = shown(repositories, run)
    for name in ("morning", "evening", "3f9a1c07", "heart", "steps", "SHA-256"):
        assert name.encode() not in visible, name
    assert b"1 batch rejected, 1 batch stored." in visible
    assert repositories.inbox.comments() == []


def test_an_owner_who_starts_it_by_hand_may_read_the_names_in_the_log(repositories: Repositories) -> None:
    repositories.begin()
    repositories.put(MORNING)
    repositories.inbox.start_workflow(verbose="true")
    run = repositories.last_run()
    assert run.exit_code == 0, run.log
    assert f"verified {MORNING.batch_id}" in run.log
    assert "morning" not in run.job["summary"] + str(run.job["commands"])
    assert b"morning" not in (run.folder / "temp/receiver-results/result.json").read_bytes()


def test_the_schedule_and_any_event_drain_all_inboxes_into_their_branches(
        repositories: Repositories, tmp_path: Path) -> None:
    repositories.data.github.git(DATA_REPOSITORY, "branch", "2024", "main")
    for name, batch in ((INBOX, MORNING), (f"{INBOX}-for-2024", EVENING)):
        repositories.begin(name)
        repositories.put(batch, branch=name)
    run = repositories.inbox.sweep(tmp_path / "run")
    assert run.exit_code == 0, run.log
    assert repositories.data.receipt(MORNING.batch_id)["status"] == "stored"
    assert repositories.data.receipt(EVENING.batch_id, "2024")["status"] == "stored"
    repositories.put(Batch("20240116T103000Z-next-3f9a1c07", MORNING.files), branch=f"{INBOX}-for-2024")
    assert repositories.dispatch(inbox=INBOX).exit_code == 0
    assert repositories.waiting(f"{INBOX}-for-2024") == []


def test_an_inbox_may_have_the_name_of_the_branch_it_is_drained_into(repositories: Repositories) -> None:
    repositories.begin("main2")
    repositories.data.github.git(DATA_REPOSITORY, "branch", "main2", "main")
    repositories.put(MORNING, branch="main2")
    run = repositories.dispatch(ref="main2", inbox="main2")
    assert run.exit_code == 0, run.log
    assert repositories.data.receipt(MORNING.batch_id, "main2")["status"] == "stored"
    assert repositories.waiting("main2") == []


def test_nothing_waiting_is_a_quiet_green_run(repositories: Repositories) -> None:
    before = repositories.history()
    run = repositories.dispatch()
    assert run.exit_code == 0, run.log
    assert run.job["summary"] == "## Health metrics received\n\nThe inbox was empty.\n"
    assert repositories.history() == before
    assert len(repositories.sshd.served(DATA_REPOSITORY)) <= 3


def test_what_waits_on_the_data_repository_itself_is_not_of_this_run(repositories: Repositories) -> None:
    repositories.data.put(MORNING.payload_path, MORNING.payload())
    assert repositories.dispatch().exit_code == 0
    assert MORNING.payload_path in repositories.data.files()


def test_a_rejected_payload_that_is_mended_is_stored_and_settled(repositories: Repositories) -> None:
    repositories.begin()
    repositories.put_file(MORNING.payload_path, MORNING.damaged_payload())
    assert repositories.dispatch(inbox=INBOX).exit_code == 1
    rejected = f"_storage/rejected/{MORNING.batch_id}.json"
    sha = repositories.inbox.files(INBOX)[rejected]
    assert repositories.inbox.client.put(rejected, MORNING.payload(), sha=sha, branch=INBOX).status == 200
    repositories.inbox.start_workflow(retry_rejected="true")
    run = repositories.last_run()
    assert run.exit_code == 0, run.log
    assert repositories.data.receipt(MORNING.batch_id)["status"] == "stored"
    assert rejected not in repositories.inbox.files(INBOX)


def test_a_file_that_the_inbox_has_as_well_is_stored(repositories: Repositories) -> None:
    """Its blob came from the one repository and is to go to the other."""
    readme = (PROJECT / ".github/scripts/inbox_readme.md").read_bytes()
    batch = Batch("20240115T103000Z-readme-3f9a1c07", {"README.md": readme})
    repositories.begin()
    repositories.put(batch)
    assert repositories.dispatch(inbox=INBOX).exit_code == 0
    [path] = batch.stored()
    assert repositories.data.github.read(DATA_REPOSITORY, path) == readme
    repositories.data.github.git(DATA_REPOSITORY, "fsck", "--strict")


def failure_of(repositories: Repositories, **payload: str) -> str:
    """Of a run that changes nothing, without names."""
    before = repositories.history()
    repositories.begin()
    repositories.put(MORNING)
    run = repositories.dispatch(**payload)
    assert (run.exit_code, run.outcomes[RECEIVE]) == (1, "failure"), run.log
    assert repositories.history() == before
    assert repositories.waiting() == [MORNING.payload_path]
    visible = shown(repositories, run)
    assert b"Traceback" not in visible and MORNING.batch_id.encode() not in visible
    [error] = run.annotations("error")
    return error


def test_another_host_key_is_refused(repositories: Repositories, tmp_path: Path) -> None:
    repositories.install(known_hosts=repositories.sshd.known_host(make_key(tmp_path)))
    assert "127.0.0.1 has another host key than those in known-hosts: nothing was sent" in failure_of(repositories)
    assert repositories.sshd.served(DATA_REPOSITORY) == []


def test_without_host_keys_only_github_is_reached(repositories: Repositories) -> None:
    repositories.install(known_hosts="")
    assert failure_of(repositories).startswith("known-hosts is empty: give the host keys of 127.0.0.1")


def test_a_missing_secret_is_told(repositories: Repositories) -> None:
    repositories.secrets.unlink()
    assert "the secret that deploy-key names is missing or empty" in failure_of(repositories)


@pytest.mark.parametrize("value", ["ssh-ed25519 AAAAC3 public half", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n"])
def test_a_secret_that_is_no_private_key_is_told_and_not_shown(repositories: Repositories, value: str) -> None:
    repositories.keep_secret(value)
    error = failure_of(repositories)
    assert error.startswith("the deploy key is not a private key without a passphrase")
    assert value.split("\n")[-1] == "" or value not in error


def test_a_key_with_other_line_ends_is_taken(repositories: Repositories) -> None:
    repositories.keep_secret(repositories.key.private.strip().replace("\n", "\r\n"))
    assert repositories.dispatch().exit_code == 0


def test_a_key_that_the_server_does_not_know_is_told(repositories: Repositories, tmp_path: Path) -> None:
    repositories.keep_secret(make_key(tmp_path).private)
    error = failure_of(repositories)
    assert "127.0.0.1 does not accept the deploy key: add its public half in the settings of" in error


def test_the_key_of_another_repository_is_told(repositories: Repositories, tmp_path: Path) -> None:
    key = make_key(tmp_path)
    repositories.sshd.allow(key, "octo/other")
    repositories.keep_secret(key.private)
    assert "does not exist, or the deploy key is one of another repository" in failure_of(repositories)


def test_a_key_without_write_access_is_told(repositories: Repositories, tmp_path: Path) -> None:
    key = make_key(tmp_path)
    repositories.sshd.allow(key, DATA_REPOSITORY, "read")
    repositories.keep_secret(key.private)
    assert failure_of(repositories) == (
        "RemoteFailure: the deploy key may only read: allow write access for it in the settings of the repository, "
        "Deploy keys")
    assert "git-receive-pack read" in repositories.sshd.served(DATA_REPOSITORY)


def test_a_branch_that_the_data_repository_lacks_is_told(repositories: Repositories) -> None:
    """And keeps no other batch from being stored."""
    repositories.begin(f"{INBOX}-for-2024")
    repositories.put(EVENING, branch=f"{INBOX}-for-2024")
    repositories.begin()
    repositories.put(MORNING)
    run = repositories.dispatch(ref="2024", inbox=f"{INBOX}-for-2024")
    assert run.exit_code == 1
    assert run.annotations("error") == ["RemoteFailure: there is no branch '2024' in the data repository"]
    assert repositories.waiting(f"{INBOX}-for-2024") == [EVENING.payload_path]
    assert repositories.data.receipt(MORNING.batch_id)["status"] == "stored"


def test_an_empty_data_repository_is_told(repositories: Repositories) -> None:
    repositories.data.github.git(DATA_REPOSITORY, "update-ref", "-d", "refs/heads/main")
    assert failure_of(repositories) == "RemoteFailure: there is no branch 'main' in the data repository"


@pytest.mark.parametrize(("name", "words"), [
    ("", "store-in is empty"), ("data", "store-in is neither OWNER/NAME nor an address"),
    ("https://github.com/octo/data", "store-in is neither OWNER/NAME nor an address")])
def test_a_name_that_is_none_is_told(repositories: Repositories, name: str, words: str) -> None:
    repositories.install(store_in=name)
    assert words in failure_of(repositories)


def test_a_refused_push_is_told_without_the_names_in_the_refusal(repositories: Repositories) -> None:
    """A rule refuses even the rejection of the batch."""
    hook = repositories.data.github.repo_path(DATA_REPOSITORY) / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'heart.csv is not wanted' >&2\nexit 1\n")
    hook.chmod(0o755)
    error = failure_of(repositories)
    assert error.startswith("RemoteFailure: the reason may name batches or files")


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh is not installed")
def test_the_pinned_keys_are_those_that_github_publishes() -> None:
    listed = subprocess.run(["ssh-keygen", "-l", "-f", PROJECT / ".github/scripts/github_known_hosts"], check=True,
                            text=True, capture_output=True).stdout
    assert {line.split(" ")[1] for line in listed.splitlines()} == {
        "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU", "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM",
        "SHA256:uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s"}
