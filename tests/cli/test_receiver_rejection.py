"""Payloads that are set aside: whole, with their reason, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from payloads import BATCH_ID, Payload, summary_path
from programs import Result
from receiving import assert_rejected, only_batch
from trees import file_names


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


def rejected_by(receive: Callable[..., Result], storage: Path) -> tuple[str, str | None, int | None]:
    assert receive().status == 4
    summary = json.loads((storage / summary_path(BATCH_ID)).read_bytes())
    assert summary["status"] == "rejected"
    return summary["producer"], summary["instance"], summary["sequence"]


def test_the_summary_of_a_rejected_batch_names_its_producer(receive: Callable[..., Result], storage: Path) -> None:
    Payload(damage={"size": 1}, metadata={"producer": "ws-12", "instance": "6f1c", "sequence": 42}).put_into(storage)
    assert rejected_by(receive, storage) == ("ws-12", "6f1c", 42)


@pytest.mark.parametrize("metadata", [
    {"producer": "../up"}, {"producer": "x" * 65}, {"producer": 7}, {"producer": "ws-12", "sequence": -1},
    {"producer": "ws-12", "batch_id": "20240115T103000Z-another-3f9a1c07"}, {}], ids=str)
def test_a_producer_that_is_none_is_unknown(metadata: dict[str, object], receive: Callable[..., Result], storage: Path) -> None:
    Payload(damage={"size": 1}, metadata=metadata).put_into(storage)
    assert rejected_by(receive, storage)[0] == "unknown"


def test_of_a_payload_that_breaks_off_the_producer_is_unknown(receive: Callable[..., Result], storage: Path) -> None:
    payload = Payload(metadata={"producer": "ws-12"})
    place = payload.put_into(storage)
    place.write_bytes(place.read_bytes()[:-40])
    assert rejected_by(receive, storage) == ("unknown", None, None)


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


@pytest.mark.parametrize("reason", ["x" * 4096, "x" * 4097, "x" + "ä" * 2048, "心" * 7000, "\\\n" * 30_000], ids=len)
def test_a_reason_of_any_length_is_recorded_so_that_it_can_be_read_again(
    reason: str, receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    payload = Payload()
    place = payload.put_into(storage)
    reasons = tmp_path / "reasons.json"
    reasons.write_text(json.dumps({f"inbox/{payload.filename}": reason}))
    recorded = only_batch(receive("--reject-list", reasons, "--json"))["reason"]
    assert reason.startswith(recorded)
    assert min(len(reason.encode()), 4096) - 2 <= len(recorded.encode()) <= 4096
    assert json.loads((storage / summary_path(BATCH_ID)).read_bytes())["reason"] == recorded
    assert_rejected(storage, payload.filename, payload.text(), recorded)
    assert receive("verify").status == 0
    payload.put_into(storage)
    assert only_batch(receive("--json"))["reason"] == recorded
    assert only_batch(receive("--retry-rejected", "--json"))["status"] == "stored"
    assert not place.exists()


@pytest.mark.parametrize("name", ["心" * 80, "a" + "心" * 79, "é" * 120, "x" * 250])
def test_a_bad_payload_with_a_long_name_is_set_aside(
    name: str, receive: Callable[..., Result], storage: Path
) -> None:
    (storage / f"inbox/{name}.json").write_bytes(b"{}")
    assert receive().status == 4
    [aside] = [p for p in (storage / "rejected").iterdir() if not p.name.endswith(".reason.json")]
    assert f"{name}.json".endswith(aside.name)
    assert receive().status == 0
