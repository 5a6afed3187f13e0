from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "cli")]
pytest.register_assert_rewrite("at_rest", "producer", "runner")
from openapi import judged  # noqa: E402
from openapi.judged import judged_exchanges  # noqa: E402, F401


def pytest_terminal_summary(terminalreporter: Any) -> None:
    judged.pytest_terminal_summary(terminalreporter)
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in getattr(report, "user_properties", []):
                terminalreporter.write_line(f"{name}: {value}")
