"""The sender asks where nobody told it what to send: in a real pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN, Destination
from programs import Program
from pseudo_terminal import Terminal

CTRL_C, CTRL_D, CTRL_Z, UP, TAB = b"\x03", b"\x04", b"\x1a", b"\x1b[A", b"\t"


@pytest.fixture
def ask(destination: Destination) -> Any:
    def start(*words: Any, **options: Any) -> Terminal:
        environment = {"GH_TOKEN": TOKEN} | options.pop("env", {})
        return Terminal(destination.sender, "--api-url", destination.github.url, *words, env=environment, **options)
    return start


@pytest.mark.parametrize("columns", [80, 30])
def test_a_folder_is_asked_for_shown_and_sent(columns: int, ask: Any, destination: Destination, source: Path) -> None:
    terminal = ask(columns=columns)
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", b"/no/where\r")
    terminal.wait_for("there is no folder '/no/where'")
    terminal.answer("Folder [.]: ", os.fsencode(source) + b"\r")
    terminal.answer("Batch name [source]: ", b"January\r")
    terminal.answer("Repository: ", b"nonsense\r")
    terminal.wait_for("invalid repository 'nonsense': expected owner/name")
    terminal.answer("Repository: ", destination.repo.encode() + b"\r")
    terminal.wait_for("batch     January")
    terminal.wait_for("files     1 file, 13 B")
    terminal.answer("(yes or no) [yes]: ", b"\r")
    terminal.wait_for(f"Watch the receiver at {destination.github.url}/{destination.repo}/actions")
    status, stdout = terminal.end()
    assert status == 0
    assert re.fullmatch(rf"sent \S+-January-\S+: 1 file, 13 B, 1 payload, to {destination.repo}\n", stdout)
    assert len(destination.inbox()) == 1


def test_a_file_and_json_are_asked_for(ask: Any, destination: Destination, source: Path) -> None:
    terminal = ask("--repo", destination.repo)
    terminal.answer("JSON [folder]: ", b"file\r")
    terminal.answer("File: ", os.fsencode(source / "data.json") + b"\r")
    terminal.answer("Batch name [data.json]: ", b"\r")
    terminal.answer("[yes]: ", b"y\r")
    assert terminal.end()[0] == 0
    terminal = ask("--repo", destination.repo, "--batch-name", "pulse")
    terminal.answer("JSON [folder]: ", b"json\r")
    terminal.answer("JSON: ", b"{61\r")
    terminal.wait_for("the JSON to send is not valid")
    terminal.answer("JSON: ", b'{"secret pulse": 61}\r')
    terminal.answer("[yes]: ", b"y\r")
    assert terminal.end()[0] == 0
    assert len(destination.inbox()) == 2
    kept = [path for path in destination.sender.home.rglob("*") if path.is_file()]
    assert all(b"secret pulse" not in path.read_bytes() for path in kept)


def test_a_path_is_an_answer_to_the_first_question(ask: Any, destination: Destination, source: Path) -> None:
    terminal = ask("--repo", destination.repo)
    terminal.answer("JSON [folder]: ", b"/no/where\r")
    terminal.wait_for("Please answer folder, file or json.")
    terminal.answer("JSON [folder]: ", b"/dev/null\r")
    terminal.wait_for("it is a device")
    terminal.answer("JSON [folder]: ", os.fsencode(source / "data.json") + b"\r")
    terminal.answer("Batch name [data.json]: ", b"\r")
    terminal.wait_for("files     1 file, 13 B")
    terminal.answer("[yes]: ", b"\r")
    assert terminal.end()[0] == 0


def test_what_is_told_already_is_not_asked_for(ask: Any, destination: Destination, source: Path) -> None:
    terminal = ask("--repo", destination.repo, "--batch-name", "x")
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", os.fsencode(source) + b"\r")
    terminal.answer("[yes]: ", b"no\r")
    assert terminal.end() == (0, "nothing sent\n")
    assert "Repository" not in terminal.plain and "Batch name" not in terminal.plain
    assert destination.inbox() == {} and not destination.sender.outbox.exists()


def test_the_tabulator_completes_paths(ask: Any, destination: Destination, tmp_path: Path) -> None:
    folder = tmp_path / "home/my metrics of 2024"
    folder.mkdir(parents=True)
    (folder / "a.json").write_bytes(b"1")
    terminal = ask("--repo", destination.repo, "--batch-name", "x", cwd=tmp_path)
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", b"~/my" + TAB)
    terminal.wait_for("my metrics of 2024/")
    os.write(terminal.leader, b"\r")
    terminal.answer("[yes]: ", b"\r")
    assert terminal.end()[0] == 0


def test_earlier_answers_come_back(ask: Any, destination: Destination, source: Path) -> None:
    for keys in (os.fsencode(source) + b"\r", UP + b"\r"):
        terminal = ask("--repo", destination.repo, "--batch-name", "x")
        terminal.answer("JSON [folder]: ", b"\r")
        terminal.answer("Folder [.]: ", keys)
        terminal.answer("[yes]: ", b"\r")
        assert terminal.end()[0] == 0, terminal.plain
    assert len(destination.inbox()) == 2
    [history] = (destination.sender.home / "state/healthmetric/history").iterdir()
    assert history.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("keys", [CTRL_C, CTRL_D])
@pytest.mark.parametrize("questions", range(5))
def test_who_leaves_leaves_nothing_behind(keys: bytes, questions: int, ask: Any, destination: Destination,
                                          source: Path) -> None:
    terminal = ask()
    dialogue = [("JSON [folder]: ", b"\r"), ("Folder [.]: ", os.fsencode(source) + b"\r"),
                ("Batch name [source]: ", b"\r"), ("Repository: ", destination.repo.encode() + b"\r"), ("[yes]: ", b"")]
    for question, answer in dialogue[:questions]:
        terminal.answer(question, answer)
    terminal.answer(dialogue[questions][0], keys)
    status, stdout = terminal.end()
    assert (status, stdout) == (130, "")
    assert "nothing was sent" in terminal.plain
    assert terminal.plain.endswith("\n")
    assert destination.requests() == []
    assert not destination.sender.outbox.exists()


def test_without_a_token_nothing_is_asked(ask: Any) -> None:
    terminal = ask(env={"GH_TOKEN": ""})
    terminal.answer("Set the sender up now? (yes or no) [yes]: ", b"no\r")
    status, stdout = terminal.end()
    assert (status, stdout) == (5, "")
    assert "no token" in terminal.plain and "Send a folder" not in terminal.plain


def test_without_a_terminal_nobody_is_asked(sender: Program) -> None:
    result = sender(stdin=subprocess.DEVNULL)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("nothing to send: name a folder")


@pytest.mark.parametrize("language", ["C.UTF-8", "C", "POSIX"])
def test_any_character_can_be_typed(language: str, ask: Any, destination: Destination, tmp_path: Path) -> None:
    (tmp_path / "Müller").mkdir()
    (tmp_path / "Müller/größe.json").write_bytes(b"1")
    environment = {"LC_ALL": language, "LANG": language}
    terminal = ask("--repo", destination.repo, cwd=tmp_path, env=environment)
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", b"M" + TAB)
    terminal.wait_for("Müller/")
    os.write(terminal.leader, b"\r")
    terminal.answer("Batch name", "日本 é\r".encode())
    terminal.answer("[yes]: ", b"no\r")
    assert terminal.end() == (0, "nothing sent\n")
    terminal = ask("--dry-run", "--json", "--batch-name", "x", env=environment)
    terminal.answer("JSON [folder]: ", b"json\r")
    terminal.answer("JSON: ", '"größer"\r'.encode())
    status, stdout = terminal.end()
    assert status == 0 and json.loads(stdout)["bytes"] == len('"größer"'.encode())


def test_a_lone_dash_is_no_json(ask: Any, destination: Destination) -> None:
    terminal = ask("--repo", destination.repo, "--batch-name", "x")
    terminal.answer("JSON [folder]: ", b"json\r")
    terminal.answer("JSON: ", b"-\r")
    terminal.wait_for("the JSON to send is not valid")
    terminal.answer("JSON: ", b"{61\r")
    terminal.wait_for("the JSON to send is not valid: ")
    terminal.answer("JSON: ", b"61\r")
    terminal.answer("[yes]: ", b"y\r")
    assert terminal.end()[0] == 0
    assert "--data" not in terminal.plain


def test_an_answer_that_is_none_gets_a_hint(ask: Any, destination: Destination, source: Path) -> None:
    terminal = ask("--repo", destination.repo, "--batch-name", "x")
    terminal.answer("JSON [folder]: ", b"f\r")
    terminal.wait_for("fo or fi")
    terminal.answer("JSON [folder]: ", b"what\r")
    terminal.wait_for("Please answer folder, file or json.")
    terminal.answer("JSON [folder]: ", b"fo\r")
    terminal.answer("Folder [.]: ", os.fsencode(source) + b"\r")
    terminal.answer("[yes]: ", b"perhaps\r")
    terminal.wait_for("Please answer yes or no.")
    terminal.answer("[yes]: ", b"n\r")
    assert terminal.end() == (0, "nothing sent\n")


def test_names_offered_cannot_move_the_cursor(ask: Any, tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    for name in ("a\x1b[2Jb", "a\x07c", *(f"b{number:03}" for number in range(150))):
        (folder / name).write_bytes(b"")
    terminal = ask(cwd=folder)
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", b"a" + TAB)
    terminal.wait_for("a\\x07c")
    terminal.wait_for("a\\x1b[2Jb")
    os.write(terminal.leader, b"\x15b" + TAB)  # ^U takes the line away
    terminal.wait_for("... and 50 more")
    os.write(terminal.leader, CTRL_C)
    assert terminal.end()[0] == 130
    assert "\x1b[2J" not in terminal.text and "\x07c" not in terminal.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(number: signal.Signals, ask: Any) -> None:
    terminal = ask()
    terminal.wait_for("JSON [folder]: ")
    terminal.process.send_signal(number)
    status, stdout = terminal.end()  # which looks at the modes
    assert (status, stdout) == (143, "")
    assert "nothing was sent" in terminal.plain


def test_what_is_typed_ahead_is_not_lost(ask: Any, destination: Destination, source: Path) -> None:
    terminal = ask("--repo", destination.repo, "--batch-name", "x")
    terminal.answer("JSON [folder]: ", b"\r" + os.fsencode(source) + b"\r" + CTRL_D)
    status, stdout = terminal.end()
    assert (status, stdout) == (130, "")
    assert "the input ended; nothing was sent" in terminal.plain


def test_ctrl_c_while_the_plan_is_made(ask: Any, destination: Destination, tmp_path: Path) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(4):
        with (folder / f"{number}.csv").open("wb") as file:
            file.truncate(90 << 20)
    terminal = ask("--batch-name", "x", env={"NO_COLOR": ""})
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", os.fsencode(folder) + b"\r")
    terminal.answer("Repository: ", destination.repo.encode() + b"\r")
    terminal.wait_for("packing")  # its progress is shown
    assert not terminal.collects_and_shows_lines
    os.write(terminal.leader, CTRL_C)
    status, stdout = terminal.end()
    assert (status, stdout) == (130, "")
    assert re.search(r"\r\x1b\[K[^\r]*interrupted; nothing was sent\r\n$", terminal.text), terminal.text


def test_only_what_was_agreed_to_is_remembered(ask: Any, destination: Destination, source: Path) -> None:
    history = destination.sender.home / "state/healthmetric/history"
    for last in (CTRL_C, CTRL_D, b"no\r"):
        terminal = ask()
        terminal.answer("JSON [folder]: ", b"\r")
        terminal.answer("Folder [.]: ", b"/no/where\r")
        terminal.answer("Folder [.]: ", UP + b"\x15" + os.fsencode(source) + b"\r")
        terminal.answer("Batch name [source]: ", b"January\r")
        terminal.answer("Repository: ", destination.repo.encode() + b"\r")
        terminal.answer("[yes]: ", last)
        terminal.end()
        assert not history.exists()
    terminal = ask()
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", b"/no/where\r")
    terminal.answer("Folder [.]: ", os.fsencode(source) + b"\r")
    terminal.answer("Batch name [source]: ", b"\r")
    terminal.answer("Repository: ", destination.repo.encode() + b"\r")
    terminal.answer("[yes]: ", b"yes\r")
    assert terminal.end()[0] == 0
    assert sorted(file.name for file in history.iterdir()) == ["paths", "repositories"]
    assert "/no/where" not in (history / "paths").read_text()


def test_the_plan_names_the_files(ask: Any, destination: Destination, source: Path) -> None:
    (source / "notes.pdf").write_bytes(b"1")
    for number in range(30):
        (source / f"n{number:02}.csv").write_bytes(b"1")
    terminal = ask("--repo", destination.repo, "--batch-name", "x")
    terminal.answer("JSON [folder]: ", b"\r")
    terminal.answer("Folder [.]: ", os.fsencode(source) + b"\r")
    terminal.wait_for("send      data.json (13 B)")
    terminal.wait_for("send      ... and 11 more")
    terminal.wait_for("skip notes.pdf: unsupported type")
    terminal.answer("[yes]: ", b"n\r")
    assert terminal.end()[0] == 0


def test_ctrl_z_suspends_and_goes_on(destination: Destination, source: Path, tmp_path: Path) -> None:
    """Under a shell with job control, which alone can let it go on."""
    shell = Program(Path(shutil.which("bash") or "bash"), tmp_path / "home")
    script = f"""set -m
        {destination.sender.path} --repo {destination.repo} --api-url {destination.github.url} --batch-name x
        echo "STOPPED-$((100+$?))" >&2; stty -a | grep -ow -e '-*icanon' -e '-*echo' >&2
        fg > /dev/null; exit $?"""
    terminal = Terminal(shell, "-c", script, env={"GH_TOKEN": TOKEN})
    terminal.answer("JSON [folder]: ", b"fol")
    terminal.answer("fol", CTRL_Z)
    terminal.wait_for("STOPPED-248")
    terminal.wait_for("icanon")
    terminal.wait_for("echo")
    terminal.answer("JSON [folder]: fol", b"der\r")
    assert "-icanon" not in terminal.plain and "-echo" not in terminal.plain
    terminal.answer("Folder [.]: ", os.fsencode(source) + b"\r")
    terminal.answer("[yes]: ", b"n\r")
    status, stdout = terminal.end()
    assert (status, stdout.splitlines()[-1]) == (0, "nothing sent")
