"""Many senders at once: nothing is lost, nothing is there twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from conftest import TOKEN, Destination
from long_runs import IS_LONG
from programs import Program, Result, finished
from trees import write_tree

# One process delivers for all who use its state directory, and paces more than ten writes.
ON_ONE_STATE = 20 if IS_LONG else 10
TRIGGER = "dispatch" if IS_LONG else "none"


def run_at_once(destination: Destination, senders: list[Program], folder: Path, *words: str) -> list[Result]:
    """Each sends a folder of its own."""
    sources = [write_tree(folder / f"{number}", {"data.json": b'{"n": %d}' % number})
               for number in range(len(senders))]
    processes = [sender.start(*destination.target, "--folder", source, "--json", *words,
                              env={"GH_TOKEN": TOKEN})
                 for sender, source in zip(senders, sources, strict=True)]
    return [finished(process, timeout=240) for process in processes]


def assert_each_arrived_once(destination: Destination, results: list[Result]) -> None:
    payloads = {payload: 1 for result in results for payload in result.json["payloads"]}
    assert len(payloads) == len(results)
    assert destination.payload_history() == payloads
    assert set(destination.inbox()) == set(payloads)


def test_senders_on_one_state_directory(destination: Destination, tmp_path: Path) -> None:
    results = run_at_once(destination, [destination.sender] * ON_ONE_STATE, tmp_path, "--trigger", TRIGGER)

    assert {result.status for result in results} <= {0, 9}
    assert any(result.status == 0 for result in results)
    assert destination.waiting() == [], "who delivered took along what the others queued"
    assert_each_arrived_once(destination, results)
    if TRIGGER == "dispatch":
        assert sorted(destination.dispatched()) == sorted(result.json["batch_id"] for result in results)


def test_those_who_wait_for_the_lock_all_end_well(destination: Destination, tmp_path: Path) -> None:
    results = run_at_once(destination, [destination.sender] * 5, tmp_path, "--lock-wait", "1m")
    assert [result.status for result in results] == [0] * 5
    assert destination.waiting() == []
    assert_each_arrived_once(destination, results)
    assert sorted(destination.dispatched()) == sorted(result.json["batch_id"] for result in results)


def test_senders_with_their_own_state_and_one_repository(destination: Destination, tmp_path: Path) -> None:
    """They move the branch away from each other all the time."""
    senders = [Program(destination.sender.path, tmp_path / f"home {number}") for number in range(20)]

    results = run_at_once(destination, senders, tmp_path, "--max-wait", "3m")

    assert [result.status for result in results] == [0] * 20
    assert_each_arrived_once(destination, results)
    assert sorted(destination.dispatched()) == sorted(result.json["batch_id"] for result in results)
    assert not [entry for sender in senders for entry in sender.outbox.glob("2*")]


def test_parts_of_two_senders_in_one_inbox(receiving: Destination, tmp_path: Path) -> None:
    """The receiver runs while one batch is whole and the other is not."""
    other = replace(receiving, sender=Program(receiving.sender.path, tmp_path / "other home"))
    contents = {"early": b"1,61\n" * 40_000, "late": b"2,62\n" * 40_000}
    for name, content in contents.items():
        write_tree(tmp_path / name, {"series.csv": content})
    packing = ["--part-size", "64K", "--json"]
    receiving.github.faults({"method": "PUT", "path": "^/repos/", "after": 2, "action": {"status": 502}})

    late = receiving("--folder", tmp_path / "late", *packing, "--max-wait", "0")
    early = other("--folder", tmp_path / "early", *packing, "--wait", "50")
    receiving.github.wait_idle()

    assert (late.status, early.status, early.json["status"]) == (7, 0, "stored")
    assert sorted(receiving.inbox()) == sorted(late.json["payloads"])[:2]
    assert receiving("outbox", "retry").status == 0
    receiving.github.wait_idle()
    assert receiving.inbox() == {}
    assert set(receiving.payload_history().values()) == {1}
    stored = {path.split("/")[1]: receiving.github.read(receiving.repo, path)
              for path in receiving.github.tree(receiving.repo) if path.endswith("_series.csv")}
    assert stored == contents
