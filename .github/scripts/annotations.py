"""What Actions shows beside a run: annotations, which are workflow commands in the log."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from shown_text import on_one_line

MAX_ANNOTATIONS = 10  # GitHub shows no more of a step


@contextmanager
def commands_stopped() -> Iterator[None]:
    """Names from payloads are logged; none of them may be taken for a workflow command."""
    resume = secrets.token_hex(16)
    print(f"::stop-commands::{resume}", flush=True)
    try:
        yield
    finally:
        print(f"::{resume}::", flush=True)


def error(title: str, text: str) -> None:
    _command("error", title, text)


def warn(title: str, text: str) -> None:
    _command("warning", title, text)


def _command(name: str, title: str, text: str) -> None:
    """On one line, escaped as GitHub's own toolkit does it."""
    escaped = on_one_line(text).replace("%", "%25")
    print(f"::{name} title={title}::{escaped}", flush=True)
