"""The demo: the whole way of a batch, a tree of what is stored, what to do next, and nothing left behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LONG = os.environ.get("HEALTHMETRIC_LONG") == "1"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The project's files, without what was built from them."""
    place = tmp_path / "healthmetric"
    shutil.copytree(PROJECT, place, symlinks=True, ignore=lambda folder, names: {
        name for name in names if name in ("build", ".git", "__pycache__")})
    return place


def files_below(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*")}


def demonstrate(checkout: Path, *words: str | Path, build: str | None) -> list[str]:
    temporary = checkout.parent / "temporary"
    temporary.mkdir()
    before = files_below(checkout)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEALTHMETRIC_")}
    environment |= {"TMPDIR": str(temporary), "HOME": str(temporary)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run([checkout / "scripts/demo.sh", *words], text=True, capture_output=True, check=False,
                          cwd=checkout.parent, env=environment | ({"HEALTHMETRIC_BUILD": build} if build else {}), timeout=1500)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert not list(temporary.iterdir())
    assert {path for path in files_below(checkout) - before if not path.startswith("build/demo/")} <= {
        "build", "build/demo", "build/demo-page.html"}
    assert (checkout / "build/demo-page.html").read_text().startswith("<!DOCTYPE html>")
    return done.stdout.splitlines()


def built() -> str:
    build = os.environ.get("HEALTHMETRIC_BUILD")
    if not build:
        pytest.skip("HEALTHMETRIC_BUILD names no build")
    return build


def test_it_ends_with_a_tree_and_what_comes_next(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own data"
    (folder / "a/b").mkdir(parents=True)
    (folder / "a/b/rate.csv").write_text("t,bpm\n")
    (folder / "note ü.txt").write_text("well\n")
    shown = demonstrate(checkout, folder, build=built())
    tree = shown[shown.index("> The contents of the repository") + 1:]
    tree = tree[:tree.index("")]
    assert tree[0] == "_storage/"
    demo = tree.index("  demo/")
    assert re.fullmatch(r"    \d{4}/       \d\d/         \d\d/", " ".join(tree[demo + 1:demo + 4]))
    assert re.fullmatch(r" {10}\d{8}T\d{6}Z-[0-9a-f]{8}_note ü\.txt", tree[demo + 4])
    assert tree[demo + 5:demo + 7] == ["          a/", "            b/"]
    assert re.fullmatch(r" {14}\d{8}T\d{6}Z-[0-9a-f]{8}_rate\.csv", tree[demo + 7])
    assert not [line for line in shown if re.search(r"^#|\|.*\||</?code>|&[#a-z]+;", line)], shown
    summary = shown[shown.index("> The summary on the page of the run") + 1:]
    assert summary[:2] == ["Health metrics received", ""]
    assert summary[4].split()[:4] == ["Batch", "Status", "Files", "Size"]
    assert summary[5].split()[1:4] == ["stored", "2", "11"]
    assert not [line for line in shown if "Installing" in line]  # nothing was missing
    assert shown[shown.index("> Restoring it from a clone") + 1].startswith("restored 2 files (11 B) to ")
    assert "> Compared with their sources: 2 of 2 stored files are the same, byte for byte." in shown
    assert f"See it in a browser:                {checkout}/build/demo-page.html" in shown
    assert f"See it stored on this machine:      {checkout}/scripts/demo.sh FOLDER" in shown
    assert f"See what would be sent, and why:    {built()}/sender/healthmetric-sender --folder FOLDER --dry-run" in shown


def test_a_large_folder_is_not_listed_whole(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(100):
        (folder / f"{number}.csv").write_text("t,bpm\n")
    shown = demonstrate(checkout, folder, build=built())
    tree = shown[shown.index("> The contents of the repository") + 1:]
    assert tree[60].startswith("... and ")
    assert tree[60].endswith(" more lines")
    assert tree[61] == ""


def test_what_cannot_be_sent_is_in_the_source_alone(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "rate.csv").write_text("t,bpm\n")
    (folder / "scan.dcm").write_bytes(b"of another type")
    (folder / os.fsdecode(b"gr\xf6\xdfe.csv")).write_bytes(b"a name that is not UTF-8")
    shown = demonstrate(checkout, folder, build=built())
    assert "> Compared with their sources: 1 of 1 stored files are the same, byte for byte." in shown


@pytest.mark.skipif(not LONG, reason="takes minutes: --long")
def test_it_builds_what_it_needs(checkout: Path) -> None:
    shown = demonstrate(checkout, build=None)
    assert [line for line in shown if line.endswith("% built")][-1] == "100% built"
