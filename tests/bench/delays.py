"""What a link does to what passes it: so many bytes a second, and then so long under way."""

from __future__ import annotations

import heapq
import itertools
import time
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Parcel = TypeVar("Parcel")


@dataclass
class Direction(Generic[Parcel]):
    """One way of a link. Nothing is lost; what comes faster than the rate waits."""

    one_way_s: float
    bytes_per_s: float
    carried_bytes: int = 0
    _free_at: float = 0
    _under_way: list[tuple[float, int, Parcel]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def put(self, parcel: Parcel, size: int) -> None:
        self.carried_bytes += size
        self._free_at = max(time.monotonic(), self._free_at) + size / self.bytes_per_s
        heapq.heappush(self._under_way, (self._free_at + self.one_way_s, next(self._numbers), parcel))

    def wait_s(self) -> float | None:
        """Until the next parcel arrives; None: none is under way."""
        return max(0.0, self._under_way[0][0] - time.monotonic()) if self._under_way else None

    def arrived(self) -> list[Parcel]:
        """Those that are through, in their order."""
        found = []
        while self._under_way and self._under_way[0][0] <= time.monotonic():
            found.append(heapq.heappop(self._under_way)[2])
        return found
