"""Four producers live for twenty days: one sends each day, one is late in the end, one falls silent and comes back, and
one is never seen. On each day issues and page tell what `status` tells, in the workflow and in a whole clone."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from watch_runs import DAY, HOUR, NEW_SILENCE, NOW, Watched, stamp

DAYS = 20
START = NOW - (DAYS + 1) * DAY
SETTINGS = "".join(f'[producer.{name}]\nevery = "1d"\ngrace = "1d"\n' for name in ("ok", "late", "back", "never"))
SENDS_ON = {
    "ok": set(range(1, DAYS + 1)),
    "late": set(range(1, DAYS)),
    "back": {*range(1, 6), *range(13, DAYS + 1)},
    "never": set(),
}


def morning(day: int) -> datetime:
    """When the watch looks; batches come five hours before."""
    return START + day * DAY


def state_on(day: int, sends_on: set[int]) -> str:
    """As a person would say it."""
    last = max((each for each in sends_on if each <= day), default=None)
    if last is None:
        return "never seen"
    return {0: "ok", 1: "late"}.get(day - last, "silent")


def status_in_a_clone(repository: Watched, at: datetime) -> dict[str, str]:
    clone = repository.folder / f"clone-{at.timestamp()}"
    subprocess.run(["git", "clone", "--quiet", repository.github.repo_path(repository.repo), clone], check=True)
    done = subprocess.run([repository.receiver, "status", "--json", "--storage", clone / "_storage", "--at", stamp(at)],
                          text=True, stdout=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode in (0, 4)
    return states_in(json.loads(done.stdout))


def states_in(status: dict[str, Any]) -> dict[str, str]:
    return {each["producer"]: each["state"].replace("_", " ") for each in status["producers"]}


def open_issues(repository: Watched) -> set[str]:
    return {issue["title"].split(" ")[0] for issue in repository.issues() if issue["state"] == "open"}


def test_status_issues_page_and_runs_tell_the_same_on_each_of_twenty_days(repository: Watched, tmp_path: Path) -> None:
    repository.settings(SETTINGS)
    before = dict.fromkeys(SENDS_ON, "ok")
    for day in range(1, DAYS + 1):
        for name, sends_on in SENDS_ON.items():
            if day in sends_on:
                repository.contact(name, morning(day) - 5 * HOUR)
        states = {name: state_on(day, sends_on) for name, sends_on in SENDS_ON.items()}
        silent = {name for name, state in states.items() if state in ("silent", "never seen")}
        newly = silent - {name for name, state in before.items() if state in ("silent", "never seen")}
        run = repository.watch(morning(day))
        assert run.status == (NEW_SILENCE if newly else 0), run.log
        assert {text.split(":")[0] for text in run.annotations("error")} == newly
        assert {name: row[0] for name, row in run.rows.items()} == states
        assert states_in(run.page()["status"]) == states
        assert status_in_a_clone(repository, morning(day)) == states
        assert open_issues(repository) == silent
        before = states
    assert before == {"ok": "ok", "late": "late", "back": "ok", "never": "never seen"}
    assert [issue["title"] for issue in repository.issues()] == ["never was never seen", "back is silent"]
    assert [len(repository.comments(number)) for number in (1, 2)] == [0, 1]
