"""What an inbox branch holds, and what it is to hold once outcomes are taken into it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from fast_import import NewCommit
from payload_names import BATCH_ID, are_all_parts, batches_in_parts
from settling import Outcome
from storage_layout import INBOX, REASON, RECEIPTS, WAITING, in_repository
from waiting_parts import Since, updated, write_since

TAKE_OUT = "Take what was received out of the inbox"
RECEIPT_DAYS = 45
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Content:
    """Paths in the repository, with their blobs."""

    waiting: Mapping[str, str] = field(default_factory=dict)
    rejected: Mapping[str, str] = field(default_factory=dict)
    receipts: Mapping[str, str] = field(default_factory=dict)
    since: Since = field(default_factory=dict)
    has_since: bool = False
    """Whether there is a file that says so, whatever is in it."""

    def incomplete(self, without: Iterable[str] = ()) -> dict[str, str]:
        """The parts, by name, of batches of which others are missing."""
        left = self.waiting.keys() - set(without)
        return {path.rpartition("/")[2]: self.waiting[path]
                for parts in batches_in_parts(left).values() if not are_all_parts(parts) for path in parts}


def change(content: Content, outcomes: Sequence[Outcome], today: date, now: int) -> NewCommit | None:
    """What makes the branch tell of the outcomes; None where there is nothing to tell."""
    there = {**content.waiting, **content.rejected}
    removed = [path for each in outcomes for path, blob in each.removed.items() if there.get(path) == blob]
    files: dict[str, Path | str | bytes] = {}
    for each in outcomes:
        files |= _rejected(content, each.added)
        if each.receipt:
            files[receipt_path(today, str(each.batch_id))] = each.receipt
    settled = {each.batch_id for each in outcomes if each.receipt}
    incomplete = content.incomplete(removed)
    since = updated(content.since, incomplete, now)
    if not files and not removed and since == content.since and bool(since) == content.has_since:
        return None
    removed += _old_receipts(content, settled, {*content.rejected, *files} - {*removed}, today)
    if since:
        files[in_repository(WAITING)] = write_since(since)
    elif content.has_since:
        removed.append(in_repository(WAITING))
    return NewCommit(TAKE_OUT, files, [path for path in removed if path not in files])


def receipt_path(day: date, batch_id: str) -> str:
    return in_repository(f"{RECEIPTS}/{day.isoformat()}/{batch_id}.json")


def _rejected(content: Content, added: Mapping[str, str]) -> dict[str, str]:
    """Where another run has set something else aside under the same name meanwhile, under a later one."""
    files: dict[str, str] = {}
    for path, blob in added.items():
        if path.endswith(REASON) and path.removesuffix(REASON) in added:
            continue
        place, number = path, 1
        while content.rejected.get(place, blob) != blob:
            number += 1
            place = f"{path}~{number}"
        files[place] = blob
        if reason := added.get(path + REASON):
            files[place + REASON] = reason
    return files


def _old_receipts(content: Content, settled: set[str | None], rejected: Iterable[str], today: date) -> list[str]:
    """Those that another one takes the place of, and those of long ago unless their payload lies there still."""
    kept = {found[0] for path in rejected if (found := re.match(BATCH_ID, path.rpartition("/")[2]))}
    first_day = (today - timedelta(days=RECEIPT_DAYS)).isoformat()
    old = []
    for path in content.receipts:
        day, name = path.split("/")[-2:]
        batch_id = name.removesuffix(".json")
        is_past = bool(_DAY.fullmatch(day)) and day < first_day and batch_id not in kept
        if is_past or batch_id in settled:
            old.append(path)
    return old


def in_inbox(name: str) -> str:
    return in_repository(f"{INBOX}/{name}")
