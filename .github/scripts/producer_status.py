"""What `healthmetric-receiver status --json` says of the producers; docs/output.md has its members."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import child_process
from failures import LocalFailure
from shown_text import on_one_line

TIME_LIMIT_S = 900
ALARMING = ("silent", "never_seen")
LATE, IGNORED, NEW = "late", "ignored", "new"
IMPORTANCE = (*ALARMING, LATE, "unexpected", NEW, "ok", IGNORED)
"""The states, those to look after first."""
_FOUND_SOMETHING = 4


@dataclass(frozen=True)
class Producer:
    """Times as the program prints them, which sort as text. None where nothing is known."""

    name: str
    state: str
    every_s: int | None = None
    grace_s: int | None = None
    rhythm: str | None = None
    """listed, default or learned."""
    last_contact: str | None = None
    last_file: str | None = None
    sender_version: str | None = None
    token_expires: str | None = None

    @property
    def is_alarming(self) -> bool:
        return self.state in ALARMING

    @property
    def patience_s(self) -> int:
        """After so long without a contact it counts as silent."""
        return (self.every_s or 0) + (self.grace_s or 0)


@dataclass(frozen=True)
class Status:
    at: str
    producers: Sequence[Producer] = ()
    """Sorted by importance, then by name."""
    rejected: int = 0
    waiting: int | None = None
    """None where nobody looked."""
    waiting_since: str | None = None
    unreadable: int = 0
    from_the_future: int = 0
    not_looked_at: Sequence[str] = field(default_factory=tuple)


def ask(receiver: str | Path, storage: Path, inbox: Path | None) -> Status:
    """Raises LocalFailure if the program fails or prints something else."""
    command = [str(receiver), "status", "--json", f"--storage={storage}"]
    if inbox:
        command.append(f"--inbox={inbox}")
    try:
        done = child_process.run(command, timeout_s=TIME_LIMIT_S, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired as expired:
        raise LocalFailure(f"{receiver} status took longer than {TIME_LIMIT_S} s") from expired
    said = done.stderr.decode(errors="replace")
    if said.strip():
        print(said, end="" if said.endswith("\n") else "\n", flush=True)
    if done.returncode not in (0, _FOUND_SOMETHING):
        words = said.replace(f"{storage.parent}/", "")
        raise LocalFailure(on_one_line(words) or f"{receiver} status ended with status {done.returncode}")
    try:
        return read(json.loads(done.stdout))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LocalFailure(f"what {receiver} status printed is not understood: {error!r}") from error


def read(document: Mapping[str, Any]) -> Status:
    waiting = document["waiting"]
    since = [each["since"] for each in waiting or () if each["since"]]
    producers = [_producer(each) for each in document["producers"]]
    return Status(
        document["at"], sorted(producers, key=lambda each: (_importance(each.state), each.name)),
        document["rejected_count"], None if waiting is None else document["waiting_count"],
        min(since, default=None), document["unreadable"], document["from_the_future"],
        tuple(document["not_looked_at"]))


def day_and_time(moment: str) -> str:
    """Of RFC 3339."""
    return datetime.fromisoformat(moment).astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def span(seconds: int) -> str:
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length or seconds == length:
            whole, rest = divmod(seconds, length)
            return f"{whole} {unit}" if rest * 20 < length else f"{seconds / length:.1f} {unit}"
    return f"{seconds} s"


def _producer(each: Mapping[str, Any]) -> Producer:
    return Producer(str(each["producer"]), str(each["state"]), each["every_seconds"], each["grace_seconds"],
                    each["rhythm"], each["last_contact"], each["last_file"], each["sender_version"],
                    each["token_expires"])


def _importance(state: str) -> int:
    """A state that a later version has is worth a look."""
    return IMPORTANCE.index(state) if state in IMPORTANCE else len(ALARMING)
