"""Author and committer as a request names them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from github_server.git_objects import Identity
from github_server.messages import describe, invalid, require, require_type


def person(body: Mapping[str, Any], role: str) -> Identity | None:
    """None where the body has no such member. Raises ApiError 422."""
    require_type(body, dict, role)
    given = body.get(role)
    if given is None:
        return None
    require(given, "name", "email")
    require_type(given, str, "name", "email", "date")
    date = datetime.now(timezone.utc)
    if text := given.get("date"):
        try:
            date = datetime.fromisoformat(text)
        except ValueError:
            raise invalid(f"For 'properties/date', {describe(text)} is not a valid date.") from None
    if date.tzinfo is None:
        date = date.replace(tzinfo=timezone.utc)
    return Identity(given["name"], given["email"], date)
