"""Who asks, what they may do, and how often."""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from github_server.messages import ApiError

LEVELS = {"read": 1, "write": 2}
RATE_WINDOW_S = 3600


@dataclass(frozen=True)
class Token:
    value: str
    permissions: Mapping[str, int]
    is_actions: bool = False  # a GITHUB_TOKEN: what it pushes starts no runs
    repositories: frozenset[str] = frozenset()  # by full name; without any it is for all
    expires: str = ""  # as GitHub's header has it: "2026-01-31 08:00:00 UTC"
    scopes: str | None = None  # of a classic token, separated by blanks

    @property
    def headers(self) -> dict[str, str]:
        end = {"GitHub-Authentication-Token-Expiration": self.expires} if self.expires else {}
        is_classic = self.scopes is not None
        return {**end, "X-OAuth-Scopes": ", ".join(self.scopes.split())} if is_classic else end

    @property
    def has_expired(self) -> bool:
        try:
            end = datetime.strptime(self.expires, "%Y-%m-%d %H:%M:%S UTC")
        except ValueError:
            return False
        return end.replace(tzinfo=timezone.utc) <= datetime.now(timezone.utc)

    @property
    def login(self) -> str:
        return "github-actions[bot]" if self.is_actions else "octocat"

    @property
    def sees_repositories(self) -> bool:
        return bool(self.permissions)

    def sees(self, repository: str) -> bool:
        return self.sees_repositories and (not self.repositories or repository in self.repositories)

    def allows(self, permission: str, level: str) -> bool:
        if permission == "metadata":
            return self.sees_repositories
        return self.permissions.get(permission, 0) >= LEVELS[level]


def parse_token(text: str) -> Token:
    """TOKEN or TOKEN:contents=write,actions=read,repo=OWNER/NAME,expires=2026-01-31 08:00:00 UTC or
    TOKEN:none; with scopes=repo gist it is a classic one. Raises ValueError."""
    value, _, listed = text.partition(":")
    if not value:
        raise ValueError("a token is empty")
    permissions, repositories, expires, scopes = {}, set(), "", None
    for item in (listed or "contents=write").split(","):
        if item == "none":
            continue
        name, _, level = item.partition("=")
        if name == "repo" and level:
            repositories.add(level)
            continue
        if name == "expires":
            expires = level
            continue
        if name == "scopes":
            scopes = level
            continue
        if level not in LEVELS:
            raise ValueError(f"{item!r} is not none, NAME=read, NAME=write or repo=OWNER/NAME")
        permissions[name] = LEVELS[level]
    return Token(value, permissions, repositories=frozenset(repositories), expires=expires, scopes=scopes)


def presented(authorization: str | None) -> str | None:
    """The token in an Authorization header; of Basic credentials, the password."""
    if not authorization:
        return None
    scheme, _, credentials = authorization.partition(" ")
    credentials = credentials.strip()
    if scheme.lower() != "basic":
        return credentials
    try:
        pair = base64.b64decode(credentials, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return credentials
    return pair.partition(":")[2]


def redacted(authorization: str) -> str:
    """The scheme and enough of the token's digest to tell two tokens apart."""
    scheme = authorization.partition(" ")[0]
    digest = hashlib.sha256((presented(authorization) or "").encode("utf-8", "surrogateescape"))
    return f"{scheme} sha256:{digest.hexdigest()[:12]}"


class Tokens:
    def __init__(self, tokens: Iterable[Token]) -> None:
        self._by_value = {token.value: token for token in tokens}

    def find(self, authorization: str | None) -> Token | None:
        """None when none is presented. Raises ApiError 401 for one nobody knows."""
        value = presented(authorization)
        if value is None:
            return None
        token = self._by_value.get(value) or self._of_a_run(value)
        if token is None:
            raise ApiError(401, "Bad credentials", documentation="")
        if token.has_expired:
            raise ApiError(401, "Bad credentials", headers=token.headers, documentation="")
        return token

    def _of_a_run(self, value: str) -> Token | None:
        """ACTIONS-TOKEN:PERMISSIONS is the token of a run whose workflow has these permissions, and no others."""
        name, _, permissions = value.partition(":")
        token = self._by_value.get(name)
        if not permissions or token is None or not token.is_actions:
            return None
        try:
            return replace(parse_token(value), is_actions=True)
        except ValueError:
            return None

    def of_actions(self) -> Token | None:
        return next((token for token in self._by_value.values() if token.is_actions), None)


@dataclass
class RateLimit:
    limit: int
    used: int
    reset: int

    @property
    def document(self) -> dict[str, int]:
        remaining = max(0, self.limit - self.used)
        return {
            "limit": self.limit,
            "used": min(self.used, self.limit),
            "remaining": remaining,
            "reset": self.reset,
        }

    @property
    def headers(self) -> dict[str, str]:
        numbers = {f"x-ratelimit-{name}": str(value) for name, value in self.document.items()}
        return {**numbers, "x-ratelimit-resource": "core"}


class RateLimits:
    """The primary limit, counted for each token in fixed windows of an hour."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: dict[str, RateLimit] = {}
        self._lock = threading.Lock()

    def count(self, token: Token, cost: int = 1) -> RateLimit:
        """The state after `cost` more requests; beyond the limit, `used` exceeds `limit`."""
        with self._lock:
            now = int(time.time())
            state = self._counts.get(token.value)
            if state is None or state.reset <= now:
                state = RateLimit(self._limit, 0, now + RATE_WINDOW_S)
            state = RateLimit(state.limit, state.used + cost, state.reset)
            self._counts[token.value] = state
            return state
