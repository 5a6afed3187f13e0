"""The sender for Windows under Wine: what it needs of Windows, and that it does what the one for Linux does.
Nothing here was run on Windows itself."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import Program, finished, sender_path
from repositories import INBOX, Repository, wait_until
from trees import write_tree
from wine import EXECUTABLE, WindowsSender, missing, windows_path

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

MIB = 1 << 20
OWN_LIBRARIES = {"advapi32.dll", "bcrypt.dll", "crypt32.dll", "kernel32.dll", "msvcrt.dll", "normaliz.dll",
                 "shell32.dll", "user32.dll", "ws2_32.dll"}
"""In System32 of every Windows 10."""

NETWORK_DOWN = {"path": "^/repos/", "times": None, "action": "close_before"}
SLOW_UPLOAD = {"method": "PUT", "path": "^/repos/", "times": 1, "action": {"delay_ms": 30_000}}
TREE = {"data.json": b'{"rate": 61}\n', "sub/ \u00e4/Befund \u00fc.csv": b"1,2\r\n", "sub/empty.txt": b"",
        "\u5fc3\u62cd\u6570/\U0001f493.json": b"[]", "noise.png": bytes(range(256)) * 400, "code.exe": b"MZ",
        unicodedata.normalize("NFD", "de\u0301compose\u0301.txt"): b"as it is on disk", ".hidden.json": b"{}"}


def written_tree(root: Path) -> Path:
    """With times that both systems' clocks can tell: to 100 nanoseconds."""
    write_tree(root, TREE)
    for number, path in enumerate(sorted(root.rglob("*"))):
        os.utime(path, ns=(0, 1_700_000_000_123_456_700 + number * 10**9))
    return root


def payload_in(folder: Path) -> dict[str, Any]:
    [file] = (folder / "_storage/inbox").iterdir()
    return json.loads(file.read_bytes())


def without_what_differs(payload: dict[str, Any]) -> dict[str, Any]:
    """Host, user and system, the drive, and what is chosen anew in each run."""
    batch = payload["batch_metadata"]["batch_id"]
    result = json.loads(json.dumps(payload).replace(batch, "BATCH"))
    metadata = result["batch_metadata"]
    for name in ("timestamp", "producer", "instance", "sequence"):
        assert metadata.pop(name), name
    for name in ("host", "user", "os"):
        assert metadata["sender"].pop(name), name
    metadata["source_folder"] = metadata["source_folder"].removeprefix("Z:")
    return result


def test_it_needs_windows_10_alone_and_is_small() -> None:
    listed = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", EXECUTABLE], check=True, capture_output=True,
                            text=True).stdout
    imported = {name.lower() for name in re.findall(r"DLL Name: (\S+)", listed)}
    assert imported <= OWN_LIBRARIES, imported - OWN_LIBRARIES
    assert EXECUTABLE.stat().st_size < 8 * MIB


def test_version_and_help(windows_sender: WindowsSender) -> None:
    linux = Program(sender_path(), windows_sender.home)
    assert windows_sender("--version") == linux("--version")
    result = windows_sender("--help")
    assert (result.status, result.stderr) == (0, "")
    assert "\r" not in result.stdout
    assert "%APPDATA%\\healthmetric\\sender.toml" in result.stdout
    assert windows_sender("--no-such-option").status == 2


def test_the_payload_is_that_of_linux(windows_sender: WindowsSender, tmp_path: Path) -> None:
    folder = written_tree(tmp_path / "source")
    linux = Program(sender_path(), tmp_path / "linux")
    words = ["--batch-name", "M\u00e4rz \u5fc3\u62cd", "--folder"]
    assert windows_sender(*words, folder, "--output", tmp_path / "theirs").status == 0
    assert linux(*words, folder, "--output", tmp_path / "ours").status == 0

    theirs, ours = payload_in(tmp_path / "theirs"), payload_in(tmp_path / "ours")
    assert theirs["batch_metadata"]["sender"]["os"].startswith("Windows ")
    assert without_what_differs(theirs) == without_what_differs(ours)
    assert "sub/ \u00e4/Befund \u00fc.csv" in theirs["files"]


def test_zstd_and_parts_are_those_of_linux(windows_sender: WindowsSender, tmp_path: Path) -> None:
    folder = written_tree(tmp_path / "source")
    for program, name in ((windows_sender, "theirs"), (Program(sender_path(), tmp_path / "linux"), "ours")):
        result = program("--folder", folder, "--output", tmp_path / name, "--part-size", "64K", "--compress", "zstd",
                         "--all-types", "--hidden")
        assert result.status == 0, result
    files = [sorted((tmp_path / name / "_storage/inbox").iterdir()) for name in ("theirs", "ours")]
    assert len(files[0]) == len(files[1]) > 1
    contents = [[json.loads(file.read_bytes()).get("files") for file in side] for side in files]
    assert contents[0] == contents[1]


def test_a_dry_run_changes_nothing(windows_sender: WindowsSender, tmp_path: Path) -> None:
    folder = written_tree(tmp_path / "source")
    result = windows_sender("--dry-run", "--json", "--folder", folder, "--repo", "octo/plan")
    assert result.status == 0, result
    assert len(result.json["files"]) == 6
    assert not windows_sender.outbox.exists()


def test_a_list_has_either_slash_and_lines_as_windows_ends_them(windows_sender: WindowsSender,
                                                                 tmp_path: Path) -> None:
    folder = written_tree(tmp_path / "source")
    names = tmp_path / "list.txt"
    names.write_bytes("data.json\r\nsub\\ \u00e4\\Befund \u00fc.csv\r\nsub/empty.txt\r\n".encode())
    result = windows_sender("--folder", folder, "--files-from", names, "--output", tmp_path / "out")
    assert result.status == 0, result
    assert set(payload_in(tmp_path / "out")["files"]) == {"data.json", "sub/ \u00e4/Befund \u00fc.csv",
                                                         "sub/empty.txt"}


def test_standard_input_is_bytes(windows_sender: WindowsSender, tmp_path: Path) -> None:
    content = "\u00e4\r\n\x1a\n".encode()
    result = windows_sender("--stdin-name", "note.txt", "--output", tmp_path / "out", input=content)
    assert result.status == 0, result
    assert base64.b64decode(payload_in(tmp_path / "out")["files"]["note.txt"]["content"]) == content


def test_a_file_that_is_not_there_is_told(windows_sender: WindowsSender, tmp_path: Path) -> None:
    result = windows_sender("--folder", tmp_path / "m\u00e4rz")
    assert (result.status, result.stdout) == (2, "")
    assert "m\u00e4rz" in result.error_line("no folder")


@pytest.fixture
def own_folders(windows_sender: WindowsSender) -> Iterator[Path]:
    """The folders of the user whom Wine made, in which APPDATA and LOCALAPPDATA are."""
    [roaming] = (windows_sender.wine_prefix / "drive_c/users").glob("*/AppData/Roaming")
    yield roaming.parent
    for name in ("Roaming", "Local"):
        shutil.rmtree(roaming.parent / name / "healthmetric", ignore_errors=True)


def test_the_configuration_file_is_below_appdata_and_the_state_below_localappdata(
    own_folders: Path, windows_sender: WindowsSender, tmp_path: Path
) -> None:
    folder = written_tree(tmp_path / "source")
    file = own_folders / "Roaming/healthmetric/sender.toml"
    file.parent.mkdir(parents=True)
    file.write_bytes(f"folder = '{windows_path(folder)}'\r\nexclude = ['sub']\r\nbatch-name = 'lab'\r\n".encode())
    result = windows_sender("--output", tmp_path / "out", env={"XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""})
    assert result.status == 0, result
    payload = payload_in(tmp_path / "out")
    assert payload["batch_metadata"]["batch_name"] == "lab"
    assert not [name for name in payload["files"] if name.startswith("sub/")]
    assert (own_folders / "Local/healthmetric").is_dir()


def test_hidden_and_system_files_are_skipped(windows_sender: WindowsSender, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", {"data.json": b"1", "marked.json": b"2"})
    windows_sender.run_tool("attrib.exe", "+h", windows_path(folder / "marked.json"))
    result = windows_sender("--folder", folder, "--output", tmp_path / "out", "--json")
    assert result.status == 0, result
    assert set(payload_in(tmp_path / "out")["files"]) == {"data.json"}


def test_a_delivery_leaves_the_batch_at_github(repository: Repository, tmp_path: Path) -> None:
    folder = written_tree(tmp_path / "source")
    result = repository.sender(*repository.words, "--folder", folder, "--json", env=repository.token)
    assert result.status == 0, result
    [path] = repository.inbox()
    payload = json.loads(repository.github.read(repository.name, path, INBOX))
    assert base64.b64decode(payload["files"]["data.json"]["content"]) == TREE["data.json"]
    listed = repository.sender("outbox", "list", "--json")
    assert listed.status == 0, listed


def test_what_cannot_be_delivered_waits_and_goes_with_the_next_run(repository: Repository, tmp_path: Path) -> None:
    folder = written_tree(tmp_path / "source")
    repository.github.faults(NETWORK_DOWN)
    result = repository.sender(*repository.words, "--folder", folder, "--max-wait", "0", env=repository.token)
    assert result.status == 7, result
    [batch] = repository.sender.outbox.glob("[0-9]*T[0-9]*")
    assert batch.name in repository.sender("outbox", "list").stdout

    repository.github.clear_faults()
    result = repository.sender("outbox", "retry", env=repository.token)
    assert result.status == 0, result
    assert [Path(path).stem for path in repository.inbox()] == [batch.name]
    assert not batch.exists()


def test_a_kill_of_the_delivery_loses_nothing(repository: Repository, tmp_path: Path) -> None:
    folder = written_tree(tmp_path / "source")
    repository.github.faults(SLOW_UPLOAD)
    process = repository.sender.start(*repository.words, "--folder", folder, env=repository.token)
    wait_until(lambda: list(repository.sender.outbox.glob("[0-9]*T[0-9]*")))
    process.kill()
    finished(process)
    [batch] = repository.sender.outbox.glob("[0-9]*T[0-9]*")

    repository.github.clear_faults()
    result = repository.sender("outbox", "retry", env=repository.token)
    assert result.status == 0, result
    assert [Path(path).stem for path in repository.inbox()] == [batch.name]


def test_one_sender_delivers_at_a_time(repository: Repository, tmp_path: Path) -> None:
    folder = written_tree(tmp_path / "source")
    repository.github.faults(SLOW_UPLOAD)
    first = repository.sender.start(*repository.words, "--folder", folder, env=repository.token)
    lock = repository.sender.outbox / "lock"
    wait_until(lambda: lock.exists() and lock.read_bytes())
    second = repository.sender(*repository.words, "--folder", folder, env=repository.token)
    first.kill()
    finished(first)
    assert second.status == 9, second
    # The first one's lock ended with it, and what both packed is delivered.
    result = repository.sender("outbox", "retry", env=repository.token)
    assert result.status == 0, result
    assert len(repository.inbox()) == 2
