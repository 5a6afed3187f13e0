"""What a run of the random test did, for whoever reads its result."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figures:
    seed: int
    rounds: int = 0
    """Each with the next seed."""
    lives: int = 0
    findings: int = 0
    """Lives that failed, those by which Hypothesis looks for the shortest one included."""
    actions: Counter[str] = field(default_factory=Counter)
    options: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    """By the program that was killed."""
    _begun: float = field(default_factory=time.monotonic)

    def count(self, action: str, *options: str) -> None:
        self.actions[action] += 1
        self.options.update(option for option in options if option.startswith("--"))

    def document(self) -> dict[str, Any]:
        return {"seeds": [self.seed, self.seed + self.rounds], "seconds": round(time.monotonic() - self._begun),
                "lives": self.lives, "findings": self.findings,
                "actions": {"all": self.actions.total(), **dict(sorted(self.actions.items()))},
                "options": dict(sorted(self.options.items())),
                "kills": {"all": self.kills.total(), **dict(sorted(self.kills.items()))}}

    def text(self) -> str:
        return json.dumps(self.document())
