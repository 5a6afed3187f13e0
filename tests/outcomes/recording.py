"""A pytest plugin. It writes what became of each test of its session to a file of its own in the folder
HEALTHMETRIC_OUTCOMES, a JSON object a line: {"test": …, "outcome": passed|failed|skipped, "reason": …,
"figures": …}, the figures being what the test gave to record_property under that name."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

_outcomes: dict[str, tuple[str, str]] = {}
_figures: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test has up to three reports. What failed stays failed, whatever the others say."""
    _figures.update({report.nodeid: str(value) for name, value in report.user_properties if name == "figures"})
    known, _ = _outcomes.get(report.nodeid, ("", ""))
    if known in ("failed", "skipped") and not report.failed:
        return
    if report.when == "call" or not report.passed:
        _outcomes[report.nodeid] = report.outcome, reason_of(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Whole files that cannot be read, or skip themselves."""
    if not report.passed:
        _outcomes[report.nodeid] = report.outcome, reason_of(report)


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    if not report.skipped or not isinstance(report.longrepr, tuple):
        return ""
    return report.longrepr[2].removeprefix("Skipped: ")


def pytest_sessionfinish(session: pytest.Session) -> None:
    folder = os.environ.get("HEALTHMETRIC_OUTCOMES")
    if not folder:
        return
    lines = [json.dumps({"test": test, "outcome": outcome, "reason": reason, "figures": _figures.get(test, "")})
             for test, (outcome, reason) in _outcomes.items()]
    name = "-".join(Path(argument).with_suffix("").as_posix().replace("/", "-")
                    for argument in session.config.args)
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / f"{name[-200:]}.jsonl").write_text("".join(line + "\n" for line in lines))
