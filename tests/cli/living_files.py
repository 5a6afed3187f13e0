"""Files that are written while they are read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def growing(file: Path) -> Iterator[None]:
    """As a log does, all the time, but never so much that a slow run finds it too large."""
    is_over = threading.Event()

    def grow() -> None:
        with file.open("ab", buffering=0) as log:
            while not is_over.wait(0.001):
                log.write(b"x" * 100)
    thread = threading.Thread(target=grow)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
