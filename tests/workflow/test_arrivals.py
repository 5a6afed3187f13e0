"""Batches whose parts come one after the other, some of them late: time counts from their commits."""

from __future__ import annotations

import json
import subprocess

import pytest
from arrivals import FIRST_STEP
from forge import Batch, Forge

# Packed long before any of its parts comes.
CUT = Batch("20240115T103000Z-cut-3f9a1c07", {"a.csv": b"1\n", "b.csv": b"2\n", "c.csv": b"3\n"})
FIRST, SECOND, THIRD = CUT.parts()
WHOLE_CLONE, WORKFLOWS_CLONE = (), ("--depth=1", "--filter=blob:none", "--no-checkout")
CLONES = pytest.mark.parametrize("options", [WHOLE_CLONE, WORKFLOWS_CLONE], ids=["whole", "shallow"])


def put(forge: Forge, *paths: str, days_ago: int = 0) -> None:
    forge.add({path: CUT.parts()[path] for path in paths}, days_ago)


def statuses(forge: Forge, *options: str) -> list[str]:
    done = forge.receive("--result-json", "result.json", *options)
    assert done.returncode in (0, 4), done.stderr
    told = json.loads((forge.clone / "result.json").read_text())
    return [batch["status"] for batch in told["batches"]]


def later_commits(forge: Forge, days_ago: int, count: int) -> None:
    for number in range(count):
        forge.add({"later": b"%d" % number}, days_ago)


@CLONES
@pytest.mark.parametrize(("days_ago", "status"), [(8, "rejected"), (6, "waiting")])
@pytest.mark.parametrize("commits", [0, 3, FIRST_STEP + 3])
def test_parts_have_a_week_from_their_commit(
    forge: Forge, options: tuple[str, ...], days_ago: int, status: str, commits: int
) -> None:
    put(forge, FIRST, days_ago=days_ago)
    later_commits(forge, days_ago - 1, commits)
    forge.clone_again(*options)
    assert statuses(forge) == [status]


@CLONES
def test_the_part_that_came_last_counts(forge: Forge, options: tuple[str, ...]) -> None:
    put(forge, FIRST, days_ago=20)
    later_commits(forge, 12, 2)
    put(forge, THIRD, days_ago=2)
    forge.clone_again(*options)
    assert statuses(forge) == ["waiting"]


@CLONES
def test_a_part_comes_to_the_branch_when_it_is_merged(forge: Forge, options: tuple[str, ...]) -> None:
    put(forge, FIRST, days_ago=20)
    old = forge.tip()
    forge.git("update-ref", "refs/heads/main", f"{old}~1")
    forge.add({"beside": b""}, days_ago=1)
    merged = forge.git("commit-tree", f"{old}^{{tree}}", "-p", "main", "-p", old, "-m", "merge").strip()
    forge.git("update-ref", "refs/heads/main", merged)
    forge.clone_again(*options)
    assert statuses(forge) == ["waiting"]


@CLONES
def test_late_parts_complete_a_batch_whose_first_was_rejected(forge: Forge, options: tuple[str, ...]) -> None:
    put(forge, FIRST, days_ago=8)
    forge.clone_again(*options)
    assert statuses(forge) == ["rejected"]
    assert FIRST.replace("inbox", "rejected") in forge.files()
    put(forge, THIRD)
    assert statuses(forge) == ["waiting"]
    put(forge, SECOND)
    assert statuses(forge) == ["stored"]
    files = forge.files()
    assert CUT.stored().items() <= files.items()
    assert json.loads(files[CUT.summary_path])["status"] == "stored"
    assert not [path for path in files if "/rejected/" in path or "/inbox/" in path]
    assert forge.messages()[-1] == f"Store batch {CUT.batch_id} (3 files)"


def test_a_rejection_that_somebody_cleared_away_stands_in_nobodys_way(forge: Forge) -> None:
    """But for the summary."""
    put(forge, FIRST, days_ago=8)
    assert statuses(forge) == ["rejected"]
    rejected = FIRST.replace("inbox", "rejected")
    forge.remove(rejected, f"{rejected}.reason.json")
    put(forge, FIRST, SECOND, THIRD)
    assert statuses(forge) == ["stored"]
    assert json.loads(forge.files()[CUT.summary_path])["status"] == "stored"


def test_history_is_fetched_for_missing_parts_alone_and_without_contents(forge: Forge) -> None:
    forge.add({"large": b"x" * 100_000}, days_ago=30)
    forge.add({"large": b"y" * 100_000}, days_ago=20)
    forge.send(Batch("20240115T103000Z-whole-3f9a1c07", {"a.csv": b"1\n"}))
    forge.clone_again(*WORKFLOWS_CLONE)
    assert statuses(forge) == ["stored"]
    assert (forge.clone / ".git/shallow").exists()
    put(forge, FIRST)
    assert statuses(forge) == ["waiting"]
    there = subprocess.run(["git", "cat-file", "--batch-all-objects", "--batch-check"], cwd=forge.clone,
                           capture_output=True, text=True, check=True).stdout
    assert not [line for line in there.splitlines() if line.endswith(" 100000")]
