"""The options of the receiver."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from payloads import BATCH_ID, Payload, stored_path, summary_path
from programs import REPOSITORY, Program, Result
from receiving import OTHER_ID, RATE, assert_rejected, only_batch
from system_calls import TRACED, needs_strace
from trees import file_names, snapshot, write_tree
from zstd_frames import compressed, raw, zstd_frame


def test_dry_run_verifies_and_changes_nothing(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    Payload(batch_id=OTHER_ID, damage={"size": 1}).put_into(storage)
    (storage / ".trigger").write_text("")
    before = snapshot(storage)
    result = receive("--dry-run", "--json")
    assert result.status == 4
    assert {batch["batch_id"]: batch["status"] for batch in result.json["batches"]} == {
        BATCH_ID: "verified", OTHER_ID: "rejected"}
    result = receive("--dry-run")
    assert (result.status, result.stdout) == (4, "verified 1 batch (1 file, 13 B), would reject 1 batch\n")
    result.error_line("would reject", OTHER_ID)
    assert snapshot(storage) == before


@pytest.mark.parametrize("word", ["--dry-run", "verify"])
def test_what_changes_nothing_keeps_a_log_only_where_it_is_told_to(
    word: str, receiver: Program, storage: Path, tmp_path: Path
) -> None:
    assert receiver(word, "--storage", storage).status == 0
    assert not (receiver.home / "receiver.log").exists()
    Payload(damage={"size": 1}).put_into(storage)
    receiver(word, "--storage", storage, "--log-file", tmp_path / "own.log")
    assert (tmp_path / "own.log").exists()


def test_a_log_that_nobody_asked_for_is_done_without(receiver: Program, storage: Path) -> None:
    Payload().put_into(storage)
    (receiver.home / "receiver.log").mkdir()
    result = receiver("--storage", storage)
    assert result.status == 0, result
    result.error_line("warning: cannot write the log file 'receiver.log'", "continuing without it")
    assert receiver("--storage", storage, "--log-file", "receiver.log").status == 10


def test_no_log_is_made_where_there_is_no_storage(receiver: Program, tmp_path: Path) -> None:
    assert receiver("--storage", tmp_path / "nowhere").status == 2
    assert not (receiver.home / "receiver.log").exists()


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


@pytest.mark.parametrize("words", [
    ["--no-such-option"], ["--max-files", "many"], ["--max-file-size", "big"], ["--quiet", "--verbose"],
    ["positional"], ["--max-files", "0"], ["--max-files", "-1"], ["--max-file-size", "0"],
    ["--max-file-size", "1.5.2"], ["--max-batch-size", "1X"],
    ["--incomplete-after", "-1"], ["--incomplete-after", "soon"], ["--name-template"], ["--log-file"],
    ["--reject-list"], ["--dry-run=perhaps"],
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
                   "--reject-list", "--max-file-size", "--max-batch-size", "--max-files", "--json",
                   "--quiet", "--verbose", "--log-file", "--version"]:
        assert option in result.stdout
    assert receiver("-h").stdout == result.stdout
    [version] = re.findall(r"project\(healthmetric VERSION (\S+)", (REPOSITORY / "CMakeLists.txt").read_text())
    assert receiver("--version") == Result(0, f"healthmetric-receiver {version}\n", "")
    assert file_names(receiver.home) == []


@needs_strace
@pytest.mark.parametrize(("durability", "waits"), [("batch", True), ("none", False)])
def test_nothing_waits_for_the_disk_where_nothing_need_last(
    receiver: Program, storage: Path, tmp_path: Path, durability: str, waits: bool
) -> None:
    Payload().put_into(storage)
    Payload(batch_id=OTHER_ID, damage={"size": 1}).put_into(storage)
    trace = tmp_path / "trace"
    strace = ["strace", "--follow-forks", "--quiet=all", f"--output={trace}",
              "--trace=?sync,?syncfs,?fsync,?fdatasync"]
    traced = Program(receiver.path, receiver.home, [*receiver.prefix, *strace])
    assert traced("--storage", storage, "--durability", durability, env=TRACED).status == 4
    assert bool(re.findall(r"sync\w*\(", trace.read_text())) == waits
    assert json.loads((storage / summary_path(BATCH_ID)).read_text())["status"] == "stored"
    assert receiver("verify", "--storage", storage).status == 0


def test_durability_is_one_of_two_words(receive: Callable[..., Result]) -> None:
    result = receive("--durability", "file")
    assert result.status == 2
    result.error_line("--durability", "batch", "none")
