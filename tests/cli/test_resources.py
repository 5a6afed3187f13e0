"""What large batches cost: resident memory does not grow with them. Minutes long, so only with
`scripts/test.sh --long`."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from pathlib import Path

import pytest
from costly import LARGE, MANY
from long_runs import only_long
from payloads import BATCH_ID, Payload, encoded, summary_path
from programs import receiver_path, sender_path
from resources import MAX_RESIDENT_KIB, digests, measured, peak_kib, stem
from trees import file_names, write_tree
from zstd_frames import zstd_frame

pytestmark = only_long

SENDER_MAX_KIB = MAX_RESIDENT_KIB
RECEIVER_MAX_KIB = 24 * 1024
LIMITS = ["--max-file-size", "2G", "--max-batch-size", "4G"]


def go_through(source: Path, tmp_path: Path, *packing: str) -> tuple[int, int]:
    """Packs and unpacks, compares every byte, and returns the peaks of both programs in KiB."""
    sender, receiver = measured(sender_path(), tmp_path / "s"), measured(receiver_path(), tmp_path / "r")
    sent = sender("--output", tmp_path / "out", "--folder", source, "--batch-name", "b", "--quiet",
                  *LIMITS, *packing, timeout=600)
    assert sent.status == 0, sent
    storage = tmp_path / "out/_storage"
    received = receiver("--storage", storage, *LIMITS, "--quiet", timeout=600)
    assert received.status == 0, received
    stored = {stem(f"b/{path}"): digest for path, digest in digests(storage / "b").items()}
    assert stored == digests(source)
    return peak_kib(sender), peak_kib(receiver)


@pytest.mark.parametrize("packing", [["--part-size", "2G"], [], ["--compress", "zstd"]],
                         ids=["one part", "default parts", "zstd"])
def test_a_batch_of_1_gib_needs_little_memory(packing: list[str], tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    rng = random.Random(1)
    for number in range(4):
        with (source / f"{number}.csv").open("wb") as file:
            for _ in range(16):
                file.write(rng.randbytes(8 << 20) + b"0123456789abcdef" * (1 << 19))
    sender_kib, receiver_kib = go_through(source, tmp_path, *packing)
    assert sender_kib < SENDER_MAX_KIB
    assert receiver_kib < RECEIVER_MAX_KIB


def test_a_batch_of_50_000_files_needs_little_more(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for folder in range(50):
        (source / f"folder {folder}").mkdir(parents=True)
        for number in range(1000):
            (source / f"folder {folder}/measurement {number:04}.json").write_bytes(b'{"n": %d}' % number)
    sender_kib, receiver_kib = go_through(source, tmp_path)
    assert receiver_kib < RECEIVER_MAX_KIB
    # The sender sorts its list of files in memory: some 400 bytes for each.
    assert sender_kib < SENDER_MAX_KIB + 8 * 1024


MIB = 1 << 20
HERE = b"@@"
TEXT = Payload().text()
ENTRY = json.dumps(Payload().document()["files"]["sub/data.json"]).encode()
SKIPPED = b'{"relative_path": "notes.pdf", "reason": "unsupported type"}'


def with_member(member: bytes) -> bytes:
    return TEXT[:-1] + b", " + member + b"}"


def long_paths() -> Iterator[bytes]:
    """Entries that are right, as many as a batch may have, with paths near the longest."""
    folders = b"/".join([b"f" * 200] * 4)
    for number in range(99_999):
        path = b"%s/%06d.json" % (folders, number)
        yield b', "%s": %s' % (path, ENTRY.replace(b"sub/data.json", path))


# Payloads that are large where a reader might keep everything: the text, and what to put HERE.
HOSTILE: dict[str, tuple[bytes, Callable[[], Iterable[bytes]]]] = {
    "a key of 256 MiB": (with_member(b'"@@": 1'), lambda: repeat(b"k" * MIB, 256)),
    "a text of 256 MiB": (with_member(b'"more": "@@"'), lambda: repeat(b"t" * MIB, 256)),
    "a number of 256 MiB": (with_member(b'"more": 1@@'), lambda: repeat(b"1" * MIB, 256)),
    "an array of 128 Mi numbers": (with_member(b'"more": [1@@]'), lambda: repeat(b",1" * MIB, 128)),
    "4 Mi unknown keys": (with_member(b'"more": {"a": 1@@}'),
                          lambda: (b', "%07x": 1' % number for number in range(4 * MIB))),
    "4 Mi files that were skipped": (
        TEXT.replace(b'"skipped": []', b'"skipped": [' + SKIPPED + b"@@]"),
        lambda: repeat(b", " + SKIPPED, 4 * MIB)),
    "100,000 long paths": (b'{"files": {"sub/data.json": ' + ENTRY + b"@@}}", long_paths),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_payload_needs_less_than_24_mib(kind: str, tmp_path: Path) -> None:
    text, pieces = HOSTILE[kind]
    before, here, behind = text.partition(HERE)
    assert here
    storage = tmp_path / "_storage"
    place = Payload().put_into(storage)
    with place.open("wb") as file:
        file.write(before)
        file.writelines(pieces())
        file.write(behind)
    size = place.stat().st_size
    assert size > 40 * MIB
    receiver = measured(receiver_path(), tmp_path / "r")

    received = receiver("--storage", storage, timeout=600)

    assert received.status in (0, 4), received
    if received.status == 4:
        assert (storage / f"rejected/{BATCH_ID}.json").stat().st_size == size
    assert not [name for name in file_names(storage) if name.startswith((".staging", "inbox"))]
    assert peak_kib(receiver) < RECEIVER_MAX_KIB


def received_by_a_measured_receiver(storage: Path, tmp_path: Path) -> int:
    """Runs the receiver on what lies there, and again, and returns the higher peak in KiB."""
    receiver = measured(receiver_path(), tmp_path / "r")
    peaks = []
    for _ in range(2):
        assert receiver("--storage", storage, "--quiet", timeout=600).status in (0, 4)
        peaks.append(peak_kib(receiver))
    assert file_names(storage / "inbox") == []
    return max(peaks)


@pytest.mark.parametrize("kind", MANY)
def test_100_000_files_of_any_name_need_less_than_24_mib(kind: str, tmp_path: Path) -> None:
    storage = tmp_path / "_storage"
    write_tree(storage, {"inbox/old.json": MANY[kind](100_000)})
    assert received_by_a_measured_receiver(storage, tmp_path) < RECEIVER_MAX_KIB


@pytest.mark.parametrize("kind", LARGE)
def test_100_mib_of_anything_need_less_than_24_mib(kind: str, tmp_path: Path) -> None:
    storage = tmp_path / "_storage"
    write_tree(storage, {"inbox/old.json": LARGE[kind](100 * MIB)})
    assert received_by_a_measured_receiver(storage, tmp_path) < RECEIVER_MAX_KIB


def test_everything_at_once_needs_less_than_24_mib(tmp_path: Path) -> None:
    """The largest window of zstd, full; sixteen files that are cut; as many names as there may be."""
    storage = tmp_path / "_storage"
    window = zstd_frame(*[(1, b"\0", 1 << 17)] * 80, window_log=23)
    files = {"window.csv": bytes(80 << 17)} | {f"folder {number}/{number}.csv": b"x" for number in range(99_000)}
    made = Payload(files, batch=(99_017, len(files["window.csv"]) + 99_000 + 16), last=False)
    document = made.document()
    entry = document["files"]["window.csv"]
    del entry["content"]
    entry["content_zstd"] = encoded(window)
    cut = [f"cut {number}.csv" for number in range(16)]
    first = Payload({path: b"" for path in cut}, damage={"chunk": {"index": 1, "offset": 0, "last": False}}).document()
    whole = {"total_size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    second = Payload({path: b"x" for path in cut}, part=2, batch=(99_017, len(files["window.csv"]) + 99_000 + 16),
                     damage={"chunk": {"index": 2, "offset": 0, "last": True} | whole})
    document["files"] |= first["files"]
    metadata = document["batch_metadata"]
    metadata["files"] += first["batch_metadata"]["files"]
    metadata["total_files"] += 16
    write_tree(storage, {f"inbox/{made.filename}": json.dumps(document).encode(),
                         f"inbox/{second.filename}": second.text()})
    assert received_by_a_measured_receiver(storage, tmp_path) < RECEIVER_MAX_KIB
    assert json.loads((storage / summary_path(BATCH_ID)).read_bytes())["status"] == "stored"


@pytest.mark.parametrize("good", [True, False], ids=["good", "bad"])
def test_3_000_payloads_that_wait_need_less_than_24_mib(good: bool, tmp_path: Path) -> None:
    storage = tmp_path / "_storage"
    for number in range(3_000):
        Payload(batch_id=f"20240115T103000Z-many-{number:08x}", damage={} if good else {"size": 1}).put_into(storage)
    assert received_by_a_measured_receiver(storage, tmp_path) < RECEIVER_MAX_KIB


def test_verifying_100_000_files_needs_less_than_24_mib(tmp_path: Path) -> None:
    storage = tmp_path / "_storage"
    write_tree(storage, {"inbox/old.json": MANY["tiny files"](100_000)})
    received_by_a_measured_receiver(storage, tmp_path)
    receiver = measured(receiver_path(), tmp_path / "r")
    assert receiver("verify", "--storage", storage, timeout=600).status == 0
    assert peak_kib(receiver) < RECEIVER_MAX_KIB
