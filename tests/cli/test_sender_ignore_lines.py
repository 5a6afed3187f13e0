"""Lines of an ignore file that say nothing to git, which is silent about it: what they were to keep back would
be sent. They are refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Output
from trees import write_tree

INVISIBLE = "an invisible character ({}): remove it"
WHITE = "white space around the name belongs to it"
BRACKET = "a '[' without its ']'"
NO_ASCII = "git knows only ASCII between '[' and ']'"
RETURN = "a carriage return within it"

REFUSED = {
    "raw\\": "a backslash at the end", "raw/\\\\\\": "a backslash at the end", "\\": "a backslash at the end",
    "raw\\\r": "a backslash at the end", "# old\rraw/": RETURN, "raw/\r\r": RETURN, "raw\rb": RETURN,
    "raw\u200b": INVISIBLE.format("U+200B"), "\ufeffraw/": INVISIBLE.format("U+FEFF"),
    "!ra\u2060w": INVISIBLE.format("U+2060"), "raw\u00ad/": INVISIBLE.format("U+00AD"),
    "\u200eraw": INVISIBLE.format("U+200E"), "raw[": BRACKET, "[]": BRACKET, "[!]raw": BRACKET, "[[:alpha:": BRACKET,
    "ra[w\\]": BRACKET, "/": "it names nothing", "!": "it names nothing", "raw\t": WHITE, " raw": WHITE, "\traw": WHITE,
    "raw\u00a0": WHITE, "ra[é]": NO_ASCII,
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "source", {"a.json": b"1", "sub/raw/secret.json": b"2"})


@pytest.mark.parametrize("line, said", REFUSED.items(), ids=map(ascii, REFUSED))
@pytest.mark.parametrize("words", [[], ["--dry-run"]], ids=["send", "dry"])
def test_a_line_that_would_keep_nothing_back_is_refused(line: str, said: str, words: list[str], output: Output,
                                                        tree: Path) -> None:
    file = tree / "sub/.healthmetricignore"
    file.write_bytes(f"# what stays here\n\n*.tmp\n{line}\n*.bak".encode())
    result = output("--folder", tree, *words)
    assert (result.status, result.stdout) == (2, ""), result
    assert result.stderr.count("\n") == 1
    result.error_line(f"'{file}', line 4: {said}", "would be sent")
    assert output.payload_files() == []


@pytest.mark.parametrize("text", [
    "raw", "raw\n", "raw/\r\n# x\r\n", "raw/\r", "raw  ", "\\raw", "ra[w]", "ra[]w]", "ra[!]a]", "ra[[:alpha:]]",
    "*.tmp\\\\\nraw", "\t\n   \n# a [ b \\\nraw", "\\[x\nraw", "ra[\\]w]",
], ids=ascii)
def test_a_line_that_means_something_does(text: str, output: Output, tree: Path) -> None:
    (tree / "sub/.healthmetricignore").write_bytes(text.encode())
    result = output("--folder", tree)
    assert result.status == 0, result
    assert list(output.payload()["files"]) == ["a.json"]


def test_an_escaped_blank_at_the_end_belongs_to_the_name(output: Output, tmp_path: Path) -> None:
    tree = write_tree(tmp_path / "s", {"a.json": b"1", "raw /b.json": b"2", "raw/c.json": b"3"})
    (tree / ".healthmetricignore").write_text("raw\\ \n")
    assert output("--folder", tree).status == 0
    assert sorted(output.payload()["files"]) == ["a.json", "raw/c.json"]


@pytest.mark.parametrize("name", ["\U0001f468\u200d\U0001f469.csv", "می\u200cروم.csv"])
def test_joiners_that_names_have_are_no_fault(name: str, output: Output, tree: Path) -> None:
    write_tree(tree, {name: b"1"})
    (tree / ".healthmetricignore").write_text(f"{name}\nraw\n")
    assert output("--folder", tree).status == 0
    assert list(output.payload()["files"]) == ["a.json"]
