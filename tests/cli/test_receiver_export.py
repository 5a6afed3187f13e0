"""`healthmetric-receiver export`: what was stored, as tables for other programs."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from days import Day, Days, processed
from openapi.judged import TOOLS
from payloads import Payload, summary_path
from programs import REPOSITORY, Program, Result
from trees import snapshot

ONE = Day(1, {"a.csv": b"1", "b.csv": b"22", "sub/c.json": b"{}"})
TWO = Day(2, {"a.csv": b"one"}, gone=("b.csv",))
OTHER = Day(2, {"a.csv": b"of the ward"}, producer="ward")
DOCUMENT = REPOSITORY / "docs/export.md"
TEST_PYTHON = TOOLS / "python/bin/python3"


@pytest.fixture
def days(receiver: Program, storage: Path) -> Days:
    days = Days(receiver, storage)
    days.store(ONE, TWO, OTHER)
    return days


@pytest.fixture
def export(days: Days, tmp_path: Path) -> Callable[..., Result]:
    """Changes nothing in the storage, whatever it finds."""
    def run(form: str, output: Any = None, *words: Any, **popen: Any) -> Result:
        before = snapshot(days.storage)
        result = days("export", "--format", form, "--output", output or tmp_path / f"data.{form}", *words, **popen)
        assert snapshot(days.storage) == before
        return result
    return run


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


LATEST = "SELECT producer, path, bytes FROM latest ORDER BY producer, path"
NOW = [("lab", "a.csv", 3), ("lab", "sub/c.json", 2), ("ward", "a.csv", 11)]


def test_a_database_has_batches_files_and_the_latest_ones(export: Callable[..., Result], tmp_path: Path) -> None:
    result = export("sqlite")
    file = tmp_path / "data.sqlite"
    assert (result.status, result.stdout, result.stderr) == (
        0, f"exported 3 batches and 5 stored files to '{file}'\n", "")
    assert rows(file, "SELECT producer, sequence, status, files, bytes FROM batches ORDER BY producer, sequence") == [
        ("lab", 1, "stored", 3, 5), ("lab", 2, "stored", 1, 3), ("ward", 2, "stored", 1, 11)]
    assert rows(file, "SELECT count(*), sum(bytes) FROM files") == [(5, 19)]
    assert rows(file, LATEST) == NOW
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_second_run_adds_what_is_new_and_corrects_what_changed(
        export: Callable[..., Result], days: Days, tmp_path: Path) -> None:
    file = tmp_path / "data.sqlite"
    broken = Payload({"a.csv": b"x"}, batch_id="20240103T103000Z-daily-3f9a1c07")
    payload = broken.put_into(days.storage)
    whole = payload.read_bytes()
    payload.write_bytes(whole.replace(b"eA==", b"eQ=="))
    assert days.receiver("--storage", days.storage).status == 4
    assert export("sqlite").status == 0
    wanted = f"SELECT status, reason IS NULL FROM batches WHERE batch_id = '{broken.batch_id}'"
    assert rows(file, wanted) == [("rejected", 0)]
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE mine (note TEXT)")
        database.execute("INSERT INTO mine VALUES ('kept')")
        database.commit()

    (days.storage / "rejected" / payload.name).write_bytes(whole)
    assert days.receiver("--storage", days.storage, "--retry-rejected").status == 0
    days.store(Day(4, {"sub/c.json": b"[4]"}))
    assert export("sqlite").status == 0
    assert rows(file, wanted) == [("stored", 1)]
    assert rows(file, "SELECT bytes FROM latest WHERE path = 'sub/c.json'") == [(3,)]
    assert rows(file, "SELECT note FROM mine") == [("kept",)]
    days.summary(ONE).unlink()
    assert export("sqlite").status == 0
    assert rows(file, "SELECT count(*) FROM batches WHERE batch_id = '" + ONE.batch_id + "'") == [(0,)]


@pytest.mark.parametrize("table, key, expected", [
    (None, "path", ["a.csv", "a.csv", "a.csv", "b.csv", "sub/c.json"]),
    ("files", "path", ["a.csv", "a.csv", "a.csv", "b.csv", "sub/c.json"]),
    ("latest", "path", ["a.csv", "a.csv", "sub/c.json"]),
    ("batches", "producer", ["lab", "lab", "ward"]),
])
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_csv_and_ndjson_have_a_table_each(form: str, table: str | None, key: str, expected: list[str],
                                          export: Callable[..., Result], tmp_path: Path) -> None:
    words = ["--table", table] if table else []
    result = export(form, None, *words)
    text = (tmp_path / f"data.{form}").read_text()
    records = list(csv.DictReader(io.StringIO(text))) if form == "csv" else [*map(json.loads, text.splitlines())]
    assert (result.status, sorted(record[key] for record in records)) == (0, expected), result
    assert export(form, "-", *words).stdout == text
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(f"data.{form}.")]


def test_names_that_csv_must_quote_come_back(days: Days, export: Callable[..., Result], tmp_path: Path) -> None:
    names = ['a, b.csv', 'say "hi".csv', "=1+1.csv", "ä.csv"]
    days.store(Day(5, dict.fromkeys(names, b"1"), producer="odd"))
    for form in ("csv", "ndjson", "sqlite"):
        assert export(form, None, "--producer", "odd").status == 0
    with (tmp_path / "data.csv").open(newline="") as file:
        assert sorted(row["path"] for row in csv.DictReader(file)) == sorted(names)
    lines = (tmp_path / "data.ndjson").read_text().splitlines()
    assert sorted(json.loads(line)["path"] for line in lines) == sorted(names)
    assert sorted(name for name, in rows(tmp_path / "data.sqlite", "SELECT path FROM files")) == sorted(names)


@pytest.mark.parametrize("words, expected", [
    (["--producer", "ward"], [("ward", "a.csv", 11)]),
    (["--batch", "other"], []),
    (["--at", "2024-01-01"], [("lab", "a.csv", 1), ("lab", "b.csv", 2), ("lab", "sub/c.json", 2)]),
    (["--until", "2024-01-01"], [("lab", "sub/c.json", 2)]),
])
def test_filters_choose_the_batches(words: list[str], expected: list[Any], export: Callable[..., Result],
                                    tmp_path: Path) -> None:
    assert export("sqlite", None, *words).status == 0
    assert rows(tmp_path / "data.sqlite", LATEST) == expected


def test_a_summary_that_cannot_be_read_is_named_once_and_the_rest_is_there(
        days: Days, export: Callable[..., Result], tmp_path: Path) -> None:
    days.summary(ONE).write_text("{")
    result = export("sqlite", None, "--json")
    assert result.status == 4
    assert result.stderr.count("error: ") == 1 and summary_path(ONE.batch_id) in result.stderr, result
    assert result.json == {"output": str(tmp_path / "data.sqlite"), "batches": 2, "files": 2, "latest": 2, "errors": 1}


def test_the_files_themselves_are_not_needed(days: Days, export: Callable[..., Result]) -> None:
    days.place(ONE, "a.csv").unlink()
    result = export("csv")
    assert (result.status, result.stderr) == (0, "")


@pytest.mark.parametrize("words, told", [
    (["--format", "csv"], "export requires --format FORMAT and --output FILE"),
    (["--output", "x"], "export requires --format FORMAT and --output FILE"),
    (["--format", "sqlite", "--output", "x", "--table", "files"], "--table is for --format csv and ndjson"),
    (["--format", "sqlite", "--output", "-"], "--output - is for --format csv and ndjson"),
    (["--format", "xml", "--output", "x"], "expected sqlite, csv or ndjson"),
    (["--format", "csv", "--output", "STORAGE/x.csv"], "is in the storage folder: name a file outside of it"),
])
def test_what_does_not_go_together_is_refused(days: Days, words: list[str], told: str) -> None:
    before = snapshot(days.storage)
    result = days("export", *(word.replace("STORAGE", str(days.storage)) for word in words))
    assert (result.status, result.stdout) == (2, ""), result
    result.error_line(told)
    assert snapshot(days.storage) == before


def foreign_tables(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE Files (name TEXT)")
        database.execute("INSERT INTO Files VALUES ('precious')")
        database.commit()


@pytest.mark.parametrize("make, status, told", [
    (foreign_tables, 2, "has tables of another program"),
    (lambda file: file.write_text("no database, but a letter\n" * 100), 10, "file is not a database; name another file"),
    (lambda file: file.mkdir(), 10, "data.sqlite"),
    (lambda file: file.symlink_to("elsewhere"), 10, "is a symbolic link"),
], ids=["tables", "text", "folder", "link"])
def test_what_is_there_and_not_ours_stays(make: Callable[[Path], Any], status: int, told: str,
                                          export: Callable[..., Result], tmp_path: Path) -> None:
    make(tmp_path / "data.sqlite")
    before = snapshot(tmp_path)
    result = export("sqlite")
    assert result.status == status, result
    result.error_line(told)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("make, kind", [
    (lambda file: file.symlink_to("real.csv"), "a symbolic link"),
    (os.mkfifo, "a named pipe"),
], ids=["link", "pipe"])
def test_a_text_replaces_files_alone(make: Callable[[Path], Any], kind: str, export: Callable[..., Result],
                                     tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("mine")
    make(tmp_path / "data.csv")
    result = export("csv", tmp_path / "data.csv")
    assert (result.status, result.stdout) == (10, ""), result
    result.error_line(f"cannot replace '{tmp_path / 'data.csv'}': it is {kind}; to write to it, use --output -")
    assert (tmp_path / "real.csv").read_text() == "mine"
    assert sorted(place.name for place in tmp_path.iterdir() if "csv." in place.name) == []


@pytest.mark.parametrize("format_, name", [("csv", "files.csv"), ("ndjson", "files.ndjson"), ("sqlite", "health.db")])
def test_a_folder_is_told_a_file_in_it(format_: str, name: str, export: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    result = export(format_, folder)
    assert (result.status, result.stdout) == (10, ""), result
    result.error_line(f"cannot replace '{folder}': it is a folder; name a file in it: --output {folder / name}")
    assert list(folder.iterdir()) == []


def test_a_file_that_is_replaced_keeps_its_mode(export: Callable[..., Result], tmp_path: Path) -> None:
    assert export("csv", tmp_path / "data.csv").status == 0
    assert (tmp_path / "data.csv").stat().st_mode & 0o777 == 0o600
    (tmp_path / "data.csv").chmod(0o644)
    assert export("csv", tmp_path / "data.csv").status == 0
    assert (tmp_path / "data.csv").stat().st_mode & 0o777 == 0o644


def test_a_full_disk_leaves_the_old_file(export: Callable[..., Result], tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    result = export("csv", "-", stdout=Path("/dev/full").open("w"))
    assert result.status == 10
    result.error_line("No space left on device")


def test_the_document_has_every_column(export: Callable[..., Result], tmp_path: Path) -> None:
    assert export("sqlite").status == 0
    for table in ("batches", "files"):
        section = DOCUMENT.read_text().split(f"## {table}\n")[1].split("\n## ")[0]
        documented = re.findall(r"^\| `(\w+)` \| (text|integer)( or null)? \|", section, re.MULTILINE)
        made = rows(tmp_path / "data.sqlite", f"SELECT name, lower(type), \"notnull\" FROM pragma_table_info('{table}')")
        assert documented == [(name, form, "" if is_not_null else " or null") for name, form, is_not_null in made]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.mark.parametrize("recipe", blocks("sh"), ids=lambda text: text.split()[0])
def test_the_recipes_for_shells_work(recipe: str, days: Days, tmp_path: Path) -> None:
    if "sqlite3" in recipe and not shutil.which("sqlite3"):
        pytest.skip("sqlite3 is not installed")
    path = f"{days.receiver.path.parent}:/usr/bin:/bin"
    done = subprocess.run(["sh", "-ec", recipe], cwd=tmp_path, env={"PATH": path, "HOME": str(tmp_path)}, text=True,
                          capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout


@pytest.mark.parametrize("recipe", blocks("python"), ids=lambda text: text.split()[1])
def test_the_recipes_for_python_work(recipe: str, days: Days, export: Callable[..., Result], tmp_path: Path) -> None:
    wanted = re.findall(r"^import (\w+)", recipe, re.MULTILINE)
    asked = subprocess.run([TEST_PYTHON, "-c", f"import {', '.join(wanted)}"], check=False, capture_output=True) \
        if TEST_PYTHON.exists() else None
    if asked is None or asked.returncode != 0:
        pytest.skip(f"{' and '.join(wanted)} are not installed: scripts/install-test-tools.sh")
    for form, name in (("csv", "files.csv"), ("sqlite", "health.db")):
        assert export(form, tmp_path / name).status == 0
    done = subprocess.run([TEST_PYTHON, "-c", recipe], cwd=tmp_path, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert processed(2)[:10] in done.stdout or "a.csv" in done.stdout, done
