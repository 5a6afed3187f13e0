"""Keeps free memory at hand, so that who needs some waits for nobody."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager

#: Linux gives free memory back to a host in blocks of 2 MiB or more.
KEPT_APART = 1 << 20


@contextmanager
def at_hand(size: int) -> Iterator[None]:
    """For as long as this lasts, about `size` free bytes stay in this machine.

    A virtual machine gives memory that nobody uses back to its host, and the first touch of it later
    costs up to ten times the work that is measured. Whoever is measured behind somebody who has just
    freed much would win. Only what is free in large blocks goes back, though: so one page of each MiB is
    kept here and the rest set free."""
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_NOHUGEPAGE)
        touched = bytes(KEPT_APART)
        for begin in range(0, size, KEPT_APART):
            memory[begin : begin + KEPT_APART] = touched
        for begin in range(0, size, KEPT_APART):
            memory.madvise(mmap.MADV_DONTNEED, begin + mmap.PAGESIZE, KEPT_APART - mmap.PAGESIZE)
        yield
