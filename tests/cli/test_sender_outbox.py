"""The outbox: what waits in it is private, survives, and is delivered once."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import TOKEN, Destination, Unprivileged
from programs import Program, finished

NETWORK_DOWN = {"path": "^/repos/", "times": None, "action": "close_before"}


def mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


def test_nobody_else_reads_the_outbox(destination: Destination, source: Path) -> None:
    destination.github.faults(NETWORK_DOWN)
    old_mask = os.umask(0)
    try:
        assert destination("--folder", source, "--max-wait", "0").status == 7
    finally:
        os.umask(old_mask)
    outbox = destination.sender.outbox
    places = [outbox, *outbox.rglob("*")]
    assert {mode(place) for place in places if place.is_dir()} == {0o700}
    assert {mode(place) for place in places if place.is_file()} == {0o600}
    assert mode(outbox.parent) == 0o700
    assert len(destination.waiting()) == 1


def test_the_state_folder_may_be_elsewhere(destination: Destination, source: Path, tmp_path: Path) -> None:
    destination.github.faults(NETWORK_DOWN)
    assert destination("--folder", source, "--max-wait", "0", "--state-dir", tmp_path / "s").status == 7
    assert [place.name for place in (tmp_path / "s/outbox").iterdir() if place.name.startswith("2")]
    assert not destination.sender.outbox.exists()


def test_an_entry_knows_its_target_and_no_secret(destination: Destination, source: Path) -> None:
    destination.github.faults(NETWORK_DOWN)
    assert destination("--folder", source, "--max-wait", "0", "--trigger", "push").status == 7
    [batch_id] = destination.waiting()
    entry = json.loads((destination.sender.outbox / batch_id / "entry.json").read_bytes())
    assert entry["target"] == {"api_url": destination.github.url, "repository": destination.repo,
                               "branch": "", "inbox_branch": "", "trigger": "push"}
    assert TOKEN not in json.dumps(entry)


def test_what_waits_for_another_target_stays(destination: Destination, source: Path) -> None:
    destination.github.faults(NETWORK_DOWN)
    assert destination("--folder", source, "--max-wait", "0", "--branch", "other").status == 7
    destination.github.clear_faults()
    [waiting] = destination.waiting()

    assert destination("--folder", source).status == 0

    assert destination.waiting() == [waiting]
    assert len(destination.inbox()) == 1


def test_a_damaged_entry_does_not_block_the_others(destination: Destination, source: Path) -> None:
    destination.github.faults(NETWORK_DOWN)
    assert destination("--folder", source, "--max-wait", "0").status == 7
    destination.github.clear_faults()
    [batch_id] = destination.waiting()
    (destination.sender.outbox / batch_id / "entry.json").write_text("{")

    result = destination("--folder", source)

    assert result.status == 4, "cron must hear of it"
    result.error_line("left in the outbox, cannot be read", f"outbox drop {batch_id}")
    assert result.stderr.count("cannot be read") == 1
    assert destination.waiting() == [batch_id]
    assert len(destination.inbox()) == 1


def test_a_killed_sender_leaves_nothing_half_done(destination: Destination, source: Path) -> None:
    """Killed while it packs: the next run removes the draft and sends its own batch."""
    with (source / "large.csv").open("wb") as file:
        file.truncate(90 << 20)
    process = destination.start("--folder", source)
    outbox = destination.sender.outbox
    while not list(outbox.glob(".draft-*/.part-1")):
        assert process.poll() is None
    process.kill()
    assert finished(process).status == -9
    (source / "large.csv").unlink()

    assert destination("--folder", source).status == 0

    assert list(outbox.glob(".draft-*")) == []
    assert destination.waiting() == []
    assert len(destination.inbox()) == 1


def test_a_batch_of_a_sender_killed_while_it_sent_goes_with_the_next_run(
    destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": "PUT", "path": "^/repos/", "action": {"delay_ms": 500}})
    process = destination.start("--folder", source)
    while not list(destination.sender.outbox.glob("2*/entry.json")):
        assert process.poll() is None
    process.kill()
    finished(process)
    [killed] = destination.waiting()

    assert destination("--folder", source).status == 0

    assert destination.waiting() == []
    assert f"{killed}.json" in destination.inbox() and len(destination.inbox()) == 2
    dispatched = [post["body"]["client_payload"]["batch_id"] for post in destination.requests("POST")]
    assert dispatched.count(killed) == 1


def test_a_second_sender_queues_its_batch(destination: Destination, source: Path) -> None:
    assert destination("--folder", source).status == 0
    with (destination.sender.outbox / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = destination("--folder", source, "--json")
    assert (second.status, second.json["status"], second.json["exit_status"]) == (9, "queued", 9)
    second.error_line("another sender is delivering")
    assert destination.waiting() == [second.json["batch_id"]]
    assert len(destination.inbox()) == 1

    assert destination("--folder", source).status == 0
    assert destination.waiting() == []
    assert len(destination.inbox()) == 3


def test_the_holder_takes_along_what_was_queued_meanwhile(destination: Destination, source: Path) -> None:
    """The first sender's dispatch is held up, and while it hangs a second batch is queued."""
    destination.github.faults({"method": "POST", "path": "/dispatches", "action": {"delay_ms": 1500}})
    first = destination.start("--folder", source, "--json")
    while not destination.requests("PUT"):
        assert first.poll() is None

    second = destination("--folder", source, "--json")

    assert second.status == 9
    assert finished(first).status == 0
    assert destination.waiting() == []
    assert len(destination.inbox()) == 2
    assert len(destination.requests("POST")) == 2


def test_many_senders_at_once_lose_nothing(destination: Destination, source: Path) -> None:
    results = [finished(process) for process in
               [destination.start("--folder", source, "--json") for _ in range(6)]]
    assert {result.status for result in results} <= {0, 9}
    assert 0 in [result.status for result in results]

    last = destination("--folder", source, "--json")

    assert last.status == 0
    sent = sorted(result.json["payloads"][0] for result in [*results, last])
    assert sorted(destination.inbox()) == sent
    dispatched = [post["body"]["client_payload"]["batch_id"] for post in destination.requests("POST")]
    assert sorted(f"{batch_id}.json" for batch_id in dispatched) == sent
    assert destination.waiting() == []


def test_a_state_folder_that_cannot_be_made_is_named(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, "--state-dir", source / "data.json/state")
    assert (result.status, result.stdout) == (10, "")
    result.error_line("state")
    assert destination.requests() == []


def test_a_state_folder_that_cannot_be_written_is_named(
    destination: Destination, unprivileged: Unprivileged
) -> None:
    state = unprivileged.folder / "state"
    state.mkdir()
    state.chmod(0o500)
    unprivileged.own(unprivileged.folder)
    result = unprivileged.sender("--data", "{}", *destination.target, "--state-dir", state,
                                 env={"GH_TOKEN": TOKEN})
    assert (result.status, result.stdout) == (10, "")
    result.error_line(str(state), "Permission denied")
    assert destination.requests() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 1 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "healthmetric-test", place]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("not allowed to mount here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("kind", ["outbox", "output"])
def test_a_full_disk_leaves_nothing_behind(
    kind: str, small_disk: Path, destination: Destination, source: Path
) -> None:
    (source / "noise.png").write_bytes(os.urandom(900_000))
    where = (["--state-dir", small_disk, *destination.target] if kind == "outbox"
             else ["--output", small_disk])

    result = destination.sender("--folder", source, *where, env={"GH_TOKEN": TOKEN})

    assert (result.status, result.stdout) == (10, "")
    result.error_line(str(small_disk), "No space left on device")
    databases = {small_disk / "producer.db", small_disk / "sent.db"}
    assert {place for place in small_disk.rglob("*") if place.is_file()} <= databases
    assert destination.requests() == []


def test_a_limit_on_file_sizes_is_a_full_disk(destination: Destination, source: Path) -> None:
    """The system would end the process by a signal, with a draft left behind."""
    (source / "noise.png").write_bytes(os.urandom(900_000))
    limited = Program(destination.sender.path, destination.sender.home, ["prlimit", "--fsize=100000"])
    result = limited("--folder", source, *destination.target, env={"GH_TOKEN": TOKEN})
    assert (result.status, result.stdout) == (10, "")
    result.error_line("File too large")
    assert list(destination.sender.outbox.glob(".draft-*")) == []
    assert destination.requests() == []


def test_a_folder_may_be_sent_from_a_full_disk(small_disk: Path, sender: Program, tmp_path: Path) -> None:
    (small_disk / "data.json").write_bytes(b"1" * 1_000_000)
    assert sender("--folder", small_disk, "--output", tmp_path / "out").status == 0
