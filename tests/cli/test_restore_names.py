"""`healthmetric-receiver restore` to file systems that cannot hold every name, or take two names for one: each
file is there all the same, under the name it is stored with, and that is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from days import Day, Days
from programs import Program, Result
from trees import file_names

IN_ANY_CASE = {"Data.csv": b"capital", "data.csv": b"small", "DATA.CSV": b"all", "Sub/x.csv": b"1", "sub/x.csv": b"2",
               "sub/y.csv": b"3", "Now": b"a file", "now/in.csv": b"in a folder", "É.csv": b"e", "é.csv": b"f"}
NO_NAMES_THERE = {"a:b.csv": b"colon", "what?.csv": b"mark", "d<1>/x.csv": b"in a folder", "plain.csv": b"plain"}


@pytest.fixture
def days(receiver: Program, storage: Path) -> Days:
    return Days(receiver, storage)


def contents(folder: Path) -> list[bytes]:
    return sorted((folder / name).read_bytes() for name in file_names(folder))


def stored_ones(result: Result) -> list[str]:
    """The paths that are told to be restored under another name."""
    return sorted(line.partition(" is restored as ")[0].rpartition(": ")[2].strip("'")
                  for line in result.stderr.splitlines() if " is restored as " in line)


def test_names_that_differ_in_case_do_not_replace_each_other(days: Days, memory_card: Path) -> None:
    day = Day(1, IN_ANY_CASE)
    days.store(day)
    stored = {file["path"]: file["stored_path"] for file in json.loads(days.summary(day).read_bytes())["files"]}
    to = memory_card / "back"
    for words, done in (([], "restored 10 files"), ([], "; 10 files already there"),
                        (["--overwrite=always"], "restored 0 files")):
        result = days("restore", "--to", to, *words)
        assert result.status == 0 and done in result.stdout, result
        assert stored_ones(result) == ["Data.csv", "data.csv", "now/in.csv", "sub/x.csv", "é.csv"]
        assert contents(to) == sorted(IN_ANY_CASE.values())
        assert (to / stored["data.csv"]).read_bytes() == b"small"
        assert (to / "Data.csv").read_bytes() == b"all"
    result.error_line("warning", f"cannot write '{to}/data.csv'", "it is the same name as another that is there",
                      f"'data.csv' is restored as '{to}/{stored['data.csv']}'")


def test_a_broken_run_is_continued_with_the_same_names(days: Days, memory_card: Path) -> None:
    days.store(Day(1, IN_ANY_CASE))
    to = memory_card / "back"
    assert days("restore", "--to", to, "--include", "DATA.CSV", "--include", "Now").status == 0
    assert days("restore", "--to", to).status == 0
    assert contents(to) == sorted(IN_ANY_CASE.values())


def test_nor_do_those_of_two_producers(days: Days, memory_card: Path) -> None:
    days.store(Day(1, {"a.csv": b"lab"}), Day(2, {"A.csv": b"ward"}, producer="ward"))
    result = days("restore", "--to", memory_card / "back", "--flat", "--overwrite=always")
    assert (result.status, stored_ones(result)) == (0, ["A.csv"])
    assert contents(memory_card / "back") == [b"lab", b"ward"]


def test_where_names_in_any_case_are_apart_all_stay(days: Days, tmp_path: Path) -> None:
    days.store(Day(1, IN_ANY_CASE))
    for _ in range(2):
        result = days("restore", "--to", tmp_path / "back")
        assert (result.status, result.stderr) == (0, "")
        assert {name: (tmp_path / "back" / name).read_bytes() for name in file_names(tmp_path / "back")} == IN_ANY_CASE


def test_names_that_cannot_be_there_become_the_stored_ones(days: Days, memory_card: Path) -> None:
    day = Day(1, NO_NAMES_THERE, folders=("empty", "empty|"))
    days.store(day)
    to = memory_card / "back"
    for done in ("restored 4 files", "restored 0 files (0 B) to"):
        result = days("restore", "--to", to)
        assert result.status == 4 and done in result.stdout, result
        assert stored_ones(result) == ["a:b.csv", "d<1>/x.csv", "what?.csv"]
        result.error_line("error", f"cannot create '{to}/empty|/': the file system cannot hold this name")
        assert contents(to) == sorted(NO_NAMES_THERE.values())
        assert (to / "empty").is_dir()
