"""`healthmetric-receiver compare`: whether what is in a folder is stored, so that it may be deleted there."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import unprivileged_user
from days import Day, Days
from programs import Program, Result
from trees import snapshot, write_tree

FILES = {"a.csv": b"1", "sub/b.json": b"{}", "sub/ü c.txt": b"text"}
ONE = Day(1, FILES | {"old.csv": b"gone"})
TWO = Day(2, {"a.csv": b"one"}, gone=("old.csv",))
NOW = FILES | {"a.csv": b"one"}


@pytest.fixture
def days(receiver: Program, storage: Path) -> Days:
    days = Days(receiver, storage)
    days.store(ONE, TWO)
    return days


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    write_tree(folder, NOW)
    return folder


@pytest.fixture
def compare(days: Days, here: Path) -> Callable[..., Result]:
    """Changes nothing, neither in the storage nor in the folder."""
    def run(*words: Any, **popen: Any) -> Result:
        before = snapshot(days.storage), snapshot(here)
        result = days("compare", here, *words, **popen)
        assert (snapshot(days.storage), snapshot(here)) == before
        return result
    return run


def lines(result: Result) -> list[str]:
    return result.stdout.splitlines()


def test_all_is_stored(compare: Callable[..., Result]) -> None:
    result = compare()
    assert result.status == 0, result
    assert lines(result) == ["= a.csv", "= sub/b.json", "= sub/ü c.txt"]
    assert "everything compared here is stored: 3 same\n" in result.stderr
    assert re.search(r"compared with 'daily' of 'lab'; the newest batch in this storage was processed "
                     r"2024-01-02T12:00:00Z, \d+ days ago\n", result.stderr), result
    assert "not considered" not in result.stderr


def test_every_difference_has_its_sign(compare: Callable[..., Result], here: Path) -> None:
    (here / "a.csv").write_bytes(b"eno")
    (here / "sub/b.json").unlink()
    (here / "sub/a new one.csv").write_bytes(b"1")
    (here / "z.csv").write_bytes(b"1")
    (here / "sub/ü c.txt").write_bytes(b"longer than before")
    result = compare()
    assert result.status == 4
    assert lines(result) == ["* a.csv", "+ sub/a new one.csv", "- sub/b.json", "* sub/ü c.txt", "+ z.csv"]
    assert "not everything here is stored: 0 same, 2 different, 2 only here, 1 only there\n" in result.stderr
    assert lines(compare("--only", "+-")) == ["+ sub/a new one.csv", "- sub/b.json", "+ z.csv"]
    assert lines(compare("--only", "=")) == []


def test_a_file_that_is_only_stored_is_no_reason_to_keep_the_others(compare: Callable[..., Result], here: Path) -> None:
    (here / "sub/b.json").unlink()
    result = compare()
    assert result.status == 0
    assert "everything compared here is stored: 2 same, 1 only there\n" in result.stderr


@pytest.mark.parametrize("damage, told", [
    (lambda place: place.unlink(), "missing: '{place}' of {batch}"),
    (lambda place: place.write_bytes(b"[]"), "changed: '{place}' of {batch}: its SHA-256 differs"),
    (lambda place: place.write_bytes(b"[ ]"), "changed: '{place}' of {batch}: it has 3 bytes, not 2"),
    (lambda place: (place.unlink(), place.symlink_to("/etc/hostname")), "changed: '{place}' of {batch}: "),
], ids=["missing", "other bytes", "other size", "link"])
def test_stored_bytes_are_read(damage: Callable[[Path], Any], told: str, compare: Callable[..., Result],
                               days: Days) -> None:
    place = days.place(ONE, "sub/b.json")
    damage(place)
    result = compare()
    assert result.status == 4
    assert "! sub/b.json" in lines(result)
    assert told.format(place=place.relative_to(days.storage), batch=ONE.batch_id) in result.stderr
    assert "not everything here is stored: 2 same, 1 could not be read\n" in result.stderr
    quick = compare("--quick")
    assert quick.status == 0
    assert "stored according to the summaries (--quick reads no stored file): 3 same\n" in quick.stderr


def test_files_of_other_types_are_counted(compare: Callable[..., Result], here: Path) -> None:
    for number in range(500):
        (here / f"{number}.DCM").touch()
    write_tree(here, {".hidden/x.csv": b"x", ".hidden/y": b"y", "README": b"", ".healthmetricignore": b"*.tmp.txt\n",
                      "x.tmp.txt": b"", "sub/notes.log": b""})
    (here / "link.csv").symlink_to("a.csv")
    os.mkfifo(here / "pipe")
    result = compare()
    assert result.status == 4
    assert lines(result) == ["= a.csv", "= sub/b.json", "= sub/ü c.txt"]
    assert "not considered: 508 files (500 .dcm, " in result.stderr
    for words in ("3 without extension", "1 .csv", "1 .log", "1 .txt", "1 named pipe", "1 symbolic link"):
        assert words in result.stderr, (words, result.stderr)
    accepted = compare("--ignore-unconsidered")
    assert accepted.status == 0
    assert "not considered: 508 files" in accepted.stderr
    answer = json.loads(compare("--json").stdout)
    assert answer["unconsidered"] == {"files": 508, "types": {
        ".dcm": 500, "without extension": 3, ".csv": 1, ".log": 1, ".txt": 1, "named pipe": 1, "symbolic link": 1}}


def test_many_types_are_summed_up(compare: Callable[..., Result], here: Path) -> None:
    write_tree(here, {f"x.{number:04}": b"" for number in range(1005)} | {"y.0000": b""})
    result = compare("--json")
    types = json.loads(result.stdout)["unconsidered"]["types"]
    assert (len(types), sum(types.values())) == (1001, 1006)
    assert types["other types"] in (5, 6)
    assert re.search(r"not considered: 1006 files \((\d+ [^,]+, ){9}.* and others\)", compare().stderr)


def test_files_are_chosen_as_the_sender_does(compare: Callable[..., Result], here: Path) -> None:
    write_tree(here, {"scan.dcm": b"d", ".hidden.csv": b"h"})
    assert lines(compare("--all-types", "--only", "+")) == ["+ scan.dcm"]
    assert lines(compare("--hidden", "--only", "+")) == ["+ .hidden.csv"]
    assert lines(compare("--include", "*.dcm")) == ["- a.csv", "+ scan.dcm", "- sub/b.json", "- sub/ü c.txt"]
    assert lines(compare("--exclude", "sub")) == ["= a.csv", "- sub/b.json", "- sub/ü c.txt"]
    assert lines(compare("--no-recursive")) == ["= a.csv", "- sub/b.json", "- sub/ü c.txt"]


def test_a_sent_folder_compares_clean(sender: Program, receiver: Program, tmp_path: Path) -> None:
    """Whatever it has in it: with the same options, the same files."""
    folder = tmp_path / "exports"
    write_tree(folder, {"a.csv": b"1", "deep/er/b.json": b"{}", "x.bin": b"0", "not.tmp.csv": b"",
                        ".healthmetricignore": b"*.tmp.csv\n"})
    assert sender("--folder", folder, "--all-types", "--output", tmp_path / "out").status == 0
    storage = tmp_path / "out/_storage"
    assert receiver("--storage", storage).status == 0
    result = receiver("compare", folder, "--storage", storage, "--all-types", "--ignore-unconsidered")
    assert result.status == 0, result
    assert lines(result) == ["= a.csv", "= deep/er/b.json", "= x.bin"]


def test_as_it_was_then(compare: Callable[..., Result], here: Path) -> None:
    (here / "a.csv").write_bytes(b"1")
    result = compare("--at", "2024-01-01")
    assert lines(result) == ["= a.csv", "- old.csv", "= sub/b.json", "= sub/ü c.txt"]
    assert "newest batch in this storage was processed 2024-01-02T12:00:00Z" in result.stderr
    before = compare("--at", "2023-12-31")
    assert {line[0] for line in lines(before)} == {"+"}
    assert "newest batch in this storage was processed 2024-01-02T12:00:00Z" in before.stderr


@pytest.fixture
def two_producers(days: Days) -> Days:
    days.store(Day(3, {"a.csv": b"of the ward", "w.csv": b"w"}, producer="ward", name="ward_data"))
    return days


def test_of_several_producers_one_is_named(two_producers: Days, here: Path) -> None:
    result = two_producers("compare", here)
    assert (result.status, result.stdout) == (2, ""), result
    assert result.error_line("the storage has files of several producers: choose with --producer: 'lab' or 'ward'")
    result = two_producers("compare", here, "--json")
    assert (result.status, result.stdout) == (2, ""), result
    assert two_producers("compare", here, "--producer", "lab").status == 0
    assert two_producers("compare", here, "--batch", "daily").status == 0
    both = two_producers("compare", here, "--producer", "lab", "--producer", "ward")
    assert both.status == 0
    assert lines(both) == ["= a.csv", "= sub/b.json", "= sub/ü c.txt", "- w.csv"]
    assert "compared with 'daily' and 'ward_data' of 'lab' and 'ward'; the newest" in both.stderr


@pytest.mark.parametrize("words, told", [
    (("--producer", "nobody"), "is from producer 'nobody'"),
    (("--batch", "dayly"), "is named 'dayly'"),
    (("--batch", "daily", "--producer", "nobody"), "is named 'daily' from producer 'nobody'"),
])
def test_a_producer_or_batch_that_there_is_not(days: Days, here: Path, tmp_path: Path, words: tuple[str, ...],
                                               told: str) -> None:
    for command in (("compare", here), ("restore", "--to", tmp_path / "back")):
        result = days(*command, *words)
        assert (result.status, result.stdout) == (2, ""), result
        result.error_line(f"no batch in '{days.storage}' {told}; 'healthmetric-receiver list' shows them all")
    assert not (tmp_path / "back").exists()


def test_the_storage_itself_is_no_copy(days: Days, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").symlink_to(days.storage / "daily")
    for place in (days.storage, days.storage / "daily/2024", tmp_path / "elsewhere"):
        result = days("compare", place)
        assert (result.status, result.stdout) == (2, ""), result
        result.error_line(f"'{place}' is in the storage folder: name a folder outside of it")


def test_the_producer_of_this_machine_is_known(two_producers: Days, sender: Program, here: Path) -> None:
    queued = sender("--folder", here, "--producer", "ward", "--repo", "you/data", "--api-url", "http://127.0.0.1:1",
                    "--max-wait", "1", env={"GITHUB_TOKEN": "a-token"})
    assert queued.status == 7, queued
    result = two_producers("compare", here)
    assert (result.status, lines(result)[0]) == (4, "* a.csv"), result
    assert "of 'ward'; the newest" in result.stderr


def test_json_has_everything(compare: Callable[..., Result], here: Path) -> None:
    (here / "new.csv").write_bytes(b"")
    result = compare("--json", "--quick")
    answer = json.loads(result.stdout)
    newest = answer["newest_batch"]
    assert newest.pop("age_seconds") > 0
    assert answer == {
        "files": [
            {"path": "a.csv", "comparison": "same", "batch_id": TWO.batch_id, "stored_path": answer["files"][0]["stored_path"]},
            {"path": "new.csv", "comparison": "only_here"},
            *({"path": path, "comparison": "same", "batch_id": ONE.batch_id, "stored_path": entry["stored_path"]}
              for path, entry in zip(["sub/b.json", "sub/ü c.txt"], answer["files"][2:], strict=True))],
        "folder": str(here), "producers": ["lab"], "batch_names": ["daily"], "quick": True,
        "newest_batch": {"batch_id": TWO.batch_id, "producer": "lab", "processed_at": "2024-01-02T12:00:00Z"},
        "counts": {"same": 3, "differs": 0, "only_here": 1, "only_there": 0, "unreadable": 0},
        "unconsidered": {"files": 0, "types": {}}, "errors": 0}


def test_a_file_that_cannot_be_read(compare: Callable[..., Result], here: Path, days: Days) -> None:
    os.rename(here / "a.csv", here / "b\udcff.csv".encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape"))
    result = days("compare", here)
    assert result.status == 4
    assert "! b\\xff.csv" in lines(result)
    assert "cannot compare 'b\\xff.csv': its path is not valid UTF-8" in result.stderr or \
        "cannot compare 'b\\xff.csv': its path" in result.stderr


def test_a_folder_that_cannot_be_read(days: Days) -> None:
    with unprivileged_user() as user:
        here = user.folder / "here"
        write_tree(here, NOW)
        shutil.copytree(days.storage, user.folder / "_storage")
        user.own(user.folder)
        (here / "sub").chmod(0)
        result = user.receiver("compare", here, "--storage", user.folder / "_storage")
        (here / "sub").chmod(0o755)
    assert result.status == 4
    assert "! sub/" in lines(result)
    assert "cannot compare 'sub/': Permission denied" in result.stderr


def test_damaged_summaries_are_told_and_count(compare: Callable[..., Result], days: Days) -> None:
    days.summary(TWO).write_text("{")
    result = compare()
    assert result.status == 4
    assert f"summaries/2024/01/02/{TWO.batch_id}.json" in result.stderr
    assert lines(result)[0] == "* a.csv"


@pytest.mark.parametrize("words, told", [
    ([], "compare requires the folder that is compared with what is stored"),
    (["nowhere"], "there is no folder 'nowhere'"),
    (["a file"], "'a file' is not a folder"),
    ([".", "--only", "x"], "--only: invalid value 'x': expected some of = * + - !"),
    ([".", "--only", ""], "--only: "),
])
def test_usage(words: list[str], told: str, days: Days, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    result = days("compare", *words, cwd=tmp_path)
    assert (result.status, result.stdout) == (2, ""), result
    assert result.error_line(told)


def test_an_empty_folder_and_an_empty_storage(days: Days, receiver: Program, here: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = days("compare", tmp_path / "empty", "--only", "+")
    assert (result.status, result.stdout) == (0, ""), result
    assert "there is nothing here to compare: 0 same, 3 only there" in result.stderr
    (tmp_path / "none/summaries").mkdir(parents=True)
    result = receiver("compare", here, "--storage", tmp_path / "none", "--only", "+")
    assert (result.status, len(lines(result))) == (4, 3), result
    assert "the storage has no batches" in result.stderr


def test_quiet_prints_the_lines_alone(compare: Callable[..., Result]) -> None:
    result = compare("--quiet")
    assert (result.status, result.stderr, len(lines(result))) == (0, "", 3)
