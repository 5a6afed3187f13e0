"""--dry-run: what would go, what would not, and what it would cost; without a token, a network or a
change anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import INBOX, Destination, Output, Unprivileged
from programs import Program
from trees import write_tree


def snapshot(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
            for path in folder.rglob("*")}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "source", {
        "a.json": b'{"a": 1}' * 5000, "b.csv": b"1,2\n" * 20000, "notes.pdf": b"x", "sub/c.json": b"{}"})


@pytest.mark.parametrize("options", [[], ["--compress", "zstd"], ["--part-size", "64K"],
                                     ["--part-size", "64K", "--compress", "zstd"]])
def test_a_plan_has_the_very_figures_of_the_run(options: list[str], output: Output, tree: Path) -> None:
    plan = output("--folder", tree, "--dry-run", "--json", *options).json
    assert output.payload_files() == []
    sent = output("--folder", tree, "--json", *options).json

    payloads = output.payload_files()
    assert plan["status"] == "planned"
    assert plan["parts"] == len(payloads)
    assert plan["payload_bytes"] == sum(file.stat().st_size for file in payloads)
    assert plan["bytes"] == sent["bytes"] == sum(file["bytes"] for file in plan["files"])
    assert [file["path"] for file in plan["files"]] == ["a.json", "b.csv", "sub/c.json"]
    assert plan["skipped"] == sent["skipped"]
    assert plan["exit_status"] == sent["exit_status"] == 0


def test_a_plan_counts_the_requests_that_follow(destination: Destination, tree: Path, tmp_path: Path) -> None:
    for options in (["--trigger", "dispatch"], ["--trigger", "push"], ["--trigger", "none"],
                    ["--trigger", "workflow"], ["--trigger", "workflow", "--branch", "main"]):
        words = ["--folder", tree, "--part-size", "64K", *options]
        plan = destination(*words, "--dry-run", "--json", token=None).json
        assert destination.requests() == []
        destination.begin_inbox(f"{INBOX}-for-main")
        assert destination(*words, "--state-dir", tmp_path / "-".join(options)).status == 0
        requests = destination.requests()
        assert plan["requests"] == len(requests), options
        bodies = sum(request["body_size"] for request in requests if request["method"] == "PUT")
        assert bodies * 0.98 < plan["upload_bytes"] <= bodies
        destination.github.clear_requests()


def test_a_plan_needs_neither_token_nor_network_nor_a_home(tree: Path, tmp_path: Path, sender: Program) -> None:
    before = snapshot(tmp_path)
    environment = {"PATH": os.environ["PATH"], "HOME": "", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}
    result = sender("--folder", tree, "--repo", "a/b", "--api-url", "https://host.invalid", "--dry-run",
                    env=environment)
    assert (result.status, result.stderr) == (0, "")
    assert snapshot(tmp_path) == before


def test_a_plan_names_every_file_and_the_way_it_goes(sender: Program, tree: Path) -> None:
    result = sender("--folder", tree, "--repo", "a/b", "--branch", "side", "--dry-run")
    lines = result.stdout.splitlines()
    assert "send      a.json (39.1 KiB)" in lines
    assert "skip      notes.pdf: unsupported type" in lines
    assert "to        a/b, branch side, inbox branch healthmetric/inbox-for-side" in lines
    assert "files     3 files, 117.2 KiB" in lines
    assert "skipped   1 path" in lines
    assert any(line.startswith("upload ") and line.endswith("2 requests") for line in lines)


def test_a_plan_shows_nothing_of_a_name_that_could_forge_a_line(sender: Program, tree: Path) -> None:
    reordered = "a\u202eb"
    plan = sender("--folder", tree, "--repo", "octo/data", "--branch", reordered, "--inbox-branch", f"in/{reordered}",
                  "--dry-run")
    assert r"octo/data, branch a\u{202e}b, inbox branch in/a\u{202e}b" in plan.stdout
    assert reordered not in plan.stdout


def test_a_plan_without_a_repository_says_so(sender: Program, tree: Path) -> None:
    result = sender("--folder", tree, "--dry-run")
    assert result.status == 0
    assert "to        no repository yet: name it with --repo owner/name\n" in result.stdout
    assert sender("--folder", tree, "--dry-run", "--repo", "nonsense").status == 2


def test_a_plan_tells_how_long_the_limits_make_it_take(sender: Program, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", {f"{number}.csv": os.urandom(40_000) for number in range(40)})
    plan = sender("--folder", folder, "--repo", "a/b", "--part-size", "64K", "--dry-run", "--json").json
    assert plan["requests"] == 41
    assert plan["least_seconds"] == 27  # ten at once, and no more than 80 in any minute
    text = sender("--folder", folder, "--repo", "a/b", "--part-size", "64K", "--dry-run").stdout
    assert "at least 27 s under GitHub's limits" in text


def test_a_plan_ends_with_the_status_the_run_would_have(unprivileged: Unprivileged) -> None:
    folder = write_tree(unprivileged.folder / "source", {"a.json": b"1", "b.json": b"2"})
    unprivileged.own(folder)
    (folder / "b.json").chmod(0)
    result = unprivileged.sender("--folder", folder, "--dry-run", "--json")
    assert result.status == 4
    assert [file["path"] for file in result.json["files"]] == ["a.json"]
    assert [(file["path"], file["error"]) for file in result.json["skipped"]] == [("b.json", True)]
    (folder / "a.json").unlink()
    (folder / "b.json").unlink()
    assert unprivileged.sender("--folder", folder, "--dry-run").status == 3


def test_a_plan_with_nothing_to_send_says_what_could_be_done(sender: Program, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", {"notes.pdf": b"1"})
    result = sender("--folder", folder, "--repo", "a/b", "--dry-run")
    assert (result.status, result.stdout.splitlines()[-1]) == (
        3, f"nothing to send in '{folder}'; skipped 1 (.pdf): use --all-types to send them")


@pytest.mark.parametrize("part_size", ["20M", "1M"])
def test_a_plan_foretells_compressed_payloads_to_the_byte(part_size: str, sender: Program, output: Output,
                                                          tmp_path: Path) -> None:
    """Whichever thread is quicker: which files are worth to be compressed, and where they are cut."""
    half = {f"{number:02}.csv": os.urandom(40_000 + 3_000 * number) + bytes(60_000) for number in range(40)}
    folder = write_tree(tmp_path / "source", half | {"large.csv": os.urandom(1_500_000) + bytes(2_000_000)})
    words = ["--folder", folder, "--compress", "zstd", "--part-size", part_size]
    for _ in range(5):
        plan = sender(*words, "--dry-run", "--json").json
        assert output(*words).status == 0
        payloads = output.payload_files()
        assert plan["payload_bytes"] == sum(file.stat().st_size for file in payloads)
        for file in payloads:
            file.unlink()


def test_a_plan_names_patterns_that_match_nothing(sender: Program, tree: Path) -> None:
    words = ["--folder", tree, "--dry-run", "--exclude", "sub/raw", "--exclude", "*.json", "--include", "notes.pdf"]
    assert "note      --exclude 'sub/raw' matches nothing" in sender(*words).stdout.splitlines()
    assert sender(*words, "--json").json["unmatched_patterns"] == ["--exclude 'sub/raw'"]


def test_a_plan_for_a_folder_has_no_requests(output: Output, tree: Path) -> None:
    plan = output("--folder", tree, "--dry-run", "--json").json
    assert (plan["requests"], plan["upload_bytes"]) == (0, 0)
    assert plan["target"] == str(output.storage / "inbox")
    assert not output.folder.exists()


def test_a_plan_is_asked_for_and_printed_however_quiet(sender: Program, tree: Path) -> None:
    quiet = sender("--folder", tree, "--dry-run", "--quiet")
    assert (quiet.status, quiet.stderr) == (0, "")
    assert quiet.stdout == sender("--folder", tree, "--dry-run").stdout
