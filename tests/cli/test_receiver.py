"""The receiver by itself: what it stores, what it leaves alone. Payloads are written by hand
(payloads.py)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from payloads import BATCH_ID, Payload, stored_path, summary_path
from programs import Result
from receiving import OTHER_ID, RATE, assert_rejected, only_batch
from trees import file_names, git_blob, snapshot, write_tree


def test_an_empty_inbox_is_no_failure(receive: Callable[..., Result], storage: Path) -> None:
    result = receive()
    assert (result.status, result.stdout) == (0, "nothing to receive\n")
    assert file_names(storage) == []


def test_a_batch_is_stored_with_its_summary_and_its_payload_is_removed(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    (storage / ".trigger").write_text("")
    (storage / ".trigger-2024").write_text("x")

    result = receive("--json")

    assert result.status == 0
    batch = only_batch(result)
    assert (batch["status"], batch["batch_id"], batch["files"]) == ("stored", BATCH_ID, 1)
    assert sorted(result.json["triggers_removed"]) == [".trigger", ".trigger-2024"]
    assert file_names(storage) == sorted([stored_path(BATCH_ID, "sub/data.json"), summary_path(BATCH_ID)])
    summary = json.loads((storage / summary_path(BATCH_ID)).read_bytes())
    assert summary["sender"] == {"host": "ws-12", "user": "lab", "version": "0.1.0", "os": "", "token_expires": None}
    assert summary["files"][0]["content_type"] == "application/json"


def test_running_again_changes_nothing(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    Payload(batch_id=OTHER_ID, damage={"size": 1}).put_into(storage)
    assert receive().status == 4
    before = snapshot(storage)
    result = receive()
    assert (result.status, result.stdout) == (0, "nothing to receive\n")
    assert snapshot(storage) == before


def test_a_payload_that_comes_again_is_only_removed(receive: Callable[..., Result], storage: Path) -> None:
    place = Payload().put_into(storage)
    assert receive().status == 0
    before = snapshot(storage)
    Payload().put_into(storage)
    result = receive("--json")
    assert (result.status, only_batch(result)["status"]) == (0, "repeated")
    assert not place.exists()
    after = snapshot(storage)
    assert {k: v for k, v in after.items() if k != "inbox"} == {
        k: v for k, v in before.items() if k != "inbox"}


def test_a_payload_that_lies_in_the_inbox_and_in_the_root_is_stored_once(
    receive: Callable[..., Result], storage: Path
) -> None:
    place = Payload().put_into(storage)
    (storage / place.name).write_bytes(place.read_bytes())
    result = receive("--json")
    assert (result.status, only_batch(result)["status"]) == (0, "stored")
    assert only_batch(result)["payloads"] == [f"inbox/{place.name}", place.name]
    assert file_names(storage) == sorted([stored_path(BATCH_ID, "sub/data.json"), summary_path(BATCH_ID)])


def test_a_copy_that_comes_later_is_a_repeat_wherever_it_lies_and_whatever_its_name(
    receive: Callable[..., Result], storage: Path
) -> None:
    for path in ("inbox/0 renamed.json", Payload().filename, f"inbox/{Payload().filename}", "renamed.json"):
        (storage / path).write_bytes(Payload().text())
        assert receive().status == 0, path
    assert file_names(storage) == sorted([stored_path(BATCH_ID, "sub/data.json"), summary_path(BATCH_ID)])


def test_a_bad_payload_that_lies_in_both_places_is_set_aside_once(
    receive: Callable[..., Result], storage: Path
) -> None:
    place = Payload(damage={"size": 1}).put_into(storage)
    (storage / place.name).write_bytes(place.read_bytes())
    result = receive("--json")
    assert result.status == 4
    assert only_batch(result)["rejected"] == [f"rejected/{place.name}", f"rejected/{place.name}.reason.json"]
    assert file_names(storage) == sorted([*only_batch(result)["rejected"], summary_path(BATCH_ID)])


def test_other_content_under_a_recorded_id_is_rejected(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    assert receive().status == 0
    other = Payload({"sub/data.json": b"another, longer content"})
    other.put_into(storage)
    assert receive().status == 4
    assert_rejected(storage, other.filename, other.text(), "already processed")
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).read_bytes() == b'{"rate": 61}\n'


def test_what_is_stored_is_never_replaced(receive: Callable[..., Result], storage: Path) -> None:
    place = storage / stored_path(BATCH_ID, "sub/data.json")
    place.parent.mkdir(parents=True)
    place.write_bytes(b"older")
    payload = Payload({"a.json": b"1", "sub/data.json": b"newer"})
    payload.put_into(storage)
    result = receive()
    assert result.status == 4
    assert_rejected(storage, payload.filename, payload.text(), "already stored with different content")
    assert place.read_bytes() == b"older"
    assert not (storage / stored_path(BATCH_ID, "a.json")).exists()


def test_a_target_with_the_same_bytes_is_already_stored(
    receive: Callable[..., Result], storage: Path
) -> None:
    place = storage / stored_path(BATCH_ID, "sub/data.json")
    place.parent.mkdir(parents=True)
    place.write_bytes(b'{"rate": 61}\n')
    Payload().put_into(storage)
    assert receive().status == 0
    assert (storage / summary_path(BATCH_ID)).exists()


def test_the_summary_tells_what_the_documents_say(
    receive: Callable[..., Result], storage: Path
) -> None:
    skipped = [{"relative_path": "notes.pdf", "reason": "unsupported type"}]
    payload = Payload({"sub/data.json": RATE, "x.png": b"no image"}, metadata={"skipped": skipped})
    payload.put_into(storage)
    begun = datetime.now(timezone.utc).replace(microsecond=0)

    assert receive("--git-blob-ids", "always").status == 0

    summary = json.loads((storage / summary_path(BATCH_ID)).read_bytes())
    assert begun <= datetime.fromisoformat(summary.pop("processed_at")) <= datetime.now(timezone.utc)
    assert summary.pop("duration_ms") >= 0
    assert "receiver" in summary and summary.pop("receiver")
    assert [warning["path"] for warning in summary.pop("warnings")] == ["x.png"]
    files = {entry.pop("path"): entry for entry in summary.pop("files")}
    assert summary == {
        "schema_version": 2, "batch_id": BATCH_ID, "batch_name": "test_batch", "status": "stored",
        "reason": None, "timestamp": "2024-01-15T10:30:00Z", "source": "/data/source",
        "payloads": [{"path": f"inbox/{payload.filename}", "size": len(payload.text())}],
        "producer": "ws-12", "instance": None, "sequence": None, "folders": [], "gone": [],
        "sender": {"host": "ws-12", "user": "lab", "version": "0.1.0", "os": "", "token_expires": None},
        "total_files": 2, "total_size": 21, "skipped": skipped}
    assert files["sub/data.json"] == {
        "stored_path": stored_path(BATCH_ID, "sub/data.json"), "status": "stored", "size": 13,
        "sha256": hashlib.sha256(RATE).hexdigest(), "git_blob": git_blob(RATE),
        "content_type": "application/json", "modified": "2024-01-15T09:00:00Z"}


def test_a_repeat_does_not_bring_back_what_was_removed_since(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    assert receive().status == 0
    (storage / stored_path(BATCH_ID, "sub/data.json")).unlink()
    place = Payload().put_into(storage)
    assert only_batch(receive("--json"))["status"] == "repeated"
    assert not place.exists()
    assert file_names(storage) == [summary_path(BATCH_ID)]


def test_the_names_of_old_output_are_input_in_the_inbox_alone(
    receive: Callable[..., Result], storage: Path
) -> None:
    waiting = [Payload(batch_id=f"20240116T080000Z-{name}-00c0ffee")
               for name in ("data_processed_1", "processing_summary")]
    for payload in waiting:
        (storage / payload.filename).write_bytes(payload.text())
    before = snapshot(storage)
    result = receive("--json")
    assert (result.status, result.json["batches"]) == (0, [])
    assert snapshot(storage) == before
    for payload in waiting:
        (storage / payload.filename).rename(storage / "inbox" / payload.filename)
    assert [batch["status"] for batch in receive("--json").json["batches"]] == ["stored", "stored"]


def test_what_is_no_payload_file_stays_in_the_inbox(
    receive: Callable[..., Result], storage: Path
) -> None:
    text = Payload().text()
    write_tree(storage, {f"inbox/{name}": text for name in (
        ".gitkeep", ".hidden.json", ".trigger", "x.txt", "x.json.tmp", "x.JSON", "folder/x.json")})
    before = snapshot(storage)
    result = receive("--json")
    assert (result.status, result.json["batches"]) == (0, [])
    assert snapshot(storage) == before


def test_only_trigger_files_of_the_storage_itself_are_removed(
    receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_text("stays")
    write_tree(storage, {".trigger": b"", ".trigger_1": b"x", "trigger": b"", ".gitkeep": b"",
                         "notes/.trigger": b""})
    (storage / ".trigger-folder").mkdir()
    (storage / ".trigger-link").symlink_to(tmp_path / "precious")
    result = receive("--json")
    assert (result.status, result.json["batches"]) == (0, [])
    assert result.json["triggers_removed"] == [".trigger", ".trigger_1"]
    assert (tmp_path / "precious").read_text() == "stays"
    assert set(file_names(storage)) - {".trigger-link"} == {".gitkeep", "notes/.trigger", "trigger"}
