"""Has everything that clients and the local GitHub say to each other in a test session judged by
GitHub's own description of its API. A conftest.py takes part by importing the two names in __all__.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

__all__ = ["judged_exchanges", "pytest_terminal_summary"]

HERE = Path(__file__).parent
TOOLS = Path(os.environ.get("HEALTHMETRIC_TEST_TOOLS") or HERE.parents[1] / "build/test-tools")
NODE = TOOLS / "bin/node"
EXCHANGES = "GITHUB_SERVER_EXCHANGES"
TIMEOUT_S = 120
_said: list[str] = []


def why_skipped() -> str | None:
    """Why there is no judge; None when there is one."""
    if (TOOLS / "node_modules/ajv").is_dir() and NODE.exists():
        return None
    return "skipped: scripts/install-test-tools.sh has not installed it"


@dataclass(frozen=True)
class Verdict:
    judged: int
    violations: list[dict[str, Any]]


def judge(files: list[Path]) -> Verdict:
    result = subprocess.run([NODE, HERE / "judge.mjs", TOOLS, *files], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, timeout=TIMEOUT_S)
    assert result.returncode in (0, 1) and result.stdout, result.stderr
    *violations, total = map(json.loads, result.stdout.splitlines())
    return Verdict(total["judged"], violations)


@pytest.fixture(scope="session", autouse=True)
def judged_exchanges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    if reason := why_skipped():
        _said.append(f"judging by GitHub's description {reason}")
        yield
        return
    folder = tmp_path_factory.mktemp("exchanges")
    os.environ[EXCHANGES] = str(folder)
    yield
    del os.environ[EXCHANGES]
    files = sorted(folder.iterdir())
    verdict = judge(files) if files else Verdict(0, [])
    _said.append(f"{verdict.judged} exchanges judged by GitHub's description")
    if verdict.violations:
        pytest.fail("against GitHub's description:\n" + "\n".join(map(json.dumps, verdict.violations)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in _said:
        terminalreporter.write_line(line)
