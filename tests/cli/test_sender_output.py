"""What the sender prints and where, what it says of its user, and what it does when it cannot."""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
import subprocess
from pathlib import Path

import pytest
from conftest import TOKEN, Destination, Output
from programs import Program, finished

SKIPPED = "healthmetric-sender: skipped 'notes.pdf': unsupported type"
TIMESTAMPED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (debug|info|warning|error) \S")


@pytest.fixture
def mixed(source: Path) -> Path:
    """A folder with a file to send, one to leave out and one too large for 1K."""
    (source / "notes.pdf").write_bytes(b"x")
    (source / "large.json").write_bytes(b"x" * 1025)
    return source


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_goes_to_stdout(option: str, sender: Program) -> None:
    result = sender(option)
    assert (result.status, result.stderr) == (0, "")
    assert "--folder" in result.stdout and "--max-wait" in result.stdout


def test_the_version_goes_to_stdout(sender: Program, receiver: Program) -> None:
    version = re.compile(r"healthmetric-(sender|receiver) \d+\.\d+\.\d+\n")
    for program in (sender, receiver):
        result = program("--version")
        assert (result.status, result.stderr) == (0, "")
        assert version.fullmatch(result.stdout)


def test_stdout_is_one_line_for_people(output: Output, source: Path) -> None:
    (source / "notes.pdf").write_bytes(b"x")
    result = output("--folder", source, "--verbose")
    assert result.status == 0
    inbox = re.escape(str(output.storage / "inbox"))
    assert re.fullmatch(rf"written \d{{8}}T\d{{6}}Z-source-[0-9a-f]{{8}}: 1 file, 13 B, 1 payload, "
                        rf"to {inbox}; skipped 1 \(\.pdf\): use --all-types to send them\n", result.stdout)
    assert result.stderr == SKIPPED + "\n"
    assert output("--folder", source).stderr == ""


def test_json_is_one_object(output: Output, mixed: Path) -> None:
    result = output("--folder", mixed, "--json", "--max-file-size", "1K")
    assert result.status == 4
    report = result.json
    [payload] = output.payload_files()
    assert report == {
        "status": "written", "exit_status": 4, "batch_id": payload.stem,
        "target": str(output.storage / "inbox"), "files": 1, "bytes": 13, "payloads": [str(payload)],
        "unchanged": 0, "gone": 0, "heartbeat": False, "reason": None,
        "skipped": [
            {"path": "large.json", "reason": "larger than 1.0 KiB (--max-file-size)", "error": True},
            {"path": "notes.pdf", "reason": "unsupported type", "error": False},
        ],
    }


def test_quiet_prints_nothing_but_errors(output: Output, mixed: Path) -> None:
    result = output("--folder", mixed, "--quiet", "--max-file-size", "1K")
    assert (result.status, result.stdout) == (4, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("healthmetric-sender: error: skipped 'large.json'")


def test_a_log_file_has_the_result(output: Output, mixed: Path, tmp_path: Path) -> None:
    result = output("--folder", mixed, "--log-file", tmp_path / "log")
    assert result.stdout.strip() in (tmp_path / "log").read_text()
    assert result.stdout.strip() not in result.stderr


def test_quiet_success_prints_nothing(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, "--quiet")
    assert (result.status, result.stdout, result.stderr) == (0, "", "")


def test_verbose_says_each_step(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, "--verbose")
    assert result.status == 0
    for step in ("queued", "delivered", "started the receiver's workflow"):
        result.error_line(step)


def test_the_log_file_has_everything_with_its_time(
    destination: Destination, mixed: Path, tmp_path: Path
) -> None:
    log = tmp_path / "sender.log"
    log.write_text("kept\n")
    result = destination("--folder", mixed, "--quiet", "--log-file", log, "--max-file-size", "1K")
    assert (result.status, result.stdout) == (4, "")
    kept, *lines = log.read_text().splitlines()
    assert kept == "kept"
    assert all(TIMESTAMPED.match(line) for line in lines)
    for words in ("skipped 'notes.pdf'", "skipped 'large.json'", "queued", "delivered"):
        assert any(words in line for line in lines), words
    assert '"rate"' not in log.read_text()


def test_a_log_file_that_cannot_be_written_is_named(output: Output, source: Path) -> None:
    result = output("--folder", source, "--log-file", source / "data.json/x.log")
    assert (result.status, result.stdout) == (10, "")
    result.error_line("x.log", "--log-file")
    assert output.payload_files() == []


def test_no_identity_leaves_host_user_and_path_out(
    destination: Destination, output: Output, source: Path
) -> None:
    assert output("--folder", source, "--no-identity", "--batch-name", "b").status == 0
    metadata = output.payload()["batch_metadata"]
    assert metadata["sender"].keys() == {"host", "user", "version", "os", "token_expires"}
    assert metadata["sender"]["host"] == metadata["sender"]["user"] == ""
    assert re.fullmatch("[0-9a-f]{16}", metadata["source_folder"])
    text = output.payload_files()[0].read_bytes()
    assert socket.gethostname().encode() not in text and str(source).encode() not in text

    assert destination("--folder", source, "--no-identity", "--batch-name", "b").status == 0
    [dispatch] = destination.requests("POST")
    assert dispatch["body"]["client_payload"]["sender_host"] == ""
    words = json.dumps([request["body"] for request in destination.requests()])
    assert socket.gethostname() not in words and str(source.parent) not in words


def test_the_identity_is_in_the_metadata_otherwise(output: Output, source: Path) -> None:
    assert output("--folder", source).status == 0
    metadata = output.payload()["batch_metadata"]
    version = output.sender("--version").stdout.split()[1]
    assert metadata["sender"] == {
        "host": socket.gethostname(), "user": getpass.getuser(), "version": version,
        "os": f"{os.uname().sysname} {os.uname().release} {os.uname().machine}", "token_expires": None}
    assert metadata["source_folder"] == str(source)


def marks(output: Output) -> list[tuple[str, str, int]]:
    told = [json.loads(file.read_bytes())["batch_metadata"] for file in output.payload_files()]
    return sorted(((mark["producer"], mark["instance"], mark["sequence"]) for mark in told), key=lambda mark: mark[2])


def test_what_is_written_is_numbered_as_what_is_sent(output: Output, destination: Destination, source: Path) -> None:
    for _ in range(2):
        assert output("--folder", source).status == 0
    result = destination("--folder", source, "--json")
    [name] = result.json["payloads"]
    sent = destination.payload(name)["batch_metadata"]
    first, second = marks(output)
    assert first == (socket.gethostname(), sent["instance"], 1)
    assert second == (socket.gethostname(), sent["instance"], 2)
    assert (sent["producer"], sent["sequence"]) == (socket.gethostname(), 3)


def test_what_is_written_without_an_identity_has_a_random_one(output: Output, source: Path) -> None:
    for _ in range(2):
        assert output("--folder", source, "--no-identity").status == 0
    first, second = marks(output)
    assert first[:2] == second[:2] and (first[2], second[2]) == (1, 2)
    assert re.fullmatch("[0-9a-f]{16}", first[0]) and first[0] != first[1]
    assert output("--folder", source).status == 0
    assert socket.gethostname() in [mark[0] for mark in marks(output)], "those of the named are apart"


@pytest.mark.parametrize("words", [[], ["--no-identity"]], ids=["named", "anonymous"])
def test_where_there_is_no_state_directory_only_the_producer_is_told(words: list[str], output: Output, source: Path) -> None:
    assert output("--folder", source, *words, env={"HOME": "", "XDG_STATE_HOME": ""}).status == 0
    told = output.payload()["batch_metadata"]
    assert told.get("instance") is None and told.get("sequence") is None
    assert re.fullmatch("[0-9a-f]{16}", told["producer"]) if words else told["producer"] == socket.gethostname()


def test_a_state_directory_that_cannot_be_used_is_told(output: Output, source: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    result = output("--folder", source, "--state-dir", tmp_path / "state")
    assert result.status == 0
    result.error_line("warning: the batch is not numbered:", str(tmp_path / "state"))
    assert output.payload()["batch_metadata"]["producer"] == socket.gethostname()


def run_with_full_stdout(program: Program, *words: str | Path, env: dict[str, str] | None = None) -> int:
    with open("/dev/full", "wb") as full:
        return program(*words, stdout=full, env=env).status


def run_with_closed(descriptor: int, program: Program, *words: str | Path,
                    env: dict[str, str] | None = None) -> int:
    """The program starts without this descriptor, as after `>&-` in a shell: what it opens may get
    that number, and then takes what is printed."""
    shell = ["bash", "-c", f'exec "$0" "$@" {descriptor}>&-', *program.command(*words)]
    return finished(subprocess.Popen(
        shell, env=program.environment | (env or {}), cwd=program.home, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)).status


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_stdout_is_a_failure(options: list[str], output: Output, source: Path) -> None:
    status = run_with_full_stdout(
        output.sender, "--folder", source, "--output", output.folder, *options)
    assert status == 10
    assert len(output.payload_files()) == 1


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_that_cannot_be_printed_is_a_failure(option: str, sender: Program) -> None:
    assert run_with_full_stdout(sender, option) == 10


def test_a_closed_stdout_is_a_failure(output: Output, source: Path) -> None:
    assert run_with_closed(1, output.sender, "--folder", source, "--output", output.folder) == 10
    assert list(output.payload()["files"]) == ["data.json"]


def test_a_closed_stdout_puts_no_result_into_the_log_file(
    output: Output, source: Path, tmp_path: Path
) -> None:
    log = tmp_path / "sender.log"
    status = run_with_closed(1, output.sender, "--folder", source, "--output", output.folder,
                             "--log-file", log)
    assert all(re.match(r"\d{4}-\d\d-\d\dT", line) for line in log.read_text().splitlines())
    assert status == 10


def test_a_closed_stdout_puts_no_result_into_the_connection(
    destination: Destination, source: Path
) -> None:
    status = run_with_closed(1, destination.sender, "--folder", source, *destination.target,
                             env={"GH_TOKEN": TOKEN})
    assert [request["method"] for request in destination.requests()] == ["PUT", "POST"]
    assert status == 10


def test_a_closed_stderr_puts_no_message_into_a_payload(output: Output, source: Path) -> None:
    (source / "notes.pdf").write_bytes(b"x")
    os.mkfifo(source / "pipe.json")
    status = run_with_closed(2, output.sender, "--folder", source, "--output", output.folder, "--verbose")
    assert status == 0
    assert list(output.payload()["files"]) == ["data.json"]


def test_a_closed_stdin_is_no_json(output: Output) -> None:
    assert run_with_closed(0, output.sender, "--data", "-", "--output", output.folder) in (2, 10)
    assert output.payload_files() == []


def test_an_output_folder_that_cannot_be_made_is_named(sender: Program, source: Path) -> None:
    result = sender("--folder", source, "--output", source / "data.json/out")
    assert (result.status, result.stdout) == (10, "")
    result.error_line("data.json")
