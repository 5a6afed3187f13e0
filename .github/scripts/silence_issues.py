"""Which issues are to be opened, changed and closed, so that there is one for each producer that is silent.

The first line of an issue's text is a comment that readers do not see. It has the producer, the state that the issue
tells of, and the last contact that was known then. Only the workflow's own account is believed, so nobody else can
make an issue count, and the rest of the text is left as it is.

An issue that a person closes stays closed until the producer was back. An issue is never opened twice for the same
producer: when it falls silent again, its issue is opened again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote, unquote

from producer_status import ALARMING, IGNORED, LATE, NEW, Producer

NEVER = "-"
"""In place of the last contact."""
FINE = "ok"
_MARKER = re.compile(
    r"\A<!-- healthmetric-watch producer=([A-Za-z0-9._~%-]+) state=([a-z_]+) contact=([0-9TZ:.-]+) -->")


@dataclass(frozen=True)
class Marker:
    producer: str
    state: str
    contact: str = NEVER

    @property
    def is_alarming(self) -> bool:
        return self.state in ALARMING

    @property
    def is_fine(self) -> bool:
        return not self.is_alarming and self.state != LATE

    def line(self) -> str:
        return (f"<!-- healthmetric-watch producer={quote(self.producer, safe='')} state={self.state} "
                f"contact={self.contact} -->")

    def put_into(self, text: str) -> str:
        """In place of the one that is there."""
        return self.line() + _MARKER.sub("", text, count=1)


def marker_in(text: str) -> Marker | None:
    found = _MARKER.match(text)
    return Marker(unquote(found[1]), found[2], found[3]) if found else None


@dataclass(frozen=True)
class Issue:
    """One of ours."""

    number: int
    is_open: bool
    text: str
    marker: Marker


class Reason(Enum):
    """Why an issue is touched."""

    FELL_SILENT = "fell silent"
    SILENT_AGAIN = "is silent again"
    LATE = "is only late"
    BACK = "is back"
    NOT_EXPECTED = "is not expected yet"
    IGNORED = "is ignored"


@dataclass(frozen=True)
class Step:
    """What is to be done for a producer."""

    producer: Producer
    marker: Marker
    """As it is to be."""
    reason: Reason
    issue: Issue | None = None
    """None for a new one."""
    is_open: bool = True
    """As it is to be."""
    tells: bool = True
    """Whether a comment tells of it."""

    @property
    def is_alarm(self) -> bool:
        """Somebody is to be woken: an issue is opened or opened again, or an open one tells of a new silence."""
        return self.reason in (Reason.FELL_SILENT, Reason.SILENT_AGAIN)


@dataclass(frozen=True)
class Plan:
    alarms: list[Step] = field(default_factory=list)
    others: list[Step] = field(default_factory=list)


def plan_for(producers: Iterable[Producer], issues: Iterable[Issue]) -> Plan:
    """A producer that is not among the given ones changes nothing: its last batch may be too old to be seen."""
    by_producer = defaultdict[str, list[Issue]](list)
    for issue in sorted(issues, key=lambda each: (not each.is_open, -each.number)):
        by_producer[issue.marker.producer].append(issue)
    plan = Plan()
    for producer in producers:
        for step in _steps(producer, by_producer.get(producer.name, [])):
            (plan.alarms if step.is_alarm else plan.others).append(step)
    return plan


def _steps(producer: Producer, issues: Sequence[Issue]) -> list[Step]:
    if producer.is_alarming:
        step = _alarm(producer, issues[0] if issues else None)
        return [step] if step else []
    if producer.state == LATE:
        return [step for issue in issues if (step := _late(producer, issue))]
    return [step for issue in issues if (step := _fine(producer, issue))]


def _alarm(producer: Producer, issue: Issue | None) -> Step | None:
    marker = _marker_of(producer, producer.state)
    if not issue:
        return Step(producer, marker, Reason.FELL_SILENT)
    if issue.marker.is_alarming and not _was_heard(producer, issue):
        return None  # it is known, and whoever closed it knows, too
    return Step(producer, marker, Reason.SILENT_AGAIN, issue)


def _late(producer: Producer, issue: Issue) -> Step | None:
    if not issue.marker.is_alarming or _has_only_learned(producer, issue):
        return None
    return Step(producer, _marker_of(producer, LATE), Reason.LATE, issue, issue.is_open, tells=issue.is_open)


def _fine(producer: Producer, issue: Issue) -> Step | None:
    if issue.marker.is_fine or _has_only_learned(producer, issue):
        return None
    reason = Reason.BACK if _was_heard(producer, issue) else Reason.NOT_EXPECTED
    if producer.state == IGNORED:
        reason = Reason.IGNORED
    return Step(producer, _marker_of(producer, FINE, issue), reason, issue, is_open=False, tells=issue.is_open)


def _was_heard(producer: Producer, issue: Issue) -> bool:
    """Since the issue was written. A contact that is not seen any more is too old."""
    if not producer.last_contact:
        return False
    return issue.marker.contact == NEVER or producer.last_contact > issue.marker.contact


def _has_only_learned(producer: Producer, issue: Issue) -> bool:
    """Nothing came of it. As its older batches are not seen any more, another rhythm is learned, or none."""
    return (producer.state == NEW or producer.rhythm == "learned") and not _was_heard(producer, issue)


def _marker_of(producer: Producer, state: str, issue: Issue | None = None) -> Marker:
    contact = producer.last_contact or (issue.marker.contact if issue else NEVER)
    return Marker(producer.name, state, contact)
