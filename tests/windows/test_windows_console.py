"""The sender for Windows, `setup` above all, in a console that Wine makes of a terminal."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import termios
import tty
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN
from github_server.local_github import LocalGithub
from pseudo_terminal import Terminal, squeezed
from receiver_workflow import WORKFLOW
from wine import WindowsSender, missing, windows_path

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


class UnchangedSender(WindowsSender):
    """With paths as they are printed."""

    def popen(self, *words: Any, **popen: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(*words, **popen)


class Console(Terminal):
    """Wine edits lines itself, and expects the keys as they are."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        tty.setraw(self._follower)
        self.modes_before = termios.tcgetattr(self._follower)


def test_it_offers_a_line_for_the_task_scheduler(windows_sender: WindowsSender, github: LocalGithub,
                                                 tmp_path: Path) -> None:
    github.create_repo("lab/daily")
    workflow = {"message": "m", "content": base64.b64encode(WORKFLOW.encode()).decode()}
    request = urllib.request.Request(f"{github.url}/repos/lab/daily/contents/.github/workflows/data-receiver.yml",
                                     json.dumps(workflow).encode(), {"Authorization": f"Bearer {TOKEN}"}, method="PUT")
    urllib.request.urlopen(request).close()
    config = tmp_path / "my settings/sender.toml"
    sender = UnchangedSender(windows_sender.home, windows_sender.wine_prefix)
    terminal = Console(sender, "setup", "--api-url", github.url, "--repo", "lab/daily", "--config", config,
                       columns=400)
    terminal.answer("Token (it is not shown): ", TOKEN.encode() + b"\r")
    terminal.answer("Write both? (yes or no) [yes]: ", b"\r")
    terminal.answer("wait until it is stored? (yes or no) [yes]: ", b"no\r")
    status, stdout = terminal.end()
    assert status == 0, (stdout, terminal.plain)
    assert config.with_name("token").read_text() == TOKEN + "\n"
    program = re.escape(windows_path(windows_sender.path))
    named = rf'{program} --config "{re.escape(windows_path(config))}" --folder FOLDER'
    assert re.search(rf"^  {named}$", stdout, re.MULTILINE), stdout
    task = named.replace('"', r'\\"')
    assert re.search(rf'^  schtasks /Create /TN "HealthMetric sender" /SC DAILY /ST 12:30 /TR "{task} --changed-only '
                     rf'--quiet"$', stdout, re.MULTILINE), stdout
    assert "-DontStopIfGoingOnBatteries" in stdout and "-ExecutionTimeLimit 0" in stdout
    assert "crontab" not in squeezed(stdout)


def test_a_window_of_its_own_waits_for_enter(windows_sender: WindowsSender) -> None:
    terminal = Console(windows_sender, env={"HEALTHMETRIC_TIMEOUT": "never"})
    terminal.wait_for("invalid time 'never'")
    terminal.wait_for("Press Enter to close this window.")
    assert terminal.process.poll() is None
    os.write(terminal.leader, b"no")
    terminal.read_for(1)
    assert terminal.process.poll() is None
    os.write(terminal.leader, b"\r")
    assert terminal.end() == (2, "")


def test_a_run_with_options_does_not_wait(windows_sender: WindowsSender) -> None:
    """As one of the Task Scheduler, whose console is its own, too."""
    terminal = Console(windows_sender, "--quiet", env={"HEALTHMETRIC_TIMEOUT": "never"})
    status, _ = terminal.end()
    assert status == 2
    assert squeezed("invalid time 'never'") in squeezed(terminal.plain) and "Enter" not in terminal.plain
