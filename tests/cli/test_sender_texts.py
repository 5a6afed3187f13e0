"""Lists, ignore files, configuration and tokens in whatever encoding an editor wrote them, and names in
whatever form of Unicode a system wrote them."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN, Destination, Output
from trees import write_tree

MARK = b"\xef\xbb\xbf"
OTHER_ENCODINGS = {
    "utf-16-le with a mark": (b"\xff\xfe" + "*.csv\n".encode("utf-16-le"), "is UTF-16: save it as UTF-8"),
    "utf-16-be with a mark": (b"\xfe\xff" + "*.csv\n".encode("utf-16-be"), "is UTF-16: save it as UTF-8"),
    "utf-32 with a mark": ("*.csv\n".encode("utf-32"), "is UTF-32: save it as UTF-8"),
    "latin-1": ("# all\ngrößen.csv\n".encode("latin-1"), "line 2: not UTF-8: save it as UTF-8"),
}
WITH_NUL = "*.csv\n".encode("utf-16-le")

COMPOSED, DECOMPOSED = unicodedata.normalize("NFC", "größe"), unicodedata.normalize("NFD", "größe")
FORMS = [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED), (COMPOSED, COMPOSED), (DECOMPOSED, DECOMPOSED)]
EACH_FORM = pytest.mark.parametrize("written, found", FORMS, ids=["CD", "DC", "CC", "DD"])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "source", {"a.json": b"1", "b.csv": b"2"})


def sent(output: Output) -> list[str]:
    return sorted(output.payload()["files"])


@pytest.mark.parametrize("text, said", OTHER_ENCODINGS.values(), ids=OTHER_ENCODINGS)
def test_an_ignore_file_in_another_encoding_is_refused(text: bytes, said: str, output: Output, tree: Path) -> None:
    (tree / ".healthmetricignore").write_bytes(text)
    result = output("--folder", tree)
    assert (result.status, result.stdout) == (2, "")
    result.error_line(f"'{tree}/.healthmetricignore'", said, "would be sent")
    assert output.payload_files() == []


def test_an_ignore_file_with_nul_characters_is_refused(output: Output, tree: Path) -> None:
    (tree / ".healthmetricignore").write_bytes(WITH_NUL)
    result = output("--folder", tree)
    assert result.status == 2
    result.error_line(".healthmetricignore', line 1: a NUL character: save it as UTF-8")


@pytest.mark.parametrize("text, said", OTHER_ENCODINGS.values(), ids=OTHER_ENCODINGS)
def test_a_list_in_another_encoding_is_refused(text: bytes, said: str, output: Output, tree: Path) -> None:
    (tree / "list.txt").write_bytes(text)
    for words, input in ((["--files-from", tree / "list.txt"], None), (["--files-from", "-"], text)):
        result = output("--folder", tree, *words, input=input)
        assert (result.status, result.stdout) == (2, "")
        result.error_line("--files-from: ", said)
    assert output.payload_files() == []


def test_a_list_whose_names_end_with_nul_says_which_option_reads_it(output: Output, tree: Path) -> None:
    result = output("--folder", tree, "--files-from", "-", input=b"a.json\0b.csv\0")
    assert result.status == 2
    result.error_line("--files-from: standard input has NUL characters: use --null")
    assert output("--folder", tree, "--files-from", "-", "--null", input=b"a.json\0b.csv\0").status == 0
    assert sent(output) == ["a.json", "b.csv"]


def test_names_that_end_with_nul_may_be_any_bytes(output: Output, tree: Path) -> None:
    """Another program found them: what cannot be sent is named, the others go."""
    result = output("--folder", tree, "--files-from", "-", "--null", input=b"a.json\0caf\xe9.csv\0")
    assert result.status == 4
    assert sent(output) == ["a.json"]


def test_a_mark_of_utf8_is_no_part_of_an_ignore_file(output: Output, tree: Path) -> None:
    (tree / ".healthmetricignore").write_bytes(MARK + b"*.csv\n")
    assert output("--folder", tree).status == 0
    assert sent(output) == ["a.json"]


@pytest.mark.parametrize("words, separator", [([], b"\n"), (["--null"], b"\0")], ids=["lines", "null"])
def test_a_mark_of_utf8_is_no_part_of_a_list(words: list[str], separator: bytes, output: Output, tree: Path,
                                             tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(MARK + b"a.json" + separator)
    assert output("--folder", tree, "--files-from", tmp_path / "list", *words).status == 0
    assert sent(output) == ["a.json"]
    [payload] = output.payload_files()
    payload.unlink()
    assert output("--folder", tree, "--files-from", "-", *words, input=MARK + b"b.csv" + separator).status == 0
    assert sent(output) == ["b.csv"]


def test_a_mark_of_utf8_is_no_part_of_configuration_and_token(destination: Destination, source: Path,
                                                              tmp_path: Path) -> None:
    (tmp_path / "sender.toml").write_bytes(MARK + b'batch-name = "marked"\n')
    (tmp_path / "token").write_bytes(MARK + TOKEN.encode() + b"\r\n")
    result = destination("--folder", source, "--config", tmp_path / "sender.toml", "--token-file",
                         tmp_path / "token", token=None)
    assert result.status == 0, result
    assert "-marked-" in result.stdout


@pytest.mark.parametrize("option", ["--config", "--token-file"])
def test_another_encoding_of_configuration_and_token_is_named(option: str, destination: Destination, source: Path,
                                                              tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(f'"{TOKEN}"\n'.encode("utf-16"))
    result = destination("--folder", source, option, tmp_path / "file", token=None)
    assert result.status == 2
    result.error_line(f"{option}: '{tmp_path}/file' is UTF-16: save it as UTF-8")
    assert TOKEN not in result.stderr


@EACH_FORM
@pytest.mark.parametrize("pattern", ["{}", "{}.csv", "*/{}*", "**/{}.c[s]v"])
def test_a_pattern_matches_a_name_whatever_form_either_has(pattern: str, written: str, found: str, output: Output,
                                                           tmp_path: Path) -> None:
    source = write_tree(tmp_path / "s", {"a.json": b"1", f"sub/{found}.csv": b"2", f"sub/{found}/x.csv": b"3"})
    result = output("--folder", source, "--exclude", pattern.format(written))
    assert result.status == 0
    excluded = {f"sub/{found}.csv"} if pattern != "{}" else set()
    excluded |= {f"sub/{found}/x.csv"} if pattern in ("{}", "*/{}*") else set()
    assert sent(output) == sorted({"a.json", f"sub/{found}.csv", f"sub/{found}/x.csv"} - excluded)
    assert "matches nothing" not in result.stderr


@EACH_FORM
@pytest.mark.parametrize("place, pattern", [("", "{}.csv"), ("", "/{0}/{0}.csv"), ("{}/", "*.csv"), ("", "{}/")],
                         ids=["name", "path", "file in such a folder", "folder"])
def test_an_ignore_file_too(place: str, pattern: str, written: str, found: str, output: Output,
                            tmp_path: Path) -> None:
    source = write_tree(tmp_path / "s", {"a.json": b"1", f"{found}/{found}.csv": b"2"})
    (source / place.format(found) / ".healthmetricignore").write_text(pattern.format(written) + "\n")
    assert output("--folder", source).status == 0
    assert sent(output) == ["a.json"]


def test_folders_of_one_name_in_two_forms_both_keep_their_files_back(output: Output, tmp_path: Path) -> None:
    source = write_tree(tmp_path / "s", {"a.json": b"1"} | {
        f"{form}/{name}": b"2" for form in (COMPOSED, DECOMPOSED) for name in ("c.csv", "d.csv")})
    (source / COMPOSED / ".healthmetricignore").write_text("c.csv")
    (source / DECOMPOSED / ".healthmetricignore").write_text("d.csv")
    assert output("--folder", source).status == 0
    assert f"{COMPOSED}/c.csv" not in sent(output) and f"{DECOMPOSED}/d.csv" not in sent(output)


def test_a_pattern_that_matches_nothing_is_told(output: Output, tree: Path) -> None:
    result = output("--folder", tree, "--exclude", "*.txt", "--exclude", "*.csv")
    assert result.status == 0
    assert result.stderr == "healthmetric-sender: warning: --exclude '*.txt' matches nothing\n"
    assert output("--folder", tree, "--exclude", "*.txt", "--quiet").stderr == ""


def test_what_is_unchanged_is_matched_too(destination: Destination, tree: Path) -> None:
    words = ["--folder", tree, "--changed-only", "--include", "*.csv"]
    assert destination(*words).status == 0
    again = destination(*words)
    assert (again.status, again.stderr) == (0, "")
    assert destination(*words, "--dry-run", "--json").json["unmatched_patterns"] == []


def test_many_stars_cost_no_more_than_their_length(output: Output, tmp_path: Path) -> None:
    deep = "/".join("a" for _ in range(60))
    source = write_tree(tmp_path / "s", {f"{deep}/{n}.json": b"1" for n in range(5)} | {"b.json": b"2"})
    pattern = "**/a/" * 12 + "**/b"
    result = output("--folder", source, "--exclude", pattern, "--include", f"**/{pattern}")
    assert result.status == 0
    assert len(sent(output)) == 6


@pytest.mark.parametrize("pattern, name", [
    ("caf?.csv", "café.csv"), ("caf[é].csv", "café.csv"), ("caf[^é].csv", "cafe.csv"), ("????.csv", "größ.csv"),
    ("[α-ω].csv", "β.csv"), ("?.csv", "\U0001f600.csv"), ("sub/?????/*", "sub/größe/a.csv"),
])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_pattern_matches_characters(pattern: str, name: str, form: Any, output: Output, tmp_path: Path) -> None:
    """In the C locale too, where a job of cron runs."""
    found = unicodedata.normalize(form, name)
    source = write_tree(tmp_path / "s", {"a.json": b"1", found: b"2"})
    result = output("--folder", source, "--exclude", pattern, env={"LC_ALL": "C"})
    assert (result.status, result.stderr) == (0, ""), result
    assert sent(output) == ["a.json"]


@pytest.mark.parametrize("pattern, name", [("caf??.csv", "café.csv"), ("caf[Ã©]*", "café.csv"), ("?", "é.csv")])
def test_and_no_bytes(pattern: str, name: str, output: Output, tmp_path: Path) -> None:
    source = write_tree(tmp_path / "s", {"a.json": b"1", name: b"2"})
    result = output("--folder", source, "--exclude", pattern)
    result.error_line("matches nothing")
    assert sent(output) == ["a.json", name]
