"""What is measured: each module has a function `rows` that yields its part of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.laboratory import Laboratory
from bench.measures import (
    backlog,
    codecs,
    copying,
    growth,
    history,
    link,
    listing,
    memory,
    page,
    restoring,
    start,
    upload,
)
from bench.rows import Row

MEASURES: dict[str, Callable[[Laboratory], Iterator[Row]]] = {
    "copying": copying.rows,
    "restoring": restoring.rows,
    "start": start.rows,
    "upload": upload.rows,
    "memory": memory.rows,
    "link": link.rows,
    "history": history.rows,
    "growth": growth.rows,
    "listing": listing.rows,
    "page": page.rows,
    "backlog": backlog.rows,
    "codecs": codecs.rows,
}
