"""The receiver by itself: its options, what it refuses, what it leaves alone. Payloads are written
by hand (payloads.py)."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import Unprivileged
from payloads import (BATCH_ID, Payload, batch_id_now, encoded, stored_path, summary_path,
                      version_1_document)
from programs import REPOSITORY, Program, Result
from trees import file_names, git_blob, snapshot, write_tree

SECRET = b"pulse 61, seen by nobody"
RATE = b'{"rate": 61}\n'
OTHER_ID = "20240116T080000Z-other-00c0ffee"


@pytest.fixture
def receive(receiver: Program, storage: Path) -> Callable[..., Result]:
    def run(*words: Any, **popen: Any) -> Result:
        return receiver("--storage", storage, *words, **popen)
    return run


def only_batch(result: Result) -> dict[str, Any]:
    [batch] = result.json["batches"]
    return batch


def assert_rejected(storage: Path, payload: str, text: bytes, *words: str) -> None:
    """The payload lies in rejected/, byte for byte, and its reason has the words."""
    assert (storage / "rejected" / payload).read_bytes() == text
    reason = json.loads((storage / f"rejected/{payload}.reason.json").read_bytes())
    assert reason["payload"] == f"inbox/{payload}"
    assert reason["size"] == len(text)
    for word in words:
        assert word in reason["reason"], reason
    assert not (storage / "inbox" / payload).exists()


# What it does by itself


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
    assert summary["sender"] == {"host": "ws-12", "user": "lab", "version": "0.1.0"}
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


def test_other_content_under_a_recorded_id_is_rejected(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    assert receive().status == 0
    other = Payload({"sub/data.json": b"another, longer content"})
    other.put_into(storage)
    assert receive().status == 4
    assert_rejected(storage, other.filename, other.text(), "already recorded")
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).read_bytes() == b'{"rate": 61}\n'


def test_what_is_stored_is_never_replaced(receive: Callable[..., Result], storage: Path) -> None:
    place = storage / stored_path(BATCH_ID, "sub/data.json")
    place.parent.mkdir(parents=True)
    place.write_bytes(b"older")
    payload = Payload({"a.json": b"1", "sub/data.json": b"newer"})
    payload.put_into(storage)
    result = receive()
    assert result.status == 4
    assert_rejected(storage, payload.filename, payload.text(), "already stored with other content")
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

    assert receive().status == 0

    summary = json.loads((storage / summary_path(BATCH_ID)).read_bytes())
    assert begun <= datetime.fromisoformat(summary.pop("processed_at")) <= datetime.now(timezone.utc)
    assert summary.pop("duration_ms") >= 0
    assert "receiver" in summary and summary.pop("receiver")
    assert [warning["path"] for warning in summary.pop("warnings")] == ["x.png"]
    files = {entry.pop("path"): entry for entry in summary.pop("files")}
    assert summary == {
        "schema_version": 1, "batch_id": BATCH_ID, "batch_name": "test_batch", "status": "stored",
        "reason": None, "timestamp": "2024-01-15T10:30:00Z", "source": "/data/source",
        "payloads": [{"path": f"inbox/{payload.filename}", "size": len(payload.text())}],
        "sender": {"host": "ws-12", "user": "lab", "version": "0.1.0"},
        "total_files": 2, "total_size": 21, "skipped": skipped}
    assert files["sub/data.json"] == {
        "stored_path": stored_path(BATCH_ID, "sub/data.json"), "size": 13,
        "sha256": hashlib.sha256(RATE).hexdigest(), "git_blob": git_blob(RATE),
        "content_type": "application/json"}


def test_the_summary_of_a_rejected_batch_has_the_reason(
    receive: Callable[..., Result], storage: Path
) -> None:
    payload = Payload(damage={"size": 1})
    payload.put_into(storage)
    batch = only_batch(receive("--json"))
    summary = json.loads((storage / summary_path(BATCH_ID)).read_bytes())
    reason = json.loads((storage / f"rejected/{payload.filename}.reason.json").read_bytes())
    assert (summary["status"], summary["files"]) == ("rejected", [])
    assert summary["reason"] == reason["reason"] == batch["reason"]
    assert "sub/data.json" in summary["reason"]
    assert reason["batch_id"] == BATCH_ID
    assert batch["summary"] == summary_path(BATCH_ID)
    assert sorted(batch["rejected"]) == [f"rejected/{payload.filename}",
                                         f"rejected/{payload.filename}.reason.json"]


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


def test_a_rejected_payload_that_comes_again_is_rejected_for_the_same_reason(
    receive: Callable[..., Result], storage: Path
) -> None:
    bad = Payload(damage={"size": 1})
    bad.put_into(storage)
    first = only_batch(receive("--json"))
    after = file_names(storage)
    bad.put_into(storage)
    again = receive("--json")
    assert (again.status, only_batch(again)["status"]) == (4, "rejected")
    assert only_batch(again)["reason"] == first["reason"]
    assert file_names(storage) == after
    assert_rejected(storage, bad.filename, bad.text(), first["reason"])


def test_a_run_that_died_before_it_moved_a_rejected_payload_is_finished(
    receive: Callable[..., Result], storage: Path
) -> None:
    bad = Payload(damage={"size": 1})
    place = bad.put_into(storage)
    assert receive().status == 4
    (storage / "rejected" / bad.filename).rename(place)
    (storage / f"rejected/{bad.filename}.reason.json").unlink()
    assert receive().status == 4
    assert_rejected(storage, bad.filename, bad.text())


def test_two_rejected_payloads_of_one_name_are_both_kept(
    receive: Callable[..., Result], storage: Path
) -> None:
    texts = [b"first", b"second, longer"]
    for text in texts:
        (storage / "inbox/bad.json").write_bytes(text)
        assert receive().status == 4
    kept = [place.read_bytes() for place in (storage / "rejected").iterdir()
            if not place.name.endswith(".reason.json")]
    assert sorted(kept) == texts


def test_a_rejected_payload_moved_back_without_its_summary_is_tried_again(
    receive: Callable[..., Result], storage: Path
) -> None:
    place = Payload().put_into(storage)
    assert receive("--max-file-size", "12").status == 4
    (storage / "rejected" / place.name).rename(place)
    (storage / summary_path(BATCH_ID)).unlink()
    assert only_batch(receive("--json"))["status"] == "stored"


def test_a_bad_payload_directly_in_the_storage_is_set_aside_too(
    receive: Callable[..., Result], storage: Path
) -> None:
    bad = Payload(damage={"size": 1})
    (storage / bad.filename).write_bytes(bad.text())
    assert receive().status == 4
    assert (storage / "rejected" / bad.filename).read_bytes() == bad.text()
    reason = json.loads((storage / f"rejected/{bad.filename}.reason.json").read_bytes())
    assert reason["payload"] == bad.filename
    assert not (storage / bad.filename).exists()


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
    assert (result.status, result.json) == (
        0, {"batches": [], "triggers_removed": [".trigger", ".trigger_1"]})
    assert (tmp_path / "precious").read_text() == "stays"
    assert set(file_names(storage)) - {".trigger-link"} == {".gitkeep", "notes/.trigger", "trigger"}


# Runs that cannot go on


def test_another_receiver_at_work_is_left_alone(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    before = snapshot(storage)
    held = os.open(storage, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = receive()
    finally:
        os.close(held)
    assert (result.status, result.stdout) == (9, "")
    result.error_line("another receiver")
    assert snapshot(storage) == before
    assert receive().status == 0


def limited(receiver: Program, *before: str) -> Program:
    """The receiver, able to write 100,000 bytes to a file and no more."""
    return Program(receiver.path, receiver.home, [*before, "prlimit", "--fsize=100000"])


def test_a_full_disk_is_an_io_error_and_the_next_run_finishes(
    receiver: Program, receive: Callable[..., Result], storage: Path
) -> None:
    content = bytes(300_000)
    place = Payload({"a.csv": content}).put_into(storage)
    result = limited(receiver, "env", "--ignore-signal=XFSZ")("--storage", storage)
    assert (result.status, result.stdout) == (10, "")
    result.error_line("healthmetric-receiver: error: ")
    assert place.exists() and not (storage / "summaries").exists()
    assert receive().status == 0
    assert file_names(storage) == sorted([stored_path(BATCH_ID, "a.csv"), summary_path(BATCH_ID)])
    assert (storage / stored_path(BATCH_ID, "a.csv")).read_bytes() == content


def test_a_run_that_was_killed_is_finished_by_the_next(
    receiver: Program, receive: Callable[..., Result], storage: Path
) -> None:
    content = bytes(300_000)
    Payload({"a.csv": content}).put_into(storage)
    assert limited(receiver)("--storage", storage).status < 0
    assert (storage / ".staging").exists()
    assert receive().status == 0
    assert file_names(storage) == sorted([stored_path(BATCH_ID, "a.csv"), summary_path(BATCH_ID)])
    assert (storage / stored_path(BATCH_ID, "a.csv")).read_bytes() == content


def test_what_a_dead_run_left_staged_is_removed_and_not_stored(
    receive: Callable[..., Result], storage: Path
) -> None:
    write_tree(storage / ".staging", {"000001": b"half of", "manifest": b"junk", "deep/x": b""})
    Payload().put_into(storage)
    assert receive().status == 0
    assert file_names(storage) == sorted([stored_path(BATCH_ID, "sub/data.json"), summary_path(BATCH_ID)])
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).read_bytes() == RATE


def test_a_storage_that_cannot_be_written_is_an_io_error(unprivileged: Unprivileged) -> None:
    storage = unprivileged.folder / "_storage"
    Payload().put_into(storage)
    unprivileged.own(storage)
    storage.chmod(0o500)
    before = snapshot(storage)
    result = unprivileged.receiver("--storage", storage)
    assert result.status == 10, result
    result.error_line("_storage")
    assert snapshot(storage) == before


def test_a_result_that_cannot_be_printed_is_an_io_error(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    with open("/dev/full", "wb") as full:
        assert receive(stdout=full).status == 10
    assert (storage / summary_path(BATCH_ID)).exists()


# Parts


def parts(count: int, batch_id: str = BATCH_ID) -> list[Payload]:
    made = [Payload({f"{i}.json": b"%d" % i}, batch_id, part=i, last=i == count)
            for i in range(1, count + 1)]
    made[-1].batch = (count, count)
    return made


def test_a_batch_waits_for_all_of_its_parts(receive: Callable[..., Result], storage: Path) -> None:
    batch_id = batch_id_now("cut")
    first, second, third = parts(3, batch_id)
    for payload, missing in [(first, "part 2"), (third, "part 2")]:
        payload.put_into(storage)
        result = receive("--json")
        assert (result.status, only_batch(result)["status"]) == (0, "waiting")
        assert missing in only_batch(result)["reason"]
        assert not (storage / "cut").exists()
    second.put_into(storage)
    result = receive("--json")
    assert (result.status, only_batch(result)["status"], only_batch(result)["files"]) == (0, "stored", 3)
    assert file_names(storage / "inbox") == []


def test_an_incomplete_batch_is_rejected_when_its_time_is_over(
    receive: Callable[..., Result], storage: Path
) -> None:
    eight_days_ago = datetime.now(timezone.utc) - timedelta(days=8)
    first = parts(2, f"{eight_days_ago:%Y%m%dT%H%M%SZ}-late-0badcafe")[0]
    first.put_into(storage)
    assert receive("--incomplete-after", "9").status == 0
    assert receive().status == 4
    assert_rejected(storage, first.filename, first.text(), "still missing", "part 2")


@pytest.mark.parametrize("spoil", [
    pytest.param(lambda made: setattr(made[1], "batch", (3, 3)), id="other totals"),
    pytest.param(lambda made: made[1].metadata.update(batch_name="other"), id="another name"),
    pytest.param(lambda made: made[1].metadata.update(batch_id=OTHER_ID), id="another batch"),
    pytest.param(lambda made: made[1].metadata.update(part={"index": 1, "last": True,
                 "batch_files": 2, "batch_size": 2}), id="another index"),
    pytest.param(lambda made: setattr(made[1], "files", {"1.json": b"1"}), id="a file twice"),
])
def test_parts_that_contradict_each_other_are_rejected_together(
    spoil: Callable[[list[Payload]], None], receive: Callable[..., Result], storage: Path
) -> None:
    made = parts(2)
    spoil(made)
    for payload in made:
        payload.put_into(storage)
    assert receive().status == 4
    for payload in made:
        assert_rejected(storage, payload.filename, payload.text())
    assert not (storage / "test_batch").exists()


def chunked_parts(chunks: list[dict[str, Any] | None], last: bool = True) -> list[Payload]:
    """A file "abcdef", cut in the middle, in two parts."""
    pieces = [b"abc", b"def"]
    return [Payload({"big.csv": piece}, part=i + 1, last=last and i == 1, batch=(1, 6),
                    damage={} if chunk is None else {"chunk": chunk})
            for i, (piece, chunk) in enumerate(zip(pieces, chunks))]


FIRST = {"index": 1, "offset": 0, "last": False}
LAST = {"index": 2, "offset": 3, "last": True, "total_size": 6,
        "sha256": hashlib.sha256(b"abcdef").hexdigest()}


def test_a_file_that_was_cut_is_put_together(receive: Callable[..., Result], storage: Path) -> None:
    for payload in chunked_parts([FIRST, LAST]):
        payload.put_into(storage)
    batch = only_batch(receive("--json", "--max-file-size", "6"))
    assert (batch["status"], batch["files"], batch["bytes"]) == ("stored", 1, 6)
    assert (storage / stored_path(BATCH_ID, "big.csv")).read_bytes() == b"abcdef"
    [entry] = json.loads((storage / summary_path(BATCH_ID)).read_bytes())["files"]
    assert (entry["sha256"], entry["git_blob"]) == (LAST["sha256"], git_blob(b"abcdef"))


@pytest.mark.parametrize("chunks", [
    pytest.param([FIRST, LAST | {"index": 1}], id="an index twice"),
    pytest.param([FIRST, LAST | {"index": 3}], id="an index left out"),
    pytest.param([FIRST | {"index": 0}, LAST | {"index": 1}], id="an index of 0"),
    pytest.param([FIRST, LAST | {"offset": 2}], id="an overlap"),
    pytest.param([FIRST, LAST | {"offset": 4}], id="a gap"),
    pytest.param([FIRST, LAST | {"offset": 2**64 - 1}], id="an offset past everything"),
    pytest.param([FIRST, LAST | {"total_size": 7}], id="another size of the whole"),
    pytest.param([FIRST, LAST | {"sha256": hashlib.sha256(b"other").hexdigest()}],
                 id="another digest of the whole"),
    pytest.param([FIRST, {"index": 2, "offset": 3, "last": True}], id="no digest of the whole"),
    pytest.param([FIRST, {"index": 2, "offset": 3, "last": False}], id="no last chunk"),
    pytest.param([LAST | {"index": 1, "offset": 0, "total_size": 3}, LAST], id="the last chunk twice"),
    pytest.param([FIRST, None], id="a chunk and a whole"),
    pytest.param([None, LAST], id="a whole and a chunk"),
])
def test_chunks_that_do_not_make_a_file_reject_the_batch(
    chunks: list[dict[str, Any] | None], receive: Callable[..., Result], storage: Path
) -> None:
    made = chunked_parts(chunks)
    for payload in made:
        payload.put_into(storage)
    assert receive().status == 4
    for payload in made:
        assert_rejected(storage, payload.filename, payload.text(), "big.csv")
    assert not (storage / "test_batch").exists()


def test_a_file_in_chunks_is_measured_as_a_whole(
    receive: Callable[..., Result], storage: Path
) -> None:
    made = chunked_parts([FIRST, LAST])
    for payload in made:
        payload.put_into(storage)
    assert receive("--max-file-size", "5").status == 4
    for payload in made:
        assert_rejected(storage, payload.filename, payload.text(), "--max-file-size")


@pytest.mark.parametrize("words", [["--max-batch-size", "5"], ["--max-files", "1"]])
def test_parts_are_measured_together(
    words: list[str], receive: Callable[..., Result], storage: Path
) -> None:
    made = [Payload({f"{i}.csv": b"abc"}, part=i, last=i == 2, batch=(2, 6)) for i in (1, 2)]
    for payload in made:
        payload.put_into(storage)
    assert receive(*words).status == 4
    for payload in made:
        assert_rejected(storage, payload.filename, payload.text(), words[0])


# Compressed contents


def zstd_frame(*blocks: tuple[int, bytes, int], window_log: int = 17) -> bytes:
    """A frame as in RFC 8878, section 3.1.1, without checksum or content size; a block is its type
    (0 raw, 1 one byte repeated), its bytes and its size."""
    out = b"\x28\xb5\x2f\xfd\0" + bytes([window_log - 10 << 3])
    for number, (kind, content, size) in enumerate(blocks, 1):
        out += (size << 3 | kind << 1 | (number == len(blocks))).to_bytes(3, "little") + content
    return out


def raw(content: bytes) -> tuple[int, bytes, int]:
    return 0, content, len(content)


def compressed(frame: bytes, files: dict[str, bytes], **payload: Any) -> tuple[str, bytes]:
    """Name and text of a payload whose contents all are this frame."""
    made = Payload(files, **payload)
    document = made.document()
    for entry in document["files"].values():
        del entry["content"]
        entry["content_zstd"] = encoded(frame)
    return made.filename, json.dumps(document).encode()


def test_compressed_and_plain_parts_make_one_batch(
    receive: Callable[..., Result], storage: Path
) -> None:
    zeros = bytes(1000) + RATE
    name, text = compressed(zstd_frame((1, b"\0", 1000), raw(RATE)), {"a.csv": zeros, "b.csv": zeros},
                            part=1, last=False)
    (storage / "inbox" / name).write_bytes(text)
    Payload({"c.csv": b"plain"}, part=2, batch=(3, 2 * len(zeros) + 5)).put_into(storage)
    batch = only_batch(receive("--json"))
    assert (batch["status"], batch["files"]) == ("stored", 3)
    for path, content in {"a.csv": zeros, "b.csv": zeros, "c.csv": b"plain"}.items():
        assert (storage / stored_path(BATCH_ID, path)).read_bytes() == content


GOOD_FRAME = zstd_frame(raw(RATE))
BAD_FRAMES = {
    "nothing": b"", "no magic number": b"\0" + GOOD_FRAME[1:], "cut in the header": GOOD_FRAME[:5],
    "cut in a block": GOOD_FRAME[:-1], "bytes behind it": GOOD_FRAME + b"\0",
    "a second frame": GOOD_FRAME + zstd_frame(raw(b"")),
    "a reserved block type": zstd_frame((3, RATE, len(RATE))),
    "a window of 16 MiB": zstd_frame(raw(RATE), window_log=24),
}


@pytest.mark.parametrize("defect", BAD_FRAMES)
def test_a_bad_zstd_frame_rejects_the_batch(
    defect: str, receive: Callable[..., Result], storage: Path
) -> None:
    name, text = compressed(BAD_FRAMES[defect], {"sub/data.json": RATE})
    (storage / "inbox" / name).write_bytes(text)
    assert receive().status == 4
    assert_rejected(storage, name, text, "sub/data.json", "zstd")
    assert not (storage / "test_batch").exists()


def test_a_window_of_8_mib_is_accepted(receive: Callable[..., Result], storage: Path) -> None:
    name, text = compressed(zstd_frame(raw(RATE), window_log=23), {"sub/data.json": RATE})
    (storage / "inbox" / name).write_bytes(text)
    assert receive().status == 0
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).read_bytes() == RATE


@pytest.mark.parametrize("words", [["--max-file-size", "64K"], ["--max-batch-size", "64K"]])
def test_a_zstd_bomb_stops_at_the_limit(
    words: list[str], receiver: Program, storage: Path
) -> None:
    """1 GiB of zeros from 32 KiB. A receiver that wrote more than 100,000 bytes of it would die."""
    bomb = zstd_frame(*[(1, b"\0", 1 << 17)] * 8192)
    name, text = compressed(bomb, {"bomb.csv": b""})
    (storage / "inbox" / name).write_bytes(text)
    result = limited(receiver)("--storage", storage, *words)
    assert result.status == 4, result
    assert_rejected(storage, name, text, "bomb.csv", words[0])
    assert not (storage / ".staging").exists()


# Defects


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def apply(text: bytes) -> bytes:
        assert old in text
        return text.replace(old, new, 1)
    return apply


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def edited(change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    def apply(text: bytes) -> bytes:
        document = json.loads(text)
        change(document)
        return json.dumps(document).encode()
    return apply


def entry_with(**members: Any) -> Callable[[bytes], bytes]:
    return edited(lambda document: document["files"]["sub/data.json"].update(members))


def metadata_with(**members: Any) -> Callable[[bytes], bytes]:
    return edited(lambda document: document["batch_metadata"].update(members))


def entry_without(key: str) -> Callable[[bytes], bytes]:
    return edited(lambda document: document["files"]["sub/data.json"].pop(key))


def metadata_without(key: str) -> Callable[[bytes], bytes]:
    return edited(lambda document: document["batch_metadata"].pop(key))


CONTENT = encoded(RATE).encode()
DEFECTS = {
    "empty": (lambda text: b"", "the JSON is cut off"),
    "not JSON": (lambda text: b"hello", "byte"),
    "an array": (lambda text: b"[]", "byte"),
    "no payload": (lambda text: b'{"a": 1}', "batch_metadata"),
    "no files": (replaced(b'"files": {"sub', b'"fails": {"sub'), "files"),
    "cut in the middle": (lambda text: text[:len(text) // 2], "cut off"),
    "cut at the end": (lambda text: text[:-1], "cut off"),
    "cut in a content": (lambda text: text[:text.index(CONTENT) + 4], "cut off"),
    "more behind it": (lambda text: text + b"{}", "byte"),
    "a key twice": (replaced(b'"size": 13', b'"size": 13, "size": 13'), "second time"),
    "an entry twice": (lambda text: text.replace(b'"files": {', b'"files": {"sub/data.json": {}, ', 1), ""),
    "broken base64": (replaced(CONTENT, b"!" + CONTENT[1:]), "base64"),
    "unpadded base64": (replaced(CONTENT, CONTENT.rstrip(b"=")), "base64"),
    "base64 with line ends": (replaced(CONTENT, CONTENT[:4] + b"\\n" + CONTENT[4:]), "base64"),
    "no content": (replaced(b'"content": ', b'"contents": '), "content"),
    "another size": (replaced(b'"size": 13', b'"size": 14'), "declares 14 bytes"),
    "a negative size": (replaced(b'"size": 13', b'"size": -1'), "byte"),
    "a size past 64 bits": (replaced(b'"size": 13', b'"size": 99999999999999999999999'), "byte"),
    "a size with a fraction": (replaced(b'"size": 13', b'"size": 13.0'), "byte"),
    "another digest": (entry_with(sha256=hashlib.sha256(b"other").hexdigest()), "does not match"),
    "a digest of 65 digits": (replaced(b'"sha256": "', b'"sha256": "0'), "SHA-256"),
    "a digest that is none": (entry_with(sha256="z" * 64), "SHA-256"),
    "other bytes of the same size": (entry_with(content=encoded(b'{"rate": 62}\n')), "SHA-256"),
    "a content that is a number": (replaced(b'"content": "' + CONTENT + b'"', b'"content": 1'), ""),
    "text that is not UTF-8": (replaced(b"test_batch", b"test\xffbatch"), "UTF-8"),
    "a lone surrogate": (replaced(b'"lab"', b'"\\ud800"'), "byte"),
    "a raw control character": (replaced(b'"lab"', b'"l\x01b"'), "byte"),
    "a wrong escape": (replaced(b'"lab"', b'"l\\xb"'), "byte"),
    "nested too deeply": (replaced(b'"lab"', b'"lab", "more": ' + nested(9)), "deep"),
    "nested without end": (replaced(b'"lab"', b'"lab", "more": ' + b"[" * 1_000_000), "deep"),
    "no timestamp": (replaced(b'"timestamp": "2024-01-15T10:30:00Z"', b'"timestamp": "soon"'), "timestamp"),
    "another total": (replaced(b'"total_files": 1', b'"total_files": 2'), "declares 2 files"),
    "another batch": (replaced(BATCH_ID.encode(), OTHER_ID.encode()), "file name"),
    "an id that is none": (replaced(BATCH_ID.encode(), b"../../etc"), "batch_id"),
    "a NUL in a key": (lambda text: text.replace(b"sub/data.json", b"sub/\\u0000.json"), "control"),
    "zstd that is none": (replaced(b'"content": ', b'"content_zstd": '), "zstd"),
    "two contents": (entry_with(content_zstd=encoded(GOOD_FRAME)), "content"),
    "the contents of nobody": (entry_with(relative_path="other/data.json"), "relative_path"),
    "another total size": (metadata_with(total_size=14), "declares 14 bytes"),
    "a list of other files": (metadata_with(files=[{"filename": "x.json", "size": 13}]), "files"),
    "a list of other sizes": (metadata_with(files=[{"filename": "data.json", "size": 14}]), "files"),
    "a newer version": (metadata_with(schema_version=3), "schema_version"),
    "the last of two parts": (metadata_with(part={"index": 2, "last": True}), "part"),
    "other totals of the batch": (metadata_with(part={"index": 1, "last": True, "batch_files": 2,
                                                      "batch_size": 13}), ""),
    "a size of 2^64": (entry_with(size=2**64), "byte"),
    "a size of 2^64-1": (entry_with(size=2**64 - 1), "declares"),
    "a size of a million digits": (replaced(b'"size": 13', b'"size": ' + b"9" * 1_000_000), "byte"),
    "a size with an exponent": (replaced(b'"size": 13', b'"size": 13e0'), "byte"),
    "a size with a zero in front": (replaced(b'"size": 13', b'"size": 013'), "byte"),
    "a text without end": (replaced(b'"lab"', b'"' + b"l" * 1_000_000 + b'"'), ""),
    "a text of 4,097 bytes": (replaced(b'"lab"', b'"' + b"l" * 4097 + b'"'), ""),
    "a date that is none": (metadata_with(timestamp="2024-02-30T10:30:00Z"), "timestamp"),
    "a comment": (replaced(b'"lab"', b'/* */ "lab"'), "byte"),
    "single quotes": (replaced(b'"lab"', b"'lab'"), "byte"),
    "a comma too many": (replaced(b'"user": "lab",', b'"user": "lab",,'), "byte"),
    "a number that is none": (replaced(b'"lab"', b'"lab", "more": NaN'), "byte"),
    "UTF-16": (lambda text: text.decode().encode("utf-16"), ""),
    "a NUL behind it": (lambda text: text + b"\0", "byte"),
}
REQUIRED = {
    "entry": (entry_without, ["size", "sha256", "content"]),
    "metadata": (metadata_without, ["batch_id", "timestamp", "total_files", "total_size", "files"]),
}
DEFECTS |= {f"no {key} in the {where}": (without(key), key)
            for where, (without, keys) in REQUIRED.items() for key in keys if key != "content"}
WRONG_TYPES: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "size": (entry_with, ["13", True, None, [13]]), "sha256": (entry_with, [5, None, {}]),
    "content": (entry_with, [None, [], {}, True]), "relative_path": (entry_with, [5, []]),
    "content_type": (entry_with, [5, {}]), "modified": (entry_with, [5, "soon"]),
    "chunk": (entry_with, [5, "1", [], {"index": "1"}, {"index": 1, "last": "no"}]),
    "schema_version": (metadata_with, ["2", None, 2.0]), "batch_id": (metadata_with, [5, None]),
    "batch_name": (metadata_with, [5, {}]), "timestamp": (metadata_with, [5, None, ""]),
    "source_folder": (metadata_with, [5, []]), "sender": (metadata_with, [5, "lab", {"host": 5}]),
    "part": (metadata_with, [5, [], {"index": "1", "last": True}, {"index": 1, "last": 1}]),
    "total_files": (metadata_with, ["1", None, 1.0]), "total_size": (metadata_with, ["13", [13]]),
    "skipped": (metadata_with, [5, {}, [5]]), "files": (metadata_with, [5, {}, [5], None]),
}
DEFECTS |= {f"{key} as {json.dumps(value)}": (spoil(**{key: value}), "")
            for key, (spoil, values) in WRONG_TYPES.items() for value in values}
DEFECTS |= {f"{key} as {json.dumps(value)}": (edited(lambda document, key=key, value=value:
                                                     document.update({key: value})), "byte")
            for key in ("files", "batch_metadata") for value in (5, None, [], "x")}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_sets_the_payload_aside_and_the_others_go_on(
    defect: str, receiver: Program, receive: Callable[..., Result], storage: Path
) -> None:
    spoil, word = DEFECTS[defect]
    bad = Payload()
    text = spoil(bad.text())
    (storage / "inbox" / bad.filename).write_bytes(text)
    Payload(batch_id=OTHER_ID).put_into(storage)

    result = receive()

    assert result.status == 4, result
    assert_rejected(storage, bad.filename, text, word)
    result.error_line("rejected", BATCH_ID)
    assert not (storage / "test_batch").exists()
    assert not (storage / ".staging").exists()
    assert (storage / stored_path(OTHER_ID, "sub/data.json")).read_bytes() == RATE
    for said in [result.stderr, (receiver.home / "receiver.log").read_text(),
                 (storage / f"rejected/{bad.filename}.reason.json").read_text()]:
        assert "rate" not in said and CONTENT[:8].decode() not in said
    assert receive().status == 0


def test_a_payload_cut_off_anywhere_is_rejected(receive: Callable[..., Result], storage: Path) -> None:
    text = Payload().text()
    cut = {f"cut-{length:04}.json": text[:length] for length in [*range(0, len(text), 5), len(text) - 1]}
    write_tree(storage / "inbox", cut)
    assert receive().status == 4
    for name, part in cut.items():
        assert_rejected(storage, name, part)
    assert {name.partition("/")[0] for name in file_names(storage)} == {"rejected"}


@pytest.mark.parametrize("spoil", [
    pytest.param(replaced(b'"lab"', b'"lab", "more": ' + nested(5)), id="8 levels"),
    pytest.param(replaced(b'"lab"', b'"' + b"l" * 4096 + b'"'), id="a text of 4,096 bytes"),
    pytest.param(lambda text: b"\xef\xbb\xbf" + text, id="a byte order mark"),
    pytest.param(lambda text: b" \r\n\t" + text + b"\n\n", id="white space around"),
    pytest.param(replaced(b'"sub/data.json": {', b'"sub\\/d\\u0061ta.json": {'), id="escapes"),
    pytest.param(edited(lambda document: document.update(more={"unknown": [1.5e3, None, True]})),
                 id="unknown members"),
    pytest.param(entry_with(sha256=hashlib.sha256(RATE).hexdigest().upper()), id="a digest in capitals"),
])
def test_what_is_unusual_but_right_is_stored(
    spoil: Callable[[bytes], bytes], receive: Callable[..., Result], storage: Path
) -> None:
    (storage / "inbox" / Payload().filename).write_bytes(spoil(Payload().text()))
    result = receive()
    assert result.status == 0, result
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).read_bytes() == RATE


def test_two_entries_of_an_old_payload_for_one_path_are_rejected(
    receive: Callable[..., Result], storage: Path
) -> None:
    document = version_1_document({"a.json": b"1", "b.json": b"2"})
    for entry in document["files"].values():
        entry["relative_path"] = "same.json"
    text = json.dumps(document).encode()
    (storage / "inbox/old.json").write_bytes(text)
    assert receive().status == 4
    assert_rejected(storage, "old.json", text)


UNSAFE = ["../escape.json", "/etc/escape.json", "a/../../escape.json", "a//b", "./a", "a/.", "a\\b",
          "C:/a", "c:a", ".git/config", "a/.GIT/hooks/x", "", "a\nb", "a\x1bb", "a\x85b", "x" * 256,
          "..", "a/..", "/", "a/", "\\\\host\\share", "a\x7fb", "a\0b", "心" * 86,
          "/".join(["d"] * 600)]


@pytest.mark.parametrize("path", UNSAFE, ids=[ascii(path[:24]) for path in UNSAFE])
def test_an_unsafe_path_rejects_the_whole_batch(
    path: str, receive: Callable[..., Result], storage: Path
) -> None:
    payload = Payload({"good.json": b"1", path: b"2"})
    payload.put_into(storage)
    around = snapshot(storage.parent)
    result = receive()
    assert result.status == 4, result
    assert_rejected(storage, payload.filename, payload.text())
    assert not (storage / "test_batch").exists()
    assert {name for name in snapshot(storage.parent) if not name.startswith("_storage")} - {
        "home/receiver.log"} == {name for name in around if not name.startswith("_storage")}
    assert "\x1b" not in result.stderr


def test_names_that_other_systems_fold_or_refuse_are_stored_apart(
    receive: Callable[..., Result], storage: Path
) -> None:
    names = ["a.json", "A.json", "é.json", "é.json", "CON.txt", "what?.csv", "dot.", "x", "x/y.json",
             "inbox/z.json", ".hidden"]
    files = {name: f"content {i}".encode() for i, name in enumerate(names)}
    Payload(files).put_into(storage)
    assert receive().status == 0
    summary = json.loads((storage / summary_path(BATCH_ID)).read_bytes())
    stored = {item["path"]: item["stored_path"] for item in summary["files"]}
    assert set(stored) == set(files)
    assert len({place.casefold() for place in stored.values()}) == len(files)
    for path, place in stored.items():
        assert (storage / place).read_bytes() == files[path]
        assert not set(place) & set('<>:"|?*')


# Links


@pytest.mark.parametrize("link", ["test_batch", "summaries", "rejected", ".staging", "inbox/link.json"])
def test_a_link_planted_in_the_storage_is_never_followed(
    link: str, receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("stays")
    (storage / link).symlink_to(outside, target_is_directory=True)
    texts = {payload.put_into(storage): payload.text()
             for payload in [Payload(), Payload(batch_id=OTHER_ID, damage={"size": 1})]}
    receive()
    assert file_names(outside) == ["precious"]
    assert (outside / "precious").read_text() == "stays"
    # Each payload is stored, set aside or still there.
    for place, text in texts.items():
        aside = storage / "rejected" / place.name
        stored = (storage / summary_path(place.stem)).exists()
        assert stored or (place if place.exists() else aside).read_bytes() == text


@pytest.mark.parametrize("link", [
    "test_batch/sub", "summaries/2024", "summaries/2024/01", summary_path(BATCH_ID),
    stored_path(BATCH_ID, "sub/data.json"), f"rejected/{OTHER_ID}.json",
    f"rejected/{OTHER_ID}.json.reason.json"])
@pytest.mark.parametrize("kind", ["folder", "same bytes", "other bytes", "nothing"])
def test_a_link_deep_in_the_storage_is_never_followed(
    link: str, kind: str, receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    if kind == "folder":
        (outside / "target").mkdir()
    elif kind != "nothing":
        (outside / "target").write_bytes(RATE if kind == "same bytes" else b"precious")
    (storage / link).parent.mkdir(parents=True, exist_ok=True)
    (storage / link).symlink_to(outside / "target")
    before = snapshot(outside)
    texts = {payload.put_into(storage): payload.text()
             for payload in [Payload(), Payload(batch_id=OTHER_ID, damage={"size": 1})]}

    assert receive().status == 4

    assert snapshot(outside) == before
    assert (storage / link).is_symlink()
    own = {name: (storage / name).read_bytes() for name in file_names(storage)
           if not (storage / name).is_symlink()}
    stored = own.pop(stored_path(BATCH_ID, "sub/data.json"), None)
    assert stored == (RATE if link.startswith("rejected") else None)
    for place, text in texts.items():
        assert text in own.values() or (place.stem == BATCH_ID and stored)


def test_an_inbox_that_is_a_link_is_not_emptied(
    receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    Payload().put_into(tmp_path / "outside")
    (storage / "inbox").rmdir()
    (storage / "inbox").symlink_to(tmp_path / "outside/inbox")
    before = snapshot(tmp_path / "outside")
    result = receive()
    assert result.status != 0
    result.error_line("inbox", "link")
    assert snapshot(tmp_path / "outside") == before
    assert not (storage / "test_batch").exists()


def test_a_log_that_a_link_stands_for_is_not_written_through_it(
    receiver: Program, receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    """Nobody named it, so whoever can push to the checkout may have put it there."""
    (tmp_path / "precious").write_text("stays\n")
    (receiver.home / "receiver.log").symlink_to(tmp_path / "precious")
    Payload().put_into(storage)
    receive()
    assert (tmp_path / "precious").read_text() == "stays\n"


def test_the_markdown_summary_does_not_go_through_a_link(
    receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_text("stays\n")
    (tmp_path / "run.md").symlink_to(tmp_path / "precious")
    Payload().put_into(storage)
    receive("--summary-markdown", tmp_path / "run.md")
    assert (tmp_path / "precious").read_text() == "stays\n"


@pytest.mark.parametrize("link", ["summaries", "rejected"])
def test_a_bad_batch_that_cannot_be_set_aside_does_not_stop_the_others(
    link: str, receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (storage / link).symlink_to(tmp_path / "outside")
    bad = Payload(damage={"size": 1}).put_into(storage)
    Payload(batch_id=OTHER_ID).put_into(storage)
    result = receive("--json")
    assert result.status == 4
    assert [batch["batch_id"] for batch in result.json["batches"]] == [BATCH_ID, OTHER_ID]
    assert bad.exists()
    assert file_names(tmp_path / "outside") == []
    result.error_line("rejected", BATCH_ID, link)


@pytest.mark.parametrize("name", ["心" * 80, "a" + "心" * 79, "é" * 120, "x" * 250])
def test_a_bad_payload_with_a_long_name_is_set_aside(
    name: str, receive: Callable[..., Result], storage: Path
) -> None:
    (storage / f"inbox/{name}.json").write_bytes(b"{}")
    assert receive().status == 4
    [aside] = [p for p in (storage / "rejected").iterdir() if not p.name.endswith(".reason.json")]
    assert f"{name}.json".endswith(aside.name)
    assert receive().status == 0


def test_a_link_to_a_payload_is_no_payload(
    receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes(Payload().text())
    (storage / "inbox" / Payload().filename).symlink_to(elsewhere)
    assert receive().status == 0
    assert elsewhere.exists()
    assert not (storage / "test_batch").exists()


def test_a_pipe_in_the_inbox_does_not_hang(receive: Callable[..., Result], storage: Path) -> None:
    os.mkfifo(storage / "inbox" / Payload().filename)
    (storage / "inbox/folder.json").mkdir()
    assert receive(timeout=10).status == 0


# Options


def test_dry_run_verifies_and_changes_nothing(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    Payload(batch_id=OTHER_ID, damage={"size": 1}).put_into(storage)
    (storage / ".trigger").write_text("")
    before = snapshot(storage)
    result = receive("--dry-run", "--json")
    assert result.status == 4
    assert {batch["batch_id"]: batch["status"] for batch in result.json["batches"]} == {
        BATCH_ID: "verified", OTHER_ID: "rejected"}
    assert snapshot(storage) == before


def test_dry_run_tells_of_a_target_that_is_taken(receive: Callable[..., Result], storage: Path) -> None:
    """`verified` means it would be stored, and this batch would be rejected."""
    write_tree(storage, {stored_path(BATCH_ID, "sub/data.json"): b"older"})
    Payload().put_into(storage)
    before = snapshot(storage)
    result = receive("--dry-run", "--json")
    assert (result.status, only_batch(result)["status"]) == (4, "rejected")
    assert snapshot(storage) == before


@pytest.mark.parametrize("words", [["--dry-run"], ["--keep-payloads"]])
def test_a_repeat_whose_payload_stays_is_not_said_to_be_removed(
    words: list[str], receive: Callable[..., Result], storage: Path
) -> None:
    place = Payload().put_into(storage)
    assert receive("--keep-payloads").status == 0
    result = receive(*words)
    assert (result.status, place.exists()) == (0, True)
    assert "removed" not in result.stderr + result.stdout


def test_dry_run_sees_what_a_receiver_at_work_sees(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    held = os.open(storage, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert only_batch(receive("--dry-run", "--json"))["status"] == "verified"
    finally:
        os.close(held)


def test_keep_payloads_still_sets_bad_ones_aside(
    receive: Callable[..., Result], storage: Path
) -> None:
    bad = Payload(damage={"size": 1})
    bad.put_into(storage)
    assert receive("--keep-payloads").status == 4
    assert_rejected(storage, bad.filename, bad.text())


def test_keep_payloads_leaves_them_and_stores_once(
    receive: Callable[..., Result], storage: Path
) -> None:
    place = Payload().put_into(storage)
    for status in ["stored", "repeated"]:
        result = receive("--keep-payloads", "--json")
        assert (result.status, only_batch(result)["status"]) == (0, status)
        assert place.exists()


def test_the_name_template_decides_where_files_go(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    assert receive("--name-template", "{year}/{month}-{day}/{batch}/{dir}{stem}.{id}{ext}").status == 0
    assert (storage / "2024/01-15/test_batch/sub/data.3f9a1c07.json").exists()


def test_the_name_template_knows_every_field(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    template = "{batch_id}/{year}/{month}/{day}/{batch}/{dir}{timestamp} {id} {stem}{ext}"
    assert receive("--name-template", template).status == 0
    assert (storage / f"{BATCH_ID}/2024/01/15/test_batch/sub"
            / "20240115T103000Z 3f9a1c07 data.json").read_bytes() == RATE


@pytest.mark.parametrize("template", ["{stem}_{id}{ext}", "{stem}{batch_id}.json"])
def test_a_template_without_a_folder_is_refused(
    template: str, receive: Callable[..., Result], storage: Path
) -> None:
    """A stored file directly in the storage would be the next run's payload."""
    inner = Payload(batch_id=OTHER_ID).text()
    Payload({"inner.json": inner}).put_into(storage)
    before = snapshot(storage)
    result = receive("--name-template", template)
    assert result.status == 2
    result.error_line("--name-template")
    assert snapshot(storage) == before


@pytest.mark.parametrize("template", ["inbox/{stem}_{id}{ext}", "rejected/{stem}_{id}{ext}",
                                      "summaries/{stem}_{id}{ext}", ".staging/{stem}_{id}{ext}"])
def test_a_template_stores_nothing_in_the_folders_of_the_layout(
    template: str, receive: Callable[..., Result], storage: Path
) -> None:
    Payload({"data.json": RATE}).put_into(storage)
    assert receive("--name-template", template).status in (0, 2)
    for place in storage.rglob("*"):
        if place.is_file() and place.read_bytes() == RATE:
            top = place.relative_to(storage).parts[0]
            assert top not in ("inbox", "rejected", "summaries", ".staging")
    assert [b["status"] for b in receive("--json").json["batches"]] in ([], ["stored"])


@pytest.mark.parametrize("template", ["", "{batch}/x", "{stem}", "{stem}{id}{what}", "{stem}{id", "{stem}}{id}",
                                      "../{stem}{id}", "/{stem}{id}"])
def test_a_bad_name_template_is_refused_or_harmless(
    template: str, receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    around = {name for name in snapshot(storage.parent) if not name.startswith(("_storage", "home"))}
    result = receive("--name-template", template)
    assert result.status in (2, 4), result
    assert {name for name in snapshot(storage.parent) if not name.startswith(("_storage", "home"))} == around


@pytest.mark.parametrize("words,limit", [
    (["--max-file-size", "12"], "--max-file-size"),
    (["--max-batch-size", "12"], "--max-batch-size"),
    (["--max-files", "1"], "--max-files"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_limit_rejects_what_is_over_it_and_takes_what_is_at_it(
    words: list[str], limit: str, receive: Callable[..., Result], storage: Path
) -> None:
    files = {"a": b"1", "b": b"2"} if limit == "--max-files" else {"sub/data.json": b'{"rate": 61}\n'}
    over = Payload(files)
    over.put_into(storage)
    assert receive(*words).status == 4
    assert_rejected(storage, over.filename, over.text(), limit)
    (storage / summary_path(BATCH_ID)).unlink()
    over.put_into(storage)
    assert receive(words[0], str(int(words[1]) + 1)).status == 0


@pytest.mark.parametrize("limit", ["--max-file-size", "--max-batch-size"])
@pytest.mark.parametrize("written, size", [("2048", 2048), ("2K", 2048), ("1M", 1 << 20)])
def test_sizes_are_written_with_units(
    limit: str, written: str, size: int, receive: Callable[..., Result], storage: Path
) -> None:
    Payload({"at.csv": bytes(size)}).put_into(storage)
    Payload({"over.csv": bytes(size + 1)}, OTHER_ID).put_into(storage)
    result = receive(limit, written, "--json")
    assert {batch["batch_id"]: batch["status"] for batch in result.json["batches"]} == {
        BATCH_ID: "stored", OTHER_ID: "rejected"}


def test_a_file_of_more_than_100_mib_needs_a_higher_limit(
    receive: Callable[..., Result], storage: Path
) -> None:
    size = (100 << 20) + 1
    blocks = [(1, b"\0", 1 << 17)] * 800
    name, text = compressed(zstd_frame(*blocks, raw(b"\0")), {"large.csv": bytes(size)})
    (storage / "inbox" / name).write_bytes(text)
    assert receive("--dry-run").status == 4
    assert receive("--dry-run", "--max-file-size", str(size)).status == 0


def test_the_result_is_one_line_for_people(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    Payload(batch_id=OTHER_ID, damage={"size": 1}).put_into(storage)
    result = receive()
    assert result.stdout.count("\n") == 1
    assert "stored 1 batch" in result.stdout and "rejected 1 batch" in result.stdout


def test_json_output_of_nothing_is_an_object_too(receive: Callable[..., Result]) -> None:
    result = receive("--json")
    assert (result.status, result.json) == (0, {"batches": [], "triggers_removed": []})


def test_quiet_prints_errors_alone(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    Payload(batch_id=OTHER_ID, damage={"size": 1}).put_into(storage)
    parts(2, batch_id_now("cut"))[0].put_into(storage)
    result = receive("--quiet")
    assert (result.status, result.stdout) == (4, "")
    [line] = result.stderr.splitlines()
    assert f"error: rejected {OTHER_ID}" in line


def test_a_name_with_a_line_end_forges_no_line_of_the_log(
    receiver: Program, receive: Callable[..., Result], storage: Path
) -> None:
    forged = "2024-01-01T00:00:00Z info stored everything.json"
    (storage / "inbox" / f"x\n{forged}").write_bytes(b"{}")
    Payload({f"a\n{forged}": b"1"}).put_into(storage)
    Payload(batch_id=OTHER_ID, metadata={"batch_name": f"x\n{forged}", "timestamp": f"\n{forged}"}
            ).put_into(storage)
    result = receive("--verbose")
    for said in [result.stderr, (receiver.home / "receiver.log").read_text()]:
        assert not [line for line in said.splitlines() if line.startswith("2024-01-01")]


def test_the_log_grows_from_run_to_run(
    receiver: Program, receive: Callable[..., Result], storage: Path
) -> None:
    for batch_id in [BATCH_ID, OTHER_ID]:
        Payload(batch_id=batch_id).put_into(storage)
        assert receive("--quiet").status == 0
    log = (receiver.home / "receiver.log").read_text()
    assert f"stored {BATCH_ID}" in log and f"stored {OTHER_ID}" in log


def test_json_output_is_one_object_and_quiet_prints_nothing(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    result = receive("--quiet")
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    Payload(batch_id=OTHER_ID).put_into(storage)
    result = receive("--quiet", "--json")
    assert only_batch(result)["payloads"] == [f"inbox/{OTHER_ID}.json"]


def test_verbose_says_more_than_the_default(receive: Callable[..., Result], storage: Path) -> None:
    """--help: "Say each step"."""
    said = []
    for words in [[], ["--verbose"]]:
        Payload().put_into(storage)
        said.append(receive("--keep-payloads", *words).stderr.splitlines())
        (storage / summary_path(BATCH_ID)).unlink()
    usual, verbose = said
    assert usual and set(usual) < set(verbose)


def test_the_log_has_what_happened_and_never_a_byte_of_content(
    receive: Callable[..., Result], receiver: Program, storage: Path, tmp_path: Path
) -> None:
    Payload({"a.txt": SECRET}).put_into(storage)
    Payload({"b.txt": SECRET}, OTHER_ID, damage={"size": 1}).put_into(storage)
    (storage / "inbox/bad.json").write_bytes(SECRET)
    assert receive("--log-file", tmp_path / "own.log", "--verbose").status == 4
    assert not (receiver.home / "receiver.log").exists()
    log = (tmp_path / "own.log").read_text()
    assert f"stored {BATCH_ID}" in log and f"rejected {OTHER_ID}" in log
    for said in [log, *(p.read_text() for p in storage.rglob("*.reason.json"))]:
        assert SECRET.decode() not in said and encoded(SECRET) not in said and "pulse" not in said


def test_the_log_lies_in_the_current_directory_unless_named(
    receive: Callable[..., Result], receiver: Program, storage: Path
) -> None:
    Payload().put_into(storage)
    assert receive().status == 0
    [line] = [line for line in (receiver.home / "receiver.log").read_text().splitlines()
              if f"stored {BATCH_ID}" in line]
    assert line[10] == "T" and line[19:26] == "Z info ", line


def test_a_log_file_that_cannot_be_written_is_an_io_error(
    receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    place = Payload().put_into(storage)
    (tmp_path / "file").write_text("")
    result = receive("--log-file", tmp_path / "file/x.log")
    assert result.status == 10
    result.error_line("x.log")
    assert place.exists()


def test_the_markdown_summary_escapes_every_name(
    receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    name = "<script>|[x](y)`"
    bad = Payload({f"{name}.json": b"1"}, damage={"size": 2})
    bad.put_into(storage)
    Payload(batch_id=OTHER_ID).put_into(storage)
    assert receive("--summary-markdown", tmp_path / "run.md").status == 4
    text = (tmp_path / "run.md").read_text()
    assert OTHER_ID in text and BATCH_ID in text
    assert "<script>" not in text and "[x](y)" not in text


@pytest.mark.parametrize("words", [
    ["--no-such-option"], ["--max-files", "many"], ["--max-file-size", "big"], ["--quiet", "--verbose"],
    ["positional"], ["--max-files", "0"], ["--max-files", "-1"], ["--max-file-size", "0"],
    ["--max-file-size", "1.5.2"], ["--max-batch-size", "1X"],
    ["--incomplete-after", "-1"], ["--incomplete-after", "soon"], ["--name-template"], ["--log-file"],
    ["--summary-markdown"], ["--dry-run=perhaps"],
], ids=" ".join)
def test_a_wrong_command_line_is_a_usage_error(
    words: list[str], receive: Callable[..., Result], storage: Path
) -> None:
    place = Payload().put_into(storage)
    result = receive(*words)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("healthmetric-receiver: error: ")
    assert place.exists()


def test_a_storage_that_is_none_is_a_usage_error(receiver: Program, tmp_path: Path) -> None:
    result = receiver("--storage", tmp_path / "nowhere")
    assert result.status == 2
    result.error_line("nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_storage_that_is_a_file_is_a_usage_error(receiver: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("stays")
    assert receiver("--storage", tmp_path / "file").status == 2
    assert (tmp_path / "file").read_text() == "stays"


def test_the_storage_of_the_current_directory_is_the_default(receiver: Program) -> None:
    storage = receiver.home / "_storage"
    storage.mkdir(parents=True)
    Payload().put_into(storage)
    assert receiver().status == 0
    assert (storage / summary_path(BATCH_ID)).exists()


def test_help_and_version_are_results(receiver: Program) -> None:
    result = receiver("--help")
    assert (result.status, result.stderr) == (0, "")
    for option in ["--storage", "--name-template", "--dry-run", "--keep-payloads", "--incomplete-after",
                   "--reject-list", "--summary-markdown", "--max-file-size", "--max-batch-size", "--max-files", "--json",
                   "--quiet", "--verbose", "--log-file", "--version"]:
        assert option in result.stdout
    assert receiver("-h").stdout == result.stdout
    [version] = re.findall(r"project\(healthmetric VERSION (\S+)", (REPOSITORY / "CMakeLists.txt").read_text())
    assert receiver("--version") == Result(0, f"healthmetric-receiver {version}\n", "")
    assert file_names(receiver.home) == []
