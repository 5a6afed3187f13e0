"""What clients asked, for tests to look at. No token and no file content gets into it."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

from github_server.auth import redacted
from github_server.messages import ApiError, Request, Response

MAX_LOGGED_BODY = 64 << 10


class RequestLog:
    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._entries: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def add(self, request: Request, response: Response | None, fault: str | None) -> None:
        """`response` is None when no answer is sent. Called before the answer leaves, so that whoever
        has it finds the entry."""
        entry = _entry(request, response, fault)
        with self._lock:
            self._entries.append(entry)
            if self._path:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry) + "\n")

    def entries(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


def _entry(request: Request, response: Response | None, fault: str | None) -> dict[str, Any]:
    headers = dict(request.headers)
    if "authorization" in headers:
        headers["authorization"] = redacted(headers["authorization"])
    return {
        "time": time.time(),
        "connection": request.connection,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "status": response and response.status,
        "answer_size": response.length if response else 0,
        "fault": fault,
        "headers": headers,
        "body_size": request.body_size,
        "body": _loggable_body(request),
    }


def _loggable_body(request: Request) -> Any:
    is_put = request.method == "PUT"
    if not request.body_size or (request.body_size > MAX_LOGGED_BODY and not is_put):
        return None
    if ".git/" in request.path or "/_control/" in request.path:
        return None
    try:
        document = request.document
    except ApiError:
        return None
    if not is_put or not isinstance(document, dict):
        return document
    kept = {name: value for name, value in document.items() if name != "content"}
    content = document.get("content")
    return {**kept, "content_length": len(content) if isinstance(content, str) else None}
