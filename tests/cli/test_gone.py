"""Files that were sent from a folder and are not there any more."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Destination
from payloads import summary_path
from programs import Result
from receipts import process
from trees import write_tree

FILES = {"a.json": b"1", "b.csv": b"2", "sub/c.csv": b"3"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "exports", FILES)


def metadata(destination: Destination, result: Result) -> dict[str, Any]:
    [*_, last] = result.json["payloads"]
    return destination.payload(last)["batch_metadata"]


def gone(destination: Destination, *words: Any, status: int = 0) -> list[str]:
    result = destination("--folder", *words, "--json")
    assert result.status == status, result
    told = metadata(destination, result)["gone"] if result.json["payloads"] else []
    assert result.json["gone"] == len(told)
    return told


def test_what_was_sent_and_is_not_there_is_gone_once(destination: Destination, folder: Path) -> None:
    assert gone(destination, folder) == []
    (folder / "b.csv").unlink()
    (folder / "sub/c.csv").unlink()
    assert gone(destination, folder) == ["b.csv", "sub/c.csv"]
    assert gone(destination, folder) == []


def test_deletions_alone_make_a_batch_without_files(receiving: Destination, folder: Path) -> None:
    assert receiving("--folder", folder, "--changed-only", "--wait", "--json").json["status"] == "stored"
    (folder / "b.csv").unlink()
    result = receiving("--folder", folder, "--changed-only", "--wait", "--json")
    assert (result.status, result.json["status"], result.json["files"], result.json["gone"]) == (0, "stored", 0, 1)
    stored = receiving.github.tree(receiving.repo, "main")
    summary = json.loads(receiving.github.read(receiving.repo, "_storage/" + summary_path(result.json["batch_id"])))
    assert (summary["status"], summary["gone"], summary["files"]) == ("stored", ["b.csv"], [])
    assert [path for path in stored if path.endswith("_b.csv")]
    assert receiving("--folder", folder, "--changed-only", "--json").json["status"] == "empty"
    line = receiving("--folder", folder, "--changed-only").stdout
    assert line.startswith("nothing new to send")


def test_a_file_that_comes_back_is_sent_again(destination: Destination, folder: Path) -> None:
    state = (folder / "b.csv").stat()
    assert gone(destination, folder, "--changed-only") == []
    (folder / "b.csv").unlink()
    assert gone(destination, folder, "--changed-only") == ["b.csv"]
    (folder / "b.csv").write_bytes(FILES["b.csv"])
    os.utime(folder / "b.csv", ns=(state.st_atime_ns, state.st_mtime_ns))
    result = destination("--folder", folder, "--changed-only", "--json")
    assert [file["relative_path"] for file in metadata(destination, result)["files"]] == ["b.csv"]


def test_a_file_that_comes_back_while_its_deletion_waits_is_sent_again(destination: Destination, folder: Path) -> None:
    assert gone(destination, folder, "--changed-only") == []
    state = (folder / "b.csv").stat()
    (folder / "b.csv").unlink()
    waits = destination("--folder", folder, "--changed-only", "--max-wait", "0", "--proxy", "http://127.0.0.1:1", "--json")
    assert (waits.json["status"], waits.json["gone"]) == ("queued", 1)
    again = destination("--folder", folder, "--changed-only", "--max-wait", "0", "--proxy", "http://127.0.0.1:1", "--json")
    assert (again.json["status"], again.json["gone"]) == ("empty", 0)
    (folder / "b.csv").write_bytes(FILES["b.csv"])
    os.utime(folder / "b.csv", ns=(state.st_atime_ns, state.st_mtime_ns))
    result = destination("--folder", folder, "--changed-only", "--json")
    assert [file["relative_path"] for file in metadata(destination, result)["files"]] == ["b.csv"]


@pytest.mark.parametrize("words", [
    ["--exclude", "b.csv"], ["--exclude", "*.csv"], ["--include", "*.json"], ["--exclude", "sub", "--exclude", "b.csv"],
    ["--no-recursive", "--exclude", "b.csv"], ["--max-file-size", "64K", "--exclude", "b*"]], ids=" ".join)
def test_what_is_skipped_is_not_gone(words: list[str], destination: Destination, folder: Path) -> None:
    assert gone(destination, folder) == []
    assert gone(destination, folder, *words) == []


def test_what_lies_below_a_skipped_folder_was_not_looked_for(destination: Destination, folder: Path) -> None:
    assert gone(destination, folder) == []
    (folder / "sub/c.csv").unlink()
    (folder / "sub/d.csv").write_bytes(b"4")
    assert gone(destination, folder, "--exclude", "sub") == []
    (folder / "sub").rename(folder / "moved")
    (folder / "sub").symlink_to("moved")
    assert gone(destination, folder) == []


def test_what_lies_below_something_unreadable_is_not_gone(unprivileged: Any, destination: Destination) -> None:
    sending = Destination(destination.github, destination.repo, unprivileged.sender)
    folder = write_tree(unprivileged.folder / "exports", FILES)
    unprivileged.own(folder)
    assert gone(sending, folder) == []
    (folder / "sub/c.csv").unlink()
    (folder / "sub").chmod(0)
    assert gone(sending, folder, status=4) == []
    (folder / "sub").chmod(0o700)
    assert gone(sending, folder) == ["sub/c.csv"]


@pytest.mark.parametrize("words", [[], ["--changed-only"]], ids=["all", "changed"])
def test_a_disk_that_is_not_mounted_deletes_nothing(words: list[str], destination: Destination, folder: Path) -> None:
    assert gone(destination, folder, *words) == []
    for name in FILES:
        (folder / name).unlink()
    result = destination("--folder", folder, *words)
    assert result.status == 4
    result.error_line("of 3 files", "not mounted", "--allow-empty")
    (folder / "stray.csv").write_bytes(b"5")
    assert gone(destination, folder, *words, status=4) == []
    (folder / "stray.csv").unlink()
    write_tree(folder, {"a.json": b"1"})
    assert gone(destination, folder, *words) == ["b.csv", "stray.csv", "sub/c.csv"]


def test_all_may_be_gone_where_that_is_said(destination: Destination, folder: Path) -> None:
    assert gone(destination, folder) == []
    for name in FILES:
        (folder / name).unlink()
    assert gone(destination, folder, "--allow-empty") == sorted(FILES)
    assert destination("--folder", folder).status == 3


def test_folders_and_batch_names_are_apart(destination: Destination, folder: Path) -> None:
    assert gone(destination, folder) == []
    assert gone(destination, folder, "--batch-name", "other") == []
    assert gone(destination, folder / "sub") == []
    (folder / "b.csv").unlink()
    assert gone(destination, folder / "sub") == []
    assert gone(destination, folder, "--batch-name", "other") == ["b.csv"]
    assert gone(destination, folder) == ["b.csv"]


@pytest.mark.parametrize("words", [["a.json"], ["--data", "1"], ["--files-from", "list"]], ids=" ".join)
def test_files_data_and_lists_make_nothing_gone(words: list[str], destination: Destination, folder: Path) -> None:
    assert gone(destination, folder, "--batch-name", "n") == []
    (folder / "b.csv").unlink()
    (folder / "list").write_text("a.json\n")
    result = destination(*words, "--batch-name", "n", "--json", cwd=folder)
    assert (result.status, metadata(destination, result)["gone"]) == (0, [])


def test_a_deletion_that_was_rejected_is_told_again(destination: Destination, folder: Path) -> None:
    assert gone(destination, folder, "--changed-only") == []
    (folder / "b.csv").unlink()
    result = destination("--folder", folder, "--changed-only", "--json")
    process(destination, result.json["batch_id"], json.dumps({"status": "rejected", "reason": "no", "payloads": []}).encode())
    assert gone(destination, folder, "--changed-only") == ["b.csv"]


def test_many_deletions_go_with_several_batches(destination: Destination, folder: Path) -> None:
    write_tree(folder, {f"many/{number:05}.csv": b"" for number in range(10_050)})
    assert gone(destination, folder) == []
    for number in range(10_050):
        (folder / f"many/{number:05}.csv").unlink()
    assert len(gone(destination, folder)) == 10_000
    assert gone(destination, folder) == [f"many/{number:05}.csv" for number in range(10_000, 10_050)]


def planned(destination: Destination, *words: Any) -> Result:
    return destination("--folder", *words, "--dry-run", "--json", token=None)


@pytest.mark.parametrize("words", [[], ["--changed-only"]], ids=["all", "changed"])
def test_a_dry_run_shows_what_would_be_recorded_as_gone(words: list[str], destination: Destination, folder: Path) -> None:
    assert planned(destination, folder, *words).json["gone"] == []
    assert gone(destination, folder, *words) == []
    (folder / "b.csv").unlink()
    (folder / "sub/c.csv").unlink()
    plan = planned(destination, folder, *words)
    assert (plan.status, plan.json["gone"], plan.json["parts"]) == (0, ["b.csv", "sub/c.csv"], 1)
    lines = destination("--folder", folder, *words, "--dry-run", token=None).stdout.splitlines()
    assert "gone      b.csv" in lines and "gone      sub/c.csv" in lines and "gone      2 files" in lines
    assert gone(destination, folder, *words) == ["b.csv", "sub/c.csv"]
    assert planned(destination, folder, *words).json["gone"] == []


def test_a_dry_run_lists_no_deletion_that_waits(destination: Destination, folder: Path) -> None:
    assert gone(destination, folder, "--changed-only") == []
    (folder / "b.csv").unlink()
    assert destination("--folder", folder, "--max-wait", "0", "--proxy", "http://127.0.0.1:1").status == 7
    assert planned(destination, folder).json["gone"] == []


def test_a_dry_run_tells_of_a_disk_that_is_not_mounted(destination: Destination, folder: Path) -> None:
    assert gone(destination, folder) == []
    for name in FILES:
        (folder / name).unlink()
    plan = planned(destination, folder)
    assert (plan.status, plan.json["gone"]) == (4, [])
    assert "is a disk not mounted?" in destination("--folder", folder, "--dry-run", token=None).stdout
    plan = planned(destination, folder, "--allow-empty")
    assert (plan.status, plan.json["gone"]) == (0, sorted(FILES))


def test_a_dry_run_creates_nothing(destination: Destination, folder: Path) -> None:
    assert planned(destination, folder).status == 0
    assert not (destination.sender.home / "state").exists()


def test_a_dry_run_with_output_records_no_deletion(destination: Destination, folder: Path, tmp_path: Path) -> None:
    assert gone(destination, folder) == []
    (folder / "b.csv").unlink()
    assert destination("--folder", folder, "--output", tmp_path / "out", "--dry-run", "--json").json["gone"] == []
