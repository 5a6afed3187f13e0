"""How much of what the sender for Linux is put to, the one for Windows is put to as well."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from programs import REPOSITORY
from wine import is_meant, left_out, why_left_out

LEAST_PERCENT = 85


@pytest.fixture(scope="module")
def collected() -> list[str]:
    """The tests of the files that tests/python_tests.cmake names."""
    cmake = (REPOSITORY / "tests/python_tests.cmake").read_text()
    match = re.search(r"set\(HEALTHMETRIC_UNDER_WINE([^)]*)\)", cmake)
    assert match
    files = [f"tests/cli/test_{name}.py" for name in match[1].split()]
    listing = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider",
                              "--rootdir", REPOSITORY, *files], cwd=REPOSITORY, env=os.environ | {"COLUMNS": "500"},
                             capture_output=True, text=True, check=True, timeout=120)
    return [line for line in listing.stdout.splitlines() if "::" in line]


def test_each_line_of_the_list_means_a_test(collected: list[str]) -> None:
    assert [pattern for pattern in left_out() if not any(is_meant(test, pattern) for test in collected)] == []


def test_most_test_functions_run(collected: list[str], record_property: pytest.FixtureRequest) -> None:
    functions = {test.partition("[")[0] for test in collected}
    run = {test.partition("[")[0] for test in collected if not why_left_out(test)}
    record_property("figures", f"{len(run)} of {len(functions)} test functions run under Wine")
    assert len(functions) > 400
    assert 100 * len(run) >= LEAST_PERCENT * len(functions)
