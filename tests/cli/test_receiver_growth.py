"""`healthmetric-receiver growth`: how much is stored, and when it becomes too much."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from programs import Program, Result, receiver_path
from resources import measured, peak_kib
from schemas import check_output
from watched import Watched, day, put_copies, text_of, watched

MB, GB = 1_000_000, 1_000_000_000
MOST_MEMORY_KIB = 48 * 1024


@pytest.fixture
def watch(receiver: Program, storage: Path, receive: Callable[..., Result]) -> Watched:
    return watched(receiver, storage, receive)


def put(watch: Watched, number: float, size: int, content: int = 0, producer: str = "ws-12", path: str = "") -> None:
    """A batch of one file, of which there is only the summary. Each content is another, unless said otherwise."""
    digest = f"{content or watch.count + 1000:064x}"
    file = watch.model["files"][0] | {"size": size, "sha256": digest,
                                      "stored_path": path or f"daily/2026/{watch.count}/data.json"}
    watch.put(day(number), producer, files=[file], total_files=1, total_size=size)


def growth_of(watch: Watched, at: float, *words: Any, **popen: Any) -> dict[str, Any]:
    result = watch("growth", "--json", "--at", text_of(day(at)), *words, **popen)
    assert (result.status, result.json["unreadable"]) in ((0, 0), (4, 1)), result
    check_output("growth", result.json)
    return result.json


def test_bytes_and_files_by_month_producer_and_batch(watch: Watched) -> None:
    put(watch, 0, 100)
    put(watch, 10, 200, producer="ward")
    put(watch, 40, 1000, producer="ward")
    watch.put(day(41), status="rejected", reason="bad", files=[], total_files=0, total_size=0)
    put(watch, 50, 5)
    told = growth_of(watch, 45)
    assert (told["batches"], told["files"], told["bytes"]) == (3, 3, 1300)
    assert told["months"] == [{"month": "2026-03", "batches": 2, "files": 2, "bytes": 300},
                              {"month": "2026-04", "batches": 1, "files": 1, "bytes": 1000}]
    assert told["producers"] == [{"producer": "ward", "batches": 2, "files": 2, "bytes": 1200},
                                 {"producer": "ws-12", "batches": 1, "files": 1, "bytes": 100}]
    assert told["batch_names"] == [{"batch_name": "test_batch", "batches": 3, "files": 3, "bytes": 1300}]
    assert told["advice"] == [] and told["repository"] is None


def test_repeats_are_contents_that_were_stored_before(watch: Watched) -> None:
    for number in range(10):
        put(watch, number, 10 * MB, content=1, producer="again")
    put(watch, 3, 20 * MB)
    told = growth_of(watch, 20)
    assert told["repeated"] == {"files": 9, "bytes": 90 * MB, "share": 90 / 120, "exact": True}
    assert len(told["advice"]) == 1 and "'again'" in told["advice"][0] and "--changed-only" in told["advice"][0]
    lines = watch("growth", "--at", text_of(day(20))).stdout
    assert "repeated content: 85.8 MiB (75.0 %) in 9 files\n" in lines and "advice: 85.8 MiB of 114.4 MiB" in lines


def test_the_widest_folder_is_held_against_what_github_recommends(watch: Watched) -> None:
    model = watch.model["files"][0]
    files = [model | {"stored_path": f"daily/flat/{number}.json", "sha256": f"{number:064x}"} for number in range(3000)]
    watch.put(day(0), files=files, total_files=3000)
    told = growth_of(watch, 1)
    assert told["widest_folder"] == {"path": "daily/flat/", "entries": 3000, "recommended": 3000, "exact": True}
    assert told["advice"] == []
    put(watch, 0.5, 1, path="daily/flat/another.json")
    told = growth_of(watch, 1)
    assert told["widest_folder"]["entries"] == 3001
    assert len(told["advice"]) == 1 and "--name-template" in told["advice"][0]


def test_when_sizes_are_passed_at_the_pace_of_the_last_days(watch: Watched) -> None:
    for number in range(91):
        put(watch, number, 20 * MB if number > 60 else 5 * MB)
    told = growth_of(watch, 90)
    month, quarter = told["paces"]
    assert (month["days"], month["bytes_a_day"], quarter["days"]) == (30, 20 * MB, 90)
    stored = told["bytes"]
    assert [size["bytes"] for size in month["sizes"]] == [GB, 5 * GB, 10 * GB]
    assert month["sizes"][1] == {"bytes": 5 * GB, "passed": False,
                                 "at": text_of(day(90 + (5 * GB - stored) // (20 * MB)))}
    assert quarter["sizes"][1]["at"] > month["sizes"][1]["at"]
    assert "GitHub recommends repositories below 5 GB" in told["advice"][0]
    assert "; 5 GB on 2026-" in watch("growth", "--at", text_of(day(90))).stdout
    put(watch, 89, 6 * GB)
    told = growth_of(watch, 90)
    assert [size["passed"] for size in told["paces"][0]["sizes"]] == [True, True, False]
    assert "this one has passed" in told["advice"][0]


def test_of_a_young_storage_only_its_days_count(watch: Watched) -> None:
    for number in range(4):
        put(watch, number, 8 * MB)
    told = growth_of(watch, 3.5)
    assert [pace["days"] for pace in told["paces"]] == [4, 4]
    assert told["paces"][0]["bytes_a_day"] == 8 * MB
    lines = watch("growth", "--at", text_of(day(3.5))).stdout
    assert lines.count(" a day") == 1 and "last 4 days: 7.6 MiB a day" in lines


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", *words], check=True,
                   capture_output=True, timeout=60)


@pytest.mark.parametrize("last, is_told", [(5, False), (6, True)])
def test_the_pace_of_less_than_a_week_tells_nothing_of_years(last: int, is_told: bool, watch: Watched) -> None:
    for number in range(last + 1):
        put(watch, number, 100 * MB)
    told = growth_of(watch, last)
    assert [bool(size["at"]) for size in told["paces"][0]["sizes"]] == [is_told] * 3
    assert bool(told["advice"]) == is_told


def test_the_clone_and_what_of_it_is_reachable(watch: Watched) -> None:
    clone = watch.storage.parent / "clone"
    storage = clone / "_storage"
    storage.mkdir(parents=True)
    git(clone, "init", "--quiet")
    put(watch, 0, 1000)
    (watch.storage / "summaries").rename(storage / "summaries")
    content = os.urandom(3 * MB)
    (clone / "lost").write_bytes(content)
    git(clone, "add", "lost")
    git(clone, "rm", "--quiet", "--force", "lost")
    inside = Watched(watch.receiver, storage, watch.model)
    told = inside("growth", "--json").json
    check_output("growth", told)
    assert told["repository"]["loose_bytes"] >= 3 * MB and told["repository"]["reachable_bytes"] == 0
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "m")
    git(clone, "gc", "--quiet", "--prune=now")
    told = inside("growth", "--json").json["repository"]
    assert told["loose_bytes"] == 0 and 0 < told["reachable_bytes"] <= told["packed_bytes"] < MB
    assert "this clone: " in inside("growth").stdout
    git(clone, "config", "remote.origin.promisor", "true")
    told = inside("growth", "--json").json
    assert told["repository"]["reachable_bytes"] is None
    assert "how much of the repository is reachable: it is a partial clone" in told["not_looked_at"]


def test_what_a_table_leaves_out_is_counted(watch: Watched) -> None:
    def left_out() -> list[str]:
        return [line for line in watch("growth", "--at", text_of(day(900))).stdout.splitlines() if "not shown" in line]

    for number in range(12):
        watch.put(day(31 * number), f"ws-{number}")
    assert left_out() == []
    watch.put(day(31 * 13), "ws-13")
    assert left_out() == ["1 earlier month is not shown; --json has all", "1 smaller one is not shown; --json has all"]
    watch.put(day(31 * 15), "ws-15")
    assert left_out() == ["2 earlier months are not shown; --json has all", "2 smaller ones are not shown; --json has all"]


def test_where_git_cannot_say(watch: Watched, tmp_path: Path) -> None:
    put(watch, 0, 1000)
    assert watch("growth").error_line("not checked: the repository's size: the storage is not in a clone")
    (watch.storage.parent / ".git").mkdir()
    assert watch("growth").error_line("git cannot read the repository")
    result = watch("growth", env={"PATH": str(tmp_path)})
    assert result.status == 0 and result.error_line("the repository's size: cannot run git")
    assert "git knows it as of now" in json.dumps(growth_of(watch, 1))


def test_rejected_payloads_of_the_inbox_branch(watch: Watched, tmp_path: Path) -> None:
    put(watch, 0, 1000)
    folder = tmp_path / "inbox/_storage/rejected"
    folder.mkdir(parents=True)
    assert growth_of(watch, 1)["rejected"] is None
    assert growth_of(watch, 1, "--inbox", tmp_path / "inbox")["rejected"] == {"files": 0, "bytes": 0}
    (folder / "a.json").write_bytes(b"x" * 500)
    (folder / "a.json.reason.json").write_text("{}")
    with (folder / "b.json").open("wb") as file:
        file.truncate(100 * MB)
    told = growth_of(watch, 1, "--inbox", tmp_path / "inbox")
    assert told["rejected"] == {"files": 2, "bytes": 100 * MB + 500}
    assert len(told["advice"]) == 1 and "rejected payloads" in told["advice"][0]


def test_a_damaged_summary_is_named_and_the_others_count(watch: Watched) -> None:
    put(watch, 0, 1000)
    damaged = watch.put(day(1))
    damaged.write_text("[")
    told = growth_of(watch, 2)
    assert (told["batches"], told["unreadable"]) == (1, 1)
    assert watch("growth").error_line("error", damaged.name)


def test_what_is_no_file_among_the_summaries_is_named(watch: Watched) -> None:
    put(watch, 0, 10)
    summary = next((watch.storage / "summaries").rglob("*.json"))
    (summary.parent / "link.json").symlink_to(summary)
    os.mkfifo(watch.storage / "summaries/2025")
    result = watch("growth", "--at", text_of(day(1)))
    assert result.status == 4
    for name in ("link.json", "2025"):
        assert re.search(f"error: '[^']*{name}': not a regular file\n", result.stderr), result.stderr
    assert "stored: 10 B in 1 file of 1 batch\n" in result.stdout


def test_sizes_that_no_disk_has_hide_nothing(watch: Watched) -> None:
    for number in range(4):
        put(watch, number, 2**63 - 1)
    told = growth_of(watch, 10)
    assert told["bytes"] == 2**64 - 1 and told["producers"][0]["bytes"] == 2**64 - 1
    assert told["paces"][0]["sizes"][0]["passed"]


def test_the_folders_of_later_batches_do_not_count(watch: Watched) -> None:
    put(watch, 5, 10)
    assert growth_of(watch, 1)["widest_folder"]["entries"] == 0


def test_a_storage_in_which_nothing_is(watch: Watched) -> None:
    told = growth_of(watch, 2)
    assert (told["batches"], told["months"], told["paces"][0]["days"]) == (0, [], 0)
    assert watch("growth").stdout.startswith("stored: 0 B in 0 files of 0 batches\n")


def test_hostile_names_and_sizes_stay_in_their_lines(watch: Watched) -> None:
    for number, name in enumerate(["\x1b[31mred", "two\nlines", "x" * 5000, "心拍数"]):
        put(watch, number, 2**63, producer=name, path="a/\x1b[31m\n/" + "y" * 300)
    result = watch("growth", "--at", text_of(day(9)))
    assert result.status == 0 and "\x1b" not in result.stdout
    growth_of(watch, 9)


def test_a_hundred_thousand_batches_need_little_memory(watch: Watched, tmp_path: Path) -> None:
    put(watch, 0, 1000)
    put_copies(watch.storage, ["2026/03/02"], 100_000)
    receiver = measured(receiver_path(), tmp_path / "home")
    result = receiver("growth", "--storage", watch.storage, "--json", timeout=600)
    assert result.json["batches"] == 100_001
    assert peak_kib(receiver) < MOST_MEMORY_KIB
