"""Since when the parts of incomplete batches lie on an inbox branch, which has no history to tell.

The file that says so lies on that branch, where any producer may write it. What is wrong with it, too
large or in the future counts as first seen now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

VERSION = 1
MAX_BYTES = 4 << 20
Since = dict[str, tuple[str, int]]
"""By the name of a part: its blob, and the time in seconds."""


def read_since(text: bytes, now: int) -> Since:
    since: Since = {}
    for name, told in _parts(text).items():
        blob, time = (told.get("blob"), _seconds(told.get("since"))) if isinstance(told, dict) else (None, None)
        if isinstance(blob, str) and time is not None and 0 <= time <= now:
            since[name] = (blob, time)
    return since


def write_since(since: Mapping[str, tuple[str, int]]) -> bytes:
    parts = {name: {"blob": blob, "since": _text(time)} for name, (blob, time) in sorted(since.items())}
    return json.dumps({"schema_version": VERSION, "parts": parts}, indent=1, ensure_ascii=False).encode(
        errors="surrogateescape") + b"\n"


def updated(since: Mapping[str, tuple[str, int]], parts: Mapping[str, str], now: int) -> Since:
    """Of those parts, by name with their blobs. One that was replaced comes anew."""
    return {name: since[name] if name in since and since[name][0] == blob else (blob, now)
            for name, blob in parts.items()}


def _parts(text: bytes) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    parts = document.get("parts") if isinstance(document, dict) else None
    return parts if isinstance(parts, dict) else {}


def _seconds(text: Any) -> int | None:
    try:
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
    except (AttributeError, ValueError, OverflowError, TypeError):
        return None


def _text(time: int) -> str:
    return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
