"""`healthmetric-receiver page`: what was stored, as a file for a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from openapi.judged import NODE, TOOLS
from payloads import Payload
from programs import REPOSITORY, Program, Result, receiver_path
from simulated import END, Recorded, many, rfc3339, ward, write_ward
from trees import snapshot
from ugly_names import ugly_name

BROWSER = REPOSITORY / "tests/browser"
WEB = REPOSITORY / "receiver/page/web"
CHROMIUM = shutil.which("chromium")
AT = ("--at", "2026-11-28T18:00:00Z")
MIB = 1 << 20
MARKUP = ["<script>document.title='x'; window.pwned = 1</script>", "</script><script>window.pwned = 2</script>",
          "<!--<script>", "<img src=x onerror=window.pwned=3>", '"><svg onload=window.pwned=4>', "' onclick='window.pwned=5",
          "javascript:window.pwned=6", "<base href=//example.invalid>", "<style>*{display:none}</style>", "{{7*7}}", "]]>",
          "__proto__", "constructor", "&lt;b&gt;", "a" * 2000, "\u202eevil\u202c", "new\nline", "null\0byte", "\ud7ff \uffff"]


def hostile() -> Iterator[Recorded]:
    """Every text of a summary is somebody else's."""
    rng = random.Random(7)
    for number, name in enumerate([*MARKUP, *(ugly_name(rng) for _ in range(40))]):
        files = {f"{path}.csv".lstrip("/"): number for path in (name[:200], ugly_name(rng), f"<b>{number}</b>")}
        batch = Recorded(END - timedelta(hours=7 * number), f"{name} {number}", name, number, files, slug="hostile",
                         reason=name if number % 3 == 1 else None, gone=(f"gone {number}",),
                         members={"batch_name": name, "source": name})
        summary = batch.summary()
        for file in summary["files"]:
            file["content_type"] = name
        yield replace(batch, members=batch.members | {"files": summary["files"]})


def with_wrong_clocks() -> Iterator[Recorded]:
    """The first two of producers, the others of receivers, whose records are the page's days."""
    now = datetime.now(timezone.utc)
    past, future = (datetime(year, 5, 1, 12, tzinfo=timezone.utc) for year in (1975, 2090))
    yesterday, before = now - timedelta(days=1), now - timedelta(days=2)
    for number, (packed, received, name) in enumerate([
            (past, before, "slow"), (future, yesterday, "fast"), (before, past, "long-ago"), (before, future, "never-processed")]):
        yield Recorded(packed, "ws", name, number, {f"{number}.csv": 1 << (10 + number)},
                       members={"processed_at": rfc3339(received)})


@pytest.fixture(scope="module")
def module_receiver(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(receiver_path(), tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def pages(module_receiver: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages that tests/browser/check_page.mjs looks at."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "ward").mkdir()
    write_ward(folder / "ward/_storage")
    for name, batches in (("ward", iter(())), ("hostile", hostile()), ("many", many(10_000)), ("empty", iter(()))):
        storage = folder / name / "_storage"
        (storage / "summaries").mkdir(parents=True, exist_ok=True)
        for batch in batches:
            batch.write(storage)
        result = module_receiver("page", "--storage", storage, "--output", folder / f"{name}.html", *AT)
        assert (result.status, result.stderr) == (0, ""), result
    clocks = folder / "clocks/_storage"
    for batch in with_wrong_clocks():
        batch.write(clocks)
    result = module_receiver("page", "--storage", clocks, "--output", folder / "clocks.html")
    assert (result.status, result.stderr) == (0, ""), result
    bounded = module_receiver("page", "--storage", folder / "ward/_storage", "--output", folder / "bounded.html", *AT,
                              "--limit", "20", "--producer", "clinic-east", "--since", "2026-10-01")
    assert bounded.status == 0, bounded
    return folder


def why_no_browser() -> str | None:
    if CHROMIUM is None:
        return "chromium is not installed"
    if not (NODE.exists() and (TOOLS / "node_modules/playwright-core").is_dir()):
        return "scripts/install-test-tools.sh has not installed playwright-core"
    return None


@pytest.fixture(scope="module")
def verdicts(pages: Path) -> dict[str, str]:
    """What the browser found, by the name of the check. One browser does them all: it is slow to start."""
    if reason := why_no_browser():
        pytest.skip(reason)
    done = subprocess.run([NODE, BROWSER / "check_page.mjs", TOOLS, str(CHROMIUM), pages], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=600)
    print(done.stderr)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["name"]: one["wrong"] for one in found}


def names_of_checks() -> list[str]:
    text = (BROWSER / "check_page.mjs").read_text()
    repeated = re.findall(r"\['([^']+)', '\w+\.html'\]", text)
    return re.findall(r"^check\('([^']+)'", text, re.MULTILINE) + [f"{name} fits 360 pixels" for name in repeated]


@pytest.mark.parametrize("name", names_of_checks())
def test_in_a_browser(name: str, verdicts: dict[str, str]) -> None:
    assert verdicts[name] == "", verdicts[name]


def test_no_check_is_forgotten(verdicts: dict[str, str]) -> None:
    assert sorted(verdicts) == sorted(names_of_checks())


def element(page: str, start: str, end: str) -> str:
    assert page.count(start) == 1, start
    return page.partition(start)[2].partition(end)[0]


def data_of(page: Path) -> dict[str, Any]:
    document = json.loads(element(page.read_text(), '<script type="application/json" id="data">', "</script>"))
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize("name", ["ward", "hostile", "many", "empty"])
def test_the_policy_has_the_digests_of_what_is_in_the_page(name: str, pages: Path) -> None:
    page = (pages / f"{name}.html").read_text()
    policy = element(page, '<meta http-equiv="Content-Security-Policy" content="', '"')
    for kind, text in (("style", element(page, "<style>", "</style>")),
                       ("script", element(page, '<script type="module">', "</script>"))):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page.replace(str(data_of(pages / f"{name}.html")), ""))
    assert not re.search(r"\sstyle=|\son\w+=", re.sub(r"<script.*?</script>|<style>.*?</style>", "", page, flags=re.DOTALL))


def test_no_name_can_end_the_data(pages: Path) -> None:
    page = (pages / "hostile.html").read_text()
    assert len(re.findall("</script", page)) == 2 and "<!--" not in page
    assert "<" not in element(page, '<script type="application/json" id="data">', "</script>")
    assert MARKUP[0] in data_of(pages / "hostile.html")["texts"]["names"]


def test_ten_thousand_batches_fit_in_five_mebibytes(pages: Path) -> None:
    page = pages / "many.html"
    data = data_of(page)
    assert page.stat().st_size < 5 * MIB
    assert len(data["batches"]["time"]) == 10_000
    assert len(data["files"]["path"]) == 3 * (10_000 - 20)
    assert data["unlisted_batches"] == 0 and data["before"] == {"batches": 0, "files": 0, "bytes": 0}


def test_the_sources_of_the_page_are_valid(tmp_path: Path) -> None:
    if not NODE.exists():
        pytest.skip("scripts/install-test-tools.sh has not installed node")
    script = tmp_path / "page.mjs"
    script.write_text("".join(file.read_text() for file in sorted(WEB.glob("*.js"))))
    for file in (script, *BROWSER.glob("*.mjs")):
        done = subprocess.run([NODE, "--check", file], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    text = script.read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bfetch\(|XMLHttp|\.style\b", text)


@pytest.fixture
def page(receiver: Program, tmp_path: Path) -> Callable[..., Result]:
    """Changes nothing in the storage, whatever it finds."""
    storage = tmp_path / "_storage"
    for batch in ward():
        if batch.time > END - timedelta(days=7):
            batch.write(storage)

    def run(*words: Any, output: Any = None, **popen: Any) -> Result:
        before = snapshot(storage)
        result = receiver("page", "--storage", storage, "--output", output or tmp_path / "page.html", *words, **popen)
        assert snapshot(storage) == before
        return result
    return run


def test_the_result_is_told(page: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    result = page()
    count = len(data_of(file)["batches"]["time"])
    assert (result.status, result.stderr) == (0, "")
    assert re.fullmatch(rf"made a page of {count} batches: '{re.escape(str(file))}' \([0-9.]+ KiB\)\n", result.stdout)
    assert file.stat().st_mode & 0o777 == 0o600
    told = page("--json", "--limit", "5").json
    assert told == {"output": str(file), "batches": 5, "older": count - 5, "bytes": file.stat().st_size, "errors": 0}
    result = page("--limit", "5")
    assert result.stdout.endswith(f"; {count - 5} older not shown\n")
    before = data_of(file)["before"]
    assert before["batches"] == count - 5 and before["files"] > 0 and before["bytes"] > 0


def test_standard_output_has_the_same_page(page: Callable[..., Result], tmp_path: Path) -> None:
    without_time = lambda text: re.sub(r'"(made|as_of)":\d+', "", text)  # noqa: E731
    assert page().status == 0
    result = page(output="-")
    assert (result.status, without_time(result.stdout)) == (0, without_time((tmp_path / "page.html").read_text()))


@pytest.mark.parametrize("words, producers, chosen", [
    (["--producer", "ws-12"], ["ws-12"], ["producer ws-12"]),
    (["--batch", "vitals"], ["clinic-east"], ["batch name vitals"]),
    (["--status", "rejected"], ["ward-3"], ["rejected"]),
    (["--since", "2026-11-27", "--until", "2026-11-27"], ["clinic-east", "ward-3"],
     ["packed since 2026-11-27T00:00:00Z", "packed before 2026-11-28T00:00:00Z"]),
    (["--at", "2026-11-25"], ["clinic-east", "ward-3", "ws-12"], []),
])
def test_filters_choose_the_batches(words: list[str], producers: list[str], chosen: list[str],
                                    page: Callable[..., Result], tmp_path: Path) -> None:
    assert page(*words).status == 0
    data = data_of(tmp_path / "page.html")
    assert sorted(data["texts"]["producers"]) == producers
    assert data["bounds"] == chosen
    assert ("--at" in words) == (data["as_of"] < data["made"])


def test_a_summary_that_cannot_be_read_is_named_and_counted(page: Callable[..., Result], receiver: Program,
                                                            tmp_path: Path) -> None:
    summaries = sorted((tmp_path / "_storage/summaries").rglob("*.json"))
    summaries[0].write_text("{")
    whole = summaries[1].read_text()
    summaries[1].write_text(whole[:-2])  # behind its head
    result = page("--json")
    assert result.status == 4
    assert result.stderr.count("error: ") == 2 and summaries[0].name in result.stderr, result
    data = data_of(tmp_path / "page.html")
    assert result.json["errors"] == data["errors"] == 2
    named_by = element((tmp_path / "page.html").read_text(), "missing here; healthmetric-receiver ", " names")
    told = receiver(named_by, "--storage", tmp_path / "_storage", "--quiet").stderr
    assert summaries[0].name in told and summaries[1].name in told, told
    assert len(data["batches"]["time"]) == len(summaries) - 2


def test_the_states_are_those_of_status(module_receiver: Program, pages: Path) -> None:
    status = module_receiver("status", "--storage", pages / "ward/_storage", *AT, "--json").json
    assert {one["producer"]: one["state"] for one in status["producers"]} == {
        "clinic-east": "ok", "icu-2": "never_seen", "lab": "silent", "ward-3": "ok", "ws-12": "ok"}
    assert data_of(pages / "ward.html")["status"] == status | {"settings": None}


def test_who_asks_for_some_producers_sees_no_others(pages: Path) -> None:
    status = data_of(pages / "bounded.html")["status"]
    assert [one["producer"] for one in status["producers"]] == ["clinic-east"]
    assert {one["producer"] for one in status["rejected"]} == {"clinic-east"} and status["rejected_count"] == 3
    assert not re.search("ward-3|ws-12|icu-2", (pages / "bounded.html").read_text())


def test_a_checkout_of_the_inbox_tells_what_waits(page: Callable[..., Result], tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    waiting = Payload({"<b>.csv": b"1"}, "20261127T100000Z-assays-0badcafe", part=1, last=False)
    waiting.put_into(inbox / "_storage")
    assert page().status == 0
    status = data_of(tmp_path / "page.html")["status"]
    assert status["waiting"] is None and len(status["not_looked_at"]) == 1
    assert page("--inbox", inbox).status == 0
    status = data_of(tmp_path / "page.html")["status"]
    assert [(one["batch_id"], one["parts"], one["complete"]) for one in status["waiting"]] == [(waiting.batch_id, 1, False)]
    assert status["not_looked_at"] == []


def test_a_batch_of_the_future_is_in_the_page_unless_it_is_of_the_past(pages: Path, module_receiver: Program, tmp_path: Path) -> None:
    assert data_of(pages / "clocks.html")["texts"]["names"].count("never-processed") == 1
    assert data_of(pages / "clocks.html")["status"]["from_the_future"] == 1
    assert module_receiver("page", "--storage", pages / "clocks/_storage", "--at", "36h", "--output", tmp_path / "page.html").status == 0
    assert sorted(data_of(tmp_path / "page.html")["texts"]["names"]) == ["long-ago", "slow"]


def test_a_damaged_inbox_is_told_and_hides_nothing(page: Callable[..., Result], tmp_path: Path) -> None:
    assert page().status == 0
    before = data_of(tmp_path / "page.html")
    (tmp_path / "inbox/_storage").mkdir(parents=True)
    os.mkfifo(tmp_path / "inbox/_storage/inbox")
    result = page("--json", "--inbox", tmp_path / "inbox", timeout=30)
    assert (result.status, result.json["errors"]) == (4, 1), result
    assert result.stderr.count("'inbox' is a named pipe, not a folder") == 1
    data = data_of(tmp_path / "page.html")
    assert data["errors"] == 0  # of summaries
    assert data["batches"] == before["batches"] and data["status"]["not_looked_at"] == ["what is damaged in the inbox"]


def test_invalid_settings_are_refused(page: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "watch.toml").write_text("[producer.lab]\noften = true\n")
    result = page("--settings", tmp_path / "watch.toml")
    assert (result.status, result.stdout) == (2, "")
    assert not (tmp_path / "page.html").exists()


def test_files_beyond_the_room_are_counted_alone(receiver: Program, tmp_path: Path) -> None:
    storage = tmp_path / "_storage"
    names = [f"folder-{i % 10}/{'long' * 40}-{{}}-{i}.csv" for i in range(1_500)]
    for number in range(25):
        Recorded(END - timedelta(days=number), "ws", "large", number, {name.format(number): i for i, name in enumerate(names)},
                 gone=tuple(f"gone-{i}" for i in range(150))).write(storage)
    assert receiver("page", "--storage", storage, "--output", tmp_path / "page.html").status == 0
    data = data_of(tmp_path / "page.html")
    listed = data["batches"]["listed"]
    assert listed[0] == 1_000 and listed[-1] == 0 and sum(listed) == len(data["files"]["path"])
    assert data["unlisted_batches"] == 25
    assert (len(data["gone"]["0"]), data["more_gone"]["0"]) == (100, 50)
    assert all(data["type_sets"][types] for types in data["batches"]["types"])
    assert (tmp_path / "page.html").stat().st_size < 5 * MIB


@pytest.mark.parametrize("make, told", [
    (lambda file: file.symlink_to("real.html"), "it is a symbolic link; to write to it, use --output - >"),
    (os.mkfifo, "it is a named pipe; to write to it, use --output - >"),
    (lambda file: file.mkdir(), "it is a folder; name a file in it: --output PAGE/page.html"),
    (lambda file: sqlite3.connect(file).execute("CREATE TABLE files (name TEXT)"), "it is not a page of healthmetric-receiver; "
     "choose another name, or delete the file"),
    (lambda file: file.write_text("<!DOCTYPE html>\n<title>mine</title>\n"), "it is not a page of healthmetric-receiver; "),
    (lambda file: file.write_text(" " * 1024 + '<meta name="generator" content="healthmetric-receiver">'), "it is not a page"),
], ids=["link", "pipe", "folder", "database", "html", "late"])
def test_only_a_page_is_replaced(make: Callable[[Path], Any], told: str, page: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "real.html").write_text("mine")
    file = tmp_path / "page.html"
    make(file)
    before = snapshot(tmp_path)
    result = page()
    assert (result.status, result.stdout) == (10, ""), result
    result.error_line(f"cannot replace '{file}': {told.replace('PAGE', str(file))}")
    assert snapshot(tmp_path) == before


def test_an_empty_file_and_an_earlier_page_are_replaced(page: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "page.html").touch()
    assert page("--limit", "5").status == 0
    assert page("--limit", "6").status == 0
    assert len(data_of(tmp_path / "page.html")["batches"]["time"]) == 6


@pytest.mark.parametrize("length", [240, 241, 255])
def test_a_file_may_have_the_longest_name(length: int, page: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / ("n" * length)
    assert page(output=file).status == 0
    assert page(output=file).status == 0
    assert sorted(place.name for place in tmp_path.iterdir() if place.is_file()) == [file.name]


@pytest.mark.parametrize("words, told", [
    ([], "page requires --output FILE (healthmetric-receiver page --help)"),
    (["--output", "STORAGE/page.html"], "is in the storage folder: name a file outside of it"),
    (["--output", "x", "--limit", "0"], "--limit"),
    (["--output", "x", "--since", "2026-02-01", "--until", "2026-01-01"], "is later than --until"),
])
def test_what_does_not_go_together_is_refused(words: list[str], told: str, receiver: Program, storage: Path) -> None:
    result = receiver("page", "--storage", storage, *(word.replace("STORAGE", str(storage)) for word in words))
    assert (result.status, result.stdout) == (2, ""), result
    result.error_line(told)


def test_a_full_disk_leaves_the_old_page(page: Callable[..., Result]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    result = page(output="-", stdout=Path("/dev/full").open("w"))
    assert result.status == 10
    result.error_line("No space left on device")
