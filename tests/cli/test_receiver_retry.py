"""--retry-rejected: payloads that were rejected go back into the inbox, once what was wrong is mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import parts
from payloads import BATCH_ID, Payload, stored_path, summary_path, version_1_document
from programs import Program, Result
from receiving import OTHER_ID, RATE, assert_rejected, only_batch
from trees import file_names, snapshot, write_tree


def test_what_was_rejected_is_stored_once_the_limit_is_higher(
    receive: Callable[..., Result], storage: Path
) -> None:
    payload = Payload()
    payload.put_into(storage)
    assert receive("--max-file-size", "12").status == 4

    result = receive("--retry-rejected", "--json")

    assert (result.status, only_batch(result)["status"]) == (0, "stored")
    assert result.json["retried"] == [f"rejected/{payload.filename}"]
    assert file_names(storage) == sorted([stored_path(BATCH_ID, "sub/data.json"), summary_path(BATCH_ID)])
    assert json.loads((storage / summary_path(BATCH_ID)).read_bytes())["status"] == "stored"


def test_what_is_still_wrong_is_rejected_again_with_what_is_wrong_now(
    receive: Callable[..., Result], storage: Path
) -> None:
    payload = Payload({"a.csv": bytes(20)})
    payload.put_into(storage)
    assert receive("--max-file-size", "12").status == 4
    assert receive("--retry-rejected", "--max-file-size", "12").status == 4
    assert_rejected(storage, payload.filename, payload.text(), "--max-file-size")
    assert receive("--retry-rejected", "--max-batch-size", "12").status == 4
    assert_rejected(storage, payload.filename, payload.text(), "--max-batch-size")
    assert receive().status == 0


def test_without_it_what_was_rejected_stays(receive: Callable[..., Result], storage: Path) -> None:
    Payload(damage={"size": 1}).put_into(storage)
    assert receive().status == 4
    before = snapshot(storage)
    assert receive().status == 0
    assert snapshot(storage) == before


def test_nothing_rejected_is_nothing_to_try(receive: Callable[..., Result]) -> None:
    result = receive("--retry-rejected")
    assert (result.status, result.stdout) == (0, "nothing to receive\n")


def test_all_parts_of_a_batch_are_tried_together(receive: Callable[..., Result], storage: Path) -> None:
    for payload in parts(3):
        payload.put_into(storage)
    assert receive("--max-files", "2").status == 4
    batch = only_batch(receive("--retry-rejected", "--json"))
    assert (batch["status"], batch["files"]) == ("stored", 3)


def test_a_payload_that_lay_in_the_root_or_had_a_name_of_its_own_is_tried_too(
    receive: Callable[..., Result], storage: Path
) -> None:
    old = json.dumps(version_1_document({"data.json": RATE})).encode()
    write_tree(storage, {"old.json": old, "inbox/renamed.json": Payload().text()})
    assert receive("--max-file-size", "12").status == 4
    result = receive("--retry-rejected", "--json")
    assert [batch["status"] for batch in result.json["batches"]] == ["stored", "stored"]
    assert not [name for name in file_names(storage) if name.startswith("rejected/")]


def test_two_of_one_name_take_turns(receive: Callable[..., Result], storage: Path) -> None:
    texts = [b"first", b"second, longer"]
    for text in texts:
        (storage / "inbox/bad.json").write_bytes(text)
        assert receive().status == 4
    result = receive("--retry-rejected", "--json")
    assert result.status == 4
    assert result.json["retried"] == ["rejected/bad.json"]
    assert result.json["not_retried"] == ["rejected/bad.json~2"]
    result.error_line("bad.json~2", "already exists")
    kept = [place.read_bytes() for place in (storage / "rejected").iterdir()
            if not place.name.endswith(".reason.json")]
    assert sorted(kept) == texts


def test_a_batch_that_was_stored_meanwhile_stays_stored(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    assert receive().status == 0
    other = Payload({"sub/data.json": b"another, longer content"})
    other.put_into(storage)
    assert receive().status == 4
    assert receive("--retry-rejected").status == 4
    assert_rejected(storage, other.filename, other.text(), "already processed")
    assert json.loads((storage / summary_path(BATCH_ID)).read_bytes())["status"] == "stored"
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).read_bytes() == RATE


FORGED = {
    "a folder that is not the inbox": {"payload": "../outside/x.json"}, "an absolute path": {"payload": "/etc/x.json"},
    "no payload at all": {}, "a hidden file": {"payload": "inbox/.x.json"}, "another type": {"payload": "x.txt"},
    "a number": {"payload": 5}, "no object": [], "a control character": {"payload": "x\n.json"},
}


@pytest.mark.parametrize("reason", FORGED.values(), ids=FORGED.keys())
def test_a_forged_reason_moves_nothing_anywhere(
    reason: object, receiver: Program, storage: Path
) -> None:
    write_tree(storage, {"rejected/x.json": b"{}", "rejected/x.json.reason.json": json.dumps(reason).encode()})
    Payload(batch_id=OTHER_ID).put_into(storage)
    result = receiver("--storage", storage, "--retry-rejected")
    assert result.status == 4
    result.error_line("cannot retry", "x.json")
    assert (storage / "rejected/x.json").read_bytes() == b"{}"
    assert (storage / stored_path(OTHER_ID, "sub/data.json")).exists()


def test_a_forged_reason_chooses_a_name_but_no_folder(receiver: Program, storage: Path) -> None:
    forged = {"payload": "test_batch/sub/x.json", "batch_id": "../../x"}
    write_tree(storage, {"rejected/y.json": b"{}", "rejected/y.json.reason.json": json.dumps(forged).encode()})
    assert receiver("--storage", storage, "--retry-rejected").status == 4
    assert set(file_names(storage)) == {"rejected/x.json", "rejected/x.json.reason.json"}


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 10_000, b'"' + b"x" * 100_000 + b'"'])
def test_a_broken_reason_leaves_its_payload(text: bytes, receiver: Program, storage: Path) -> None:
    write_tree(storage, {"rejected/x.json": b"{}", "rejected/x.json.reason.json": text})
    before = snapshot(storage)
    assert receiver("--storage", storage, "--retry-rejected").status == 4
    assert snapshot(storage) == before


def test_a_payload_without_its_reason_stays_and_a_reason_without_its_payload_goes(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload(damage={"size": 1}).put_into(storage)
    assert receive().status == 4
    write_tree(storage, {"rejected/lonely.json": b"{}"})
    (storage / "rejected" / Payload().filename).unlink()
    assert receive("--retry-rejected").status == 0
    assert [name for name in file_names(storage) if name.startswith("rejected/")] == ["rejected/lonely.json"]


def test_links_in_the_quarantine_are_not_followed(receive: Callable[..., Result], storage: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "outside", {"x.json": b"{}", "reason": b'{"payload": "inbox/x.json"}'})
    (storage / "rejected").mkdir()
    (storage / "rejected/x.json").symlink_to(tmp_path / "outside/x.json")
    (storage / "rejected/x.json.reason.json").symlink_to(tmp_path / "outside/reason")
    before = snapshot(tmp_path / "outside")
    assert receive("--retry-rejected").status == 0
    assert snapshot(tmp_path / "outside") == before
    assert not (storage / "inbox/x.json").exists()


def test_it_does_not_go_with_dry_run(receive: Callable[..., Result], storage: Path) -> None:
    Payload(damage={"size": 1}).put_into(storage)
    assert receive().status == 4
    before = snapshot(storage)
    result = receive("--retry-rejected", "--dry-run")
    assert result.status == 2
    result.error_line("--retry-rejected", "--dry-run")
    assert snapshot(storage) == before
