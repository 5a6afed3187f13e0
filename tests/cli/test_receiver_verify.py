"""`healthmetric-receiver verify`: finds whatever is not as the summaries say, and touches nothing."""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from payloads import BATCH_ID, Payload, flat_summary_path, stored_path, summary_path
from programs import Program, Result, git
from receiving import OTHER_ID, RATE
from schemas import check_output
from system_calls import TRACED, needs_strace
from terminals import on_terminal
from trees import file_names, snapshot, write_tree

PLACE = stored_path(BATCH_ID, "sub/data.json")


@pytest.fixture
def stored(receive: Callable[..., Result], storage: Path) -> Path:
    """A storage with two stored batches and a rejected one."""
    Payload({"sub/data.json": RATE, "x.csv": b"1,2\n"}).put_into(storage)
    Payload(batch_id=OTHER_ID).put_into(storage)
    Payload(batch_id="20240117T000000Z-bad-00c0ffee", damage={"size": 1}).put_into(storage)
    assert receive().status == 4
    return storage


@pytest.fixture
def verify(receiver: Program, storage: Path) -> Callable[..., Result]:
    """It changes nothing, whatever it finds."""
    def run(*words: Any, **popen: Any) -> Result:
        before = snapshot(storage)
        result = receiver("verify", "--storage", storage, *words, **popen)
        assert snapshot(storage) == before
        if "--json" in words:
            check_output("verification", result.json)
        return result
    return run


def findings(result: Result) -> list[tuple[str, str]]:
    return [(finding["kind"], finding["path"]) for finding in result.json["findings"]]


def test_a_storage_as_the_receiver_left_it_has_nothing_wrong(
    verify: Callable[..., Result], stored: Path
) -> None:
    result = verify()
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout == "verified 2 batches (3 files, 30 B): nothing is missing, changed or unknown\n"
    assert verify("--json").json == {
        "stored_batches": 2, "rejected_batches": 1, "files": 3, "bytes": 30, "waiting": 0, "system_litter": 0, "found": 0, "findings": []}


def test_in_a_storage_without_batches_nothing_is_wrong_and_nothing_stored(
    verify: Callable[..., Result], storage: Path
) -> None:
    assert verify() == Result(0, f"nothing is stored in '{storage}' yet\n", "")
    assert verify("--json").json["stored_batches"] == 0
    Payload().put_into(storage)
    assert verify() == Result(0, f"nothing is stored in '{storage}' yet; 1 payload waits\n", "")


@pytest.mark.parametrize("files", [{}, {".DS_Store": b"x", "@eaDir/x": b"x"}], ids=["empty", "of the system"])
@pytest.mark.parametrize("words", [[], ["--json"], ["--quiet"]], ids=" ".join)
def test_a_folder_in_which_nothing_is_is_no_storage(
    files: dict[str, bytes], words: list[str], receiver: Program, tmp_path: Path
) -> None:
    (tmp_path / "_storage").mkdir()
    write_tree(tmp_path / "_storage", files)
    before = snapshot(tmp_path)
    result = receiver("verify", *words, cwd=tmp_path)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("'_storage' is empty", "--storage")
    assert snapshot(tmp_path) == before


def test_a_new_clone_with_gits_own_files_alone_is_a_storage(receiver: Program, tmp_path: Path) -> None:
    write_tree(tmp_path / "_storage", {".gitattributes": b"* -text\n"})
    assert receiver("verify", cwd=tmp_path) == Result(0, "nothing is stored in '_storage' yet\n", "")


def test_what_waits_and_what_git_needs_is_nothing_wrong(verify: Callable[..., Result], stored: Path) -> None:
    Payload(batch_id="20240118T000000Z-new-00c0ffee").put_into(stored)
    write_tree(stored, {".gitattributes": b"* -text\n", "inbox/.gitkeep": b"", ".trigger": b"",
                        "old.json": b'{"batch_metadata": {}, "files": {}}'})
    result = verify("--json")
    assert (result.status, result.json["waiting"]) == (0, 2), result


SPOILT: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "a file is gone": (lambda place: place.unlink(), "missing", PLACE),
    "its folder is gone": (lambda place: (place.unlink(), place.parent.rmdir()), "missing", PLACE),
    "a byte is another": (lambda place: place.write_bytes(RATE.replace(b"61", b"62")), "changed", PLACE),
    "it is shorter": (lambda place: place.write_bytes(RATE[:-1]), "changed", PLACE),
    "it is empty": (lambda place: place.write_bytes(b""), "changed", PLACE),
    "a link with the same bytes": (
        lambda place: (place.rename(place.with_name("moved")), place.symlink_to("moved")), "changed", PLACE),
    "a folder in its place": (lambda place: (place.unlink(), place.mkdir()), "changed", PLACE),
    "a pipe in its place": (lambda place: (place.unlink(), os.mkfifo(place)), "changed", PLACE),
}


@pytest.mark.parametrize("spoil, kind, path", SPOILT.values(), ids=SPOILT.keys())
def test_a_stored_file_that_is_not_as_its_summary_says_is_found(
    spoil: Callable[[Path], Any], kind: str, path: str, verify: Callable[..., Result], stored: Path
) -> None:
    spoil(stored / PLACE)
    result = verify("--json")
    assert result.status == 4
    assert (kind, path) in findings(result)
    [finding] = [finding for finding in result.json["findings"] if finding["path"] == path]
    assert finding["batch_id"] == BATCH_ID
    result.error_line(f"{kind}: '{path}'", BATCH_ID)


UNKNOWN = ["stray.json", "test_batch/stray.csv", "test_batch/sub/data.json", "notes/a b/ä.txt", "inbox/notes.txt",
           "inbox/sub/x.json", ".hidden", "summaries/2024/01/notes.txt", "summaries/stray", ".staging/000001",
           "rejected/lonely.json", "rejected/lonely.json.reason.json", "data_processed_1.json", "a\nb", "test_batch/.gitkeep"]


@pytest.mark.parametrize("path", UNKNOWN, ids=ascii)
def test_what_no_summary_knows_is_listed(path: str, verify: Callable[..., Result], stored: Path) -> None:
    write_tree(stored, {path: b"{}"})
    result = verify("--json")
    assert (result.status, findings(result)) == (4, [("unknown", path)])
    assert result.json["found"] == 1
    assert "1 finding" in verify().stdout


LITTER = [".DS_Store", "test_batch/.DS_Store", "Thumbs.db", "test_batch/desktop.ini", "inbox/.DS_Store",
          "rejected/.DS_Store", "summaries/.DS_Store", "test_batch/@eaDir/x.csv/thumb.jpg", "test_batch/._x.csv",
          "test_batch/.nfs000000000000001", ".fuse_hidden0001", "$RECYCLE.BIN/S-1/x", "lost+found/1",
          ".Trash-1000/files/x"]


@pytest.mark.parametrize("path", LITTER)
def test_what_the_system_leaves_in_folders_is_no_finding(path: str, verify: Callable[..., Result], stored: Path) -> None:
    write_tree(stored, {path: b"litter"})
    result = verify("--json")
    assert (result.status, result.json["system_litter"], result.json["findings"]) == (0, 1, [])
    assert verify().stdout.endswith("nothing is missing, changed or unknown; ignored 1 file of the operating system\n")
    assert "ignored a file of the operating system: " in verify("--verbose").stderr


STANDS_THERE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a link": (lambda place: (place.unlink(), place.symlink_to("x")), "'{name}' is a symbolic link, not a file"),
    "a folder": (lambda place: (place.unlink(), place.mkdir()), "'{name}' is a folder, not a file"),
    "a pipe": (lambda place: (place.unlink(), os.mkfifo(place)), "'{name}' is a named pipe, not a file"),
    "a socket": (lambda place: (place.unlink(), os.mknod(place, 0o600 | stat.S_IFSOCK)),
                 "'{name}' is a socket, not a file"),
    "a link for its folder": (
        lambda place: (place.parent.rename(place.parent.with_name("moved")), place.parent.symlink_to("moved")),
        "'{folder}' is a symbolic link, not a folder"),
    "a file for its folder": (
        lambda place: (place.unlink(), place.parent.rmdir(), place.parent.write_bytes(b"")),
        "'{folder}' is a file, not a folder"),
}


@pytest.mark.parametrize("spoil, said", STANDS_THERE.values(), ids=STANDS_THERE.keys())
def test_it_is_told_what_stands_where_a_file_was(
    spoil: Callable[[Path], Any], said: str, verify: Callable[..., Result], stored: Path
) -> None:
    place = stored / PLACE
    spoil(place)
    result = verify()
    assert result.status == 4
    result.error_line(f"changed: '{PLACE}' of {BATCH_ID}", said.format(name=place.name, folder=place.parent.name),
                      "; restore the file")


def test_links_are_listed_and_not_followed(verify: Callable[..., Result], stored: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "outside", {"a/x.json": b"{}"})
    for name in ("link", "test_batch/link", "inbox/x.json", "summaries/2023"):
        (stored / name).symlink_to(tmp_path / "outside/a")
    result = verify("--json")
    assert result.status == 4
    assert sorted(path for _, path in findings(result)) == sorted(
        ["link", "test_batch/link", "inbox/x.json", "summaries/2023"])


@pytest.mark.parametrize("folder", ["summaries", "inbox", "rejected", "test_batch"])
def test_a_link_in_place_of_a_folder_is_listed_and_not_followed(
    folder: str, verify: Callable[..., Result], stored: Path, tmp_path: Path
) -> None:
    (stored / folder).rename(tmp_path / "moved")
    (stored / folder).symlink_to(tmp_path / "moved")
    result = verify("--json")
    assert result.status == 4
    assert ("unknown", folder) in findings(result)


def edited(change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    def apply(text: bytes) -> bytes:
        summary = json.loads(text)
        change(summary)
        return json.dumps(summary).encode()
    return apply


BAD_SUMMARIES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda text: b"", "cut off": lambda text: text[:-20], "more behind it": lambda text: text + b"{}",
    "no object": lambda text: b"[]", "no UTF-8": lambda text: text.replace(b"test_batch", b"test\xff", 1),
    "no files": edited(lambda summary: summary.pop("files")),
    "no status": edited(lambda summary: summary.pop("status")),
    "another status": edited(lambda summary: summary.update(status="lost")),
    "another batch": edited(lambda summary: summary.update(batch_id=OTHER_ID)),
    "no batch": edited(lambda summary: summary.update(batch_id="../x")),
    "other totals": edited(lambda summary: summary.update(total_size=1)),
    "a path that leads out": edited(lambda summary: summary["files"][0].update(stored_path="../../etc/passwd")),
    "a path for no system": edited(lambda summary: summary["files"][0].update(stored_path="test_batch\\x")),
    "stored, and rejected": edited(lambda summary: summary.update(status="rejected")),
    "a size that is none": edited(lambda summary: summary["files"][0].update(size=-1)),
    "files that are none": edited(lambda summary: summary.update(files=[1])),
}


@pytest.mark.parametrize("spoil", BAD_SUMMARIES.values(), ids=BAD_SUMMARIES.keys())
def test_a_summary_that_cannot_be_right_is_found_and_the_others_are_read(
    spoil: Callable[[bytes], bytes], receiver: Program, stored: Path
) -> None:
    place = stored / summary_path(BATCH_ID)
    place.write_bytes(spoil(place.read_bytes()))
    result = receiver("verify", "--storage", stored, "--json")
    assert result.status == 4
    found = findings(result)
    assert ("bad summary", summary_path(BATCH_ID)) in found
    assert not [path for kind, path in found if kind == "changed"]
    assert all(line.count(summary_path(BATCH_ID)) <= 1 for line in result.stderr.splitlines()), result.stderr
    assert not [path for _, path in found if path == stored_path(OTHER_ID, "sub/data.json")]


def test_a_path_that_leads_out_is_told_with_its_summary(verify: Callable[..., Result], stored: Path) -> None:
    place = stored / summary_path(BATCH_ID)
    evil = "../../../etc/passwd"
    place.write_bytes(edited(lambda summary: summary["files"][0].update(stored_path=evil))(place.read_bytes()))
    result = verify()
    assert result.status == 4
    result.error_line(f"bad summary: '{summary_path(BATCH_ID)}' of {BATCH_ID}: unsafe path '{evil}': it has a '.' or '..'")
    assert "restore" not in result.stderr


def test_two_summaries_of_one_batch_are_a_finding(verify: Callable[..., Result], stored: Path) -> None:
    flat = stored / flat_summary_path(BATCH_ID)
    flat.write_bytes((stored / summary_path(BATCH_ID)).read_bytes())
    result = verify("--json")
    assert (result.status, findings(result)) == (4, [("bad summary", flat_summary_path(BATCH_ID))])
    result.error_line(f"of {BATCH_ID}: the batch has another summary, '{summary_path(BATCH_ID)}'")
    (stored / summary_path(BATCH_ID)).unlink()
    assert verify().status == 0


@pytest.mark.parametrize("top", ["x", "inbox", "summaries", "rejected"])
def test_folders_deeper_than_any_stored_file_are_one_finding(top: str, receiver: Program, stored: Path) -> None:
    """Each folder is entered from the top, so the time would grow with the square of the depth."""
    (stored / "/".join([top, *["d"] * 300])).mkdir(parents=True)
    result = receiver("verify", "--storage", stored, "--json")
    path = "/".join([top, *["d"] * 127])
    assert (result.status, findings(result)) == (4, [("unknown", path)])
    result.error_line("a folder deeper than any stored file")


def test_each_bad_summary_is_told_once_wherever_it_lies(verify: Callable[..., Result], stored: Path) -> None:
    bad = [f"summaries/{place}.json" for place in ("0", "2023/x", "2024/01/a", "2024/01/02/b", "2024/12/z")]
    write_tree(stored, {path: b"[" * 1000 for path in bad} | {"summaries/2024/01/._b.json": b"of a Mac"})
    result = verify("--json")
    assert findings(result) == [("bad summary", path) for path in bad]
    assert [line.count("bad summary") for line in result.stderr.splitlines()] == [1] * len(bad)
    assert (result.json["stored_batches"], result.json["files"], result.json["system_litter"]) == (2, 3, 1)


@needs_strace
def test_it_asks_the_system_for_nothing_that_changes_the_storage(receiver: Program, stored: Path, tmp_path: Path) -> None:
    (stored / PLACE).write_bytes(b"changed")
    calls = tmp_path / "calls"
    strace = ["strace", "--follow-forks", "--quiet=all", f"--output={calls}", "--decode-fds=path", "--trace=%file,%desc"]
    traced = Program(receiver.path, receiver.home, strace)
    assert traced("verify", "--storage", stored, env=TRACED).status == 4
    in_storage = [line for line in calls.read_text().splitlines() if f"<{stored}" in line]
    assert any(PLACE.rsplit("/", 1)[1] in line for line in in_storage)
    names = {line.split()[1].split("(")[0] for line in in_storage}
    assert names <= {"openat", "read", "pread64", "fstat", "newfstatat", "fcntl", "getdents64", "close", "flock", "dup",
                     "lseek", "fadvise64", "statx", "mmap", "ioctl"}, names
    assert not [line for line in in_storage if "O_WRONLY" in line or "O_RDWR" in line or "O_CREAT" in line]
    assert not [line for line in in_storage if "flock" in line and "LOCK_SH" not in line]


def test_a_file_that_may_not_be_read_is_found(unprivileged: Any) -> None:
    storage = unprivileged.folder / "_storage"
    Payload().put_into(storage)
    unprivileged.own(storage)
    assert unprivileged.receiver("--storage", storage).status == 0
    (storage / PLACE).chmod(0)
    result = unprivileged.receiver("verify", "--storage", storage, "--json")
    assert (result.status, findings(result)) == (4, [("unreadable", PLACE)])


def test_a_clone_is_verified_where_it_lies(receiver: Program, stored: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "work")
    stored.rename(tmp_path / "work/_storage")
    git(tmp_path / "work", "add", "--all")
    git(tmp_path / "work", "commit", "--quiet", "--message", "stored")
    git(tmp_path, "clone", "--quiet", "work", "clone")
    result = receiver("verify", cwd=tmp_path / "clone")
    assert result.status == 0, result
    assert "verified 2 batches" in result.stdout


def test_findings_are_said_even_quietly_and_nothing_else_is(verify: Callable[..., Result], stored: Path) -> None:
    assert verify("--quiet") == Result(0, "", "")
    (stored / PLACE).unlink()
    result = verify("--quiet")
    assert (result.status, result.stdout) == (4, "")
    [line] = result.stderr.splitlines()
    assert PLACE in line


def test_names_do_not_forge_lines(verify: Callable[..., Result], stored: Path) -> None:
    write_tree(stored, {"a\n::error::b": b"", "##[error]c": b""})
    for words in ([], ["--json"]):
        result = verify(*words)
        for line in (result.stdout + result.stderr).splitlines():
            assert not line.startswith("::") and "##[" not in line


def test_many_findings_are_all_counted_and_the_first_listed(verify: Callable[..., Result], stored: Path) -> None:
    write_tree(stored, {f"stray/{number}": b"" for number in range(10_050)})
    result = verify("--json")
    assert (result.json["found"], len(result.json["findings"])) == (10_050, 10_000)


def test_a_receiver_at_work_would_look_like_damage(verify: Callable[..., Result], stored: Path) -> None:
    held = os.open(stored, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert verify().status == 9
        fcntl.flock(held, fcntl.LOCK_SH)
        assert verify().status == 0
    finally:
        os.close(held)


@pytest.mark.parametrize("words", [["--dry-run"], ["--max-files", "3"], ["--retry-rejected"], ["elsewhere"]], ids=" ".join)
def test_it_takes_no_option_that_is_not_for_it(words: list[str], verify: Callable[..., Result], stored: Path) -> None:
    assert verify(*words).status == 2


def test_options_may_stand_before_it_and_in_the_environment(receiver: Program, stored: Path) -> None:
    assert receiver("--storage", stored, "verify", "--quiet").status == 0
    result = receiver("verify", env={"HEALTHMETRIC_STORAGE": str(stored), "HEALTHMETRIC_MAX_FILES": "1"})
    assert result.status == 0, result


def test_a_storage_that_is_none_is_a_usage_error(receiver: Program, tmp_path: Path) -> None:
    assert receiver("verify", "--storage", tmp_path / "nowhere").status == 2
    assert receiver("verify", "--help").status == 0


def test_progress_is_one_line_that_goes_away(receiver: Program, stored: Path) -> None:
    shown = on_terminal(receiver, "verify", "--storage", stored, columns=40)
    assert shown.status == 0
    assert re.search(r"\r\x1b\[Kverifying: \d+ batch", shown.text)
    assert shown.text.endswith("\r\x1b[K")
    assert max(len(line) for line in shown.lines) < 40
    assert on_terminal(receiver, "verify", "--storage", stored, "--quiet").text == ""
    (stored / PLACE).unlink()
    shown = on_terminal(receiver, "verify", "--storage", stored)
    assert shown.status == 4
    assert [line for line in shown.text.split("\n") if f"error: missing: '{PLACE}'" in line]
    assert file_names(stored)
