"""The first commands somebody types: paths alone, standard input, and the usual slips, which are told in
words that say what to do. Each slip is tried on the command line; where it can stand elsewhere, there too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Output
from programs import Program
from trees import write_tree


@pytest.fixture
def exports(sender: Program) -> Path:
    """Below the folder in which the sender runs."""
    return write_tree(sender.home / "exports", {"a.json": b"1", "sub/b.csv": b"2", "c.bin": b"3"})


def test_a_folder_is_sent_by_its_path_alone(output: Output, exports: Path) -> None:
    result = output("exports")
    assert (result.status, result.stderr) == (0, "")
    payload = output.payload()
    assert sorted(payload["files"]) == ["a.json", "sub/b.csv"]
    assert payload["batch_metadata"]["batch_name"] == "exports"


def test_files_are_sent_by_their_paths_whatever_their_type(output: Output, exports: Path) -> None:
    assert output("exports/a.json", "exports/c.bin", "--batch-name", "some").status == 0
    assert sorted(output.payload()["files"]) == ["a.json", "c.bin"]


def test_more_files_may_follow_an_option(output: Output, exports: Path) -> None:
    """As a shell makes of `--file *.json`."""
    assert output("--file", "exports/a.json", "exports/c.bin").status == 0
    assert sorted(output.payload()["files"]) == ["a.json", "c.bin"]


def test_a_path_behind_a_bare_wait_is_a_path(sender: Program, exports: Path) -> None:
    for words in (["--wait", "exports"], ["exports", "--wait"], ["--wait", "5m", "exports"], ["--", "exports"]):
        assert "send      a.json" in sender("--dry-run", *words).stdout


def test_a_path_wins_over_the_source_of_a_file(output: Output, exports: Path, sender: Program) -> None:
    config = sender.home / "sender.toml"
    for source in ('folder = "/nowhere"', 'file = ["/nowhere"]', 'data = "1"', 'files-from = "/nowhere"\nnull = true',
                   'stdin-name = "x"'):
        config.write_text(source + "\n")
        assert output("--config", config, "exports/a.json", "--dry-run").stdout.startswith("send      a.json")


def test_standard_input_is_sent_under_a_name(output: Output) -> None:
    content = bytes(range(256)) * 10
    result = output("--stdin-name", "scan.dcm", "--json", input=content)
    assert (result.status, result.json["bytes"]) == (0, len(content))
    assert list(output.payload()["files"]) == ["scan.dcm"]


@pytest.mark.parametrize("words, says", [
    (["\u2014folder", "exports"], "did you mean --folder?"), (["\u2013\u2013folder=exports"], "did you mean --folder?"),
    (["\u2212-dry-run"], "did you mean --dry-run?"),
    (["-folder", "exports"], "did you mean --folder?"), (["--exlude", "x"], "did you mean --exclude?"),
    (["--token", "ghp_secret"], "--token-file FILE, or set GH_TOKEN"), (["--token=ghp_secret"], "--token-file"),
    (["--tokenfile=ghp_secret"], "did you mean --token-file?"),
    (["My", "Exports"], 'put quotes around a name with spaces: "My Exports"'),
    (["--folder", "My", "Exports"], "a name with a space"),
    (["--folder", "'exports'"], "quotes"), (["--folder", "\u201cexports\u201d"], "quotes"), (["'exports'"], "quotes"),
    (["--exclude", '"*.csv"', "exports"], "quotes"), (["--repo", '"octo/data"', "exports"], "quotes"),
    (["--output=~lab/x", "exports"], "'~/'"), (["~lab/exports"], "'~/'"), (["--log-file", "~lab/x", "exports"], "'~/'"),
    (["exports", "My Exports"], "one at a time"), (["exports", "--max-files", "1.5"], "whole number"),
    (["exports", "--hidden=maybe"], "neither true nor false"), (["-"], "--data -"), ([""], "empty"),
    (["outbox", "retyr"], "did you mean retry?"), (["--data", "1", "--compress", "gzip"], "none of none, zstd"),
])
def test_a_slip_is_told_in_words_that_say_what_to_do(words: list[str], says: str, sender: Program, exports: Path) -> None:
    write_tree(sender.home / "My Exports", {"a.json": b"1"})
    result = sender(*words)
    assert (result.status, result.stdout) == (2, ""), result
    assert "secret" not in result.error_line("error: ", says)
    assert result.stderr.count("\n") == 1
    assert not list(sender.home.glob("~*")) and not sender.outbox.exists()


@pytest.mark.parametrize("option, value, says", [
    ("repo", "'octo/data'", "quotes"), ("folder", "~lab/x", "'~/'"), ("trigger", "often", "none of dispatch"),
    ("branch", "a..b", "no name for a branch"), ("timeout", "0", "a second or more"), ("part-size", "1K", "less than 64K"),
    ("hidden", "perhaps", "neither true nor false"), ("exclude", "/", "no pattern"), ("max-files", "many", "whole number"),
    ("stdin-name", "../x", "no name for a file"),
])
def test_it_is_told_the_same_wherever_it_stands(option: str, value: str, says: str, sender: Program) -> None:
    config, variable = sender.home / "sender.toml", "HEALTHMETRIC_" + option.upper().replace("-", "_")
    config.write_text(f'{option} = "{value}"\n')
    data = [] if option in ("folder", "stdin-name") else ["--data", "1"]
    there = sender(*data, env={variable: value})
    told = [sender(*data, f"--{option}={value}"), there, sender(*data, "--config", config)]
    assert [result.status for result in told] == [2, 2, 2]
    texts = [re.search(rf"--{option}: .*?(?= \(healthmetric-sender --help|$)", result.error_line(says))[0] for result in told]  # type: ignore[index]
    assert len(set(texts)) == 1
    told[1].error_line(f"{variable}: ")
    told[2].error_line("sender.toml", f"{option}: ")


@pytest.mark.parametrize("words", [[], ["outbox"], ["outbox", "drop"], ["outbox", "retry"]])
def test_the_help_fits_a_terminal_and_has_groups(words: list[str], sender: Program) -> None:
    text = sender(*words, "--help").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("Usage: healthmetric-sender")
    if not words:
        for group in ("What to send", "Which files of a folder", "Where to", "Delivery", "Configuration", "General", "Commands"):
            assert f"\n{group}:\n" in text
        assert "--token " not in text


def test_the_help_of_the_receiver_does_too(receiver: Program) -> None:
    for words in ([], ["verify"]):
        text = receiver(*words, "--help").stdout
        assert max(map(len, text.splitlines())) <= 80
    assert "did you mean --keep-payloads?" in receiver("--keep-payload").stderr
    assert "quotes" in receiver("--storage", "'x'").stderr
    assert "whole number" in receiver("--incomplete-after", "soon").stderr
    assert "did you mean verify?" in receiver("verfy").stderr
