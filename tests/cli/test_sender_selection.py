"""Which files of a folder go: patterns, lists and ignore files, and what is said of the others."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Output, Unprivileged
from programs import Program, git
from trees import write_tree


def sent(output: Output) -> list[str]:
    return sorted(output.payload()["files"])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "source", {
        "a.json": b"1", "b.csv": b"2", "notes.pdf": b"3", "raw/c.csv": b"4", "raw/deep/d.json": b"5",
        "2023/e.csv": b"6", ".hidden.json": b"7",
    })


@pytest.mark.parametrize("options, paths", [
    (["--exclude", "*.csv"], ["a.json", "raw/deep/d.json"]),
    (["--exclude", "raw"], ["2023/e.csv", "a.json", "b.csv"]),
    (["--exclude", "raw/*.csv"], ["2023/e.csv", "a.json", "b.csv", "raw/deep/d.json"]),
    (["--include", "*.csv"], ["2023/e.csv", "b.csv", "raw/c.csv"]),
    (["--include", "*.pdf"], ["notes.pdf"]),
    (["--include", "*.csv", "--exclude", "raw"], ["2023/e.csv", "b.csv"]),
    (["--exclude", "raw", "--include", "*.csv"], ["2023/e.csv", "a.json", "b.csv", "raw/c.csv"]),
    (["--exclude", "*", "--include", "raw/**"], ["raw/c.csv", "raw/deep/d.json"]),
    (["--include", "**/deep/*.json"], ["raw/deep/d.json"]),
    (["--no-recursive"], ["a.json", "b.csv"]),
    (["--hidden", "--no-recursive"], [".hidden.json", "a.json", "b.csv"]),
])
def test_the_last_pattern_that_matches_decides(options: list[str], paths: list[str], output: Output,
                                               tree: Path) -> None:
    assert output("--folder", tree, *options).status == 0
    assert sent(output) == paths


def test_what_was_left_out_is_counted_and_listed_on_request(output: Output, tree: Path) -> None:
    brief = output("--folder", tree, "--exclude", "raw")
    assert brief.stdout.endswith("; skipped 1 (.pdf): use --all-types to send them; skipped 1 hidden: use --hidden "
                                 "to send them; skipped 1 by --include and --exclude\n")
    assert "skipped '" not in brief.stderr
    full = output("--folder", tree, "--exclude", "raw", "--verbose")
    for path, reason in (("raw", "excluded"), ("notes.pdf", "unsupported type"), (".hidden.json", "hidden")):
        full.error_line(f"skipped '{path}'", reason)


def test_a_pattern_that_names_nothing_is_refused(output: Output, tree: Path) -> None:
    result = output("--folder", tree, "--include", "/")
    assert (result.status, result.stdout) == (2, "")
    result.error_line("invalid pattern '/'")


def test_help_says_that_the_last_match_wins(sender: Program) -> None:
    assert "the last match wins" in " ".join(sender("--help").stdout.split())


IGNORE_FILES = {
    ".healthmetricignore": b"# a comment\n*.csv\n!/b.csv\nraw/*\n!raw/deep/\n\\#odd.json\ntrailing.json \n/top.json\n",
    "2023/.healthmetricignore": b"!e.csv\nx?.json\n",
}
IGNORED_TREE = {
    "#odd.json": b"", "trailing.json": b"", "top.json": b"", "2023/top.json": b"", "2023/x1.json": b"",
    "2023/f.csv": b"", "raw/g.json": b"", "raw/deep/h.csv": b"", ":(odd).csv": b"", ":colon.json": b"",
    "name with blank.csv": b"", "ü.csv": b"",
}


def test_ignore_files_mean_what_git_means(output: Output, tree: Path) -> None:
    write_tree(tree, IGNORED_TREE)
    as_git = tree.parent / "as-git"
    subprocess.run(["cp", "-r", tree, as_git], check=True)
    for path, text in IGNORE_FILES.items():
        (tree / path).write_bytes(text)
        (as_git / path).with_name(".gitignore").write_bytes(text)
    git(as_git, "init", "--quiet")
    listed = git(as_git, "ls-files", "-z", "--others", "--exclude-per-directory=.gitignore")
    kept = sorted(path for path in listed.decode().split("\0")
                  if path.endswith((".json", ".csv")) and not path.startswith("."))
    assert kept and len(kept) < len(IGNORED_TREE)

    result = output("--folder", tree, "--verbose")

    assert result.status == 0
    assert sent(output) == kept
    result.error_line("skipped 'raw/g.json'", "ignored by .healthmetricignore")


def test_only_our_ignore_files_count(output: Output, tree: Path, tmp_path: Path) -> None:
    """Not git's, not those of a nested repository, nor anything a configuration says."""
    for path in (".gitignore", "raw/.gitignore"):
        (tree / path).write_bytes(b"*\n")
    git(tree / "raw", "init", "--quiet")
    (tree / "raw/.git/info/exclude").write_bytes(b"*\n")
    (tree / ".healthmetricignore").write_bytes(b"d.json\n")
    everywhere = tmp_path / "home/.config/git/ignore"
    everywhere.parent.mkdir(parents=True)
    everywhere.write_bytes(b"*\n")
    hostile = {"GIT_DIR": str(tmp_path), "GIT_WORK_TREE": "/", "GIT_CONFIG_COUNT": "1",
               "GIT_CONFIG_KEY_0": "core.excludesFile", "GIT_CONFIG_VALUE_0": str(everywhere)}

    assert output("--folder", tree, env=hostile).status == 0
    assert sent(output) == ["2023/e.csv", "a.json", "b.csv", "raw/c.csv"]


def test_the_command_line_wins_over_an_ignore_file(output: Output, tree: Path) -> None:
    (tree / ".healthmetricignore").write_bytes(b"*.csv\n")
    assert output("--folder", tree, "--exclude", "raw", "--include", "b.csv").status == 0
    assert sent(output) == ["a.json", "b.csv"]


def test_an_ignore_file_never_goes_along(output: Output, tree: Path) -> None:
    (tree / ".healthmetricignore").write_bytes(b"a.json\n")
    assert output("--folder", tree, "--hidden", "--all-types").status == 0
    assert ".healthmetricignore" not in sent(output) and "a.json" not in sent(output)


def test_without_git_an_ignore_file_stops_the_run(output: Output, tree: Path, tmp_path: Path) -> None:
    """Sending what somebody wrote down not to send would be the worse failure."""
    (tree / ".healthmetricignore").write_bytes(b"a.json\n")
    result = output("--folder", tree, env={"PATH": str(tmp_path)})
    assert (result.status, result.stdout) == (2, "")
    result.error_line("git is needed to read .healthmetricignore")
    assert output.payload_files() == []


def test_an_ignore_file_too_large_to_be_one_stops_the_run(output: Output, tree: Path) -> None:
    (tree / ".healthmetricignore").write_bytes(b"#" * (1 << 20) + b"\n")
    result = output("--folder", tree)
    assert (result.status, result.stdout) == (2, "")
    result.error_line(".healthmetricignore", "larger than 1.0 MiB")


def test_no_trace_of_the_question_to_git_is_left(output: Output, tree: Path, tmp_path: Path) -> None:
    (tree / ".healthmetricignore").write_bytes(b"a.json\n")
    room = tmp_path / "tmp"
    room.mkdir()
    assert output("--folder", tree, env={"TMPDIR": str(room)}).status == 0
    assert list(room.iterdir()) == []


def test_a_list_names_the_files(output: Output, tree: Path, tmp_path: Path) -> None:
    names = tmp_path / "names"
    names.write_text("a.json\n./raw/c.csv\nnotes.pdf\n\n.hidden.json\na.json\n")
    assert output("--folder", tree, "--files-from", names).status == 0
    assert sent(output) == [".hidden.json", "a.json", "notes.pdf", "raw/c.csv"]


def test_a_list_from_find_may_have_any_name_in_it(output: Output, tree: Path) -> None:
    (tree / "new\nline.json").write_bytes(b"8")
    (tree / " blank .json").write_bytes(b"9")
    found = subprocess.run(["find", tree, "-name", "*.json", "-print0"], stdout=subprocess.PIPE, check=True)
    result = output("--folder", tree, "--files-from", "-", "--null", input=found.stdout)
    assert result.status == 4  # a name with a line's end cannot travel
    result.error_line("skipped", "line.json")
    assert sent(output) == [" blank .json", ".hidden.json", "a.json", "raw/deep/d.json"]


def test_a_list_alone_is_about_the_current_directory(output: Output, tree: Path) -> None:
    assert output("--files-from", "-", input=b"raw/c.csv\n", cwd=tree).status == 0
    assert sent(output) == ["raw/c.csv"]
    assert output.payload()["batch_metadata"]["source_folder"] == str(tree)


def test_what_a_list_names_and_cannot_be_read_is_an_error(output: Output, tree: Path) -> None:
    (tree / "link.json").symlink_to("a.json")
    (tree / "way").symlink_to("raw")
    os.mkfifo(tree / "pipe.json")
    entries = ["gone.json", "raw", "link.json", "way/c.csv", "pipe.json", "../home", "/etc/passwd"]
    result = output("--folder", tree, "--files-from", "-", input="\n".join(["a.json", *entries]).encode())
    assert result.status == 4
    assert sent(output) == ["a.json"]
    for entry in entries:
        result.error_line("error: skipped", entry)
    assert result.stdout.endswith(f"; skipped {len(entries)}: --verbose says why\n")


def test_patterns_narrow_a_list(output: Output, tree: Path) -> None:
    result = output("--folder", tree, "--files-from", "-", "--exclude", "raw", input=b"a.json\nraw/c.csv\n")
    assert result.status == 0
    assert sent(output) == ["a.json"]


@pytest.mark.parametrize("words", [
    ["--files-from", "/nowhere"], ["--files-from", "."], ["--null", "--folder", "."],
    ["--files-from", "-", "--file", "x"], ["--files-from", "-", "--data", "1"],
    ["--files-from", "-", "--folder", "/nowhere"],
])
def test_a_list_that_cannot_be_meant_is_refused(words: list[str], output: Output) -> None:
    result = output(*words, input=b"a.json\n")
    assert (result.status, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert output.payload_files() == []


def test_an_empty_list_is_nothing_to_send(output: Output, tree: Path) -> None:
    for words in (["/dev/null"], ["-"]):
        result = output("--folder", tree, "--files-from", *words, input=b"")
        assert (result.status, result.stdout) == (3, f"nothing to send in '{tree}'\n")


@pytest.mark.parametrize("make", [
    lambda place: place.symlink_to("elsewhere"), lambda place: place.mkdir(), lambda place: os.mkfifo(place),
])
def test_an_ignore_file_that_is_none_stops_the_run(make: Callable[[Path], None], output: Output, tree: Path) -> None:
    """What it was meant to keep here would be sent without a word."""
    (tree / "elsewhere").write_bytes(b"a.json\n")
    make(tree / "raw/.healthmetricignore")
    result = output("--folder", tree)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("raw/.healthmetricignore", "would be sent")
    assert output.payload_files() == []


def test_nothing_is_wrong_with_what_is_ignored(unprivileged: Unprivileged) -> None:
    tree = write_tree(unprivileged.folder / "source", {
        "a.json": b"1", "big.json": b"2" * 5000, "private/b.json": b"3", "kept/c.json": b"4",
        ".healthmetricignore": b"big.json\nprivate/\nodd*\n",
    })
    (Path(os.fsdecode(os.fsencode(tree) + b"/odd\xff.json"))).write_bytes(b"5")
    unprivileged.own(tree)
    (tree / "private").chmod(0)
    words = ["--folder", tree, "--max-file-size", "1K", "--dry-run", "--json"]
    result = unprivileged.sender(*words)
    assert (result.status, result.stderr) == (0, ""), result
    assert [file["path"] for file in result.json["files"]] == ["a.json", "kept/c.json"]
    assert {file["reason"] for file in result.json["skipped"]} == {"ignored by .healthmetricignore"}
    (tree / ".healthmetricignore").write_bytes(b"big.json\nodd*\n")
    skipped = unprivileged.sender(*words).json["skipped"]
    assert [file["path"] for file in skipped if file["error"]] == ["private/"]


def test_a_folder_that_git_cannot_have_is_named(output: Output, tree: Path) -> None:
    write_tree(tree, {".healthmetricignore": b"raw\n", ".gitignore/x.json": b"1"})
    assert output("--folder", tree, "--hidden").status == 0
    assert ".gitignore/x.json" in sent(output) and "raw/c.csv" not in sent(output)
    (tree / ".gitignore/.healthmetricignore").write_bytes(b"x.json\n")
    result = output("--folder", tree, "--hidden")
    assert (result.status, result.stdout) == (2, "")
    result.error_line(".gitignore/.healthmetricignore", "rename that folder")


def test_a_list_is_explicit_but_for_what_never_goes(output: Output, tree: Path) -> None:
    write_tree(tree, {".healthmetricignore": b"*.csv\n", "raw/.healthmetricignore": b"", ".git/e.json": b""})
    listed = ["a.json", "b.csv", ".healthmetricignore", "raw/.healthmetricignore", ".git/e.json"]
    result = output("--folder", tree, "--files-from", "-", input="\n".join(listed).encode())
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout.endswith("; skipped 3: --verbose says why\n")
    assert sent(output) == ["a.json", "b.csv"]
    by_hand = output("--file", tree / ".healthmetricignore")
    assert (by_hand.status, by_hand.stdout) == (2, "")
    by_hand.error_line(".healthmetricignore", "never sent")


def test_a_list_may_come_from_windows(output: Output, tree: Path) -> None:
    assert output("--folder", tree, "--files-from", "-", input=b"a.json\r\nraw/c.csv\r\n\r\n").status == 0
    assert sent(output) == ["a.json", "raw/c.csv"]


def test_a_list_may_be_a_link_or_a_pipe(output: Output, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "names").write_bytes(b"a.json\n")
    (tmp_path / "link").symlink_to("names")
    assert output("--folder", tree, "--files-from", tmp_path / "link").status == 0
    assert sent(output) == ["a.json"]
    piped = output("--folder", tree, "--files-from", "/dev/stdin", "--dry-run", "--json", input=b"b.csv\n")
    assert [file["path"] for file in piped.json["files"]] == ["b.csv"]
