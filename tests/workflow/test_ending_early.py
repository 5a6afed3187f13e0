"""Runs that are interrupted or killed: the status says so, and nothing of them is left for long."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from forge import PROJECT, Batch, Forge

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
ROOMS = "receive-*"
# Of the script's own process, wherever it spends its time: loading, preparing, waiting for others.
CALLS = ["openat", "read", "close", "vfork", "wait4", "mkdir", "flock", "unlinkat", "rmdir"]
# Around a room that is made and removed.
ROOM_CALLS = ["mkdir", "flock", "unlinkat", "rmdir"]
SAMPLES = 60 if os.environ.get("HEALTHMETRIC_LONG") == "1" else 4
TIMEOUT_S = 60

needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


def rooms(forge: Forge) -> list[Path]:
    return list((forge.clone / ".git").glob(ROOMS))


def waiting_receiver(forge: Forge) -> Path:
    """Opens the pipe `begun`, and does its work when somebody has opened `go`."""
    for name in ("begun", "go"):
        os.mkfifo(forge.directory / name)
    return forge.wrapped_receiver(f': > {forge.directory}/begun; : < {forge.directory}/go; "$@"')


def with_the_scripts_modules(program: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(PROJECT / ".github/scripts")}
    return subprocess.run(["python3", "-c", program], env=environment, text=True, capture_output=True, check=False,
                          timeout=TIMEOUT_S)


def begun(forge: Forge) -> None:
    (forge.directory / "begun").open("rb").close()


def go_on(forge: Forge) -> None:
    (forge.directory / "go").open("wb").close()


@pytest.mark.parametrize("option", ["--result-json", "--summary-markdown"])
def test_a_result_that_cannot_be_written_is_told_in_a_line(option: str, forge: Forge) -> None:
    forge.send(MORNING)
    done = forge.receive(option, "/dev/full")
    assert done.returncode == 10
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr.splitlines()[-1]


def test_a_result_that_cannot_be_printed_is_told_in_a_line(forge: Forge) -> None:
    forge.send(MORNING)
    done = subprocess.run(["sh", "-c", '"$@" > /dev/full', "sh", *forge.command()], cwd=forge.clone,
                          env=forge.environment, text=True, capture_output=True, timeout=TIMEOUT_S, check=False)
    assert (done.returncode, "Traceback" in done.stderr, "Exception" in done.stderr) == (10, False, False)
    assert "No space left on device" in done.stderr


def test_the_next_run_removes_what_a_killed_one_left(forge: Forge) -> None:
    forge.send(MORNING)
    receiver = waiting_receiver(forge)
    killed = forge.start(receiver=receiver)
    begun(forge)
    killed.kill()
    killed.wait(TIMEOUT_S)
    [room] = rooms(forge)
    assert (room / MORNING.payload_path).read_bytes() == MORNING.payload()

    # Its receiver still works there.
    assert forge.receive("--dry-run").returncode == 0
    assert rooms(forge) == [room]

    go_on(forge)
    killed.communicate(timeout=TIMEOUT_S)  # ends when nobody holds its output any more
    assert forge.receive().returncode == 0
    assert rooms(forge) == []
    assert MORNING.stored().items() <= forge.files().items()


def test_what_is_no_room_stays(forge: Forge) -> None:
    git_dir = forge.clone / ".git"
    (git_dir / "receive-notes").write_text("mine")
    (git_dir / "receive-link").symlink_to(forge.directory)
    assert forge.receive().returncode == 0
    assert (git_dir / "receive-notes").read_text() == "mine"
    assert (git_dir / "receive-link").is_symlink() and forge.remote.is_dir()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_a_signal_ends_it_and_leaves_nothing(forge: Forge, number: signal.Signals, status: int) -> None:
    forge.send(MORNING)
    run = forge.start(receiver=waiting_receiver(forge))
    begun(forge)
    run.send_signal(number)
    _, stderr = run.communicate(timeout=TIMEOUT_S)
    assert (run.returncode, "Traceback" in stderr) == (status, False), stderr
    assert rooms(forge) == []
    assert forge.receive().returncode == 0


@needs_strace
def test_a_signal_while_the_receiver_is_started_ends_both(forge: Forge) -> None:
    forge.send(MORNING)
    # A leak checker refuses to work where strace does.
    receiver = forge.wrapped_receiver('ASAN_OPTIONS=detect_leaks=0 exec "$@"')
    trace = forge.directory / "trace"
    traced = ["strace", "-qq", "-o", str(trace), "-e", "signal=none"]
    run = forge.start("--dry-run", receiver=receiver, prefix=[*traced, "-f", "-e", "trace=vfork,execve"])
    assert run.wait(TIMEOUT_S) == 0
    before = trace.read_text().partition(f'execve("{receiver}"')[0]
    own = before.partition(" ")[0]
    position = len(re.findall(rf"^{own} +vfork\(", before, re.MULTILINE))

    run = forge.start(receiver=waiting_receiver(forge),
                      prefix=[*traced, "-e", f"inject=vfork:signal=INT:when={position}"])
    _, stderr = run.communicate(timeout=TIMEOUT_S)  # ends when nobody holds its output any more
    assert (run.returncode, stderr) == (130, "")
    assert rooms(forge) == []


def test_a_room_that_a_terminated_program_made_anew_is_removed(tmp_path: Path) -> None:
    """As git does if it is being started at the moment of the signal."""
    program = f"""
import interruption
import subprocess
from pathlib import Path
from child_process import Child
from rooms import room_in
with room_in(Path({str(tmp_path)!r})) as room:
    making = 'trap "mkdir -p $1; exit" TERM; echo ready; while :; do sleep 0.05; done'
    child = Child(["sh", "-c", making, "sh", room.path / "clone"], stdout=subprocess.PIPE)
    child.stdout.readline()
    raise KeyboardInterrupt
"""
    done = with_the_scripts_modules(program)
    assert (done.returncode, done.stderr) == (130, "")
    assert list(tmp_path.iterdir()) == []


def own_calls(forge: Forge) -> list[str]:
    """What the script's own process calls, from its first line on."""
    trace = forge.directory / "trace"
    run = forge.start(prefix=["strace", "-o", str(trace), "-e", f"trace={','.join(CALLS)}"])
    assert run.wait(TIMEOUT_S) == 0
    return trace.read_text().splitlines()


def first_line_after_its_import(lines: list[str]) -> int:
    """From here on it is prepared. Before, Python itself is loading."""
    opened = [number for number, line in enumerate(lines) if line.startswith("openat(")]
    [begin] = [number for number in opened if "/interruption.py" in lines[number]]
    return opened[opened.index(begin) + 1]


@pytest.mark.parametrize(("begun", "status"), [("KeyboardInterrupt()", 130), ("SystemExit(143)", 143), ("ValueError()", 0)])
def test_a_failure_in_the_middle_of_an_interruption_does_not_hide_it(begun: str, status: int) -> None:
    program = f"""
import interruption
try:
    try:
        raise {begun}
    finally:
        raise OSError(9, "Bad file descriptor")
except OSError as failure:
    interruption.go_on_ending(failure)
"""
    done = with_the_scripts_modules(program)
    assert (done.returncode, done.stderr) == (status, "")


@needs_strace
@pytest.mark.parametrize(("call", "number", "status"), [
    *((call, "INT", 130) for call in CALLS), *((call, "TERM", 143) for call in ROOM_CALLS)])
def test_a_signal_ends_it_at_any_moment_and_no_room_is_left(forge: Forge, call: str, number: str, status: int) -> None:
    forge.send(MORNING)
    before = forge.tip()
    lines = own_calls(forge)
    begin = first_line_after_its_import(lines)
    named = [re.match(r"\w+", line) for line in lines]
    counts = [Counter(each[0] for each in part if each) for part in (named[:begin], named)]
    first, last = counts[0][call] + 1, counts[1][call]
    assert first <= last, f"{call} is never called: it need not be here"
    for position in sorted({first + (last - first) * step // SAMPLES for step in range(SAMPLES + 1)}):
        forge.git("update-ref", "refs/heads/main", before)
        run = forge.start(prefix=["strace", "-o", "/dev/null", "-e", f"inject={call}:signal={number}:when={position}"])
        stdout, stderr = run.communicate(timeout=TIMEOUT_S)
        assert "Traceback" not in stderr, (position, stderr)
        is_done = run.returncode == 0 and stdout.startswith("stored: ")
        assert is_done or run.returncode == status, (position, run.returncode, stdout, stderr)
        assert rooms(forge) == [], (position, run.returncode)
    assert forge.receive().returncode == 0


@needs_strace
@pytest.mark.parametrize("call", ["write", "unlink"])
def test_a_killed_run_leaves_no_temporary_file(forge: Forge, call: str) -> None:
    """Whatever it writes or removes first."""
    folder = forge.directory / "temporary"
    folder.mkdir()
    forge.send(MORNING)
    run = forge.start(prefix=["env", f"TMPDIR={folder}", "strace", "-o", "/dev/null", "-e",
                              f"inject={call}:signal=KILL:when=1"])
    run.communicate(timeout=TIMEOUT_S)
    assert list(folder.iterdir()) == []
    assert forge.receive().returncode == 0


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_the_step_of_a_workflow_ends_as_quietly(forge: Forge, number: signal.Signals, status: int) -> None:
    script = Path(__file__).parents[2] / ".github/scripts/receive_in_actions.py"
    forge.send(MORNING)
    event = forge.directory / "event.json"
    event.write_text("{}")
    shutil.copy(waiting_receiver(forge), forge.directory / "healthmetric-receiver")
    run = subprocess.Popen(
        [script], cwd=forge.clone, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=forge.environment | {
            "GITHUB_EVENT_PATH": str(event), "GITHUB_REF": "refs/heads/main", "RUNNER_TEMP": str(forge.directory),
            "PATH": f"{forge.directory}:{os.environ['PATH']}"})
    begun(forge)
    run.send_signal(number)
    run.wait(TIMEOUT_S)
    with suppress(OSError):  # nobody waits there any more
        os.close(os.open(forge.directory / "go", os.O_WRONLY | os.O_NONBLOCK))
    _, stderr = run.communicate(timeout=TIMEOUT_S)
    assert (run.returncode, "Traceback" in stderr) == (status, False), stderr
    assert rooms(forge) == []
