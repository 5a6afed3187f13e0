"""Which of the payloads that wait a round takes: so many that memory and the room they are laid out in stay
bounded, however many there are."""

from __future__ import annotations

from collections.abc import Mapping

from payload_names import are_all_parts, batches_in_parts

Payloads = dict[str, str]
"""By path, the blob of each."""


def choose(waiting: Mapping[str, str], most: int) -> Payloads:
    """The oldest whole batches, as their names tell; those of which parts are missing when no other is left."""
    incomplete, together = set[str](), dict[str, list[str]]()
    for parts in batches_in_parts(waiting).values():
        together |= dict.fromkeys(parts, parts)
        if not are_all_parts(parts):
            incomplete.update(parts)
    chosen: Payloads = {}
    for path in sorted(waiting.keys() - incomplete, key=lambda path: path.rpartition("/")[2]):
        batch = together.get(path, [path])
        if chosen and len(chosen) + len(batch) > most:
            break
        chosen |= {each: waiting[each] for each in batch}
    return chosen or {path: waiting[path] for path in incomplete}
