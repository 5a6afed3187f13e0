"""The deploy key is gone when the step has ended, however it ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from conftest import built
from forge import PROJECT, Batch
from inbox import INBOX
from inbox_repository import DATA_REPOSITORY, Repositories, files_with
from other_repository import other_repository
from project import ACTIONS_TOKEN
from test_ending_early import first_line_after_its_import, needs_strace

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
SCRIPT = PROJECT / ".github/scripts/receive_in_actions.py"
TIMEOUT_S = 60
# Around a file that is made and removed, and the programs in between.
CALLS = ["openat", "write", "vfork", "wait4", "mkdir", "unlinkat", "rmdir"]
SAMPLES = 30 if os.environ.get("HEALTHMETRIC_LONG") == "1" else 3


class Step:
    """Started here, with what Actions would set."""

    def __init__(self, repositories: Repositories, folder: Path, receiver: str = "") -> None:
        self.repositories, self.folder, self.temp = repositories, folder, folder / "runner"
        self.temp.mkdir()
        (folder / "event.json").write_text("{}")
        programs = folder / "programs"
        programs.mkdir()
        program = programs / "healthmetric-receiver"
        program.write_text(f'#!/bin/sh\n{receiver}\nexec "{built("HEALTHMETRIC_RECEIVER")}" "$@"\n')
        program.chmod(0o755)
        github = repositories.inbox.github
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder), "RUNNER_TEMP": str(self.temp),
            "GITHUB_EVENT_PATH": str(folder / "event.json"), "GITHUB_EVENT_NAME": "schedule",
            "GITHUB_REF": "refs/heads/main", "GITHUB_SERVER_URL": github.url, "GITHUB_API_URL": github.api_url,
            "GITHUB_REPOSITORY": repositories.inbox.repo, "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GH_TOKEN": ACTIONS_TOKEN, "GIT_CONFIG_GLOBAL": os.devnull,
            "HEALTHMETRIC_STORE_IN": repositories.sshd.url(DATA_REPOSITORY),
            "HEALTHMETRIC_DEPLOY_KEY": repositories.key.private,
            "HEALTHMETRIC_KNOWN_HOSTS": repositories.sshd.known_hosts}

    def start(self, *prefix: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*prefix, SCRIPT], cwd=self.folder, env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def left(self) -> list[Path]:
        return [*files_with([self.folder], self.repositories.key.private),
                *self.temp.glob("healthmetric/*")]


@pytest.fixture
def waiting(repositories: Repositories, tmp_path: Path) -> Repositories:
    repositories.begin()
    repositories.put(MORNING)
    repositories.secrets.unlink()
    return repositories


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_after_a_signal_it_is_gone(waiting: Repositories, tmp_path: Path, number: signal.Signals, status: int) -> None:
    for name in ("begun", "go"):
        os.mkfifo(tmp_path / name)
    step = Step(waiting, tmp_path, f": > {tmp_path}/begun; read -r _ < {tmp_path}/go")
    run = step.start()
    (tmp_path / "begun").open("rb").close()
    [key] = step.temp.glob("healthmetric/*/key")
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    run.send_signal(number)
    stdout, stderr = run.communicate(timeout=TIMEOUT_S)
    assert (run.returncode, "Traceback" in stdout + stderr) == (status, False), stderr
    assert step.left() == []


def test_what_a_killed_run_left_is_removed_by_the_next(waiting: Repositories, tmp_path: Path) -> None:
    for name in ("begun", "go"):
        os.mkfifo(tmp_path / name)
    step = Step(waiting, tmp_path, f"if [ -e {tmp_path}/go ]; then : > {tmp_path}/begun; read -r _ < {tmp_path}/go; fi")
    run = step.start()
    (tmp_path / "begun").open("rb").close()
    run.kill()
    run.wait(TIMEOUT_S)
    assert step.left()
    with (tmp_path / "go").open("w"):
        (tmp_path / "go").unlink()
    run.communicate(timeout=TIMEOUT_S)
    again = step.start()
    assert again.communicate(timeout=TIMEOUT_S) and again.returncode == 0
    assert step.left() == []


@needs_strace
@pytest.mark.parametrize("call", CALLS)
def test_after_a_signal_at_any_moment_it_is_gone(waiting: Repositories, tmp_path: Path, call: str) -> None:
    step, trace = Step(waiting, tmp_path), tmp_path / "trace"
    tips = waiting.history(), waiting.inbox.client.tip(INBOX)
    run = step.start("strace", "-qq", "-o", str(trace), "-e", "signal=none", "-e", f"trace={','.join(CALLS)}")
    assert run.communicate(timeout=TIMEOUT_S) and run.returncode == 0
    lines = trace.read_text(errors="replace").splitlines()
    begin = first_line_after_its_import(lines)
    named = [re.match(r"\w+", line) for line in lines]
    counts = [Counter(each[0] for each in part if each) for part in (named[:begin], named)]
    first, last = counts[0][call] + 1, counts[1][call]
    assert first <= last, f"{call} is never called: it need not be here"
    for position in sorted({first + (last - first) * step_ // SAMPLES for step_ in range(SAMPLES + 1)}):
        waiting.data.github.git(DATA_REPOSITORY, "update-ref", "refs/heads/main", tips[0].split(" ")[0])
        waiting.inbox.github.git(waiting.inbox.repo, "update-ref", f"refs/heads/{INBOX}", tips[1])
        run = step.start("strace", "-qq", "-o", "/dev/null", "-e", f"inject={call}:signal=INT:when={position}")
        stdout, stderr = run.communicate(timeout=TIMEOUT_S)
        assert "Traceback" not in stdout + stderr, (position, stderr)
        assert run.returncode in (0, 130), (position, run.returncode, stdout, stderr)
        assert step.left() == [], (position, run.returncode)


def test_it_is_not_shown_when_something_else_is() -> None:
    found = other_repository({"HEALTHMETRIC_STORE_IN": "you/data", "HEALTHMETRIC_DEPLOY_KEY": "the key",
                              "GITHUB_SERVER_URL": "https://github.com"})
    assert found and found.key == "the key\n" and "the key" not in repr(found)
    assert found.url == "ssh://git@github.com/you/data.git"
    assert "github.com,[ssh.github.com]:443 ssh-ed25519 " in found.known_hosts


def test_an_ssh_that_is_missing_is_told(waiting: Repositories, tmp_path: Path) -> None:
    step = Step(waiting, tmp_path)
    programs = tmp_path / "programs"
    for name in ("python3", "git", "env"):
        (programs / name).symlink_to(shutil.which(name, path="/usr/bin:/bin") or name)
    step.environment["PATH"] = str(programs)
    run = step.start()
    stdout, _ = run.communicate(timeout=TIMEOUT_S)
    assert run.returncode == 2
    assert "::error title=The run failed::ssh is not installed on this runner" in stdout
    assert step.left() == []
