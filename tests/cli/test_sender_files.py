"""What is in a folder and what of it goes into a batch: nothing is left out in silence, and what
cannot be sent costs neither the rest nor the truth of the metadata."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Output, Unprivileged
from programs import Program, finished
from trees import write_tree

ENDLESS_WRITER = """
import os, sys
how, path = sys.argv[1:]
file = os.open(path, os.O_WRONLY | (os.O_APPEND if how == "append" else 0))
print("ready", flush=True)
number = 0
while True:
    number += 1
    if how == "append":
        os.write(file, b"1,61\\n")
    else:
        os.pwrite(file, b"%d" % (number % 10), number * 4099 % (8 << 20))
"""


def skipped(output: Output) -> dict[str, str]:
    return {item["relative_path"]: item["reason"]
            for item in output.payload()["batch_metadata"]["skipped"]}


def check_contents(output: Output) -> None:
    """Every entry says of its content what is so, and so does the metadata."""
    payload = output.payload()
    contents = {path: base64.b64decode(entry["content"]) for path, entry in payload["files"].items()}
    for path, entry in payload["files"].items():
        assert entry["size"] == len(contents[path])
        assert entry["sha256"] == hashlib.sha256(contents[path]).hexdigest()
    metadata = payload["batch_metadata"]
    assert metadata["total_files"] == len(contents)
    assert metadata["total_size"] == sum(map(len, contents.values()))
    assert {(item["relative_path"], item["size"]) for item in metadata["files"]} == {
        (path, len(content)) for path, content in contents.items()}


def test_unsupported_files_alone_are_nothing_to_send(output: Output, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", {"a.pdf": b"x", "sub/b": b"x"})
    result = output("--folder", folder, "--verbose")
    assert (result.status, result.stdout) == (3, f"nothing to send in '{folder}'; skipped 2 (.pdf, no type): use --all-types to send them\n")
    result.error_line("'a.pdf'", "unsupported type")
    result.error_line("'sub/b'", "unsupported type")


def test_unsupported_files_are_left_out_and_said_so(output: Output, tmp_path: Path) -> None:
    supported = [f"a{kind}" for kind in (".json", ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".svg",
                                         ".txt", ".csv", ".xml", ".JSON", ".Csv")]
    folder = write_tree(tmp_path / "source", dict.fromkeys([*supported, "a.pdf", "noext", "json"], b"x"))

    result = output("--folder", folder, "--json")

    assert result.status == 0
    assert sorted(output.payload()["files"]) == sorted(supported)
    reasons = dict.fromkeys(["a.pdf", "json", "noext"], "unsupported type")
    assert skipped(output) == reasons
    assert result.json["skipped"] == [
        {"path": path, "reason": reason, "error": False} for path, reason in reasons.items()]


def test_all_types_sends_everything_that_is_not_hidden(output: Output, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", {"a.pdf": b"x", "noext": b"y", ".hidden.json": b"z"})
    result = output("--folder", folder, "--all-types")
    assert result.status == 0
    assert sorted(output.payload()["files"]) == ["a.pdf", "noext"]


@pytest.mark.parametrize("options", [[], ["--all-types"]])
def test_hidden_files_and_git_folders_never_leave(options: list[str], output: Output, tmp_path: Path) -> None:
    secret = b"url = https://token@github.com/"
    folder = write_tree(tmp_path / "source", {
        "a.json": b"{}", ".hidden.json": secret, ".cache/x.json": secret, ".git/config.txt": secret,
        "repo/.git/data.json": secret, "repo/.git/objects/aa/blob.txt": secret, "repo/.GIT/x.json": secret,
        "repo/.git.json": secret, "repo/sub/.git": secret,
    })

    result = output("--folder", folder, *options, "--verbose")

    assert result.status == 0
    assert list(output.payload()["files"]) == ["a.json"]
    assert base64.b64encode(secret) not in output.payload_files()[0].read_bytes()
    for path in (".hidden.json", ".cache", ".git", "repo/.git", "repo/.GIT"):
        result.error_line(f"'{path}'", "hidden")


def test_an_unreadable_file_costs_the_others_nothing(unprivileged: Unprivileged) -> None:
    folder = write_tree(unprivileged.folder / "source", {"a.json": b"1", "b.json": b"2", "z/c.json": b"3",
                                                         "locked/d.json": b"4"})
    unprivileged.own(folder)
    (folder / "b.json").chmod(0)
    (folder / "locked").chmod(0)

    output = Output(unprivileged.sender, unprivileged.folder / "out")
    result = output("--folder", folder)

    assert result.status == 4
    result.error_line("'b.json'", "Permission denied")
    result.error_line("'locked", "Permission denied")
    assert sorted(output.payload()["files"]) == ["a.json", "z/c.json"]
    check_contents(output)
    assert any("Permission denied" in reason for reason in skipped(output).values())


def test_reasons_do_not_betray_where_the_source_was(unprivileged: Unprivileged) -> None:
    """--no-identity leaves the source path out; the reason of a skipped file must not bring it back."""
    folder = write_tree(unprivileged.folder / "source", {"a.json": b"1", "b.json": b"2"})
    unprivileged.own(folder)
    (folder / "b.json").chmod(0)

    output = Output(unprivileged.sender, unprivileged.folder / "out")
    result = output("--folder", folder, "--no-identity")

    assert result.status == 4
    assert str(unprivileged.folder).encode() not in output.payload_files()[0].read_bytes()


def test_what_is_no_file_is_skipped_with_a_word(output: Output, source: Path) -> None:
    os.mkfifo(source / "pipe.json")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(source / "socket.json"))
        (source / "device.json").symlink_to("/dev/zero")
        (source / "sub").mkdir()
        (source / "sub/loop").symlink_to("..")
        (source / "outside").symlink_to("/etc")
        (source / "dangling.json").symlink_to("nowhere")
        (source / "alias.json").symlink_to("data.json")

        result = output("--verbose", "--folder", source, timeout=20)

    assert result.status == 0
    assert list(output.payload()["files"]) == ["data.json"]
    result.error_line("'pipe.json'", "a named pipe")
    result.error_line("'socket.json'", "a socket")
    for link in ("device.json", "sub/loop", "outside", "dangling.json", "alias.json"):
        result.error_line(f"'{link}'", "a symbolic link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_skipped_with_a_word(output: Output, source: Path) -> None:
    try:
        os.mknod(source / "zero.json", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("not allowed to make devices here")
    result = output("--verbose", "--folder", source, timeout=20)
    assert result.status == 0
    result.error_line("'zero.json'", "a device")
    assert list(output.payload()["files"]) == ["data.json"]


@pytest.mark.parametrize("how", ["append", "overwrite"])
def test_a_file_that_keeps_changing_is_left_out_or_whole(how: str, output: Output, source: Path) -> None:
    changing = source / "changing.csv"
    changing.write_bytes(b"1,61\n" * (8 << 18))
    with subprocess.Popen([sys.executable, "-c", ENDLESS_WRITER, how, changing],
                          stdout=subprocess.PIPE) as writer:
        writer.stdout.readline()
        result = output("--folder", source)
        writer.kill()

    check_contents(output)
    if how == "append":
        assert result.status == 0
        result.error_line("warning: 'changing.csv' grew while it was read")
        assert list(output.payload()["files"]) == ["changing.csv", "data.json"]
        return
    assert result.status == 4
    result.error_line("skipped 'changing.csv'", "changing")
    assert list(output.payload()["files"]) == ["data.json"]


def test_a_file_that_vanishes_is_named(output: Output, source: Path) -> None:
    """It goes after the scan: once the first part is begun the folder has been listed."""
    with (source / "a large one.csv").open("wb") as file:
        file.truncate(48 << 20)
    (source / "z.json").write_bytes(b"{}")
    process = output.sender.start("--output", output.folder, "--folder", source, "--part-size", "1G")
    while not list(output.folder.glob("_storage/inbox/.draft-*/.part-1")):
        assert process.poll() is None
    (source / "z.json").unlink()

    result = finished(process)

    assert result.status == 4
    result.error_line("'z.json'", "No such file")
    check_contents(output)
    assert sorted(output.payload()["files"]) == ["a large one.csv", "data.json"]


def test_a_name_that_is_not_utf_8_is_named_and_left_out(output: Output, source: Path) -> None:
    os.mkdir(os.fsencode(source) + b"/fol\xffder")
    for name in (b"/caf\xe9.json", b"/fol\xffder/x.json", b"/a\xed\xa0\x80.json", b"/o\xc0\xaf.json"):
        with open(os.fsencode(source) + name, "wb") as file:
            file.write(b"{}")

    result = output("--folder", source)

    assert result.status == 4
    result.error_line(r"'caf\xe9.json'", "not UTF-8")
    result.error_line(r"'fol\xffder/x.json'", "not UTF-8")
    assert list(output.payload()["files"]) == ["data.json"]
    output.payload_files()[0].read_bytes().decode("utf-8")


@pytest.mark.parametrize("name, shown", [
    ("new\nline.json", r"new\x0aline.json"), ("\x1b[31mred.json", r"\x1b[31mred.json"),
    ("back\\slash.json", r"back\slash.json"),
])
def test_an_unsafe_name_is_named_and_left_out(
    name: str, shown: str, output: Output, source: Path
) -> None:
    (source / name).write_bytes(b"{}")

    result = output("--folder", source)

    assert result.status == 4
    result.error_line(shown, "its path has a ", "--exclude")
    assert "\x1b" not in result.stderr
    assert all(line.startswith("healthmetric-sender: ") for line in result.stderr.splitlines())
    assert list(output.payload()["files"]) == ["data.json"]


def test_a_file_beyond_the_limit_is_named(output: Output, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", {"fits.json": b"x" * 1024, "large.json": b"x" * 1025})
    result = output("--folder", folder, "--max-file-size", "1K")
    assert result.status == 4
    result.error_line("'large.json'", "1.0 KiB", "--max-file-size")
    assert list(output.payload()["files"]) == ["fits.json"]


@pytest.mark.parametrize("words, named", [
    (["--max-files", "2"], "--max-files"), (["--max-batch-size", "2K"], "--max-batch-size"),
])
def test_a_batch_beyond_the_limit_is_refused(
    words: list[str], named: str, output: Output, tmp_path: Path
) -> None:
    folder = write_tree(tmp_path / "source", {f"{i}.json": b"x" * 1000 for i in range(3)})
    result = output("--folder", folder, *words)
    assert (result.status, result.stdout) == (2, "")
    result.error_line(named)
    assert output.payload_files() == []


def test_a_deep_tree_is_sent_as_far_as_paths_reach(output: Output, sender: Program, source: Path) -> None:
    deep, too_deep = "/".join(["d" * 100] * 10), "/".join(["e" * 100] * 11)
    write_tree(source, {f"{deep}/x.json": b"1", f"{too_deep}/y.json": b"2"})
    result = output("--folder", source)
    assert result.status == 4
    result.error_line("its path is too long")
    assert sorted(output.payload()["files"]) == ["data.json", f"{deep}/x.json"]
