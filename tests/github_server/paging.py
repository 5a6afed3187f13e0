"""Lists that are answered a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from github_server.github import Call
from github_server.messages import quote_path

DEFAULT_PER_PAGE, MAX_PER_PAGE = 30, 100


@dataclass(frozen=True)
class Page:
    number: int
    size: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    def of(self, items: Sequence[Any]) -> list[Any]:
        return list(items[self.start : self.start + self.size])


def page_of(call: Call) -> Page:
    query = call.request.query
    size = min(MAX_PER_PAGE, _whole_number(query.get("per_page"), DEFAULT_PER_PAGE))
    return Page(_whole_number(query.get("page"), 1), size)


def link(call: Call, **pages: int) -> dict[str, str]:
    """The header, with a page for each relation."""
    return {"Link": ", ".join(f'<{_address(call, page)}>; rel="{name}"' for name, page in pages.items())}


def _address(call: Call, page: int) -> str:
    query = {**call.request.query, "page": str(page)}
    pairs = "&".join(f"{quote_path(name)}={quote_path(value)}" for name, value in query.items())
    return f"{call.base}{call.request.raw_path}?{pairs}"


def _whole_number(text: str | None, default: int) -> int:
    """Like GitHub, the default for what is none."""
    return (
        max(1, int(text)) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
    )
