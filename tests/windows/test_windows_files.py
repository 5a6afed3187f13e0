"""The files of Windows: long paths, both slashes, files in use, streams, attributes and links. Under Wine."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs_of_others import held_by_another
from trees import write_tree
from wine import WindowsSender, missing, windows_path

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

USAGE, SOME_SKIPPED = 2, 4
TREE = {"data.json": b"1", "sub/b.json": b"22", "sub/deep/c.json": b"333", "other/d.json": b"4444"}
SYSTEM_FILES = {"desktop.ini": b"[.ShellClassInfo]", "Thumbs.db": b"\xd0\xcf", "sub/desktop.ini": b"[.ShellClassInfo]"}


def planned(sender: WindowsSender, *words: str | Path, status: int = 0, cwd: Path | None = None,
            names: bytes = b"") -> dict[str, int]:
    """What would be sent, with the sizes."""
    result = sender("--dry-run", "--json", *words, cwd=cwd, input=names)
    assert result.status == status, result
    return {file["path"]: file["bytes"] for file in result.json["files"]}


def sizes(*names: str) -> dict[str, int]:
    return {name: len(TREE[name]) for name in names}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "source", TREE)


def deep_folder(root: Path) -> Path:
    deep = root.joinpath(*[f"a folder of a deep tree {number}" for number in range(15)])
    assert len(str(deep)) > 300
    return deep


def test_folders_below_a_long_path_are_listed(windows_sender: WindowsSender, tmp_path: Path) -> None:
    root = tmp_path / "source"
    deep = deep_folder(root)
    write_tree(deep, TREE)
    below = deep.relative_to(root).as_posix()
    assert planned(windows_sender, "--folder", root) == {f"{below}/{name}": len(TREE[name]) for name in TREE}
    assert planned(windows_sender, "--folder", deep) == sizes(*TREE)
    assert planned(windows_sender, deep) == sizes(*TREE)
    assert planned(windows_sender, deep / "data.json") == sizes("data.json")


def test_a_batch_of_a_long_path_is_written(windows_sender: WindowsSender, tmp_path: Path) -> None:
    deep = write_tree(deep_folder(tmp_path / "source"), TREE)
    result = windows_sender("--folder", deep, "--output", tmp_path / "out", "--json")
    assert result.status == 0, result
    assert result.json["files"] == len(TREE)


@pytest.mark.parametrize("form", ["\\\\?\\", "\\\\.\\", "//?/"])
def test_the_systems_own_forms_of_a_path(windows_sender: WindowsSender, folder: Path, form: str) -> None:
    path = form + windows_path(folder)
    assert planned(windows_sender, "--folder", path) == sizes(*TREE)


@pytest.mark.parametrize("path", ["\\\\localhost\\share\\m\u00e4rz", "//localhost/share/m\u00e4rz",
                                  "\\\\?\\UNC\\localhost\\share\\m\u00e4rz"])
def test_a_share_that_is_not_there_is_told(windows_sender: WindowsSender, path: str) -> None:
    result = windows_sender("--dry-run", "--folder", path)
    assert (result.status, result.stdout) == (USAGE, "")
    assert "m\u00e4rz" in result.error_line("folder")


def test_arguments_have_either_slash_and_may_count_from_a_drive(windows_sender: WindowsSender, folder: Path) -> None:
    here = folder.parent
    from_root = windows_path(folder).removeprefix("Z:")
    for path in (".\\source", "source\\", "source/", "Z:source", "Z:.\\source", from_root,
                 from_root.replace("\\", "/")):
        assert planned(windows_sender, "--folder", path, cwd=here) == sizes(*TREE), path
    for path in ("sub\\b.json", "sub/b.json", "Z:sub\\b.json", f"{from_root}\\sub\\b.json"):
        assert planned(windows_sender, path, cwd=folder) == {"b.json": 2}, path


def test_a_list_may_count_from_a_drive_and_not_leave_the_folder(windows_sender: WindowsSender, folder: Path) -> None:
    from_root = windows_path(folder).removeprefix("Z:")
    names = f"Z:sub\\b.json\r\n{from_root}\\data.json\r\nZ:{from_root}/other/d.json\r\n".encode()
    assert planned(windows_sender, "--files-from", "-", cwd=folder, names=names) == sizes("sub/b.json", "data.json",
                                                                                         "other/d.json")
    outside = b"data.json\nC:b.json\n..\\source\\..\\secret.json\n\\secret.json\nC:\\windows\\win.ini\n"
    result = windows_sender("--dry-run", "--files-from", "-", cwd=folder, input=outside)
    assert result.status == SOME_SKIPPED, result
    assert result.stdout.count("not below '.'") == 4, result


@pytest.mark.parametrize(("words", "left"), [
    (["--exclude", "sub\\*"], ["data.json", "other/d.json"]),
    (["--exclude", "sub\\"], ["data.json", "other/d.json"]),
    (["--exclude", "sub/deep\\**"], ["data.json", "other/d.json", "sub/b.json"]),
    (["--include", "sub\\**"], ["sub/b.json", "sub/deep/c.json"]),
    (["--include", "**\\c.json"], ["sub/deep/c.json"])])
def test_patterns_have_either_slash(windows_sender: WindowsSender, folder: Path, words: list[str],
                                    left: list[str]) -> None:
    assert planned(windows_sender, "--folder", folder, *words) == sizes(*left)
    slashed = [word.replace("\\", "/") for word in words]
    assert planned(windows_sender, "--folder", folder, *slashed) == sizes(*left)


def test_a_file_in_use_is_skipped_and_goes_with_the_next_run(windows_sender: WindowsSender, folder: Path,
                                                             tmp_path: Path) -> None:
    words = ["--folder", folder, "--output", tmp_path / "out", "--json"]
    with held_by_another(windows_sender, folder / "sub/b.json"):
        result = windows_sender(*words)
    assert result.status == SOME_SKIPPED, result
    assert "in use by another program" in result.error_line("sub/b.json")
    assert result.json["files"] == len(TREE) - 1
    result = windows_sender(*words)
    assert result.status == 0, result
    assert result.json["files"] == len(TREE)


def test_a_list_in_use_is_told(windows_sender: WindowsSender, folder: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("data.json\n")
    with held_by_another(windows_sender, names):
        result = windows_sender("--dry-run", "--folder", folder, "--files-from", names)
    assert (result.status, result.stdout) != (0, "")
    assert "in use by another program" in result.error_line("names.txt")


def test_what_windows_keeps_in_folders_is_left_alone(windows_sender: WindowsSender, folder: Path) -> None:
    write_tree(folder, SYSTEM_FILES)
    for name in SYSTEM_FILES:
        windows_sender.run_tool("attrib.exe", "+h", "+s", windows_path(folder / name))
    assert planned(windows_sender, "--folder", folder, "--all-types") == sizes(*TREE)
    for name, content in SYSTEM_FILES.items():
        assert (folder / name).read_bytes() == content


def test_alternate_streams_are_refused(windows_sender: WindowsSender, folder: Path) -> None:
    """Those are files of their own under Wine, with a colon in their names."""
    write_tree(folder, {"data.json:Zone.Identifier": b"[ZoneTransfer]"})
    result = windows_sender("--dry-run", "data.json:Zone.Identifier", cwd=folder)
    assert (result.status, result.stdout) == (USAGE, "")
    assert "alternate stream" in result.error_line("data.json:Zone.Identifier")

    names = b"data.json\ndata.json:Zone.Identifier\ndata.json::$DATA\n"
    result = windows_sender("--dry-run", "--files-from", "-", cwd=folder, input=names)
    assert result.status == SOME_SKIPPED, result
    assert result.stdout.count("it is an alternate stream of a file") == 2, result


def test_a_read_only_file_is_sent(windows_sender: WindowsSender, folder: Path, tmp_path: Path) -> None:
    windows_sender.run_tool("attrib.exe", "+r", windows_path(folder / "data.json"))
    result = windows_sender("--folder", folder, "--output", tmp_path / "out", "--json")
    assert (result.status, result.json["files"]) == (0, len(TREE)), result


def test_links_to_folders_are_not_followed(windows_sender: WindowsSender, folder: Path) -> None:
    (folder / "up").symlink_to(folder)
    (folder / "beside").symlink_to(folder / "sub")
    result = windows_sender("--dry-run", "--folder", folder)
    assert result.status == 0, result
    assert "up: a symbolic link" in result.stdout
    assert planned(windows_sender, "--folder", folder) == sizes(*TREE)
    # The source itself may be one.
    assert planned(windows_sender, "--folder", folder / "beside") == {"b.json": 2, "deep/c.json": 3}


@pytest.mark.parametrize("has_git", [False, True], ids=["no git", "a git that gives no process"])
def test_an_ignore_file_that_git_cannot_read_stops_the_run(has_git: bool, windows_sender: WindowsSender, folder: Path,
                                                           tmp_path: Path) -> None:
    """Wine starts a program of Unix, but has nothing to wait for."""
    (folder / ".healthmetricignore").write_text("*.csv\n")
    (tmp_path / "bin").mkdir()
    if has_git:
        (tmp_path / "bin/git.exe").write_text("#!/bin/sh\n")
        (tmp_path / "bin/git.exe").chmod(0o755)
    result = windows_sender("--folder", folder, "--output", tmp_path / "out",
                            env={"WINEPATH": windows_path(tmp_path / "bin")})
    assert (result.status, result.stdout) == (2, "")
    result.error_line("git is needed to read .healthmetricignore: cannot run git: ")
    assert not (tmp_path / "out").exists()
