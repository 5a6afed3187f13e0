"""`healthmetric-receiver list`: the batches that were stored or rejected, a line each."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from payloads import Payload
from programs import Program, Result, receiver_path
from resources import measured, peak_kib
from system_calls import TRACED, needs_strace
from terminals import on_terminal
from trees import snapshot
from watched import put_copies

RATE = b'{"rate": 61}\n'
OLD, NEW, BAD = "20231231T235959Z-old-0000000a", "20240115T103000Z-heart_rate-3f9a1c07", "20240117T000000Z-bad-00c0ffee"
AT_SAME_SECOND = "20240115T103000Z-another-3f9a1c08"


@pytest.fixture
def list_of(receiver: Program, storage: Path, receive: Callable[..., Result]) -> Callable[..., Result]:
    """Three stored batches and a rejected one. It changes nothing, whatever it finds."""
    Payload({"x.csv": b"1,2\n", "y.csv": b"3,4\n"}, batch_id=OLD).put_into(storage)
    Payload(batch_id=NEW).put_into(storage)
    Payload(batch_id=AT_SAME_SECOND).put_into(storage)
    Payload(batch_id=BAD, damage={"size": 1}).put_into(storage)
    assert receive().status == 4

    def run(*words: Any, **popen: Any) -> Result:
        before = snapshot(storage)
        result = receiver("list", "--storage", storage, *words, **popen)
        assert snapshot(storage) == before
        return result
    return run


def ids(result: Result) -> list[str]:
    assert (result.status, result.stderr) == (0, ""), result
    return [batch["batch_id"] for batch in json.loads(result.stdout)]


def test_a_line_a_batch_the_newest_first(list_of: Callable[..., Result]) -> None:
    result = list_of()
    assert (result.status, result.stderr) == (0, "")
    head, *lines = result.stdout.splitlines()
    assert head.split() == ["TIME", "BATCH", "PRODUCER", "FILES", "SIZE", "STATUS", "ID"]
    assert [line.rpartition(" ")[2] for line in lines] == ["00c0ffee", "3f9a1c07", "3f9a1c08", "0000000a"]
    assert [line[:16] for line in lines] == ["2024-01-17 00:00", "2024-01-15 10:30", "2024-01-15 10:30",
                                             "2023-12-31 23:59"]
    assert "rejected" in lines[0] and "stored" in lines[1]
    assert {line.find(line.split()[-1]) for line in lines} == {head.find("ID")}, "the columns are aligned"


def test_json_has_what_the_summaries_have(list_of: Callable[..., Result]) -> None:
    result = list_of("--json")
    newest, *_, oldest = json.loads(result.stdout)
    assert newest["status"] == "rejected" and "declares" in newest["reason"]
    assert {name: oldest[name] for name in ("batch_id", "files", "bytes", "status", "reason", "timestamp")} == {
        "batch_id": OLD, "files": 2, "bytes": 8, "status": "stored", "reason": None,
        "timestamp": "2023-12-31T23:59:59Z"}
    lines = list_of("--ndjson")
    assert [json.loads(line) for line in lines.stdout.splitlines()] == json.loads(result.stdout)


@pytest.mark.parametrize("words, expected", [
    ([], [BAD, NEW, AT_SAME_SECOND, OLD]),
    (["--reverse"], [OLD, AT_SAME_SECOND, NEW, BAD]),
    (["--limit=2"], [BAD, NEW]),
    (["--limit=1", "--reverse"], [OLD]),
    (["--status=stored"], [NEW, AT_SAME_SECOND, OLD]),
    (["--status=stored", "--limit=1"], [NEW]),
    (["--since=2024-01-15"], [BAD, NEW, AT_SAME_SECOND]),
    (["--since=2024-01-15T10:30:00Z", "--until=2024-01-15T10:30:00Z"], [NEW, AT_SAME_SECOND]),
    (["--since=2024-01-15T10:30:01Z"], [BAD]),
    (["--until=2023-12-31"], [OLD]),
    (["--until=2023-12-31T23:59:58Z"], []),
    (["--since=2024-01-15T11:30:00+01:00", "--until=2024-01-16"], [NEW, AT_SAME_SECOND]),
    (["--since=7d"], []),
    (["--since=0001-01-01", "--until=9999-12-31"], [BAD, NEW, AT_SAME_SECOND, OLD]),
])
def test_filters(list_of: Callable[..., Result], words: list[str], expected: list[str]) -> None:
    result = list_of("--json", *words)
    assert [batch["batch_id"] for batch in json.loads(result.stdout)] == expected
    assert result.status == 0
    assert ("there is no such batch in" in result.stderr) == (not expected)


def test_names_and_producers(list_of: Callable[..., Result]) -> None:
    batches = json.loads(list_of("--json").stdout)
    names = {batch["batch_name"] for batch in batches}
    producers = {batch["producer"] for batch in batches}
    for option, member, values in (("--batch", "batch_name", names), ("--producer", "producer", producers)):
        for value in values:
            expected = [batch["batch_id"] for batch in batches if batch[member] == value]
            assert ids(list_of("--json", option, value)) == expected
        everything = [word for value in values for word in (option, value)]
        assert ids(list_of("--json", *everything)) == [batch["batch_id"] for batch in batches]
        assert list_of("--json", option, "nobody").stdout == "[]\n"


def test_ages_count_from_now(receiver: Program, storage: Path, receive: Callable[..., Result]) -> None:
    now = datetime.now(timezone.utc)
    for number, age in enumerate((timedelta(hours=1), timedelta(days=3), timedelta(days=40))):
        Payload(batch_id=f"{now - age:%Y%m%dT%H%M%SZ}-b-0000000{number}").put_into(storage)
    assert receive().status == 0
    for since, count in (("59m", 0), ("2h", 1), ("7d", 2), ("400d", 3)):
        assert len(json.loads(receiver("list", "--storage", storage, "--json", "--since", since).stdout)) == count


def test_summaries_of_the_first_layout_lie_between_the_others(
    list_of: Callable[..., Result], storage: Path
) -> None:
    month = storage / "summaries/2024/01"
    (month / f"15/{NEW}.json").rename(month / f"{NEW}.json")
    (month / "15/not a summary.json").write_text("{}")
    (month / "99").mkdir()
    (storage / "summaries/x").mkdir()
    assert ids(list_of("--json")) == [BAD, NEW, AT_SAME_SECOND, OLD]


def test_a_damaged_summary_is_named_and_the_rest_listed(list_of: Callable[..., Result], storage: Path) -> None:
    damaged = storage / f"summaries/2024/01/15/{NEW}.json"
    damaged.write_bytes(b'{"status": ')
    (storage / "summaries/2022").write_text("")
    result = list_of("--json")
    assert [batch["batch_id"] for batch in json.loads(result.stdout)] == [BAD, AT_SAME_SECOND, OLD]
    assert result.status == 4
    assert result.error_line("error", f"summaries/2024/01/15/{NEW}.json")
    assert result.error_line("error", "summaries/2022", "is a file, not a folder")
    assert len(result.stderr.splitlines()) == 2


def test_a_link_is_not_followed(list_of: Callable[..., Result], storage: Path, tmp_path: Path) -> None:
    summary = storage / f"summaries/2024/01/15/{NEW}.json"
    summary.rename(tmp_path / "elsewhere.json")
    summary.symlink_to(tmp_path / "elsewhere.json")
    result = list_of("--json")
    assert NEW not in result.stdout and result.status == 4
    assert result.error_line(NEW, "is a symbolic link, not a file")


def test_a_storage_in_which_nothing_is(receiver: Program, storage: Path) -> None:
    result = receiver("list", "--storage", storage)
    assert (result.status, result.stdout) == (0, "")
    assert result.error_line(f"nothing is stored in '{storage}' yet")
    assert receiver("list", "--storage", storage, "--json").stdout == "[]\n"


def columns_to(line: str, word: str = "") -> int:
    """How many columns the line takes, up to a word where one is named."""
    text = unicodedata.normalize("NFC", line[:line.index(word)] if word else line)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def test_wide_and_hostile_names_keep_the_columns(receiver: Program, storage: Path,
                                                 receive: Callable[..., Result]) -> None:
    names = ["心拍数", "e\u0301 accent", "bell\x07 and \x1b[31mred", "x" * 60]
    for number, name in enumerate(names):
        Payload(batch_id=f"20240115T103000Z-b-0000000{number}", metadata={"batch_name": name}).put_into(storage)
    assert receive().status == 0
    result = receiver("list", "--storage", storage)
    assert "\x1b" not in result.stdout and "\x07" not in result.stdout
    assert "x" * 60 in result.stdout, "nothing is cut where no terminal is"
    shown = on_terminal(receiver, "list", "--storage", storage, columns=80, with_stdout=True)
    lines = [line for line in shown.lines if "2024" in line]
    assert len(lines) == 4
    assert {columns_to(line, "ws-12") for line in lines} == {columns_to(lines[0], "ws-12")}
    assert all(columns_to(line) <= 80 for line in lines)
    assert any("x…" in line for line in lines)


@pytest.mark.parametrize("words, message", [
    (["--since=soon"], "--since: invalid time 'soon': expected for example 2024-01-15"),
    (["--since=5"], "--since: invalid time '5'"),
    (["--since=2024-02-30"], "--since: invalid time '2024-02-30'"),
    (["--since=2024-01-02", "--until=2024-01-01"], "--since '2024-01-02' is later than --until '2024-01-01'"),
    (["--limit=0"], "--limit: invalid number '0'"),
    (["--status=lost"], "--status: invalid value 'lost'"),
    (["--json", "--ndjson"], "--ndjson"),
    (["--dry-run"], "list does not take --dry-run"),
])
def test_what_cannot_be_meant(list_of: Callable[..., Result], words: list[str], message: str) -> None:
    result = list_of(*words)
    assert (result.status, result.stdout) == (2, "")
    assert result.error_line(message)


def test_a_full_disk_ends_it(list_of: Callable[..., Result]) -> None:
    with Path("/dev/full").open("wb") as full:
        result = list_of("--json", stdout=full)
    assert result.status == 10
    assert result.error_line("standard output", os.strerror(28))


@pytest.fixture
def many(storage: Path, receive: Callable[..., Result]) -> Path:
    """A storage in which copies of a summary can be put."""
    Payload(batch_id="20200101T000000Z-first-00000001").put_into(storage)
    assert receive().status == 0
    return storage


MOST_MEMORY_KIB = 24 * 1024
DAYS = [f"2024/01/{day:02}" for day in (1, 2, 3)]


@needs_strace
@pytest.mark.parametrize(("words", "listed", "most_opened"), [
    (["--since=2024-01-03", "--until=2024-01-03"], 300, 300),
    (["--limit=20"], 20, 32),
    (["--limit=20", "--reverse"], 20, 32),
])
def test_only_summaries_that_are_needed_are_opened(words: list[str], listed: int, most_opened: int, many: Path,
                                                   tmp_path: Path) -> None:
    put_copies(many, DAYS, 300)
    log = tmp_path / "opened"
    traced = Program(receiver_path(), tmp_path / "home",
                     ["strace", "--follow-forks", "--quiet=all", f"--output={log}", "--trace=openat"])
    result = traced("list", "--storage", many, "--json", *words, env=TRACED)
    assert len(ids(result)) == listed
    opened = [line for line in log.read_text().splitlines() if '.json"' in line]
    assert listed <= len(opened) <= most_opened
    days = {line.split('"')[1][:8] for line in opened}
    assert "--since=2024-01-03" not in words or days == {"20240103"}


def test_a_hundred_thousand_batches_need_little_memory(many: Path, tmp_path: Path) -> None:
    expected = put_copies(many, DAYS[:1], 100_000)
    receiver = measured(receiver_path(), tmp_path / "home")
    result = receiver("list", "--storage", many, "--ndjson", timeout=600)
    assert (result.status, result.stderr) == (0, "")
    assert [json.loads(line)["batch_id"] for line in result.stdout.splitlines()][:-1] == expected
    assert peak_kib(receiver) < MOST_MEMORY_KIB


def test_odd_summaries_among_many_are_named_in_their_places(many: Path) -> None:
    """What is read ahead is as good as what is read in its turn, wherever the head of a summary ends."""
    names = put_copies(many, DAYS[:1], 1000)
    good = (many / "summaries" / DAYS[0] / f"{names[-1]}.json").read_text()

    def put(number: int, text: str) -> None:
        place = many / "summaries" / DAYS[0] / f"{names[number]}.json"
        place.unlink()
        place.write_text(text)
    for number, length in [(100, 3_000), (200, 5_000), (300, 500_000)]:
        put(number, good.replace('"skipped": []', f'"skipped": [{{"relative_path": "{"x" * 100}"}}'
                                 + ', {"reason": "y"}' * (length // 15) + "]"))
    put(400, "")
    put(500, good[:300])
    put(600, good.replace('"status": "stored"', '"status": "parked"'))
    place = many / "summaries" / DAYS[0] / f"{names[700]}.json"
    place.unlink()
    place.symlink_to("/etc/hostname")
    bad = [names[number] for number in (400, 500, 600, 700)]
    result = Program(receiver_path(), many.parent / "home")("list", "--storage", many, "--json")
    assert result.status == 4
    assert [batch["batch_id"] for batch in json.loads(result.stdout)][:-1] == [
        name for name in names if name not in bad]
    assert len(result.stderr.splitlines()) == len(bad)
    for line, name in zip(result.stderr.splitlines(), bad):
        assert f"{name}.json" in line
