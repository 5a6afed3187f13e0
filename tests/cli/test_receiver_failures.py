"""Runs that cannot go on, or did not."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Unprivileged
from payloads import BATCH_ID, Payload, encoded, stored_path, summary_path
from programs import Program, Result, has_sanitizers, receiver_path
from receiving import OTHER_ID, RATE, limited
from trees import file_names, snapshot, write_tree
from zstd_frames import zstd_frame


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


def test_a_file_over_the_limit_of_the_process_is_an_io_error_and_the_next_run_finishes(
    receiver: Program, receive: Callable[..., Result], storage: Path
) -> None:
    content = bytes(300_000)
    place = Payload({"a.csv": content}).put_into(storage)
    result = limited(receiver)("--storage", storage)
    assert (result.status, result.stdout) == (10, "")
    result.error_line("healthmetric-receiver: error: ")
    assert place.exists() and not (storage / "summaries").exists()
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


def test_staged_folders_nested_deeper_than_descriptors_reach_are_removed(
    receiver: Program, receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    """A stranger may push them; each level would cost a program that descends a descriptor."""
    (tmp_path / "precious").write_bytes(b"stays")
    (storage / ".staging").mkdir()
    here = os.open(storage / ".staging", os.O_RDONLY)
    for _ in range(300):
        os.symlink(tmp_path / "precious", "link", dir_fd=here)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        os.mkdir("deeper", dir_fd=here)
        here, above = os.open("deeper", os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    Payload().put_into(storage)
    few = Program(receiver.path, receiver.home, ["prlimit", "--nofile=32"])
    assert few("--storage", storage).status == 0
    assert not (storage / ".staging").exists()
    assert (tmp_path / "precious").read_bytes() == b"stays"
    assert receive().status == 0


# Before main(), with some KiB of memory for the loader, and for what the runtime keeps for exceptions.
NOT_BEGUN = {"error while loading shared libraries": 127, "terminate called without an active exception": -6}


@pytest.mark.skipif(has_sanitizers(receiver_path()), reason="sanitizers have memory of their own")
def test_a_good_payload_is_not_rejected_for_want_of_memory(
    receiver: Program, receive: Callable[..., Result], storage: Path
) -> None:
    """The largest window of zstd is what needs most of it."""
    content = bytes(80 << 17)
    document = Payload({"a.csv": content}).document()
    document["files"]["a.csv"]["content_zstd"] = encoded(zstd_frame(*[(1, b"\0", 1 << 17)] * 80, window_log=23))
    del document["files"]["a.csv"]["content"]
    [name] = Payload({"a.csv": content}).put_into(storage).parent.iterdir()
    name.write_text(json.dumps(document))
    statuses = []
    for mebibytes in range(8, 40):
        few = Program(receiver.path, receiver.home, ["prlimit", f"--as={mebibytes << 20}"])
        result = few("--storage", storage)
        statuses.append(result.status)
        if result.status == 0:
            break
        expected = next((status for words, status in NOT_BEGUN.items() if words in result.stderr), 10)
        assert result.status == expected, result
        assert name.exists() and not (storage / "rejected").exists(), result
    assert 10 in statuses
    assert receive().status == 0
    assert (storage / summary_path(BATCH_ID)).exists()


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


def test_a_batch_that_cannot_be_set_aside_stays_and_the_others_go_on(unprivileged: Unprivileged) -> None:
    storage = unprivileged.folder / "_storage"
    bad = storage / f"inbox/{BATCH_ID}.json"
    Payload().put_into(storage)
    bad.write_bytes(b"{}")
    Payload(batch_id=OTHER_ID).put_into(storage)
    (storage / "rejected").mkdir()
    unprivileged.own(storage)
    (storage / "rejected").chmod(0o500)
    result = unprivileged.receiver("--storage", storage, "--json")
    assert result.status == 10, result
    result.error_line("rejected", BATCH_ID, "not moved to rejected/", "Permission denied")
    assert {batch["batch_id"]: batch["status"] for batch in result.json["batches"]} == {
        BATCH_ID: "rejected", OTHER_ID: "stored"}
    assert bad.read_bytes() == b"{}"
    assert not (storage / f"inbox/{OTHER_ID}.json").exists()

    (storage / "rejected").chmod(0o700)
    assert unprivileged.receiver("--storage", storage).status == 4
    assert (storage / f"rejected/{BATCH_ID}.json").read_bytes() == b"{}"


def test_a_result_that_cannot_be_printed_is_an_io_error(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    with open("/dev/full", "wb") as full:
        assert receive(stdout=full).status == 10
    assert (storage / summary_path(BATCH_ID)).exists()
