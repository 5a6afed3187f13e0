"""Summaries that somebody wrote who means harm: no command leads out of its folder, what is wrong is named once,
and the other batches are there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from days import Days
from payloads import flat_summary_path
from programs import Program
from reading import COMMANDS, ONE, OTHER, REST, TWO, Command, Reading, each_command
from resources import MAX_RESIDENT_KIB, measured, peak_kib
from trees import snapshot

Change = Callable[[dict[str, Any]], Any]
OF_BATCHES = ("list", "export batches")
OF_STORED = ("files", "files --all", "restore")
OF_FILES = (*OF_STORED, "export files", "export latest")
ALL = (*OF_BATCHES, *OF_FILES)


@dataclass(frozen=True)
class Case:
    change: Change
    message: str
    notice: tuple[str, ...] = ALL  # the commands that can


def file(**members: Any) -> Change:
    return lambda summary: summary["files"][0].update(members)


def batch(**members: Any) -> Change:
    return lambda summary: summary.update(members)


CASES = {
    "a path upwards": Case(file(path="../c.csv"), "unsafe path '../c.csv'", OF_FILES),
    "a path upwards below": Case(file(path="a/../../c.csv"), "unsafe path", OF_FILES),
    "an absolute path": Case(file(path="/etc/passwd"), "unsafe path '/etc/passwd': it is absolute", OF_FILES),
    "a path through git": Case(file(path="x/.GIT/hooks/post-checkout"), "unsafe path", OF_FILES),
    "a path with a line in it": Case(file(path="a\n::error::b"), "unsafe path", OF_FILES),
    "a path with a backslash": Case(file(path="..\\..\\c.csv"), "unsafe path", OF_FILES),
    "a path without end": Case(file(path="x/" * 5000 + "c"), "unsafe path", OF_FILES),
    "no path": Case(file(path=""), "unsafe path", OF_FILES),
    "a stored path upwards": Case(file(stored_path="../secret"), "unsafe path '../secret'", OF_FILES),
    "an absolute stored path": Case(file(stored_path="/etc/passwd"), "unsafe path '/etc/passwd'", OF_FILES),
    "no stored path": Case(file(stored_path=""), "it is empty", OF_FILES),
    "a stored path that is a folder": Case(file(stored_path="daily/2024"), "is a folder, not a file", OF_STORED),
    "a stored path through a link": Case(file(stored_path="planted/secret"), "is a symbolic link", OF_STORED),
    "a size that lies": Case(file(size=4), "it has 3 bytes, not 4", OF_STORED),
    "a huge size": Case(file(size=2**64 - 1), "it has 3 bytes, not 18446744073709551615", OF_STORED),
    "a negative size": Case(file(size=-1), "", OF_FILES),
    "a digest that lies": Case(file(sha256="0" * 64), "its SHA-256 differs", ("restore",)),
    "a digest that is none": Case(file(sha256="../x"), "its SHA-256 differs", ("restore",)),
    "files that are none": Case(batch(files=[[]]), "", OF_FILES),
    "two entries for a path": Case(lambda summary: summary["files"].append(summary["files"][0]),
                                   "lists 'c.csv' twice", ("files", "restore", "export latest")),
    "the name of another batch": Case(batch(batch_id=ONE.batch_id), "it is the summary of another batch", OF_FILES),
    "an unsafe deletion": Case(batch(gone=["../x"]), "unsafe path '../x'"),
    "too many deletions": Case(batch(gone=["x"] * 10_001), "more than 10000 paths"),
    "an unsafe folder": Case(batch(folders=["/etc/x"]), "unsafe path '/etc/x'"),
    "no files": Case(lambda summary: summary.pop("files"), "the summary has no status or no files"),
}


@pytest.fixture
def days(receiver: Program, storage: Path) -> Days:
    days = Days(receiver, storage)
    days.store(ONE, TWO, OTHER)
    return days


@pytest.fixture
def run(days: Days, tmp_path: Path) -> Reading:
    return Reading(days, tmp_path / "back")


@each_command
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_no_summary_leads_astray(case: Case, command: Command, days: Days, run: Reading, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"two")
    (days.storage / "planted").symlink_to(tmp_path)
    days.edit(TWO, case.change)
    outside = snapshot(tmp_path, without=("back", "home"))
    result = run(command)
    assert snapshot(tmp_path, without=("back", "home")) == outside
    notices = any(COMMANDS[name] is command for name in case.notice)
    assert result.status == (4 if notices else 0), result
    assert len(result.stderr.splitlines()) == (1 if notices else 0), result.stderr
    if notices:
        result.error_line("error: ", case.message)
    assert command.rest() <= run.found(command, result) <= command.rest() | {"c.csv", TWO.batch_id}


@each_command
def test_of_two_summaries_of_a_batch_one_counts(command: Command, days: Days, run: Reading) -> None:
    flat = days.storage / flat_summary_path(TWO.batch_id)
    flat.write_bytes(days.summary(TWO).read_bytes().replace(b"c.csv", b"d.csv"))
    result = run(command)
    assert result.status == 4, result
    result.error_line("error: ", flat_summary_path(TWO.batch_id), "the batch has another summary", "which counts")
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert run.found(command, result) == command.rest() | {TWO.batch_id if command.has_ids else "c.csv"}


@each_command
def test_links_among_the_summaries_lead_nowhere(command: Command, days: Days, run: Reading) -> None:
    (days.storage / "summaries/2024/02").symlink_to(days.storage / "summaries/2024/01")
    result = run(command)
    assert result.status == 4, result
    result.error_line("error: ", "summaries/2024/02", "is a symbolic link, not a folder")
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert run.found(command, result) >= command.rest()


@each_command
@pytest.mark.parametrize("version", [1, 2])
def test_members_that_nobody_knows_are_passed_over(version: int, command: Command, days: Days, run: Reading) -> None:
    def change(summary: dict[str, Any]) -> None:
        summary["files"][0]["weather"] = {"rain": [1, {"x": None}]}
        if version == 1:
            for member in ("producer", "instance", "sequence", "folders", "gone"):
                del summary[member]
    days.edit(TWO, change, schema_version=version, sky=["blue"] * 1000)
    result = run(command)
    assert (result.status, result.stderr) == (0, ""), result
    assert run.found(command, result) == command.rest() | {TWO.batch_id if command.has_ids else "c.csv"}


def test_a_hundred_thousand_entries_cost_no_memory(days: Days, run: Reading) -> None:
    [entry] = json.loads(days.summary(TWO).read_bytes())["files"]
    days.edit(TWO, files=[entry | {"path": f"{number}.csv"} for number in range(100_000)], total_files=100_000)
    for name, count in (("list", 3), ("export batches", 3), ("export files", 100_000 + len(REST))):
        program = measured(days.receiver.path, days.receiver.home)
        result = run(COMMANDS[name], program)
        assert (result.status, len(run.found(COMMANDS[name], result))) == (0, count), result.stderr
        assert peak_kib(program) < MAX_RESIDENT_KIB
