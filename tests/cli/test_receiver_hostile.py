"""What must hold whatever lies in the inbox: the corpus of hostile.py, each payload beside good ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import Hostile, Spoil, corpus, edited, entry_with, nested, replaced
from payloads import BATCH_ID, Payload, stored_path, summary_path
from programs import Program, Result
from receiving import OTHER_ID, RATE, assert_rejected, assert_says_nothing_of_a_payload
from trees import file_names, snapshot, write_tree

CORPUS = corpus()
EARLIER_ID = "20240101T000000Z-earlier-00c0ffee"
GOOD_IDS = [EARLIER_ID, OTHER_ID]


def test_the_corpus_is_large_and_no_name_is_there_twice() -> None:
    assert len(CORPUS) >= 150
    assert len({hostile.name for hostile in CORPUS}) == len(CORPUS)
    assert {hostile.outcome for hostile in CORPUS} == {"rejected", "stored", "waiting", "left"}


def rejected_name(path: str) -> str:
    """The end of a name that leaves no room for its reason's is cut off in front."""
    name = path.rpartition("/")[2].encode()
    return name[-231:].decode(errors="ignore") if len(name) > 231 else name.decode()


def check_outcome(hostile: Hostile, storage: Path) -> None:
    if hostile.outcome == "rejected":
        for path, text in hostile.files.items():
            place = storage / "rejected" / rejected_name(path)
            [aside] = [aside for aside in (place, place.with_name(f"{place.name}~2"))
                       if aside.exists() and aside.read_bytes() == text]
            reason = json.loads(aside.with_name(f"{aside.name}.reason.json").read_bytes())
            for word in hostile.words:
                assert word in reason["reason"], reason
            assert not (storage / path).exists()
    elif hostile.outcome in ("left", "waiting"):
        for path, text in hostile.files.items():
            assert (storage / path).read_bytes() == text
    else:
        summary = json.loads((storage / summary_path(BATCH_ID)).read_bytes())
        places = {file["path"]: file["stored_path"] for file in summary["files"]}
        assert {path: (storage / place).read_bytes() for path, place in places.items()} == hostile.stored
        for place in places.values():
            assert place.startswith("test_batch/") and not set(place) & set('<>:"|?*\\')


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: ascii(hostile.name))
def test_whatever_comes_the_good_batches_are_stored_and_nothing_else_is_touched(
    hostile: Hostile, receive: Callable[..., Result], receiver: Program, storage: Path, tmp_path: Path
) -> None:
    write_tree(tmp_path, {"precious": b"stays", "_storage/notes/precious.txt": b"stays"})
    write_tree(storage, hostile.files)
    for batch_id in GOOD_IDS:
        Payload(batch_id=batch_id).put_into(storage)
    around = snapshot(tmp_path, without=["_storage", "home"])

    result = receive(*hostile.options, "--verbose")

    assert result.status == (4 if hostile.outcome == "rejected" else 0), result
    for batch_id in GOOD_IDS:
        assert (storage / stored_path(batch_id, "sub/data.json")).read_bytes() == RATE
        assert json.loads((storage / summary_path(batch_id)).read_bytes())["status"] == "stored"
    check_outcome(hostile, storage)
    assert hostile.outcome == "stored" or not (storage / "test_batch").exists()
    assert not (storage / ".staging").exists()
    assert (storage / "notes/precious.txt").read_bytes() == b"stays"
    assert snapshot(tmp_path, without=["_storage", "home"]) == around
    for said in [result.stdout, result.stderr, (receiver.home / "receiver.log").read_text()]:
        assert_says_nothing_of_a_payload(said)

    before = snapshot(storage)
    assert receive(*hostile.options).status == 0
    assert snapshot(storage) == before
    (storage / "notes/precious.txt").unlink()
    assert receiver("verify", "--storage", storage).status == (4 if hostile.outcome == "left" else 0)


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
    spoil: Spoil, receive: Callable[..., Result], storage: Path
) -> None:
    (storage / "inbox" / Payload().filename).write_bytes(spoil(Payload().text()))
    result = receive()
    assert result.status == 0, result
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).read_bytes() == RATE
