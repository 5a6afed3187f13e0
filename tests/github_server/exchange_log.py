"""Requests with their answers, as far as a judge of their form needs them. One file a process, in
a folder; without one nothing is kept."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

from github_server.messages import ApiError, Request, Response

VARIABLE = "GITHUB_SERVER_EXCHANGES"
MAX_JUDGED_BYTES = 8 << 20
PRODUCT = ("healthmetric-sender/", "GitHub CLI ")
"""Through gh the scripts of the workflows ask."""


class ExchangeLog:
    def __init__(self, folder: str | None) -> None:
        self._path = Path(folder) / f"{os.getpid()}.jsonl" if folder else None
        self._lock = threading.Lock()

    def add(self, request: Request, response: Response, is_scripted: bool) -> None:
        """What the product asks is judged, and every answer; what other clients ask is theirs."""
        if self._path is None:
            return
        is_product = request.headers.get("user-agent", "").startswith(PRODUCT)
        answer_type = response.headers.get("Content-Type", "")
        query = request.query_text
        entry = {
            "method": request.method,
            "target": request.raw_path + (f"?{query}" if query else ""),
            "request": _short(_document(request)),
            "request_size": request.body_size,
            "status": response.status,
            "answer_type": answer_type,
            "answer": None if is_scripted else _short(_answer(response, answer_type)),
            "judge_request": is_product,
            "judge_answer": not is_scripted,
        }
        line = json.dumps(entry) + "\n"
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line)


def _document(request: Request) -> Any:
    if not 0 < request.body_size <= MAX_JUDGED_BYTES * 8:
        return None
    try:
        return request.document
    except ApiError:
        return None


def _answer(response: Response, answer_type: str) -> Any:
    if not answer_type.startswith("application/json") or response.length > MAX_JUDGED_BYTES:
        return None
    return json.loads(b"".join(response.blocks(response.length)) or b"null")


def _short(document: Any) -> Any:
    """File contents are long, and their form is simple."""
    if isinstance(document, dict) and isinstance(document.get("content"), str):
        return {**document, "content": document["content"][:64]}
    return document
