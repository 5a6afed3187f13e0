"""A batch as it really is: JSON and CSV exports of wearables, made from a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

START = datetime(2024, 1, 15, tzinfo=timezone.utc)
FILES_A_KIND = 20
CONFIDENCES = ("high", "high", "high", "medium", "low")


@dataclass(frozen=True)
class HealthData:
    """80 files of together about `size` bytes. The same seed with a larger size yields the same files
    with more at their ends, as an app does that exports everything anew each day."""

    size: int
    seed: int = 0
    stem: str = "person_{:02}"
    name: str = "H"

    @property
    def description(self) -> str:
        return f"{len(KINDS) * FILES_A_KIND} JSON/CSV files, {self.size / 1e6:g} MB"

    def write(self, folder: Path) -> None:
        for kind, (share, text_of) in KINDS.items():
            place = folder / kind
            place.mkdir(parents=True, exist_ok=True)
            for number in range(FILES_A_KIND):
                source = random.Random(f"{kind} {self.seed} {number}")
                begin = START + timedelta(days=self.seed * FILES_A_KIND + number)
                text = text_of(source, begin, int(self.size * share / FILES_A_KIND))
                (place / f"{self.stem.format(number)}{'.json' if text[0] == '{' else '.csv'}").write_text(text)


def _until(size: int, records: Iterator[str]) -> list[str]:
    taken, length = [], 0
    while length < size:
        taken.append(next(records))
        length += len(taken[-1])
    return taken


def _table(head: str, size: int, lines: Iterator[str]) -> str:
    return "".join([head + "\n", *_until(size - len(head), lines)])


def _document(facts: dict[str, object], key: str, size: int, records: Iterator[str]) -> str:
    head = json.dumps(facts, indent=2).removesuffix("\n}")
    return f'{head},\n  "{key}": [\n' + ",\n".join(_until(size - len(head), records)) + "\n  ]\n}\n"


def _walk(source: random.Random, value: float, step: float, low: float, high: float) -> Iterator[float]:
    while True:
        yield value
        value = min(high, max(low, value + source.gauss(0, step)))


def _heart_rate(source: random.Random, begin: datetime, size: int) -> str:
    rates = _walk(source, 68, 1.4, 46, 182)

    def lines() -> Iterator[str]:
        for number, rate in enumerate(rates):
            moment = begin + timedelta(seconds=5 * number)
            yield f"{moment:%Y-%m-%dT%H:%M:%SZ},{rate:.0f},{source.choice(CONFIDENCES)}\n"

    return _table("timestamp,bpm,confidence", size, lines())


def _steps(source: random.Random, begin: datetime, size: int) -> str:
    def lines() -> Iterator[str]:
        minute = 0
        while True:
            moment = begin + timedelta(minutes=minute)
            steps = max(0, int(source.gauss(25, 45))) if 7 <= moment.hour < 23 else 0
            yield f"{moment:%Y-%m-%dT%H:%M:%SZ},{steps},{steps * 0.74:.2f},{steps * 0.041:.3f}\n"
            minute += 1

    return _table("timestamp,steps,distance_m,energy_kcal", size, lines())


def _sleep(source: random.Random, begin: datetime, size: int) -> str:
    rates = _walk(source, 56, 0.6, 42, 80)

    def records() -> Iterator[str]:
        stage = "light"
        for number, rate in enumerate(rates):
            if source.random() < 0.04:
                stage = source.choice(("awake", "light", "deep", "rem"))
            moment = begin + timedelta(seconds=30 * number)
            yield "    " + json.dumps({"start": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "stage": stage,
                                       "heart_rate": round(rate), "movement": round(source.expovariate(9), 3)})

    return _document({"type": "sleep", "device": "wrist", "epoch_seconds": 30}, "epochs", size, records())


def _workout(source: random.Random, begin: datetime, size: int) -> str:
    latitudes, longitudes = _walk(source, 48.137, 2e-5, 47, 49), _walk(source, 11.575, 3e-5, 11, 12)
    rates, heights = _walk(source, 120, 1.2, 90, 188), _walk(source, 519, 0.15, 480, 640)

    def records() -> Iterator[str]:
        for number, point in enumerate(zip(latitudes, longitudes, heights, rates)):
            moment = begin + timedelta(hours=18, seconds=number)
            yield "    " + json.dumps({"time": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "lat": round(point[0], 6),
                                       "lon": round(point[1], 6), "elevation": round(point[2], 1),
                                       "heart_rate": round(point[3])})

    return _document({"type": "running", "device": "watch", "units": "metric"}, "points", size, records())


#: Of the bytes of a batch, and who writes a file of so many.
KINDS: dict[str, tuple[float, Callable[[random.Random, datetime, int], str]]] = {
    "heart_rate": (0.5, _heart_rate),
    "steps": (0.1, _steps),
    "sleep": (0.15, _sleep),
    "workouts": (0.25, _workout),
}
