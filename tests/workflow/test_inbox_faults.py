"""What may happen between the two pushes, and while others use the inbox: nothing is lost, nothing stored twice."""

from __future__ import annotations

import json
import signal
from collections import Counter
from pathlib import Path

import pytest
from forge import Batch, Forge
from inbox import INBOX, WORKFLOWS_CLONE, Inbox
from meddling import KILLED, git_that, pushes

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
EVENING = Batch("20240115T203000Z-evening-00c0ffee", {"steps.txt": b"9041\r\n"})
RIVALS = [Batch(f"20240116T1030{number:02d}Z-rival-{number:08x}", {"a.txt": b"%d" % number}) for number in range(12)]
CUT = Batch("20240115T103000Z-cut-3f9a1c07", {"a.csv": b"1\n", "b.csv": b"2\n"})
FIRST, SECOND = CUT.parts()


@pytest.fixture
def inbox(forge: Forge) -> Inbox:
    forge.clone_again(*WORKFLOWS_CLONE)
    return Inbox(forge)


def receive(forge: Forge, *options: str, status: int = 0, **environment: str) -> str:
    done = forge.receive("--result-json", "result.json", *options, **environment)
    assert done.returncode == status, done
    return done.stderr


def result(forge: Forge) -> dict[str, object]:
    return json.loads((forge.clone / "result.json").read_text())


def rival_uploads(forge: Forge, batches: list[Batch]) -> str:
    """Shell that uploads one of them for each push."""
    for number, batch in enumerate(batches, start=1):
        (forge.directory / f"rival-{number}").write_bytes(batch.payload())
    names = " ".join(batch.payload_path for batch in batches)
    return f"""names=(- {names}); file={forge.directory}/rival-$n
  if [ -e $file ]; then git -C {forge.remote} fast-import --quiet << END
commit refs/heads/{INBOX}
committer R <r@example.invalid> 0 +0000
data 3
add
from refs/heads/{INBOX}^0
M 100644 inline ${{names[$n]}}
data $(stat -c %s $file)
$(cat $file)

END
  fi"""


def assert_stored_once(forge: Forge, *batches: Batch) -> None:
    files = forge.files()
    for batch in batches:
        assert batch.stored().items() <= files.items()
        assert json.loads(files[batch.summary_path])["status"] == "stored"
    stored = Counter(message.split()[2] for message in forge.messages() if message.startswith("Store batch "))
    assert stored == Counter(batch.batch_id for batch in batches)


def killed_between_the_pushes(forge: Forge, *options: str) -> None:
    done = forge.receive(*options, **git_that(forge.directory, KILLED))
    assert done.returncode == -signal.SIGKILL
    (forge.directory / "bin/git").unlink()


def test_killed_after_the_first_push_a_batch_is_stored_once_and_gets_its_receipt(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING, EVENING)
    killed_between_the_pushes(forge)
    assert_stored_once(forge, MORNING, EVENING)
    assert inbox.waiting() and not inbox.receipts()
    receive(forge)
    assert_stored_once(forge, MORNING, EVENING)
    assert (inbox.waiting(), inbox.receipts().keys()) == (set(), {MORNING.batch_id, EVENING.batch_id})
    assert {each["status"] for each in inbox.receipts().values()} == {"stored"}


def test_killed_after_the_first_push_a_rejected_batch_is_set_aside_with_that_reason(forge: Forge, inbox: Inbox) -> None:
    """Though the next run would take it."""
    inbox.send(MORNING)
    killed_between_the_pushes(forge, "--", "--max-file-size", "5")
    summary = json.loads(forge.files()[MORNING.summary_path])
    assert summary["status"] == "rejected" and inbox.waiting()
    tip = forge.tip()
    receive(forge, status=4)
    assert forge.tip() == tip
    assert inbox.waiting() == set()
    reason = json.loads(inbox.files()[f"_storage/rejected/{MORNING.batch_id}.json.reason.json"])
    assert reason["reason"] == summary["reason"] == inbox.receipts()[MORNING.batch_id]["reason"]


@pytest.mark.parametrize("next_run", [["--retry-rejected"], []], ids=["retrying", "with something else to do"])
def test_killed_after_the_first_push_a_batch_that_was_tried_again_is_no_longer_rejected(
    forge: Forge, inbox: Inbox, next_run: list[str]
) -> None:
    inbox.send(MORNING)
    receive(forge, "--", "--max-file-size", "5", status=4)
    killed_between_the_pushes(forge, "--retry-rejected")
    assert json.loads(forge.files()[MORNING.summary_path])["status"] == "stored"
    assert inbox.rejected()
    inbox.send(EVENING)
    receive(forge, *next_run)
    assert (inbox.rejected(), inbox.waiting()) == (set(), set())
    assert_stored_once(forge, MORNING, EVENING)
    assert {each["status"] for each in inbox.receipts().values()} == {"stored"}


def test_another_payload_under_the_id_of_a_stored_batch_stays_set_aside(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    receive(forge)
    other = Batch(MORNING.batch_id, {"heart.csv": b"others"})
    inbox.send(other)
    receive(forge, status=4)
    inbox.send(EVENING)
    receive(forge)
    assert inbox.files()[f"_storage/rejected/{MORNING.batch_id}.json"] == other.payload()
    assert_stored_once(forge, MORNING, EVENING)


def test_killed_after_the_first_push_parts_that_expired_are_set_aside(forge: Forge, inbox: Inbox) -> None:
    inbox.put({FIRST: CUT.parts()[FIRST]})
    killed_between_the_pushes(forge, "--", "--incomplete-after", "0")
    assert json.loads(forge.files()[CUT.summary_path])["status"] == "rejected"
    receive(forge, "--", "--incomplete-after", "0", status=4)
    assert inbox.waiting() == set() and len(inbox.rejected()) == 2
    inbox.put({SECOND: CUT.parts()[SECOND]})
    receive(forge)
    assert_stored_once(forge, CUT)


def test_who_uploads_during_the_reset_loses_nothing_and_nothing_is_unpacked_twice(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    receive(forge, **git_that(forge.directory, rival_uploads(forge, RIVALS[:3])))
    assert pushes(forge.directory) == 5  # three leases lost, one kept, and one for what had come meanwhile
    assert_stored_once(forge, MORNING, *RIVALS[:3])
    assert (inbox.waiting(), inbox.commits(), len(inbox.receipts())) == (set(), 1, 4)
    assert (forge.clone / "receiver.log").read_text().count("stored 2024") == 4


def test_when_others_are_always_quicker_the_run_ends_and_another_goes_on(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    receive(forge, **git_that(forge.directory, rival_uploads(forge, RIVALS)))
    told = result(forge)
    assert (told["status"], told["left"], pushes(forge.directory)) == (0, [{"ref": "main", "inbox": INBOX}], 10)
    assert "moved 10 times" in told["warnings"][0]
    assert_stored_once(forge, MORNING)
    receive(forge)
    assert_stored_once(forge, MORNING, *RIVALS[:10])
    assert inbox.waiting() == set()


def test_a_branch_deleted_during_the_run_is_begun_anew_with_the_receipts(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    receive(forge, **git_that(forge.directory, f"git -C {forge.remote} update-ref -d refs/heads/{INBOX}"))
    assert_stored_once(forge, MORNING)
    assert (inbox.commits(), inbox.receipts().keys()) == (1, {MORNING.batch_id})


def test_a_branch_deleted_and_delivered_to_again_is_stored_once(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    forge.git("update-ref", "-d", f"refs/heads/{INBOX}")
    receive(forge)
    inbox.send(MORNING)
    receive(forge)
    assert_stored_once(forge, MORNING)


def test_a_payload_that_was_replaced_during_the_reset_is_another_one(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    other = Batch(MORNING.batch_id, {"heart.csv": b"others"})
    receive(forge, status=4, **git_that(forge.directory, rival_uploads(forge, [other])))
    assert inbox.files()[f"_storage/rejected/{MORNING.batch_id}.json"] == other.payload()
    assert_stored_once(forge, MORNING)


def test_two_runs_at_once_store_once(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING, EVENING, *RIVALS)
    first = forge.start("--log-file", str(forge.directory / "first.log"))
    forge.clone_again(*WORKFLOWS_CLONE)
    second = forge.start("--log-file", str(forge.directory / "second.log"))
    for run in (first, second):
        _, stderr = run.communicate(timeout=120)
        assert run.returncode == 0, stderr
    assert_stored_once(forge, MORNING, EVENING, *RIVALS)
    assert inbox.waiting() == set() and inbox.commits() == 1
    assert inbox.receipts().keys() == {batch.batch_id for batch in (MORNING, EVENING, *RIVALS)}


def test_a_lost_race_on_the_target_settles_only_what_is_there(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    racing = forge.wrapped_receiver(f'''[ -e {forge.directory}/tried ] || git -C {forge.remote} fast-import --quiet <<END
commit refs/heads/main
committer R <r@example.invalid> 0 +0000
data 3
add
from refs/heads/main^0
M 100644 inline rival.txt
data 2
x

END
        touch {forge.directory}/tried; exec "$@"''')
    done = forge.receive(receiver=racing)
    assert done.returncode == 0 and "starting again" in done.stderr, done
    assert_stored_once(forge, MORNING)
    assert forge.files()["rival.txt"] and inbox.waiting() == set()


def test_when_the_time_is_up_the_run_says_what_waits_and_the_next_goes_on(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING, EVENING, *RIVALS)
    slow = forge.wrapped_receiver('sleep 1.1; exec "$@"')
    done = forge.receive("--result-json", "result.json", "--time-limit", "1", "--round-limit", "2", receiver=slow)
    assert done.returncode == 0, done
    told = result(forge)
    assert told["left"] == [{"ref": "main", "inbox": INBOX}]
    assert told["warnings"] == [f"the time for one run is up: 12 payloads wait in {INBOX}; the next run goes on"]
    assert_stored_once(forge, MORNING, EVENING)
    assert len(inbox.waiting()) == len(RIVALS) and len(inbox.receipts()) == 2
    receive(forge)
    assert result(forge)["left"] == []
    assert_stored_once(forge, MORNING, EVENING, *RIVALS)


def test_many_rounds_are_as_one(forge: Forge, inbox: Inbox) -> None:
    inbox.put({FIRST: CUT.parts()[FIRST], "_storage/inbox/bad.json": b"{"})
    inbox.send(MORNING, EVENING, *RIVALS)
    receive(forge, "--round-limit", "3", status=4)
    assert_stored_once(forge, MORNING, EVENING, *RIVALS)
    assert Counter(batch["status"] for batch in result(forge)["batches"]) == {"stored": 14, "rejected": 1, "waiting": 1}
    assert inbox.waiting() == {FIRST.rpartition("/")[2]} and inbox.commits() == 1
