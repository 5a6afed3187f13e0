"""SIGINT and SIGTERM at any point: the sender ends at once with the status of that signal, what was
packed waits in the outbox, nothing half made stays, and the next run delivers it."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Destination
from programs import Result, finished

# It takes milliseconds; a machine under load must not fail the test.
PROMPT_S = 5
LONG_S = "300"
HANGS = {"delay_ms": 20_000}
SIGNALS = pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
                                  ids=["INT", "TERM"])
EITHER = pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143)], ids=["TERM"])

Process = subprocess.Popen


def wait_until(condition: Callable[[], Any], process: Process) -> None:
    while not condition():
        assert process.poll() is None, finished(process)


def interrupt(process: Process, number: signal.Signals) -> Result:
    begin = time.monotonic()
    process.send_signal(number)
    process.wait(20)  # before its standard input ends
    result = finished(process)
    took_s = time.monotonic() - begin
    print(f"ended {took_s:.3f} s after {number.name}")
    assert took_s < PROMPT_S
    return result


def assert_it_waits(destination: Destination) -> str:
    [batch_id] = destination.waiting()
    assert not list(destination.sender.outbox.glob(".draft-*"))
    return batch_id


def assert_the_next_run_delivers_it(destination: Destination, batch_id: str) -> None:
    destination.github.clear_faults()
    assert destination("outbox", "retry").status == 0
    assert destination.payload_history() == {f"{batch_id}.json": 1}
    assert set(destination.dispatched()) == {batch_id}
    assert destination.waiting() == []


@SIGNALS
def test_while_packing(number: signal.Signals, status: int, destination: Destination, source: Path) -> None:
    for name in range(8):
        with (source / f"{name}.csv").open("wb") as file:
            file.truncate(90 << 20)
    outbox = destination.sender.outbox
    process = destination.start("--folder", source)
    wait_until(lambda: list(outbox.glob(".draft-*/.part-1")), process)

    result = interrupt(process, number)

    assert (result.status, result.stdout) == (status, ""), result
    assert {place.name for place in outbox.iterdir()} <= {"lock", "refused"}
    assert destination.requests() == []


@SIGNALS
def test_while_an_upload_hangs(
    number: signal.Signals, status: int, destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": "PUT", "path": "^/repos/", "action": HANGS | {"status": 502}})
    process = destination.start("--folder", source)
    wait_until(destination.waiting, process)
    time.sleep(0.2)  # on its way; the same must hold a moment before

    result = interrupt(process, number)

    assert result.status == status, result
    assert_the_next_run_delivers_it(destination, assert_it_waits(destination))


@SIGNALS
def test_while_waiting_to_try_again(
    number: signal.Signals, status: int, destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": "PUT", "path": "^/repos/", "times": None,
                               "action": {"status": 503, "headers": {"Retry-After": "120"}}})
    process = destination.start("--folder", source, "--max-wait", LONG_S)
    wait_until(lambda: destination.requests("PUT"), process)

    result = interrupt(process, number)

    assert result.status == status, result
    assert len(destination.requests()) == 1
    assert_the_next_run_delivers_it(destination, assert_it_waits(destination))


@EITHER
def test_while_a_dispatch_hangs(
    number: signal.Signals, status: int, destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": "POST", "path": "/dispatches", "action": HANGS | {"status": 502}})
    process = destination.start("--folder", source)
    wait_until(destination.inbox, process)
    time.sleep(0.2)

    result = interrupt(process, number)

    assert result.status == status, result
    assert_the_next_run_delivers_it(destination, assert_it_waits(destination))


@SIGNALS
def test_while_waiting_for_the_receipt(
    number: signal.Signals, status: int, destination: Destination, source: Path
) -> None:
    process = destination.start("--folder", source, "--wait", LONG_S)
    wait_until(lambda: destination.requests("GET"), process)

    result = interrupt(process, number)

    assert result.status == status, result
    assert destination.waiting() == [], "it is delivered"
    assert len(destination.payload_history()) == len(destination.dispatched()) == 1


@SIGNALS
def test_while_waiting_for_another_sender(
    number: signal.Signals, status: int, destination: Destination, source: Path
) -> None:
    destination.sender.outbox.mkdir(parents=True)
    with (destination.sender.outbox / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = destination.start("--folder", source, "--lock-wait", LONG_S)
        wait_until(destination.waiting, process)
        result = interrupt(process, number)
    assert result.status == status, result
    assert destination.requests() == []
    assert_the_next_run_delivers_it(destination, assert_it_waits(destination))


@SIGNALS
@pytest.mark.parametrize("words", [["--data", "-"], ["--files-from", "-", "--folder", "."]],
                         ids=["data", "list"])
def test_while_reading_standard_input(
    words: list[str], number: signal.Signals, status: int, destination: Destination
) -> None:
    process = destination.start(*words, stdin=subprocess.PIPE)
    process.stdin.write(b'{"rate": ')
    process.stdin.flush()
    wait_until(lambda: reads_standard_input(process), process)

    result = interrupt(process, number)

    assert (result.status, result.stdout) == (status, ""), result
    assert not list(destination.sender.outbox.glob("*2*"))
    assert destination.requests() == []


def reads_standard_input(process: Process) -> bool:
    """It has taken what was there, and sleeps."""
    state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
    arrived = bytearray(4)
    fcntl.ioctl(process.stdin, 0x541B, arrived)  # FIONREAD: what nobody has read yet
    return state == "S" and not any(arrived)


@EITHER
def test_while_keeping_to_the_pace(
    number: signal.Signals, status: int, destination: Destination, source: Path
) -> None:
    """More than ten writes are spread over the minute."""
    (source / "noise.csv").write_bytes(b"1,61\n" * 200_000)
    process = destination.start("--folder", source, "--part-size", "64K")
    wait_until(lambda: len(destination.inbox()) >= 10, process)

    result = interrupt(process, number)

    assert result.status == status, result
    assert_it_waits(destination)
    assert set(destination.payload_history().values()) == {1}


@EITHER
def test_a_command_for_the_outbox_ends_too(
    number: signal.Signals, status: int, destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": "PUT", "path": "^/repos/", "action": {"status": 502}})
    assert destination("--folder", source, "--max-wait", "0").status == 7
    destination.github.faults({"path": "^/repos/", "action": HANGS | {"status": 502}})
    destination.github.clear_requests()
    process = destination.start("outbox", "retry")
    time.sleep(0.3)

    result = interrupt(process, number)

    assert result.status == status, result
    assert_the_next_run_delivers_it(destination, assert_it_waits(destination))
