"""Producers, receivers, people and misfortune in any order. In the end every accepted version of a file is
stored exactly once with its bytes, nothing else is, and nothing is left over.

A failing example is printed as the steps that lead to it, as few as Hypothesis can find; the seed that is
printed before repeats it: HEALTHMETRIC_SEED=N. The figures of a run are printed at its end.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from github_server.local_github import LocalGithub
from long_runs import IS_LONG
from producer import TOKEN
from system_calls import needs_strace

hypothesis = pytest.importorskip("hypothesis", reason="python3-hypothesis is not installed")
from figures import Figures  # noqa: E402
from hypothesis import HealthCheck, seed, settings  # noqa: E402
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402
from life import Life, TimeIsUp  # noqa: E402

BUDGET_S = 30 * 60 if IS_LONG else 120
STEPS = 30
LIVES_A_ROUND = 60


@pytest.fixture(scope="module")
def github() -> Iterator[LocalGithub]:
    # All producers have one token, and half an hour has more requests than GitHub allows it in an hour.
    with LocalGithub(tokens={TOKEN: "contents=write"}, options=["--rate-limit=1000000"]) as server:
        yield server


@needs_strace
def test_whatever_happens_every_file_is_stored_once(
    github: LocalGithub, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    figures = Figures(int(os.environ.get("HEALTHMETRIC_SEED") or secrets.randbits(32)))
    Life.github, Life.scratch, Life.figures, Life.end = github, tmp_path, figures, time.monotonic() + BUDGET_S
    try:
        with suppress(TimeIsUp):
            while True:
                print(f"HEALTHMETRIC_SEED={figures.seed + figures.rounds}", flush=True)
                run_state_machine_as_test(seed(figures.seed + figures.rounds)(Life), settings=settings(
                    max_examples=LIVES_A_ROUND, stateful_step_count=STEPS, deadline=None, database=None,
                    suppress_health_check=list(HealthCheck)))
                figures.rounds += 1
    finally:
        record_property("figures", figures.text())
