"""Parses the names of payloads; docs/payload-format.md has their form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

BATCH_ID = r"\d{8}T\d{6}Z-[A-Za-z0-9._-]+-[0-9a-f]{8}"
_PART = re.compile(rf"(?:.*/)?({BATCH_ID})\.part-(\d{{4,6}})(-last)?\.json", re.DOTALL)


def batches_in_parts(paths: Iterable[str]) -> dict[str, list[str]]:
    """The batches in several parts, each with the paths of its parts in `paths`."""
    batches = defaultdict(list)
    for path in paths:
        if found := _PART.fullmatch(path):
            batches[found[1]].append(path)
    return dict(batches)


def are_all_parts(paths: Iterable[str]) -> bool:
    """Whether these parts of a batch are all of them."""
    found = [_PART.fullmatch(path) for path in paths]
    numbers = {int(each[2]) for each in found if each}
    last = [int(each[2]) for each in found if each and each[3]]
    return bool(last) and numbers >= set(range(1, last[0] + 1))
