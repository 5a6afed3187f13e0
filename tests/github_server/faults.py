"""Scripted misfortune: what the network and the servers between a client and GitHub do to it.

Rules are tried in the order they were given. The first that matches a request and has turns left
decides what happens to that request; README.md lists the actions.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from github_server.messages import Request, Response, json_response

_WORDS = ("close_before", "close_after", "truncate", "reset_mid_body", "race", "gzip")
_PERFORMED = ("close_after", "answer_after", "truncate", "delay", "race", "gzip")


@dataclass(frozen=True)
class Action:
    name: str
    delay_s: float = 0.0
    answer: Mapping[str, Any] | None = None

    @property
    def is_performed(self) -> bool:
        """Whether the request has its effect."""
        return self.name in _PERFORMED

    def response(self) -> Response | None:
        """What is sent in place of the true answer."""
        if self.answer is None:
            return None
        status = self.answer["status"]
        body = self.answer.get("body", {"message": _phrase(status)})
        headers = {name: str(value) for name, value in self.answer.get("headers", {}).items()}
        response = json_response(status, body, {"X-GitHub-Request-Id": "FAULT", **headers})
        if isinstance(body, str):
            response.body = body.encode("utf-8")
        return response


@dataclass
class Rule:
    method: str | None
    path: re.Pattern[str]
    skips: int
    turns: int | None  # None is for ever
    action: Action

    def takes(self, request: Request) -> bool:
        if self.method not in (None, request.method) or not self.path.search(request.path):
            return False
        if self.skips > 0:
            self.skips -= 1
            return False
        if self.turns is None:
            return True
        self.turns -= 1
        return self.turns >= 0


def compressed(response: Response) -> Response:
    """Whether that was asked for or not."""
    body = gzip.compress(b"".join(response.blocks(response.length)))
    return Response(response.status, {**response.headers, "Content-Encoding": "gzip"}, body)


class Faults:
    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, document: Any) -> int:
        """All of a list of rules or none; how many rules there are now. Raises ValueError."""
        if not isinstance(document, list):
            raise ValueError("faults are a list of rules")
        rules = [_parse_rule(item) for item in document]
        with self._lock:
            self._rules.extend(rules)
            return len(self._rules)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def match(self, request: Request) -> Action | None:
        with self._lock:
            return next((rule.action for rule in self._rules if rule.takes(request)), None)


def _parse_rule(document: Any) -> Rule:
    try:
        unknown = set(document) - {"method", "path", "times", "after", "action"}
        if unknown:
            raise ValueError(f"a rule has no {sorted(unknown)}")
        times = document.get("times", 1)
        return Rule(
            method=document.get("method"),
            path=re.compile(document.get("path", "")),
            skips=int(document.get("after", 0)),
            turns=None if times is None else int(times),
            action=_parse_action(document["action"]),
        )
    except (KeyError, TypeError, AttributeError, re.error) as error:
        raise ValueError(f"not a rule: {document!r}: {error!r}") from None


def _parse_action(document: Any) -> Action:
    if document in _WORDS:
        return Action(document)
    delay_s = document.get("delay_ms", 0) / 1000
    if "redirect" in document:
        target = document["redirect"]
        status = int(target.get("status", 307))
        answer = {"status": status, "headers": {"Location": target["location"]}}
        return Action("redirect", delay_s, answer)
    if "answer_after" in document:
        return Action("answer_after", delay_s, _checked(document["answer_after"]))
    if "status" in document:
        return Action("status", delay_s, _checked(document))
    if "delay_ms" in document:
        return Action("delay", delay_s)
    raise ValueError(f"not an action: {document!r}")


def _checked(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    status = answer["status"]
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise ValueError(f"not a status: {status!r}")
    return answer


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
