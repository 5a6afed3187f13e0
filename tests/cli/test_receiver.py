"""The receiver by itself: its options, what it refuses, what it leaves alone. Payloads are written
by hand (payloads.py)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from payloads import BATCH_ID, Payload, batch_id_now, encoded, stored_path, summary_path
from programs import Program, Result
from trees import file_names, snapshot

SECRET = b"pulse 61, seen by nobody"
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


# Defects


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def apply(text: bytes) -> bytes:
        assert old in text
        return text.replace(old, new, 1)
    return apply


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


CONTENT = encoded(b'{"rate": 61}\n').encode()
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
    "another digest": (replaced(b'"sha256": "', b'"sha256": "0'), "SHA-256"),
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
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_sets_the_payload_aside_and_the_others_go_on(
    defect: str, receive: Callable[..., Result], storage: Path
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
    assert (storage / stored_path(OTHER_ID, "sub/data.json")).read_bytes() == b'{"rate": 61}\n'
    assert receive().status == 0


UNSAFE = ["../escape.json", "/etc/escape.json", "a/../../escape.json", "a//b", "./a", "a/.", "a\\b",
          "C:/a", "c:a", ".git/config", "a/.GIT/hooks/x", "", "a\nb", "a\x1bb", "a\x85b", "x" * 256,
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


def test_json_output_is_one_object_and_quiet_prints_nothing(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    result = receive("--quiet")
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    Payload(batch_id=OTHER_ID).put_into(storage)
    result = receive("--quiet", "--json")
    assert only_batch(result)["payloads"] == [f"inbox/{OTHER_ID}.json"]


def test_verbose_says_more_than_nothing(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    assert f"stored {BATCH_ID}" in receive("--verbose").stderr


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


@pytest.mark.parametrize("words", [["--no-such-option"], ["--max-files", "many"], ["--max-file-size", "big"],
                                   ["--quiet", "--verbose"], ["positional"]])
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
                   "--summary-markdown", "--max-file-size", "--max-batch-size", "--max-files", "--json",
                   "--quiet", "--verbose", "--log-file", "--version"]:
        assert option in result.stdout
    assert receiver("--version").stdout.startswith("healthmetric-receiver ")
