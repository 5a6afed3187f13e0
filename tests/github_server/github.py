"""The state the endpoints share: repositories, tokens, limits, the runner."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from github_server.actions import Runner
from github_server.auth import RateLimits, Token, Tokens
from github_server.git_objects import Identity
from github_server.git_repo import GitRepo
from github_server.issue_store import IssueStore
from github_server.messages import Request, not_found

OWNER_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_-]*"
NAME_PATTERN = r"[A-Za-z0-9_.-]+"
_FULL_NAME = re.compile(f"({OWNER_PATTERN})/({NAME_PATTERN})")


def identity_of(login: str) -> Identity:
    return Identity(login, f"{login}@users.noreply.github.com", datetime.now(timezone.utc))


class RepositoryStore:
    """Bare repositories at ROOT/<owner>/<name>.git; one object each, for it holds the write lock."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._known: dict[str, GitRepo] = {}
        self._lock = threading.Lock()

    def create(self, full_name: str) -> GitRepo:
        """Leaves one that exists alone. Raises ValueError."""
        with self._lock:
            repo = self._at(full_name)
            if not (repo.path / "HEAD").exists():
                repo.initialise(identity_of(repo.owner))
            return repo

    def find(self, full_name: str) -> GitRepo:
        """Raises ApiError 404."""
        with self._lock:
            try:
                repo = self._at(full_name)
            except ValueError:
                raise not_found() from None
            if not (repo.path / "HEAD").exists():
                raise not_found()
            return repo

    def _at(self, full_name: str) -> GitRepo:
        parts = _FULL_NAME.fullmatch(full_name)
        if not parts or parts[2] in (".", "..") or parts[2].endswith(".git"):
            raise ValueError(f"{full_name!r} is not OWNER/NAME")
        if full_name not in self._known:
            path = self.root / parts[1] / f"{parts[2]}.git"
            self._known[full_name] = GitRepo(parts[1], parts[2], path)
        return self._known[full_name]


@dataclass
class Github:
    repositories: RepositoryStore
    tokens: Tokens
    rate_limits: RateLimits
    runner: Runner
    max_blob_bytes: int
    workflows: frozenset[str] = frozenset()  # taken to exist though no file says so
    # of commits, by repository and id
    comments: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    issues: IssueStore = field(default_factory=IssueStore)


@dataclass
class Call:
    """One authenticated request to one endpoint."""

    github: Github
    request: Request
    token: Token
    parameters: dict[str, str] = field(default_factory=dict)
    repo: GitRepo | None = None

    @property
    def base(self) -> str:
        return self.request.base_url


def as_tokens(tokens: Iterable[Token], actions: Iterable[str]) -> Tokens:
    """A GITHUB_TOKEN has what a workflow with `contents: write` has."""
    return Tokens([*tokens, *(Token(value, {"contents": 2}, is_actions=True) for value in actions)])
