"""Folders that change from day to day are sent from several machines, through the whole workflow into a
repository. In a clone of it, `restore --at` each day gives what those machines had on that day: names, bytes,
times and empty folders.

A failing example is printed as its days, as few as Hypothesis can find; the seed that is printed before repeats
it: HEALTHMETRIC_SEED=N.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from github_server.local_github import LocalGithub
from long_runs import IS_LONG
from machine import Machine, Run, Series, Version, are_in_each_others_way
from producer import TOKEN
from programs import Program, Result, has_sanitizers, receiver_path, sender_path
from repository import Repository
from runner import ALL_DONE, Runner
from ugly_names import ugly_name
from wrong_clock import clock_library, with_clock

hypothesis = pytest.importorskip("hypothesis", reason="python3-hypothesis is not installed")
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

BUDGET_S = 20 * 60 if IS_LONG else 45
MOST_DAYS = 8 if IS_LONG else 4
YEAR_S = 365 * 24 * 3600

MACHINES = (("lab", "daily", 0), ("lab", "daily", -9 * YEAR_S), ("lab", "daily", 7 * YEAR_S), ("ward", "daily", 0),
            ("lab", "Ä b: ü 心", 7 * YEAR_S))
"""Producer, batch name, and how fast the clock is. The first ones are instances of one id."""


def names_of(number: int) -> list[str]:
    """Paths of which some are the folders of others, as ugly as names can be."""
    rng = random.Random(number)
    first, second, third = (f"{number}{ugly_name(rng)}" for number in range(3))
    return ["a.json", "a.json/b.csv", "c.csv", "c.csv/d.json", first, f"{first}/{second}", f"{second}/{third}.csv",
            f"{second}/{third}/{first}", third]


places = st.integers(0, len(names_of(0)) - 1)
edits = st.one_of(
    st.tuples(st.just("write"), places, st.sampled_from((0, 1, 3000, 100_000)), st.integers(0, 999)),
    st.tuples(st.just("delete"), places),
    st.tuples(st.just("rename"), places, places),
    st.tuples(st.just("make_folder"), places),
)
runs = st.builds(Run, packing=st.sampled_from(((), ("--part-size", "64K"), ("--compress", "zstd"),
                                               ("--part-size", "64K", "--compress", "zstd"))),
                 skipping=st.sampled_from(("", "", "pattern", "size")), only_changes=st.booleans(),
                 lost=st.sampled_from(("", "", "", "", "record", "state")), allow_empty=st.booleans())
work = st.tuples(st.lists(edits, max_size=6), st.one_of(st.none(), runs, runs, runs))
days = st.lists(st.tuples(*[work] * len(MACHINES)), min_size=2, max_size=MOST_DAYS)


class TimeIsUp(BaseException):
    """Not an Exception: Hypothesis would take that for a failure of the example."""


@dataclass
class Evening:
    """What the machines had said when a day was over."""

    at: str
    series: dict[tuple[str, str], list[Series]]


class Life:
    def __init__(self, github: LocalGithub, folder: Path, clock: Path | None, names: int) -> None:
        self.folder = folder
        self.names = names_of(names)
        self.repository = Repository(github, f"octo/{folder.name}")
        github.create_repo(self.repository.name)
        self.machines = [Machine(producer, batch, folder / f"machine {number}", self.repository,
                                 with_clock(clock, offset))
                         for number, (producer, batch, offset) in enumerate(MACHINES)]
        self.runner = Runner(folder / "runner", self.repository)
        self.evenings: list[Evening] = []

    def day(self, all_work: list[Any]) -> None:
        for machine, (changes, run) in zip(self.machines, all_work, strict=True):
            for what, *operands in changes:
                self.change(machine, what, *operands)
            if run is not None:
                machine.send(run)
        assert self.runner.receive().status == ALL_DONE, self.runner.said[-1]
        second = int(time.time())
        series: dict[tuple[str, str], list[Series]] = {}
        for machine in self.machines:
            series.setdefault((machine.producer, machine.batch_name), []).extend(
                one.copy() for one in machine.series)
        self.evenings.append(Evening(f"{datetime.fromtimestamp(second, timezone.utc):%Y-%m-%dT%H:%M:%SZ}", series))
        while int(time.time()) == second:
            time.sleep(0.02)

    def change(self, machine: Machine, what: str, place: int, *operands: int) -> None:
        path = self.names[place]
        if what == "rename":
            machine.rename(path, self.names[operands[0]])
        else:
            getattr(machine, what)(path, *operands)

    def check_the_way_back(self) -> None:
        storage = self.repository.clone(self.folder / "clone") / "_storage"
        if not storage.exists():
            assert not any(machine.batches for machine in self.machines)
            return
        receiver = Program(receiver_path(), self.folder / "owner")
        stored = [summary for summary in self.repository.summaries() if summary["status"] == "stored"]
        processed = {summary["batch_id"]: (summary["processed_at"], summary["batch_id"]) for summary in stored}
        trees_stored = {(summary["producer"], summary["batch_name"]) for summary in stored}
        assert sorted(processed) == sorted(batch for machine in self.machines for batch in machine.batches)
        assert receiver("verify", "--storage", storage).status == 0
        for number, evening in enumerate(self.evenings):
            for tree, (key, series) in enumerate(evening.series.items()):
                to = self.folder / f"back {number} {tree}"
                result = receiver("restore", "--storage", storage, "--to", to, "--at", evening.at, "--json",
                                  "--producer", key[0], "--batch", key[1])
                expected = joined(series, processed)
                if key not in trees_stored:
                    assert (result.status, to.exists(), expected) == (2, False, {}), result
                    continue
                assert (result.status, result.json["errors"]) == (0, 0), result
                assert restored(to) == expected, (number, key, evening.at)
                assert listed(receiver("files", "--storage", storage, "--json", "--at", evening.at, "--producer",
                                       key[0], "--batch", key[1])) == files_of(expected)
        to = self.folder / "all"
        assert receiver("restore", "--storage", storage, "--to", to).status == (0 if stored else 2)
        trees = [joined(series, processed) for series in self.evenings[-1].series.values()]
        assert Counter(restored(to).values()) >= Counter(
            version for tree in trees for version in tree.values() if version)


def joined(series: list[Series], processed: dict[str, tuple[str, str]]) -> dict[str, Version | None]:
    """Of what several machines say of one path, or of a file and what would be below it, the newest counts.
    Folders that are empty are None."""
    tree: dict[str, Version | None] = {}
    versions = [(processed[version.batch_id], path, version) for one in series for path, version in one.files.items()]
    for _, path, version in sorted(versions, key=lambda entry: entry[0], reverse=True):
        if path not in tree and not any(are_in_each_others_way(path, other) for other in tree):
            tree[path] = version
    files = list(tree)
    for folder in {folder for one in series for folder in one.folders}:
        if not any(folder == path or folder.startswith(f"{path}/") for path in files):
            tree[folder] = None
    return {path: version for path, version in tree.items()
            if version or not any(other.startswith(f"{path}/") for other in tree)}


def files_of(tree: dict[str, Version | None]) -> list[str]:
    return sorted(path for path, version in tree.items() if version)


def restored(to: Path) -> dict[str, Version | None]:
    """Files, and folders with nothing in them."""
    found: dict[str, Version | None] = {}
    for place in to.rglob("*"):
        path = str(place.relative_to(to))
        if place.is_file():
            found[path] = Version(place.read_bytes(), place.stat().st_mtime_ns)
        elif not list(place.iterdir()):
            found[path] = None
    return found


def listed(result: Result) -> list[str]:
    assert result.status == 0, result
    return sorted(file["path"] for file in json.loads(result.stdout))


@pytest.fixture(scope="module")
def github() -> Iterator[LocalGithub]:
    with LocalGithub(tokens={TOKEN: "contents=write"}) as server:
        yield server


def test_each_day_comes_back_as_it_was(github: LocalGithub, tmp_path: Path) -> None:
    chosen = int(os.environ.get("HEALTHMETRIC_SEED") or secrets.randbits(32))
    print(f"HEALTHMETRIC_SEED={chosen}", flush=True)
    clock = None if has_sanitizers(sender_path()) else clock_library(tmp_path)
    end = time.monotonic() + BUDGET_S
    lives = 0
    has_failed = False

    phases = (Phase.generate, Phase.shrink) if IS_LONG else (Phase.generate,)  # the second takes minutes

    @settings(max_examples=10**6, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=phases)
    @seed(chosen)
    @given(names=st.integers(0, 10_000), days=days)
    def live(names: int, days: list[Any]) -> None:
        nonlocal lives, has_failed
        lives += 1
        life = Life(github, tmp_path / f"life-{lives}", clock, names)
        try:
            for day in days:
                life.day(day)
            life.check_the_way_back()
        except Exception:
            has_failed = True
            raise
        finally:
            shutil.rmtree(life.folder)
        if time.monotonic() > end and not has_failed:
            raise TimeIsUp

    with suppress(TimeIsUp):
        live()
    print(json.dumps({"seed": chosen, "lives": lives}))
