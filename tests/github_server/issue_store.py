"""The issues of all repositories, with their comments. They live as long as the server."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timezone


def now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


@dataclass
class Comment:
    id: int
    author: str
    body: str
    created: datetime = field(default_factory=now)


@dataclass
class Issue:
    number: int
    author: str
    title: str
    body: str | None
    state: str = "open"
    state_reason: str | None = None
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    closed: datetime | None = None
    closed_by: str | None = None
    comments: list[Comment] = field(default_factory=list)


class IssueStore:
    """Held while several requests change the same issue: `with store.lock`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._issues: dict[str, list[Issue]] = {}
        self._disabled: set[str] = set()
        self._last_comment = 0

    def are_enabled(self, repository: str) -> bool:
        return repository not in self._disabled

    def enable(self, repository: str, is_enabled: bool) -> None:
        (self._disabled.discard if is_enabled else self._disabled.add)(repository)

    def all(self, repository: str) -> list[Issue]:
        """In the order of their numbers. A copy."""
        with self.lock:
            return list(self._issues.get(repository, ()))

    def find(self, repository: str, number: int) -> Issue | None:
        issues = self.all(repository)
        return issues[number - 1] if 0 < number <= len(issues) else None

    def open(self, repository: str, author: str, title: str, body: str | None) -> Issue:
        with self.lock:
            issues = self._issues.setdefault(repository, [])
            issues.append(Issue(len(issues) + 1, author, title, body))
            return issues[-1]

    def comment(self, issue: Issue, author: str, body: str) -> Comment:
        with self.lock:
            self._last_comment += 1
            issue.comments.append(Comment(self._last_comment, author, body))
            issue.updated = now()
            return issue.comments[-1]
