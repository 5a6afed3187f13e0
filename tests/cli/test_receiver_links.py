"""Links and other things that are no files, planted in the storage."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from payloads import BATCH_ID, Payload, stored_path, summary_path
from programs import Program, Result
from receiving import OTHER_ID, RATE
from trees import file_names, snapshot


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
    "test_batch/2024/01/15/sub", "summaries/2024", "summaries/2024/01", "summaries/2024/01/15", summary_path(BATCH_ID),
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
