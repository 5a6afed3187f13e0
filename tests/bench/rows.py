"""What a measure yields: rows, each with the figures of all turns."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any


class Kind(Enum):
    """How a row is judged. Ratios are of figures of the same turn."""

    RATIO = "ours by theirs"
    SPEEDUP = "times better than theirs"
    VALUE = "the value itself"


class Unit(Enum):
    SECONDS = "seconds"
    BYTES = "bytes"
    BYTES_PER_SECOND = "bytes/s"
    NUMBER = ""
    NUMBER_PER_SECOND = "a second"


class Reached(Enum):
    AIM = "aim"
    MUST = "must"
    NEITHER = "neither"
    NO_GOAL = ""


@dataclass(frozen=True)
class Goal:
    """In the row's own terms: a ratio, a speed-up, or a value in its unit."""

    must: float
    aim: float | None = None


@dataclass(frozen=True)
class Row:
    section: str
    measure: str
    unit: Unit
    ours: Sequence[float]
    reference: str = ""
    theirs: Sequence[float] = ()
    kind: Kind = Kind.VALUE
    goal: Goal | None = None
    course: Sequence[tuple[int, float]] = ()  #: how it came to be: days, and the value after them

    @property
    def figures(self) -> list[float]:
        """One a turn."""
        if self.kind is Kind.RATIO:
            return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]
        if self.kind is Kind.SPEEDUP:
            return [theirs / ours for ours, theirs in zip(self.ours, self.theirs, strict=True)]
        return list(self.ours)

    @property
    def figure(self) -> float:
        return statistics.median(self.figures)

    @property
    def spread(self) -> tuple[float, float]:
        """Between these lies the middle half of the turns."""
        if len(self.figures) < 2:
            return self.figure, self.figure
        low, _, high = statistics.quantiles(self.figures, n=4, method="inclusive")
        return low, high

    @property
    def reached(self) -> Reached:
        if self.goal is None:
            return Reached.NO_GOAL
        sign = -1 if self.kind is Kind.SPEEDUP else 1
        for bound, name in ((self.goal.aim, Reached.AIM), (self.goal.must, Reached.MUST)):
            if bound is not None and sign * self.figure <= sign * bound:
                return name
        return Reached.NEITHER

    def document(self) -> dict[str, Any]:
        """For JSON, with everything that can be computed from it."""
        low, high = self.spread
        return asdict(self) | {"unit": self.unit.value, "kind": self.kind.value, "ours": list(self.ours),
                               "theirs": list(self.theirs), "figure": self.figure,
                               "middle_half": [low, high], "reached": self.reached.value}
