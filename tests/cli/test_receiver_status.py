"""`healthmetric-receiver status`: which producers send, and which have stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from payloads import Payload
from programs import Program, Result, receiver_path
from resources import measured, peak_kib
from schemas import check_output
from terminals import on_terminal
from watched import START, Watched, day, put_copies, text_of, watched

MOST_MEMORY_KIB = 24 * 1024
DAILY = '[producer.ws-12]\nevery = "1d"\ngrace = "12h"\n'


@pytest.fixture
def watch(receiver: Program, storage: Path, receive: Callable[..., Result]) -> Watched:
    return watched(receiver, storage, receive)


def status_of(watch: Watched, at: float, *words: Any, **popen: Any) -> dict[str, Any]:
    """As of a day. What it prints is held to the schema, and its status to what it prints."""
    result = watch("status", "--json", "--at", text_of(day(at)), *words, **popen)
    check_output("status", result.json)
    bad = any(each["state"] in ("silent", "never_seen") for each in result.json["producers"])
    assert result.status == (4 if bad or result.json["unreadable"] else 0), result
    assert bad == ("producer is silent" in result.stderr or "never seen" in result.stderr
                   or "producers are silent" in result.stderr)
    return result.json


def states(watch: Watched, at: float, *words: Any) -> dict[str, str]:
    return {each["producer"]: each["state"] for each in status_of(watch, at, *words)["producers"]}


def test_four_producers_live_for_twenty_days(watch: Watched) -> None:
    """One is well, one is slow, one falls silent and comes back, one never comes, and nobody knows of the fifth."""
    watch.settings('[default]\nevery = "1d"\ngrace = "12h"\n[producer.well]\n[producer.slow]\nevery = "3d"\n'
                   '[producer.never]\n[producer.back]\n[producer.old]\nignore = true\n')
    watch.put_on(range(21), "well")
    watch.put_on(range(0, 21, 4), "slow")
    watch.put_on([*range(6), *range(15, 21)], "back")
    watch.put_on([0], "old")
    watch.put_on([10], "guest")
    told = {number: states(watch, number + 0.01) for number in range(21)}
    assert {each["well"] for each in told.values()} == {"ok"}
    assert {each["never"] for each in told.values()} == {"never_seen"}
    assert {each["old"] for each in told.values()} == {"ignored"}
    assert [each["back"] for each in told.values()] == ["ok"] * 6 + ["late"] + ["silent"] * 8 + ["ok"] * 6
    assert [each["slow"] for each in told.values()] == ["ok", "ok", "ok", "late"] * 5 + ["ok"]
    assert "guest" not in told[9] and told[10]["guest"] == "ok" and told[12]["guest"] == "silent"


def test_json_has_what_is_known_of_a_producer(watch: Watched) -> None:
    file = watch.settings(DAILY)
    sender = watch.model["sender"] | {"version": "1.2.3", "os": "Linux 6.1.0", "token_expires": "2026-12-31T00:00:00Z"}
    watch.put(day(0), sender=sender)
    watch.put(day(1), sender=sender, total_files=0, total_size=0, files=[])
    told = status_of(watch, 1.25)
    assert told["producers"] == [{
        "producer": "ws-12", "state": "ok", "every_seconds": 86400, "grace_seconds": 43200, "rhythm": "listed",
        "last_contact": text_of(day(1)), "last_file": text_of(day(0)), "batches": 2, "instances": 1,
        "sender_version": "1.2.3", "os": "Linux 6.1.0", "token_expires": "2026-12-31T00:00:00Z"}]
    assert (told["schema_version"], told["at"], told["settings"]) == (1, text_of(day(1.25)), str(file))
    assert (told["rejected"], told["rejected_count"], told["waiting"], told["waiting_count"]) == ([], 0, None, None)
    assert (told["from_the_future"], told["unreadable"]) == (0, 0)
    assert len(told["not_looked_at"]) == 1 and "--inbox" in told["not_looked_at"][0]


def test_a_table_for_people(watch: Watched) -> None:
    watch.settings(DAILY + '[producer.gone]\n[producer.a-very-long-name-of-a-producer-in-the-basement]\nevery="30d"\n')
    watch.put(day(0))
    watch.put(day(0), "a-very-long-name-of-a-producer-in-the-basement")
    result = watch("status", "--at", text_of(day(9)))
    assert result.status == 4
    head, *lines = result.stdout.splitlines()
    assert head.split("  ")[0] == "PRODUCER" and "LAST SEEN" in head and "TOKEN END" in head
    assert [line.split()[0] for line in lines] == ["a-very-long-name-of-a-producer-in-the-basement", "gone", "ws-12"]
    assert " ok " in lines[0] and "9 days" in lines[0] and "30 days" in lines[0]
    assert "never seen" in lines[1] and "silent" in lines[2]
    assert {line.find(word) for line, word in zip(lines, ("ok", "never", "silent"))} == {head.find("STATE")}
    assert result.error_line("error", "1 producer is silent, 1 producer was never seen")
    shown = on_terminal(watch.receiver, "status", "--storage", watch.storage, "--at", text_of(day(9)), columns=80,
                        with_stdout=True)
    table = shown.lines[:4]
    assert all(len(line) <= 80 for line in table) and "a-very…" in table[1].replace("a-very-", "a-very…"), shown
    assert "silent" in table[3]


def test_without_settings_a_rhythm_is_learned_from_five_contacts(watch: Watched) -> None:
    watch.put_on(range(4))
    assert states(watch, 90) == {"ws-12": "new"}
    watch.put_on([4])
    [learned] = status_of(watch, 4.5)["producers"]
    assert (learned["state"], learned["rhythm"], learned["every_seconds"]) == ("ok", "learned", 86400)
    assert [states(watch, at)["ws-12"] for at in (5.1, 6.1)] == ["late", "silent"]
    assert " 1 day learned" in watch("status", "--at", text_of(day(5))).stdout


def test_without_a_default_others_are_unexpected(watch: Watched) -> None:
    watch.settings(DAILY)
    watch.put_on(range(9))
    watch.put_on(range(9), "stranger")
    assert states(watch, 8.1) == {"ws-12": "ok", "stranger": "unexpected"}
    assert states(watch, 90) == {"ws-12": "silent", "stranger": "unexpected"}


def test_the_clock_of_a_producer_is_never_used(watch: Watched) -> None:
    watch.settings(DAILY)
    watch.put(day(0), packed=day(3000))
    watch.put(day(1), packed=day(-9000))
    assert states(watch, 1.5) == {"ws-12": "ok"}
    assert states(watch, 3.5) == {"ws-12": "silent"}


def test_a_summary_from_the_future_is_told_and_hides_nothing(watch: Watched) -> None:
    watch.settings(DAILY)
    watch.put(day(0))
    for years in (50, 100):
        watch.put(day(365 * years))
    told = status_of(watch, 5)
    assert (told["from_the_future"], told["producers"][0]["state"]) == (2, "silent")
    result = watch("status", "--at", text_of(day(5)))
    assert result.error_line("warning", "2 summaries are from the future")


def test_now_is_the_default_of_at(watch: Watched) -> None:
    watch.settings(DAILY)
    now = datetime.now(timezone.utc)
    watch.put(now - timedelta(hours=2))
    watch.put(now + timedelta(days=2))
    result = watch("status", "--json")
    assert result.status == 0 and result.json["from_the_future"] == 1
    assert [each["state"] for each in result.json["producers"]] == ["ok"]
    assert abs(datetime.fromisoformat(result.json["at"].replace("Z", "+00:00")) - now) < timedelta(minutes=2)


def test_two_machines_under_one_name_are_told(watch: Watched) -> None:
    watch.put_on(range(5), instance="aa")
    watch.put_on(range(5), instance="bb")
    watch.put_on(range(5), "other", instance="cc")
    told = {each["producer"]: each["instances"] for each in status_of(watch, 5)["producers"]}
    assert told == {"ws-12": 2, "other": 1}
    result = watch("status", "--at", text_of(day(5)))
    assert result.error_line("warning", "2 installations send as 'ws-12'", "--producer")
    assert "'other'" not in result.stderr


def test_a_token_that_ends_soon_is_told(watch: Watched) -> None:
    sender = watch.model["sender"] | {"token_expires": text_of(day(20))}
    watch.put_on(range(6), sender=sender)
    assert "token" not in watch("status", "--at", text_of(day(5.5))).stderr
    assert watch("status", "--at", text_of(day(6.5))).error_line("the token of 'ws-12' ends on 2026-03-21")
    assert watch("status", "--at", text_of(day(21))).error_line("the token of 'ws-12' ended on 2026-03-21")


def test_a_damaged_summary_is_named_once_and_counted(watch: Watched) -> None:
    watch.settings(DAILY)
    watch.put(day(0))
    damaged = watch.put(day(0.1))
    damaged.write_text('{"status": ')
    result = watch("status", "--json", "--at", text_of(day(0.5)))
    assert (result.status, result.json["unreadable"]) == (4, 1)
    assert result.json["producers"][0]["state"] == "ok"
    assert result.stderr.count(damaged.name) == 1
    assert result.error_line("error", damaged.name, "the JSON is cut off")


def rejected(watch: Watched, at: float, batch: str, reason: str, **members: Any) -> str:
    place = watch.put(day(at), status="rejected", reason=reason, files=[], total_files=0, total_size=0, **members)
    return place.stem


def test_rejected_batches_are_listed_with_their_reasons(watch: Watched) -> None:
    watch.put(day(0))
    first = rejected(watch, 1, "bad", "too\x1b[31m large")
    second = rejected(watch, 2, "bad", "no SHA-256", producer="unknown")
    told = status_of(watch, 3)
    assert [(each["batch_id"], each["producer"], each["reason"]) for each in told["rejected"]] == [
        (second, "unknown", "no SHA-256"), (first, "ws-12", "too\x1b[31m large")]
    assert {each["producer"] for each in told["producers"]} == {"ws-12"}
    result = watch("status", "--at", text_of(day(3)))
    assert f"rejected: {first} of ws-12, 2 days ago: too\\x1b[31m large\n" in result.stdout
    assert status_of(watch, 1.5)["rejected_count"] == 1


def test_many_rejected_batches_are_counted_and_the_newest_shown(watch: Watched) -> None:
    for number in range(220):
        rejected(watch, number / 100, "bad", f"reason {number}")
    told = status_of(watch, 3)
    assert (told["rejected_count"], len(told["rejected"])) == (220, 200)
    assert told["rejected"][0]["reason"] == "reason 219"
    assert "rejected: 210 more\n" in watch("status", "--at", text_of(day(3))).stdout


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A checkout of an inbox branch on which nothing lies."""
    folder = tmp_path / "inbox-branch"
    folder.mkdir()
    (folder / "README.md").write_text("An inbox")
    return folder


def test_what_waits_on_the_inbox_branch(watch: Watched, inbox: Path) -> None:
    told = status_of(watch, 3, "--inbox", inbox)
    assert (told["waiting"], told["waiting_count"], told["not_looked_at"]) == ([], 0, [])
    storage = inbox / "_storage"
    part = Payload(batch_id="20260301T060000Z-parts-00000001", last=False)
    part.put_into(storage)
    Payload(batch_id="20260301T060000Z-whole-00000002").put_into(storage)
    (storage / "waiting.json").write_text(json.dumps({"schema_version": 1, "parts": {
        part.filename: {"blob": "aa", "since": text_of(day(0))}}}))
    told = status_of(watch, 9, "--inbox", inbox)
    assert told["waiting"] == [
        {"batch_id": part.batch_id, "since": text_of(day(0)), "parts": 1, "complete": False},
        {"batch_id": "20260301T060000Z-whole-00000002", "since": None, "parts": 1, "complete": True}]
    result = watch("status", "--at", text_of(day(9)), "--inbox", storage)
    assert f"waiting: {part.batch_id}, 1 part, for 9 days: other parts are missing\n" in result.stdout
    assert "not checked" not in result.stderr
    assert "not checked: the inbox branch" in watch("status").stderr


def test_with_the_inbox_only_payloads_that_are_left_are_rejected(watch: Watched, inbox: Path) -> None:
    left, removed = rejected(watch, 1, "bad", "too large"), rejected(watch, 2, "bad", "too small")
    folder = inbox / "_storage/rejected"
    folder.mkdir(parents=True)
    for number in (1, 2):
        name = f"{left}.part-000{number}{'-last' if number == 2 else ''}.json"
        (folder / name).write_text("{}")
        (folder / f"{name}.reason.json").write_text(json.dumps(
            {"batch_id": left, "reason": "too large", "rejected_at": text_of(day(1))}))
    (folder / "odd.json").write_text("{}")
    told = status_of(watch, 3, "--inbox", inbox)
    assert removed not in json.dumps(told)
    assert told["rejected"] == [
        {"batch_id": left, "producer": "ws-12", "reason": "too large", "processed_at": text_of(day(1))},
        {"batch_id": None, "producer": None, "reason": "", "processed_at": None}]


def test_an_inbox_on_the_same_branch_is_looked_at_as_well(watch: Watched) -> None:
    Payload(batch_id="20260301T060000Z-whole-00000002").put_into(watch.storage)
    told = status_of(watch, 3)
    assert told["waiting_count"] == 1 and told["not_looked_at"]


@pytest.mark.parametrize("spoil", [
    lambda place: place.write_bytes(b"\xff\xfe"), lambda place: place.write_text("[" * 100_000),
    lambda place: place.write_bytes(b" " * (5 << 20)), lambda place: place.symlink_to("/etc/hostname"),
    lambda place: os.mkfifo(place), lambda place: place.mkdir(), lambda place: place.write_text('{"parts": [1]}'),
])
def test_whatever_lies_on_the_inbox_branch(watch: Watched, inbox: Path, spoil: Callable[[Path], Any]) -> None:
    storage = inbox / "_storage"
    Payload(batch_id="20260301T060000Z-parts-00000001", last=False).put_into(storage)
    (storage / "rejected").mkdir()
    (storage / "rejected/x.json").write_text("")
    spoil(storage / "waiting.json")
    spoil(storage / "rejected/x.json.reason.json")
    told = status_of(watch, 3, "--inbox", inbox)
    assert (told["waiting"][0]["since"], told["rejected"][0]["reason"]) == (None, "")


@pytest.mark.parametrize("command", ["status", "growth"])
@pytest.mark.parametrize("place, make, told", [
    ("_storage", lambda place: place.symlink_to("/etc"), "_storage' is a symbolic link, not a folder"),
    ("_storage", os.mkfifo, "_storage' is a named pipe, not a folder"),
    ("_storage/_storage/summaries", lambda place: place.mkdir(parents=True), "_storage' contains another storage folder"),
    ("_storage/rejected", lambda place: place.symlink_to("/etc"), "'rejected' is a symbolic link, not a folder"),
    ("_storage/rejected", os.mkfifo, "'rejected' is a named pipe, not a folder"),
    ("_storage/rejected", Path.touch, "'rejected' is a file, not a folder"),
], ids=["link", "pipe", "another", "rejected-link", "rejected-pipe", "rejected-file"])
def test_a_damaged_inbox_is_named_once_and_hides_nothing(command: str, place: str, make: Callable[[Path], Any], told: str,
                                                         watch: Watched, inbox: Path) -> None:
    watch.settings(DAILY)
    watch.put(day(0))
    batch = rejected(watch, 0.1, "bad", "too large")
    (inbox / place).parent.mkdir(exist_ok=True, parents=True)
    make(inbox / place)
    result = watch(command, "--json", "--at", text_of(day(0.5)), "--inbox", inbox, timeout=30)
    assert (result.status, result.json["unreadable"]) == (4, 1), result
    assert result.stderr.count(told) == 1 and result.error_line("error", told), result
    check_output(command, result.json)
    assert "what is damaged in the inbox" in result.json["not_looked_at"]
    if command == "growth":
        assert result.json["rejected"] is None
    else:
        assert [each["state"] for each in result.json["producers"]] == ["ok"]
        assert [each["batch_id"] for each in result.json["rejected"]] == [batch]
        assert result.json["waiting"] is None and result.json["not_looked_at"] == ["what is damaged in the inbox"]


def test_a_damaged_part_of_an_inbox_hides_no_other(watch: Watched, inbox: Path) -> None:
    waiting = Payload(batch_id="20260301T060000Z-whole-00000002")
    waiting.put_into(inbox / "_storage")
    (inbox / "_storage/rejected").symlink_to("/etc")
    (watch.storage / "rejected").symlink_to("/etc")
    told = status_of(watch, 3, "--inbox", inbox)
    assert told["unreadable"] == 2
    assert [each["batch_id"] for each in told["waiting"]] == [waiting.batch_id]


@pytest.mark.parametrize("text, message", [
    (DAILY + 'evry = "1d"\n', "line 4: unknown key 'producer.ws-12.evry': did you mean every?"),
    ('[producer.ws-12]\nevery = "often"\n', "line 2: 'producer.ws-12.every': invalid time 'often'"),
    ("[producers]\n", "line 1: unknown key 'producers'"),
    ("[default", "line 1: invalid TOML"),
    ("a = 1\n" * 2, "line 2: a is set twice: remove one of them"),
    (DAILY + '[producer."ws-12"]\n', 'line 4: [producer."ws-12"] is defined twice: put all its keys in one section'),
    ("[" + "x" * 200 + "]\n[" + "x" * 200 + "]\n", "line 2: [" + "x" * 79 + " is defined twice"),
    ("[default]\nevery = 1\n", """line 2: 'default.every' has no unit: expected for example "1d" or "12h\""""),
    ("\x00\x01\x1b[31m", "invalid TOML"),
    ("x = " + "[" * 100_000, "invalid TOML"),
    ("# " + "x" * (2 << 20), "healthmetric.toml"),
])
def test_settings_that_are_wrong_are_refused(watch: Watched, text: str, message: str) -> None:
    watch.put(day(0))
    file = watch.settings(text)
    result = watch("status")
    assert (result.status, result.stdout) == (2, "")
    assert result.error_line("error", "healthmetric.toml", message)
    assert "\x1b" not in result.stderr
    elsewhere = file.rename(file.parents[1] / "watch.toml")
    assert watch("status", "--settings", elsewhere).status == 2


def test_settings_of_a_repository_are_a_file_of_their_own(watch: Watched, tmp_path: Path) -> None:
    """Whoever can push can push a link; only who names a file with --settings may mean one."""
    watch.put(day(0))
    file = watch.settings(DAILY)
    elsewhere = file.rename(tmp_path / "elsewhere.toml")
    file.symlink_to(elsewhere)
    result = watch("status")
    assert result.status == 2 and result.error_line("healthmetric.toml' is a symbolic link, not a file")
    assert states(watch, 0.5, "--settings", file) == {"ws-12": "ok"}
    file.unlink()
    os.mkfifo(file)
    assert watch("status", timeout=30).status == 2
    file.unlink()
    file.mkdir()
    assert watch("status").error_line("is a folder, not a file")
    result = watch("status", "--settings", tmp_path / "none.toml")
    assert result.status == 2 and result.error_line("--settings", "none.toml")


def test_a_storage_without_producers(watch: Watched) -> None:
    result = watch("status")
    assert (result.status, result.stdout) == (0, "")
    assert result.error_line("there is no producer in")
    assert status_of(watch, 1)["producers"] == []


def test_hostile_names_stay_in_their_line(watch: Watched) -> None:
    for number, name in enumerate(["\x1b[31mred", "two\nlines", "x" * 5000, "::error::", "心拍数"]):
        watch.put(day(number), name, sender=watch.model["sender"] | {"version": "\x07" * 300, "os": "\n"})
    result = watch("status", "--at", text_of(day(9)))
    assert len(result.stdout.splitlines()) == 6
    assert "\x1b" not in result.stdout and "\x07" not in result.stdout
    assert len(status_of(watch, 9)["producers"]) == 5


@pytest.mark.parametrize("words, message", [
    (["--at=soon"], "--at: invalid time 'soon'"),
    (["--inbox=none"], "--inbox: there is no folder 'none'"),
    (["--inbox=."], "is not a checkout of an inbox branch"),
    (["--producer=x"], "status does not take --producer"),
])
def test_what_cannot_be_meant(watch: Watched, words: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = watch("status", *words, cwd=tmp_path / "empty")
    assert (result.status, result.stdout) == (2, "")
    assert result.error_line(message)


def test_a_hundred_thousand_batches_need_little_memory(watch: Watched, tmp_path: Path) -> None:
    watch.put(START)
    put_copies(watch.storage, ["2026/03/02"], 100_000)
    receiver = measured(receiver_path(), tmp_path / "home")
    result = receiver("status", "--storage", watch.storage, "--json", timeout=600)
    assert result.json["producers"][0]["batches"] == 100_001
    assert peak_kib(receiver) < MOST_MEMORY_KIB
