"""Old and new understand each other: payloads of the first generation of senders unpack, and ours
have what a receiver of the first generation reads."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Output
from payloads import stored_path, summary_path, version_1_document
from programs import Program
from trees import snapshot, write_tree

FILES = {
    "data.json": b'{"rate": 61}\n', "heart rate 2.csv": b"t,bpm\n1,61\n",
    "Ärztin – Befund.TXT": "Größe: 1,80 m\r\n".encode(), "心拍数.png": b"\x89PNG\r\n\x1a\n\0", "empty.txt": b"",
}


def identity(text: bytes, name: str = "march_data", timestamp: str = "20240115T103000Z") -> str:
    return f"{timestamp}-{name}-{hashlib.sha256(text).hexdigest()[:8]}"


def compact(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def indented(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=2).encode()


def files_first(document: dict[str, Any]) -> bytes:
    return json.dumps({"files": document["files"], "batch_metadata": document["batch_metadata"]}).encode()


def content_first(document: dict[str, Any]) -> bytes:
    entries = {name: dict(reversed(entry.items())) for name, entry in document["files"].items()}
    return json.dumps({"batch_metadata": document["batch_metadata"], "files": entries}).encode()


def with_byte_order_mark(document: dict[str, Any]) -> bytes:
    return b"\xef\xbb\xbf" + indented(document).replace(b"\n", b"\r\n")


@pytest.mark.parametrize("place", ["", "inbox/"], ids=["in the root", "in the inbox"])
@pytest.mark.parametrize("write", [compact, indented, files_first, content_first, with_byte_order_mark])
def test_a_payload_of_the_first_generation_is_stored(
    write: Any, place: str, storage: Path, receiver: Program
) -> None:
    text = write(version_1_document(FILES))
    (storage / place / "batch_data_20240115_103000.json").write_bytes(text)

    received = receiver("--storage", storage, "--json")

    assert received.status == 0, received
    batch_id = identity(text)
    [batch] = received.json["batches"]
    assert (batch["status"], batch["batch_id"]) == ("stored", batch_id)
    assert batch["payloads"] == [f"{place}batch_data_20240115_103000.json"]
    assert {stored_path(batch_id, name): (storage / stored_path(batch_id, name)).read_bytes()
            for name in FILES} == {stored_path(batch_id, name): FILES[name] for name in FILES}
    summary = json.loads((storage / summary_path(batch_id)).read_bytes())
    assert summary["timestamp"] == "2024-01-15T10:30:00Z"
    assert summary["source"] == "/home/lab/march data"
    assert [file["sha256"] for file in summary["files"]] == [
        hashlib.sha256(FILES[file["path"]]).hexdigest() for file in summary["files"]]
    assert not (storage / place / "batch_data_20240115_103000.json").exists()


@pytest.mark.parametrize("written, compact_form", [
    ("2024-01-15T10:30:00", "20240115T103000Z"),
    ("2024-01-15T10:30:00.999999", "20240115T103000Z"),
    ("2024-01-15 10:30:00.5", "20240115T103000Z"),
    ("2024-01-15T10:30:00Z", "20240115T103000Z"),
    ("2024-01-15T12:30:00.1+02:00", "20240115T103000Z"),
    ("2024-02-29T23:30:00-00:30", "20240301T000000Z"),
])
def test_a_timestamp_without_a_zone_is_taken_as_utc(
    written: str, compact_form: str, storage: Path, receiver: Program
) -> None:
    text = indented(version_1_document(FILES, timestamp=written))
    (storage / "old.json").write_bytes(text)

    received = receiver("--storage", storage, "--json")

    assert received.json["batches"][0]["batch_id"] == identity(text, timestamp=compact_form)


@pytest.mark.parametrize("source, name", [
    ("/home/lab/march data", "march_data"), ("/home/lab/march data/", "march_data"),
    (r"C:\Users\lab\März", "M_rz"), ("data.json", "data.json"), ("", "data"), ("/", "data"),
    ("/x/.hidden", "_hidden"), ("/x/" + "n" * 100, "n" * 64),
])
def test_the_id_carries_the_base_name_of_the_source(
    source: str, name: str, storage: Path, receiver: Program
) -> None:
    text = compact(version_1_document(FILES, source=source))
    (storage / "old.json").write_bytes(text)

    received = receiver("--storage", storage, "--json")

    assert received.json["batches"][0]["batch_id"] == identity(text, name)


def by_relative_path(files: dict[str, bytes], keep_member: bool) -> dict[str, Any]:
    """As later senders of the first generation wrote folders: keys are paths, `filename` is the last part."""
    document = version_1_document(files)
    for path, entry in document["files"].items():
        entry["filename"] = path.rpartition("/")[2]
        if keep_member:
            entry["relative_path"] = path
    for listed in document["batch_metadata"]["files"]:
        listed["relative_path"], listed["filename"] = listed["filename"], listed["filename"].rpartition("/")[2]
    return document


@pytest.mark.parametrize("keep_member", [True, False], ids=["with relative_path", "with paths as keys alone"])
def test_files_of_one_name_in_different_folders_stay_apart(
    keep_member: bool, storage: Path, receiver: Program
) -> None:
    files = {"a/data.json": b"1", "b/data.json": b"22", "b/Ä c/data.json": b"333", "data.json": b"4444"}
    text = compact(by_relative_path(files, keep_member))
    (storage / "old.json").write_bytes(text)

    received = receiver("--storage", storage, "--json")

    assert (received.status, received.json["batches"][0]["files"]) == (0, 4), received
    assert {path: (storage / stored_path(identity(text), path)).read_bytes() for path in files} == files


def test_the_same_old_payload_twice_is_a_repeat(storage: Path, receiver: Program) -> None:
    text = compact(version_1_document(FILES))
    (storage / "old.json").write_bytes(text)
    assert receiver("--storage", storage).status == 0
    before = {name: entry for name, entry in snapshot(storage).items() if "test_batch" in name}
    (storage / "inbox/again under another name.json").write_bytes(text)

    again = receiver("--storage", storage, "--json")

    assert (again.status, again.json["batches"][0]["status"]) == (0, "repeated")
    assert not (storage / "inbox/again under another name.json").exists()
    assert {name: entry for name, entry in snapshot(storage).items() if "test_batch" in name} == before


def test_the_output_of_the_first_generation_stays_untouched(storage: Path, receiver: Program) -> None:
    text = compact(version_1_document(FILES))
    old = {
        "data_processed_20240115_103000.json": text, "processing_summary_20240115_103000.json": text,
        "processing_summary.json": b"{}", "report_processed_1.txt": b"x",
        "2024/data_processed_1.json": text, "2024/processing_summary_1.json": text,
    }
    write_tree(storage, old)
    before = snapshot(storage)

    received = receiver("--storage", storage, "--json")

    assert (received.status, received.json["batches"]) == (0, [])
    assert snapshot(storage) == before


def test_json_that_is_no_payload_stays_untouched_in_the_root(storage: Path, receiver: Program) -> None:
    foreign = {
        "index.json": b'{"files": {}}', "config.json": b'{"batch_metadata": {}}', "list.json": b"[1, 2]",
        "broken.json": b'{"files": {"a": ', "empty.json": b"", "binary.json": b"\xff\xfe\0",
        "deep.json": b"[" * 10_000, "payload.JSON": compact(version_1_document(FILES)),
        "nested/payload.json": compact(version_1_document(FILES)), "payload.json.bak": b"{}",
    }
    write_tree(storage, foreign)
    before = snapshot(storage)

    received = receiver("--storage", storage, "--json")

    assert (received.status, received.json["batches"]) == (0, [])
    assert snapshot(storage) == before


def first_generation_receiver(payload: Path, target: Path) -> dict[str, Any]:
    """Reads what the first generation of receivers read, and fails where it would have failed."""
    document = json.loads(payload.read_text(encoding="utf-8"))
    metadata, entries = document["batch_metadata"], document["files"]
    known = {"timestamp": metadata["timestamp"], "source": metadata["source_folder"],
             "total_files": metadata["total_files"], "total_size": metadata["total_size"]}
    assert known["total_files"] == len(entries) == len(metadata["files"])
    assert all({"filename", "size", "extension"} <= listed.keys() for listed in metadata["files"])
    target.mkdir()
    for number, entry in enumerate(entries.values()):
        content = base64.b64decode(entry["content"], validate=True)
        assert len(content) == entry["size"]
        assert entry["extension"] == Path(entry["filename"]).suffix.lower()
        assert "/" in entry["content_type"]
        (target / f"{number}_{entry['filename']}").write_bytes(content)
    return known


def test_a_receiver_of_the_first_generation_reads_our_payload(output: Output, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", FILES)
    assert output("--folder", folder).status == 0

    known = first_generation_receiver(output.payload_files()[0], tmp_path / "received")

    assert known["source"] == str(folder)
    assert known["total_size"] == sum(map(len, FILES.values()))
    received = {place.name.partition("_")[2]: place.read_bytes()
                for place in (tmp_path / "received").iterdir()}
    assert received == FILES


def test_a_compressed_payload_fails_loudly_in_a_receiver_of_the_first_generation(
    output: Output, tmp_path: Path
) -> None:
    folder = write_tree(tmp_path / "source", {"series.csv": b"1,61\n" * 5000})
    assert output("--folder", folder, "--compress", "zstd").status == 0

    with pytest.raises(KeyError, match="content"):
        first_generation_receiver(output.payload_files()[0], tmp_path / "received")
