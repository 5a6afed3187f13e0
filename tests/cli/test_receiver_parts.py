"""Batches in parts, and files in chunks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hostile import FIRST, LAST, chunked_parts, parts
from payloads import BATCH_ID, Payload, batch_id_now, stored_path, summary_path
from programs import Result
from receiving import assert_rejected, only_batch
from trees import file_names, git_blob, snapshot


EIGHT_DAYS = timedelta(days=8)


def arrived(file: Path, ago: timedelta) -> None:
    moment = (datetime.now() - ago).timestamp()
    os.utime(file, (moment, moment))


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
    first = parts(2, batch_id_now("late"))[0]
    arrived(first.put_into(storage), EIGHT_DAYS)
    assert receive("--incomplete-after", "9").status == 0
    assert receive().status == 4
    assert_rejected(storage, first.filename, first.text(), "still missing", "part 2")


def test_the_time_of_a_batch_counts_from_its_arrival(receive: Callable[..., Result], storage: Path) -> None:
    """A laptop packed it and was without a network for eight days; it may well be in mid-delivery."""
    packed = datetime.now(timezone.utc) - EIGHT_DAYS
    first, second, third = parts(3, f"{packed:%Y%m%dT%H%M%SZ}-late-0badcafe")
    arrived(first.put_into(storage), EIGHT_DAYS)
    second.put_into(storage)
    assert only_batch(receive("--json"))["status"] == "waiting"
    third.put_into(storage)
    assert only_batch(receive("--json"))["status"] == "stored"


def test_parts_that_come_after_the_first_were_rejected_complete_the_batch(
    receive: Callable[..., Result], storage: Path
) -> None:
    batch_id = batch_id_now("late")
    first, second, third = parts(3, batch_id)
    arrived(first.put_into(storage), EIGHT_DAYS)
    assert receive().status == 4
    third.put_into(storage)
    assert only_batch(receive("--json"))["status"] == "waiting"
    assert_rejected(storage, first.filename, first.text(), "still missing")
    second.put_into(storage)
    result = receive("--json")
    assert (result.status, only_batch(result)["status"], only_batch(result)["files"]) == (0, "stored", 3)
    assert result.json["retried"] == [f"rejected/{first.filename}"]
    assert json.loads((storage / summary_path(batch_id)).read_bytes())["status"] == "stored"
    assert file_names(storage / "inbox") == file_names(storage / "rejected") == []


def test_a_dry_run_tells_of_parts_that_were_rejected_what_a_run_does(
    receive: Callable[..., Result], storage: Path
) -> None:
    first, second, third = parts(3, batch_id_now("late"))
    arrived(first.put_into(storage), EIGHT_DAYS)
    assert receive().status == 4
    rejected = f"rejected/{first.filename}"
    for payload, status in [(third, "waiting"), (second, "verified")]:
        payload.put_into(storage)
        before = snapshot(storage)
        planned = receive("--dry-run", "--json")
        assert snapshot(storage) == before
        told = only_batch(planned)
        assert (planned.status, told["status"]) == (0, status), planned
        done = receive("--json")
        expected = only_batch(done)
        assert expected["status"] == {"verified": "stored"}.get(status, status)
        assert planned.json["retried"] == done.json["retried"] == ([rejected] if status == "verified" else [])
        for member in ("batch_id", "batch_name", "files", "bytes", "reason"):
            assert told[member] == expected[member], member
    assert told["payloads"] == [rejected, f"inbox/{second.filename}", f"inbox/{third.filename}"]


def test_a_dry_run_tells_repeats_as_a_run_does(receive: Callable[..., Result], storage: Path) -> None:
    """Of what was stored before, and of what this run would store."""
    Payload().put_into(storage)
    assert receive().status == 0
    other = "20240116T080000Z-other-00c0ffee"
    bad = "20240117T080000Z-bad-00c0ffee"
    renamed = {"a": Payload(), "b": Payload(batch_id=other), "c": Payload(batch_id=other),
               "d": Payload({"x.csv": b"another, longer"}, batch_id=other), "e": Payload({"x.csv": b"y"}),
               "f": Payload(batch_id=bad, damage={"size": 1}), "g": Payload(batch_id=bad)}
    for name, payload in renamed.items():
        (storage / f"inbox/{name}.json").write_bytes(payload.text())
    before = snapshot(storage)
    planned = receive("--dry-run", "--json")
    assert snapshot(storage) == before
    done = receive("--json")
    assert planned.status == done.status == 4
    told, expected = ([{member: batch[member] for member in ("batch_id", "files", "reason", "summary", "payloads")}
                       | {"status": "stored" if batch["status"] == "verified" else batch["status"]}
                       for batch in result.json["batches"]] for result in (planned, done))
    assert [batch["status"] for batch in expected][:5] == ["repeated", "stored", "repeated", "rejected", "rejected"]
    for batch in expected:
        if batch["status"] != "repeated" and not (batch["reason"] or "").startswith("another payload"):
            batch["summary"] = None  # a dry run writes none
    assert told == expected


def test_a_dry_run_finds_what_is_wrong_with_parts_that_were_rejected(
    receive: Callable[..., Result], storage: Path
) -> None:
    first, second = parts(2, batch_id_now("late"))
    arrived(first.put_into(storage), EIGHT_DAYS)
    assert receive().status == 4
    second.put_into(storage)
    for words in (["--dry-run"], []):
        result = receive("--max-files", "1", "--json", *words)
        assert (result.status, only_batch(result)["status"]) == (4, "rejected")
        assert "--max-files" in only_batch(result)["reason"]


def test_a_file_that_was_cut_is_put_together(receive: Callable[..., Result], storage: Path) -> None:
    for payload in chunked_parts([FIRST, LAST]):
        payload.put_into(storage)
    batch = only_batch(receive("--json", "--max-file-size", "6", "--git-blob-ids", "always"))
    assert (batch["status"], batch["files"], batch["bytes"]) == ("stored", 1, 6)
    assert (storage / stored_path(BATCH_ID, "big.csv")).read_bytes() == b"abcdef"
    [entry] = json.loads((storage / summary_path(BATCH_ID)).read_bytes())["files"]
    assert (entry["sha256"], entry["git_blob"]) == (LAST["sha256"], git_blob(b"abcdef"))


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
