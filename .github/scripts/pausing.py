"""How long to wait before something that others were quicker at is tried again."""

from __future__ import annotations

import random
import time


def pause(attempt: int, first_s: float, longest_s: float) -> None:
    """After the nth attempt: up to `first_s` and twice as long each time. By chance, so that two who lost to each
    other do not meet again."""
    time.sleep(random.uniform(0, min(first_s * 2.0 ** (attempt - 1), longest_s)))
