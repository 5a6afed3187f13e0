"""Ctrl-C of a console ends the sender for Windows at once; what was packed waits. Under Wine, whose
GenerateConsoleCtrlEvent() refuses Ctrl-Break."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from programs import Result, finished
from programs_of_others import start_helper
from repositories import Repository, wait_until
from wine import WindowsSender, missing, windows_path

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

INTERRUPTED = 130
PROMPT_MS = 1000
CTRL_C = "0"
HANGS = {"delay_ms": 20_000}


def pressed(sender: WindowsSender, words: list[str], env: dict[str, str],
            is_time: Callable[[], object]) -> Result:
    """Presses Ctrl-C when it is time. Then it must end promptly."""
    line = subprocess.list2cmdline([windows_path(sender.path), *words])
    process = start_helper(sender, "press", CTRL_C, line, env=env)
    wait_until(is_time)
    result = finished(process)
    took_ms = int(result.stdout.splitlines()[-1].removesuffix(" ms"))
    print(f"ended {took_ms} ms after the key")
    assert took_ms < PROMPT_MS, result
    return result


def waiting(sender: WindowsSender) -> list[str]:
    return [batch.name for batch in sender.outbox.glob("[0-9]*T[0-9]*")]


def test_a_delivery_ends_and_the_next_run_delivers(repository: Repository) -> None:
    repository.github.faults({"method": "PUT", "path": "^/repos/", "times": 1, "action": HANGS})
    sender = repository.sender
    result = pressed(sender, ["--data", "1", *repository.words], repository.token, lambda: waiting(sender))
    assert result.status == INTERRUPTED, result
    result.error_line("error: interrupted")
    batches = waiting(sender)
    assert len(batches) == 1
    assert not list(sender.outbox.glob(".draft-*"))

    repository.github.clear_faults()
    assert sender("outbox", "retry", env=repository.token).status == 0
    assert [Path(path).stem for path in repository.inbox()] == batches
    assert waiting(sender) == []


def test_waiting_for_the_next_try_ends(repository: Repository) -> None:
    repository.github.faults({"path": "^/repos/", "times": None, "action": {"status": 503, "headers": {
        "Retry-After": "300"}}})
    result = pressed(repository.sender, ["--data", "1", *repository.words, "--max-wait", "600"], repository.token,
                     repository.github.requests)
    assert result.status == INTERRUPTED, result
    assert len(waiting(repository.sender)) == 1
