#!/usr/bin/env python3
"""The step of the watching workflow: asks `healthmetric-receiver status` who has stopped sending, keeps an issue for
each silent producer, and shows the result.

What status reads is left in the folder given, by default healthmetric-watch in RUNNER_TEMP: data/_storage, and inbox
where there is an inbox branch; and healthmetric.html, a page of the same batches. The exit status is 4 if somebody fell
silent since the last run.
"""

from __future__ import annotations

import sys

sys.dont_write_bytecode = True
import interruption  # noqa: E402, I001 - first, for what it does

import os  # noqa: E402
import shutil  # noqa: E402
import time  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402

import annotations as show  # noqa: E402
import ping  # noqa: E402
import producer_status  # noqa: E402
import receiver_page  # noqa: E402
import watch_summary  # noqa: E402
from actions_event import BRANCHES, INBOX_VARIABLE  # noqa: E402
from failures import GitError, LocalFailure, RemoteFailure  # noqa: E402
from gh_api import RepositoryApi  # noqa: E402
from git_plumbing import Clone  # noqa: E402
from issue_tracker import IssueTracker  # noqa: E402
from producer_status import Status  # noqa: E402
from recent_storage import DAY_S, Place, RecentStorage  # noqa: E402
from remote import Remote  # noqa: E402
from shown_text import on_one_line  # noqa: E402
from telling import Telling  # noqa: E402

RECEIVER = "healthmetric-receiver"
PAGE = "healthmetric.html"
DAYS_VARIABLE, PING_VARIABLE = "HEALTHMETRIC_WATCH_DAYS", "HEALTHMETRIC_PING_URL"
DEFAULT_DAYS, MAX_DAYS = 90, 3650
NO_INBOX = "the inbox branch: there is none in this repository"
USAGE, NEW_SILENCE, REMOTE_FAILURE, LOCAL_FAILURE = 2, 4, 7, 10


class BadSetting(RuntimeError):
    """The workflow sets something invalid."""


def main() -> int:
    address = os.environ.pop(PING_VARIABLE, "").strip()  # for no program that is started
    try:
        storage = _storage()
        status, days = look(storage, _days())
        warnings = [*storage.warnings, *_make_page(storage)]
        telling = Telling(days, os.environ)
        telling.tell(status, IssueTracker(RepositoryApi(os.environ.get("GH_TOKEN", ""), os.environ)))
    except BadSetting as error:
        return _failed(USAGE, str(error))
    except RemoteFailure as error:
        interruption.go_on_ending(error)
        return _failed(REMOTE_FAILURE, str(error))
    except (GitError, LocalFailure, OSError) as error:
        interruption.go_on_ending(error)
        return _failed(LOCAL_FAILURE, str(error))
    for warning in [*warnings, *telling.warnings]:
        show.warn("Watching", warning)
    _write_summary(watch_summary.to_markdown(status, telling.done, telling.links, [*warnings, *telling.warnings]))
    if telling.failure:
        return _failed(REMOTE_FAILURE, telling.failure, writes_summary=False)
    if address and (why_not := ping.ping(address)):
        show.warn("Cannot ping", why_not)
    return NEW_SILENCE if telling.is_alarm else 0


def look(storage: RecentStorage, days: int) -> tuple[Status, int]:
    """What the batches of the last days say, and how many days that are: more, where the settings have more patience
    with a producer."""
    now = int(time.time())
    while True:
        storage.bring_summaries(now - days * DAY_S)
        status = _ask(storage)
        wanted = max((each.patience_s for each in status.producers if each.rhythm != "learned"), default=0)
        needed = min(wanted // DAY_S + 2, MAX_DAYS)
        if needed <= days:
            return status, days
        days = needed


def _ask(storage: RecentStorage) -> Status:
    with show.commands_stopped():
        status = producer_status.ask(_receiver(), storage.place.storage, storage.inbox)
    return status if storage.inbox else replace(status, not_looked_at=(NO_INBOX,))


def _make_page(storage: RecentStorage) -> list[str]:
    """Returns why it cannot be made. Nobody is told of a silent producer by it, so the run goes on."""
    with show.commands_stopped():
        why_not = receiver_page.make(_receiver(), storage.place.storage, storage.inbox, storage.place.folder / PAGE)
    return [f"the page cannot be made: {why_not}"] if why_not else []


def _receiver() -> str:
    return shutil.which(RECEIVER) or RECEIVER


def _storage() -> RecentStorage:
    place, clone = _place(), Clone(Path.cwd())
    return RecentStorage(clone, Remote(clone, "origin"), place, _other_inboxes())


def _place() -> Place:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else f"{os.environ['RUNNER_TEMP']}/healthmetric-watch").absolute()
    ref = os.environ["GITHUB_REF"]
    if not ref.startswith(BRANCHES):
        raise BadSetting(f"{ref} is not a branch: run the workflow on the branch where the files are stored")
    return Place(folder, ref.removeprefix(BRANCHES))


def _days() -> int:
    text = os.environ.get(DAYS_VARIABLE) or str(DEFAULT_DAYS)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_DAYS):
        raise BadSetting(f"{DAYS_VARIABLE} is not a number of days from 1 to {MAX_DAYS}: {text}")
    return int(text)


def _other_inboxes() -> list[str]:
    name = os.environ.get(INBOX_VARIABLE)
    return [name] if name else []


def _failed(status: int, why: str, writes_summary: bool = True) -> int:
    words = on_one_line(why)
    show.error("The watch failed", words)
    if writes_summary:
        _write_summary(f"{watch_summary.TITLE}\n\n**The watch failed:** {watch_summary.code(words)}\n")
    return status


def _write_summary(markdown: str) -> None:
    with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
        summary.write(markdown)


if __name__ == "__main__":
    sys.exit(main())
