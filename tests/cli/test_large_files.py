"""Files larger than GitHub takes: told before anything is sent, and never with a hint that leads to a
batch which is rejected whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import TOKEN, Destination
from programs import Program, Result

LIMIT = 100 << 20


@pytest.fixture
def many(source: Path) -> Path:
    """21 files that may go, and one of a byte too many."""
    for number in range(20):
        (source / f"{number:02}.csv").write_bytes(b"1,61\n")
    (source / "large.csv").touch()
    os.truncate(source / "large.csv", LIMIT + 1)
    return source


def told(result: Result) -> str:
    return next(line for line in (result.stderr + result.stdout).splitlines() if "large.csv" in line)


def test_a_file_past_the_limit_is_left_out_with_whose_limit_it_is(destination: Destination, many: Path) -> None:
    plan = destination("--folder", many, "--dry-run")
    sent = destination("--folder", many, "--json")
    assert (plan.status, sent.status, sent.json["files"]) == (4, 4, 21)
    for line in (told(plan), told(sent)):
        assert "larger than 100.0 MiB, which GitHub does not accept, nor, by default, the receiver" in line


def test_a_limit_of_ones_own_is_ones_own(destination: Destination, source: Path) -> None:
    (source / "large.csv").write_bytes(b"x" * 2000)
    result = destination("--folder", source, "--max-file-size", "1K")
    assert result.status == 4
    assert told(result).endswith("larger than 1.0 KiB (--max-file-size)")


@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["send", "dry run"])
@pytest.mark.parametrize("url", [[], ["--api-url", "https://api.github.com"],
                                 ["--api-url", "https://api.octocorp.ghe.com"]])
def test_more_than_github_takes_is_refused_before_anything_is_packed(
    url: list[str], more: list[str], sender: Program, many: Path
) -> None:
    result = sender("--folder", many, "--repo", "octo/data", "--max-file-size", "101M", *url, *more,
                    env={"GH_TOKEN": TOKEN})
    assert (result.status, result.stdout) == (2, "")
    result.error_line("--max-file-size", "GitHub takes no file over 100 MiB")
    assert not sender.outbox.exists()


@pytest.mark.parametrize("words", [["--api-url", "https://github.example.com/api/v3"], ["--output", "out"],
                                   ["--max-file-size", "100M"]])
def test_other_targets_have_limits_of_their_own(words: list[str], sender: Program, source: Path) -> None:
    size = [] if "--max-file-size" in words else ["--max-file-size", "101M"]
    plan = sender("--folder", source, "--repo", "octo/data", *size, "--dry-run", *words)
    assert plan.status == 0, plan
