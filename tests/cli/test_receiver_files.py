"""`healthmetric-receiver files`: which files there are, were, or ever were, and where they are stored."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from days import Day, Days, processed
from payloads import flat_summary_path, stored_path
from programs import Program, Result, git
from resources import MAX_RESIDENT_KIB, measured, peak_kib
from terminals import on_terminal
from trees import snapshot

ONE = Day(1, {"a.csv": b"1", "b.csv": b"2", "sub/c.json": b"{}"})
TWO = Day(2, {"a.csv": b"one", "d.csv": b"4"}, gone=("b.csv",))
THREE = Day(3, {"b.csv": b"back"}, gone=("d.csv",))
OTHER = Day(2, {"a.csv": b"of the ward", "z.txt": b"z"}, producer="ward")


@pytest.fixture
def days(receiver: Program, storage: Path) -> Days:
    days = Days(receiver, storage)
    days.store(ONE, TWO, THREE, OTHER)
    return days


@pytest.fixture
def files(days: Days) -> Callable[..., Result]:
    """Changes nothing, whatever it finds."""
    def run(*words: Any, **popen: Any) -> Result:
        before = snapshot(days.storage)
        result = days("files", *words, **popen)
        assert snapshot(days.storage) == before
        return result
    return run


def listed(result: Result, status: int = 0) -> list[tuple[str, str, str]]:
    """Producer, path and the day of its batch."""
    assert result.status == status, result
    assert status or not result.stderr.replace("there is no such file", "").count("error"), result
    return [(file["producer"], file["path"], file["batch_id"][6:8]) for file in json.loads(result.stdout)]


NOW = [("lab", "a.csv", "02"), ("lab", "b.csv", "03"), ("lab", "sub/c.json", "01"),
       ("ward", "a.csv", "02"), ("ward", "z.txt", "02")]


def test_the_state_now_is_what_was_sent_and_is_not_gone(files: Callable[..., Result]) -> None:
    assert listed(files("--json")) == NOW


@pytest.mark.parametrize("words, expected", [
    (["--at", "2023-12-31"], []),
    (["--at", "2024-01-01"], [("lab", "a.csv", "01"), ("lab", "b.csv", "01"), ("lab", "sub/c.json", "01")]),
    (["--at", processed(1).replace("12:00:00", "11:59:59")], []),
    (["--at", processed(2), "--producer", "lab"],
     [("lab", "a.csv", "02"), ("lab", "d.csv", "02"), ("lab", "sub/c.json", "01")]),
    (["--at", "2024-01-03"], NOW),
    (["--producer", "ward"], NOW[3:]),
    (["--batch", "daily", "--producer", "lab"], NOW[:3]),
    (["--batch", "weekly"], []),
    (["--since", "2024-01-02"], [NOW[0], NOW[1], *NOW[3:]]),
    (["--until", "2024-01-02"], [NOW[0], *NOW[2:]]),
    (["--status", "rejected"], []),
    (["*.json"], [NOW[2]]),
    (["a.csv", "sub"], [NOW[0], NOW[2], NOW[3]]),
    (["sub/**", "--producer", "lab"], [NOW[2]]),
    (["*.csv", "--all"], [("lab", "b.csv", "03"), ("ward", "a.csv", "02"), ("lab", "a.csv", "02"), ("lab", "d.csv", "02"),
                          ("lab", "a.csv", "01"), ("lab", "b.csv", "01")]),
    (["--all", "--since", "2024-01-03"], [("lab", "b.csv", "03")]),
    (["--all", "--at", "2024-01-01", "a.csv"], [("lab", "a.csv", "01")]),
], ids=lambda words: " ".join(map(str, words)) if words and isinstance(words[0], str) else "")
def test_times_filters_and_globs(files: Callable[..., Result], words: list[str],
                                 expected: list[tuple[str, str, str]]) -> None:
    result = files("--json", *words)
    assert sorted(listed(result)) == sorted(expected)
    assert ("there is no such file in" in result.stderr) == (not expected)


def test_all_versions_go_from_the_newest_to_the_oldest(files: Callable[..., Result]) -> None:
    days = [day for _, _, day in listed(files("--json", "--all"))]
    assert days == sorted(days, reverse=True) and len(days) == 8


def test_json_has_what_the_summary_has(files: Callable[..., Result], days: Days) -> None:
    lines = files("--ndjson").stdout.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(files("--json").stdout)
    file = json.loads(lines[0])
    recorded = json.loads(days.summary(TWO).read_bytes())["files"][0]
    assert file == {
        "path": "a.csv", "stored_path": stored_path(TWO.batch_id, "a.csv"), "bytes": 3, "sha256": recorded["sha256"],
        "content_type": recorded["content_type"], "modified": recorded["modified"], "producer": "lab",
        "batch_name": "daily", "batch_id": TWO.batch_id, "processed_at": processed(2)}


def test_a_table_for_people(files: Callable[..., Result], days: Days) -> None:
    head, first, *_ = files().stdout.splitlines()
    assert head.split() == ["TIME", "SIZE", "PRODUCER", "BATCH", "PATH", "STORED", "AS"]
    assert first.split() == ["2024-01-15", "09:00", "3", "B", "lab", "daily", "a.csv", stored_path(TWO.batch_id, "a.csv")]
    head, first, *_ = files("--all", "b.csv").stdout.splitlines()
    assert head.split() == ["TIME", "SIZE", "SHA-256", "PRODUCER", "BATCH", "ID", "PATH", "STORED", "AS"]
    assert THREE.batch_id[-8:] in first
    shown = on_terminal(days.receiver, "files", "--storage", days.storage, columns=80, with_stdout=True)
    lines = [line for line in shown.lines if "2024" in line]
    assert len(lines) == 5 and all(len(line) <= 80 for line in lines)


def test_a_script_gets_paths_alone(files: Callable[..., Result], days: Days) -> None:
    root = str(days.storage)
    assert files("--stored", "b.csv").stdout == f"{root}/{stored_path(THREE.batch_id, 'b.csv')}\n"
    assert files("--print0", "*.csv", "--producer", "lab").stdout == "a.csv\0b.csv\0"
    stored = files("--stored", "--print0", "*.csv").stdout
    printed = subprocess.run(["xargs", "-0", "cat"], input=stored.encode(), stdout=subprocess.PIPE, check=True).stdout
    assert printed == b"oneback" + b"of the ward"


def test_a_deletion_counts_in_its_own_series_alone(days: Days) -> None:
    days.store(Day(4, {"y.csv": b""}, gone=("a.csv",), source="/elsewhere"), Day(5, {}, gone=("sub/c.json",)))
    assert [path for producer, path, _ in listed(days("files", "--json")) if producer == "lab"] == ["a.csv", "b.csv", "y.csv"]


def test_the_sequence_orders_and_not_the_senders_clock(receiver: Program, storage: Path) -> None:
    days = Days(receiver, storage)
    fast, slow = Day(20, {"a": b"first"}), Day(10, {"a": b"second"})
    days.store(fast, slow)
    days.edit(fast, sequence=1, processed_at=processed(1))
    days.edit(slow, sequence=2, processed_at=processed(2))
    assert listed(days("files", "--json")) == [("lab", "a", "10")]
    assert listed(days("files", "--json", "--at", "2024-01-01")) == [("lab", "a", "20")]


def test_summaries_of_version_1_are_files_of_their_host(days: Days) -> None:
    def as_version_1(summary: dict[str, Any]) -> None:
        for member in ("producer", "instance", "sequence", "folders", "gone"):
            del summary[member]
        for file in summary["files"]:
            del file["modified"]
    days.edit(OTHER, as_version_1, schema_version=1)
    flat = days.storage / flat_summary_path(OTHER.batch_id)
    days.summary(OTHER).rename(flat)
    assert listed(days("files", "--json"))[3:] == [("ws-12", "a.csv", "02"), ("ws-12", "z.txt", "02")]
    assert days("files", "z.txt").stdout.splitlines()[1].startswith("2024-01-02 10:30")
    assert json.loads(days("files", "--json", "z.txt").stdout)[0]["modified"] is None


def set_file(**members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda summary: summary["files"][0].update(members)


HOSTILE: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a path upwards": (set_file(path="../a.csv"), "unsafe path '../a.csv': it has a '.' or '..' component"),
    "an absolute path": (set_file(path="/etc/passwd"), "unsafe path '/etc/passwd': it is absolute"),
    "a folder of git": (set_file(path="x/.git/config"), "unsafe path 'x/.git/config'"),
    "a stored path upwards": (set_file(stored_path="../../secret"), "unsafe path '../../secret'"),
    "an absolute stored path": (set_file(stored_path="/etc/passwd"), "unsafe path '/etc/passwd'"),
    "no stored path": (set_file(stored_path=""), "it is empty"),
    "a size that lies": (set_file(size=4), "it has 3 bytes, not 4"),
    "a huge size": (set_file(size=2**64 - 1), "it has 3 bytes, not 18446744073709551615"),
    "something missing": (set_file(stored_path="daily/none"), "missing: 'daily/none' of"),
    "a folder": (set_file(stored_path="daily/2024"), "is a folder, not a file"),
    "two entries": (lambda summary: summary["files"].append(summary["files"][0]), "lists 'a.csv' twice"),
    "an unknown version": (lambda summary: summary.update(schema_version=3), "has schema_version 3"),
    "an unknown status": (lambda summary: summary.update(status="melted"), "unknown status 'melted'"),
    "another batch": (lambda summary: summary.update(batch_id=ONE.batch_id), "it is the summary of another batch"),
    "an unsafe deletion": (lambda summary: summary.update(gone=["../x"]), "unsafe path '../x'"),
    "too many deletions": (lambda summary: summary.update(gone=["x"] * 10_001), "more than 10000 paths"),
    "no files": (lambda summary: summary.pop("files"), "the summary has no status or no files"),
}


@pytest.mark.parametrize("case, words", [
    (case, words) for case in HOSTILE for words in ([], ["--all"])
    if (case, words) != ("two entries", ["--all"])])  # where each entry is a version
def test_a_hostile_summary_is_named_and_the_rest_is_listed(case: str, words: list[str], days: Days,
                                                           tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"one")
    spoil, message = HOSTILE[case]
    days.edit(TWO, spoil)
    result = days("files", "--stored", *words)
    assert result.status == 4
    result.error_line("error", message)
    assert len(result.stderr.splitlines()) == 1, result.stderr
    lines = set(result.stdout.splitlines())
    assert f"{days.storage}/{stored_path(THREE.batch_id, 'b.csv')}" in lines
    assert f"{days.storage}/{stored_path(OTHER.batch_id, 'z.txt')}" in lines
    assert all(line.startswith(f"{days.storage}/daily/") and Path(line).is_file() for line in lines)


def test_unknown_members_are_passed_over(days: Days) -> None:
    days.edit(TWO, lambda summary: summary["files"][0].update(weather={"rain": [1]}), sky="blue")
    assert listed(days("files", "--json")) == NOW


@pytest.mark.parametrize("words", [[], ["--all"]], ids=["state", "all"])
def test_a_summary_that_is_cut_off_counts_for_nothing(words: list[str], days: Days) -> None:
    text = days.summary(TWO).read_bytes()
    days.summary(TWO).write_bytes(text[:-10])
    result = days("files", "--json", *words)
    assert result.status == 4
    result.error_line(f"summaries/2024/01/02/{TWO.batch_id}.json", "the JSON is cut off")
    if not words:
        assert listed(result, status=4)[:2] == [("lab", "a.csv", "01"), ("lab", "b.csv", "03")]


def test_links_in_the_storage_lead_nowhere(days: Days, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"one")
    days.place(TWO, "a.csv").unlink()
    days.place(TWO, "a.csv").symlink_to(tmp_path / "secret")
    month = days.storage / "summaries/2024/02"
    month.symlink_to(days.storage / "summaries/2024/01")
    result = days("files", "--stored", "--producer", "lab")
    assert result.status == 4
    result.error_line("changed", stored_path(TWO.batch_id, "a.csv"), "is a symbolic link, not a file")
    result.error_line("summaries/2024/02", "is a symbolic link, not a folder")
    assert len(result.stdout.splitlines()) == 2


def test_a_sparse_clone_says_what_fetches_the_rest(days: Days, tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    days.storage.rename(origin / "_storage")
    git(origin, "init", "--quiet")
    git(origin, "config", "uploadpack.allowFilter", "true")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "all")
    git(tmp_path, "clone", "--quiet", "--sparse", "--filter=blob:none", f"file://{origin}", "clone")
    storage = tmp_path / "clone/_storage"
    git(tmp_path / "clone", "sparse-checkout", "set", "_storage/inbox")
    storage.mkdir(exist_ok=True)
    bare = days.receiver("files", "--storage", storage)
    assert bare.status == 4
    bare.error_line("there are no summaries in", "sparse clone")
    bare.error_line(f"git -C '{storage}' checkout --ignore-skip-worktree-bits HEAD -- .")
    git(tmp_path / "clone", "sparse-checkout", "set", "_storage/summaries")
    few = days.receiver("files", "--storage", storage)
    assert few.status == 4 and few.stderr.count("missing: ") == 5
    few.error_line(f"git -C '{storage}' checkout --ignore-skip-worktree-bits HEAD -- .")
    git(tmp_path / "clone", "-C", storage, "checkout", "--quiet", "--ignore-skip-worktree-bits", "HEAD", "--", ".")
    assert listed(days.receiver("files", "--storage", storage, "--json")) == NOW


@pytest.mark.parametrize("words, message", [
    (["--at=soon"], "--at: invalid time 'soon': expected for example 2024-01-15"),
    ([""], "invalid pattern ''"),
    (["--stored", "--json"], "--stored"),
    (["--print0", "--ndjson"], "--print0"),
    (["--limit=1"], "files does not take --limit"),
    (["--since=2024-01-02", "--until=2024-01-01"], "--since '2024-01-02' is later than --until '2024-01-01'"),
])
def test_what_cannot_be_meant(files: Callable[..., Result], words: list[str], message: str) -> None:
    result = files(*words)
    assert (result.status, result.stdout) == (2, "")
    assert result.error_line(message)


@pytest.mark.parametrize("words", [[], ["--all"], ["--json"], ["--stored"]], ids=" ".join)
def test_a_full_disk_ends_it(files: Callable[..., Result], words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        result = files(*words, stdout=full)
    assert result.status == 10
    assert result.error_line("standard output", os.strerror(28))


def test_a_summary_of_a_hundred_thousand_files(receiver: Program, storage: Path) -> None:
    """Memory does not grow with all versions."""
    days = Days(receiver, storage)
    day = Day(1, {"0.csv": b"1"})
    days.store(day)
    [entry] = json.loads(days.summary(day).read_bytes())["files"]
    days.edit(day, files=[entry | {"path": f"{number}.csv"} for number in range(100_000)], total_files=100_000)
    program = measured(receiver.path, receiver.home)
    result = program("files", "--storage", storage, "--all", "--stored")
    assert (result.status, len(result.stdout.splitlines())) == (0, 100_000)
    assert peak_kib(program) < MAX_RESIDENT_KIB
    result = program("files", "--storage", storage, "--stored", "9*.csv")
    assert (result.status, len(result.stdout.splitlines())) == (0, 11_111)
