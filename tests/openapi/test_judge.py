"""The judge finds what it is there to find: a judge that accepts everything would prove nothing."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from openapi.judged import judge, why_skipped

pytestmark = pytest.mark.skipif(why_skipped() is not None, reason=why_skipped() or "")

URL = "http://127.0.0.1:8080/repos/octo/data/contents/_storage/inbox/a.json"
LINKS = {"git": URL, "html": URL, "self": URL}
PUT = {
    "method": "PUT", "target": "/repos/octo/data/contents/_storage/inbox/a.json", "request_size": 60,
    "request": {"message": "Add a", "content": "e30=", "branch": "main"}, "status": 201,
    "answer_type": "application/json; charset=utf-8",
    "answer": {
        "content": {"name": "a.json", "path": "_storage/inbox/a.json", "sha": "0" * 40, "size": 2, "url": URL,
                    "html_url": URL, "git_url": URL, "download_url": URL, "type": "file", "_links": LINKS},
        "commit": {"sha": "1" * 40, "message": "Add a", "html_url": URL, "parents": []},
    },
    "judge_request": True, "judge_answer": True,
}
DISPATCH = {
    "method": "POST", "target": "/repos/octo/data/dispatches", "request_size": 60,
    "request": {"event_type": "data_update", "client_payload": {f"key{number}": 1 for number in range(10)}},
    "status": 204, "answer_type": "", "answer": None, "judge_request": True, "judge_answer": True,
}
GET = {
    "method": "GET", "target": "/repos/octo/data/contents/a.json?ref=main", "request_size": 0, "request": None,
    "status": 404, "answer_type": "application/json", "answer": {"message": "Not Found", "documentation_url": URL,
                                                                 "status": "404"},
    "judge_request": True, "judge_answer": True,
}


def verdict_on(exchange: dict[str, Any], tmp_path: Path) -> list[str]:
    file = tmp_path / "exchanges.jsonl"
    file.write_text(json.dumps(exchange) + "\n")
    verdict = judge([file])
    assert verdict.judged == 1
    return [words for violation in verdict.violations for words in violation["violations"]]


@pytest.mark.parametrize("exchange", [PUT, DISPATCH, GET], ids=["put", "dispatch", "get"])
def test_what_follows_the_description_passes(exchange: dict[str, Any], tmp_path: Path) -> None:
    assert verdict_on(exchange, tmp_path) == []


def without(*path: str) -> dict[str, Any]:
    exchange = copy.deepcopy(PUT)
    part = exchange
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    return exchange


def changed(exchange: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**copy.deepcopy(exchange), **members}


@pytest.mark.parametrize("exchange, words", [
    (without("request", "message"), "request must have required property 'message'"),
    (without("request", "content"), "request must have required property 'content'"),
    (without("answer", "commit"), "answer must have required property 'commit'"),
    (changed(PUT, request={**PUT["request"], "colour": "red"}), "unknown property colour"),
    (changed(PUT, request=None), "request must be object"),
    (changed(PUT, status=299), "undocumented status 299"),
    (changed(PUT, answer={**PUT["answer"], "content": {"name": 7}}), "answer/content"),
    (changed(DISPATCH, request={"event_type": "x", "client_payload": {f"key{n}": 1 for n in range(11)}}),
     "must NOT have more than 10 properties"),
    (changed(DISPATCH, request={"event_type": "x" * 101}), "must NOT have more than 100 characters"),
    (changed(DISPATCH, request={}), "must have required property 'event_type'"),
    (changed(GET, target="/repos/octo/data/contents/a.json?colour=red"), "unknown query parameter colour"),
    (changed(GET, status=200, answer={"type": "file", "name": "a.json", "path": "a.json"}), "answer"),
    (changed(GET, status=200, answer=None), "answer"),
    (changed(GET, status=418, answer={"message": 7}), "answer/message must be string"),
    (changed(GET, target="/repos/octo/data/nowhere/a.json"), "no such operation"),
])
def test_a_violation_is_named(exchange: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert any(words in found for found in verdict_on(exchange, tmp_path))


def test_an_answer_without_sha_is_named(tmp_path: Path) -> None:
    file = {"type": "file", "encoding": "base64", "size": 2, "name": "a.json", "path": "a.json", "content": "e30=",
            "sha": "0" * 40, "url": URL, "git_url": URL, "html_url": URL, "download_url": URL, "_links": LINKS}
    exchange = changed(GET, status=200, answer=file)
    assert verdict_on(exchange, tmp_path) == []
    del file["sha"]
    assert any("'sha'" in found for found in verdict_on(exchange, tmp_path))
