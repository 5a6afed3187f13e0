"""Rejected payloads that are tried again: records of the rejection go, and nothing else changes."""

from __future__ import annotations

import json
import subprocess
import tracemalloc

import pytest
from forge import Batch, Forge
from git_plumbing import Clone
from retrying import MAX_REASON_BYTES

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
EVENING = Batch("20240115T203000Z-evening-00c0ffee", {"steps.txt": b"9041 steps\r\n"})
QUARANTINE = f"_storage/rejected/{MORNING.batch_id}.json"
STRICT = ["--", "--max-file-size", "10"]


@pytest.fixture
def rejected(forge: Forge) -> Forge:
    told = subprocess.run([forge.receiver, "--help"], text=True, capture_output=True, check=True)
    if "--retry-rejected" not in told.stdout:
        pytest.skip("this receiver does not try rejected payloads again")
    forge.send(MORNING, EVENING)
    assert forge.receive(*STRICT).returncode == 4
    assert forge.files()[QUARANTINE] == MORNING.payload()
    return forge


def records(forge: Forge) -> dict[str, bytes]:
    return {path: content for path, content in forge.files().items()
            if path.startswith(("_storage/rejected/", "_storage/summaries/"))}


@pytest.mark.parametrize("clone", [[], ["--depth=1", "--filter=blob:none", "--no-checkout"]], ids=str)
def test_what_fits_now_is_stored(rejected: Forge, clone: list[str]) -> None:
    rejected.clone_again(*clone)
    done = rejected.receive("--retry-rejected")
    assert done.returncode == 0, done.stderr
    files = rejected.files()
    for batch in (MORNING, EVENING):
        assert batch.stored().items() <= files.items()
        assert json.loads(files[batch.summary_path])["status"] == "stored"
    assert records(rejected).keys() == {MORNING.summary_path, EVENING.summary_path}
    assert rejected.messages()[-2:] == [f"Store batch {MORNING.batch_id} (1 file)",
                                        f"Store batch {EVENING.batch_id} (1 file)"]


def test_what_still_does_not_fit_stays_with_the_new_reason(rejected: Forge) -> None:
    before = records(rejected)
    done = rejected.receive("--retry-rejected", "--", "--max-file-size", "12")
    assert done.returncode == 4, done.stderr
    after = records(rejected)
    assert after.keys() == before.keys() - {f"_storage/rejected/{EVENING.batch_id}.json",
                                            f"_storage/rejected/{EVENING.batch_id}.json.reason.json"}
    assert json.loads(after[MORNING.summary_path])["status"] == "rejected"
    assert "12 B" in json.loads(after[f"{QUARANTINE}.reason.json"])["reason"]
    assert after[QUARANTINE] == MORNING.payload()


def test_without_being_asked_nothing_is_tried_again(rejected: Forge) -> None:
    before = rejected.tip()
    assert rejected.receive().returncode == 0
    assert rejected.tip() == before


def test_a_dry_run_tries_and_pushes_nothing(rejected: Forge) -> None:
    before = rejected.tip()
    done = rejected.receive("--retry-rejected", "--dry-run")
    assert done.returncode == 0 and MORNING.batch_id in done.stdout, done
    assert rejected.tip() == before


@pytest.mark.parametrize("reason", [
    b"not json", b"[]", b"{}", b'{"batch_id": "../../x", "payload": "../../../etc/passwd"}',
    b'{"batch_id": 1, "payload": ["inbox/x.json"]}', b'{"payload": "inbox/../../x.json"}'])
def test_a_reason_that_somebody_wrote_leads_nowhere(rejected: Forge, reason: bytes) -> None:
    odd = "_storage/rejected/odd.json"
    rejected.add({odd: b"{}", f"{odd}.reason.json": reason})
    done = rejected.receive("--retry-rejected")
    assert done.returncode in (0, 4), done
    files = rejected.files()
    assert MORNING.stored().items() <= files.items()
    assert all(path.startswith(("_storage/", "README.md")) for path in files)


def test_nothing_stored_is_replaced(rejected: Forge) -> None:
    taken = MORNING.stored_path("heart.csv")
    rejected.add({taken: b"somebody's data"})
    done = rejected.receive("--retry-rejected")
    assert done.returncode == 4, done.stderr
    assert rejected.files()[taken] == b"somebody's data"
    assert json.loads(rejected.files()[MORNING.summary_path])["status"] == "rejected"


def test_a_reason_of_any_size_costs_little_memory(rejected: Forge) -> None:
    """Whoever may send may write one, too."""
    path = f"{QUARANTINE}.reason.json"
    rejected.add({path: b'{"reason": "' + b" " * (8 << 20) + b'"}'})
    rejected.clone_again()
    clone, blob = Clone(rejected.clone), rejected.git("rev-parse", f"main:{path}").strip()
    tracemalloc.start()
    try:
        assert clone.read_small_blob(blob, MAX_REASON_BYTES) == b""
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert len(clone.read_small_blob(blob, 9 << 20)) == (8 << 20) + 14
    done = rejected.receive("--retry-rejected")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done
    assert rejected.files()[QUARANTINE] == MORNING.payload()
