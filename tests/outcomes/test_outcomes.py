"""A run is summed up truly, and one that shrank is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SOME_TESTS = """
import pytest

def test_good(): pass

@pytest.mark.parametrize("value", ["a b", "c"])
def test_lacking(value): pytest.skip("gh is not installed")

@pytest.mark.skipif(True, reason="takes minutes: --long")
def test_long(): pass

def test_bad(record_property):
    record_property("figures", "3 tried")
    assert False

@pytest.fixture
def broken():
    yield
    assert False

def test_bad_afterwards(broken): pass
"""
CTEST = """<testsuite><testcase name="a unit: adds" status="run"/>
<testcase name="a unit: breaks" status="fail"/>
<testcase name="python/cli/some" status="fail"/>
<testcase name="python/cli/killed" status="fail"/></testsuite>"""
LACKING = "tests/cli/test_some.py::test_lacking[*]"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    file = tmp_path / "tests/cli/test_some.py"
    file.parent.mkdir(parents=True)
    file.write_text(SOME_TESTS)
    build = tmp_path / "release"
    environment = os.environ | {"PYTHONPATH": str(TESTS), "HEALTHMETRIC_OUTCOMES": str(build / "outcomes")}
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "outcomes.recording",
                    "--rootdir", tmp_path, file], env=environment, stdout=subprocess.DEVNULL)
    (build / "ctest.xml").write_text(CTEST)
    return build


def summary(build: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "outcomes", build, *words], text=True, capture_output=True,
                          env=os.environ | {"PYTHONPATH": str(TESTS)})


def held(build: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    file = build / "hold.txt"
    file.write_text("".join(line + "\n" for line in lines))
    return summary(build, "--hold", file)


def test_counts_end_the_summary_and_each_skipped_test_is_named(build: Path) -> None:
    """Passed: one unit test and one in Python. Failed: a unit test, two in Python, and a file that ended
    before it could say anything."""
    told = summary(build)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines() == [
        "skipped: tests/cli/test_some.py::test_lacking[a b]: gh is not installed",
        "skipped: tests/cli/test_some.py::test_lacking[c]: gh is not installed",
        "1 more test takes minutes and runs with --long",
        "tests/cli/test_some.py::test_bad: 3 tried",
        "2 passed, 4 failed, 2 skipped"]


def test_a_run_as_large_as_before_passes(build: Path) -> None:
    assert held(build, "count asan 9", "count release 2", f"skip release {LACKING} no gh").returncode == 0


@pytest.mark.parametrize("lines, complaint", [
    (["count release 2"], "skipped, and not on the list of what may be: "),
    (["count release 2", f"skip asan {LACKING} no gh"], "skipped, and not on the list of what may be: "),
    (["count release 3", f"skip release {LACKING} no gh"], "only 2 tests passed, where 3 did before"),
])
def test_a_run_that_shrank_does_not(lines: list[str], complaint: str, build: Path) -> None:
    told = held(build, *lines)
    assert told.returncode == 1
    assert complaint in told.stderr
