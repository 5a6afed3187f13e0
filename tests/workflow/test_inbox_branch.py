"""Payloads on a branch of their own: what is stored goes to the target branch, what became of it stays there."""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import datetime, timedelta, timezone

import pytest
from conftest import built
from forge import Batch, Forge
from inbox import INBOX, README, WORKFLOWS_CLONE, Inbox, today

MORNING = Batch("20240115T103000Z-morning-3f9a1c07",
                {"heart.csv": b"t,bpm\r\n1,61\r\n", "sub/sleep.json": b'{"h": 7}\n'})
EVENING = Batch("20240115T203000Z-evening-00c0ffee", {"steps.txt": b"9041\r\n"})
CUT = Batch("20240115T103000Z-cut-3f9a1c07", {"a.csv": b"1\n", "b.csv": b"2\n", "c.csv": b"3\n"})
FIRST, SECOND, THIRD = CUT.parts()
CLONES = pytest.mark.parametrize("options", [(), WORKFLOWS_CLONE], ids=["whole", "workflow's"])


@pytest.fixture
def inbox(forge: Forge) -> Inbox:
    return Inbox(forge)


def receive(forge: Forge, *options: str, status: int = 0, **environment: str) -> str:
    """What it says on stderr."""
    done = forge.receive("--result-json", "result.json", *options, **environment)
    assert done.returncode == status, done
    return done.stderr


def told(forge: Forge) -> dict[str, str]:
    batches = json.loads((forge.clone / "result.json").read_text())["batches"]
    return {batch["batch_id"]: batch["status"] for batch in batches}


def assert_stored(forge: Forge, *batches: Batch) -> None:
    files = forge.files()
    for batch in batches:
        assert batch.stored().items() <= files.items()
        assert json.loads(files[batch.summary_path])["status"] == "stored"
    assert not [path for path in files if path.startswith(("_storage/rejected/", "_storage/receipts/"))]


@CLONES
def test_what_waits_is_stored_and_the_inbox_begins_anew(forge: Forge, inbox: Inbox, options: tuple[str, ...]) -> None:
    inbox.send(MORNING, EVENING)
    forge.clone_again(*options)
    stderr = receive(forge)
    assert "warning" not in stderr
    assert_stored(forge, MORNING, EVENING)
    assert forge.messages() == [f"Store batch {MORNING.batch_id} (2 files)", f"Store batch {EVENING.batch_id} (1 file)"]
    assert (inbox.commits(), inbox.trailer()) == (1, "1")
    receipts = [f"_storage/receipts/{today()}/{batch.batch_id}.json" for batch in (MORNING, EVENING)]
    assert inbox.files().keys() == {"README.md", *receipts}
    assert inbox.files()["README.md"] == README


def test_a_receipt_says_in_short_what_the_summary_says(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    receive(forge)
    summary = json.loads(forge.files()[MORNING.summary_path])
    assert inbox.receipts()[MORNING.batch_id] == {
        "schema_version": 1, "batch_id": MORNING.batch_id, "status": "stored", "reason": None,
        "payloads": summary["payloads"], "processed_at": summary["processed_at"], "total_files": 2, "total_size": 22}


def test_no_payload_stays_in_a_history(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    payload = forge.git("rev-parse", f"{INBOX}:{MORNING.payload_path}").strip()
    receive(forge)
    assert payload not in forge.git("rev-list", "--all", "--objects")


@CLONES
def test_nothing_waiting_pushes_nothing_and_costs_two_requests(
    forge: Forge, inbox: Inbox, options: tuple[str, ...]
) -> None:
    inbox.send(MORNING)
    receive(forge)
    before = forge.git("for-each-ref")
    forge.clone_again(*options)
    trace = forge.directory / "trace"
    receive(forge, GIT_TRACE2_EVENT=str(trace))
    assert forge.git("for-each-ref") == before
    started = [json.loads(line) for line in trace.read_text().splitlines() if '"start"' in line]
    asked = [each["argv"] for each in started if {"ls-remote", "fetch", "push"} & set(each["argv"])]
    assert len(asked) <= 2, asked


def test_a_rejected_payload_stays_on_the_inbox_branch_with_its_reason(forge: Forge, inbox: Inbox) -> None:
    inbox.put({EVENING.payload_path: EVENING.damaged_payload()})
    inbox.put({"_storage/inbox/broken.json": b"{broken"})
    inbox.send(MORNING)
    receive(forge, status=4)
    assert_stored(forge, MORNING)
    summary = json.loads(forge.files()[EVENING.summary_path])
    assert summary["status"] == "rejected"
    files = inbox.files()
    assert files[f"_storage/rejected/{EVENING.batch_id}.json"] == EVENING.damaged_payload()
    assert files["_storage/rejected/broken.json"] == b"{broken"
    assert json.loads(files["_storage/rejected/broken.json.reason.json"])["reason"]
    assert inbox.waiting() == set()
    assert inbox.receipts()[EVENING.batch_id]["reason"] == summary["reason"]
    assert inbox.receipts().keys() == {MORNING.batch_id, EVENING.batch_id}
    assert inbox.commits() == 1


def test_two_bad_payloads_of_one_name_are_both_kept(forge: Forge, inbox: Inbox) -> None:
    for content in (b"{first", b"{second", b"{second"):
        inbox.put({"_storage/inbox/bad.json": content})
        receive(forge, status=4)
    kept = [content for path, content in inbox.files().items()
            if path.startswith("_storage/rejected/") and not path.endswith(".reason.json")]
    assert sorted(kept) == [b"{first", b"{second"]
    assert inbox.commits() == 1


def test_what_is_rejected_can_be_tried_again(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING, EVENING)
    receive(forge, "--", "--max-file-size", "5", status=4)
    assert len(inbox.rejected()) == 4
    receive(forge)
    assert len(inbox.rejected()) == 4
    receive(forge, "--retry-rejected", "--", "--max-file-size", "10", status=4)
    assert_stored(forge, EVENING)
    assert inbox.rejected() == {f"{MORNING.batch_id}.json", f"{MORNING.batch_id}.json.reason.json"}
    assert inbox.receipts()[EVENING.batch_id]["status"] == "stored"
    receive(forge, "--retry-rejected")
    assert_stored(forge, MORNING, EVENING)
    assert inbox.rejected() == set()
    assert {each["status"] for each in inbox.receipts().values()} == {"stored"}


def test_the_target_branchs_own_inbox_is_drained_as_well(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    forge.add({"_storage/evening.json": EVENING.payload(), "_storage/inbox/bad.json": b"{"})
    receive(forge, status=4)
    files = forge.files()
    for batch in (MORNING, EVENING):
        assert batch.stored().items() <= files.items()
    assert files["_storage/rejected/bad.json"] == b"{"
    assert "_storage/evening.json" not in files
    assert inbox.receipts().keys() == {MORNING.batch_id}


def first_generation(content: bytes) -> bytes:
    """A payload as its senders wrote it: no id, no digests."""
    listed = {"filename": "heart.csv", "size": len(content), "extension": ".csv"}
    entry = listed | {"content_type": "text/csv", "content": base64.b64encode(content).decode()}
    return json.dumps({
        "batch_metadata": {"timestamp": "2024-01-15T10:30:00.123456", "source": "/home/lab/march",
                           "total_files": 1, "total_size": len(content), "files": [listed]},
        "files": {"heart.csv": entry}}).encode()


@pytest.mark.parametrize(("branch", "place"), [
    ("main", "_storage/inbox"), ("main", "_storage"), (INBOX, "_storage/inbox")])
def test_a_payload_of_the_first_generation_is_stored_once(
    forge: Forge, inbox: Inbox, branch: str, place: str
) -> None:
    """However often somebody puts it there by hand."""
    inbox.begin()
    for status in ("stored", "repeated"):
        forge.add({f"{place}/batch_data_20240115_103000.json": first_generation(b"t,bpm\r\n1,61\r\n")}, branch=branch)
        receive(forge)
        assert list(told(forge).values()) == [status]
        stored = [content for path, content in forge.files().items() if path.endswith("_heart.csv")]
        assert stored == [b"t,bpm\r\n1,61\r\n"]
        assert not [path for path in (*forge.files(), *inbox.files()) if path.endswith("_103000.json")]


def test_a_repeat_gets_its_receipt_and_changes_nothing(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    receive(forge)
    receipt, tip = inbox.receipts()[MORNING.batch_id], forge.tip()
    forge.git("update-ref", "-d", f"refs/heads/{INBOX}")  # and its sender delivers again
    inbox.send(MORNING)
    receive(forge)
    assert told(forge) == {MORNING.batch_id: "repeated"}
    assert forge.tip() == tip
    assert inbox.receipts() == {MORNING.batch_id: receipt}
    assert inbox.waiting() == set()


def test_receipts_are_kept_for_45_days_and_longer_while_the_rejected_payload_lies_there(
    forge: Forge, inbox: Inbox
) -> None:
    inbox.put({EVENING.payload_path: EVENING.damaged_payload()})
    receive(forge, status=4)
    old, recent = ((datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%d") for days in (46, 45))
    others = {f"_storage/receipts/{day}/{day.replace('-', '')}T000000Z-old-00000000.json": b"{}" for day in (old, recent)}
    kept = f"_storage/receipts/{old}/{EVENING.batch_id}.json"
    forge.add(others | {kept: b"{}"}, branch=INBOX)
    odd = {"_storage/receipts/odd": b"", "_storage/receipts/2024/x/y.json": b""}
    forge.add(odd, branch=INBOX)
    inbox.send(MORNING)
    receive(forge)
    there = {path for path in inbox.files() if path.startswith("_storage/receipts/")}
    assert there == {kept, f"_storage/receipts/{today()}/{EVENING.batch_id}.json", *odd,
                     f"_storage/receipts/{today()}/{MORNING.batch_id}.json", *(p for p in others if recent in p)}


def test_the_parts_of_a_batch_wait_over_many_runs_and_expire_in_the_end(forge: Forge, inbox: Inbox) -> None:
    inbox.put({FIRST: CUT.parts()[FIRST]})
    receive(forge)
    since = json.loads(inbox.files()["_storage/waiting.json"])["parts"][FIRST.rpartition("/")[2]]["since"]
    assert since.startswith(today())
    for batch in (MORNING, EVENING):
        inbox.send(batch)
        receive(forge)
        assert (told(forge)[CUT.batch_id], inbox.commits()) == ("waiting", 1)
        assert json.loads(inbox.files()["_storage/waiting.json"])["parts"][FIRST.rpartition("/")[2]]["since"] == since
    tip = inbox.tip()
    receive(forge)
    assert inbox.tip() == tip
    age(inbox, days=8)
    receive(forge, status=4)
    assert inbox.rejected() == {name := FIRST.rpartition("/")[2], f"{name}.reason.json"}
    assert "_storage/waiting.json" not in inbox.files()
    assert not inbox.receipts()[CUT.batch_id]["reason"] is None


def age(inbox: Inbox, days: int) -> None:
    path = "_storage/waiting.json"
    document = json.loads(inbox.files()[path])
    for part in document["parts"].values():
        part["since"] = (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    inbox.put({path: json.dumps(document).encode()})


def test_the_part_that_came_last_counts_and_late_ones_complete_the_batch(forge: Forge, inbox: Inbox) -> None:
    inbox.put({FIRST: CUT.parts()[FIRST]})
    receive(forge)
    age(inbox, days=8)
    inbox.put({THIRD: CUT.parts()[THIRD]})
    receive(forge)
    assert told(forge) == {CUT.batch_id: "waiting"}
    age(inbox, days=8)
    receive(forge, status=4)
    assert len(inbox.rejected()) == 4
    inbox.put({SECOND: CUT.parts()[SECOND]})
    receive(forge)
    assert_stored(forge, CUT)
    assert (inbox.rejected(), inbox.waiting()) == (set(), set())
    assert inbox.receipts()[CUT.batch_id]["status"] == "stored"


@pytest.mark.parametrize("content", [
    b"", b"no json", b"[]", b"[" * 100_000, b'{"parts": []}', b'{"parts": {"NAME": 1}}', b'{"parts": {"NAME": {}}}',
    b'{"parts": {"NAME": {"blob": "BLOB", "since": 7}}}', b'{"parts": {"NAME": {"blob": "BLOB", "since": "yesterday"}}}',
    b'{"parts": {"NAME": {"blob": "BLOB", "since": "9999-01-01T00:00:00Z"}}}',
    b'{"parts": {"NAME": {"blob": "0000", "since": "2020-01-01T00:00:00Z"}}}',
    b'{"parts": {"NAME": {"blob": "BLOB", "since": "0001-01-01T00:00:00+14:00"}}}',
    b"x" * (5 << 20)], ids=lambda content: ascii(content[:60]))
def test_what_a_stranger_says_of_arrivals_counts_as_first_seen_now(forge: Forge, inbox: Inbox, content: bytes) -> None:
    inbox.put({FIRST: CUT.parts()[FIRST]})
    blob = forge.git("rev-parse", f"{INBOX}:{FIRST}").strip()
    name = FIRST.rpartition("/")[2]
    inbox.put({"_storage/waiting.json": content.replace(b"NAME", name.encode()).replace(b"BLOB", blob.encode())})
    receive(forge)
    assert told(forge) == {CUT.batch_id: "waiting"}
    part = json.loads(inbox.files()["_storage/waiting.json"])["parts"][name]
    assert part["blob"] == blob and part["since"].startswith(today())


def test_only_regular_files_are_read(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    link = subprocess.run(["git", "-C", forge.remote, "hash-object", "-w", "--stdin"], input=b"/etc/passwd",
                          capture_output=True, check=True).stdout.decode().strip()
    stream = [f"commit refs/heads/{INBOX}\ncommitter T <t@example.invalid> 0 +0000\ndata 3\nadd\n"
              f"from refs/heads/{INBOX}^0\n",
              *(f"M 120000 {link} {path}\n" for path in ("_storage/inbox/link.json", "_storage/waiting.json")),
              f"M 160000 {'1' * 40} _storage/inbox/other.json\n"]
    subprocess.run(["git", "-C", forge.remote, "fast-import", "--quiet"], input="".join(stream), text=True, check=True)
    inbox.put({FIRST: CUT.parts()[FIRST]})
    receive(forge)
    assert_stored(forge, MORNING)
    assert forge.git("ls-tree", INBOX, "_storage/inbox/link.json").startswith("120000")
    text = forge.git("cat-file", "blob", f"{INBOX}:_storage/waiting.json")
    assert json.loads(text)["parts"].keys() == {FIRST.rpartition("/")[2]}



def test_a_dry_run_changes_neither_branch(forge: Forge, inbox: Inbox) -> None:
    inbox.send(MORNING)
    inbox.put({EVENING.payload_path: EVENING.damaged_payload()})
    before = forge.git("for-each-ref")
    receive(forge, "--dry-run", status=4)
    assert told(forge) == {MORNING.batch_id: "stored", EVENING.batch_id: "rejected"}
    assert forge.git("for-each-ref") == before
