"""Comments on commits: written by a run, read by a test. They live as long as the server."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from github_server import documents
from github_server.github import Call
from github_server.messages import (
    ApiError,
    Response,
    invalid,
    json_response,
    require,
    require_type,
)

MAX_CHARACTERS = 65536


def create(call: Call) -> Response:
    sha = _commit(call)
    body = call.request.body_object()
    require(body, "body")
    require_type(body, str, "body")
    if len(body["body"]) > MAX_CHARACTERS:
        raise invalid(f"body is too long (maximum is {MAX_CHARACTERS} characters)")
    comments = call.github.comments.setdefault((call.repo.full_name, sha), [])
    comments.append(_document(call, sha, len(comments), body["body"]))
    location = {"Location": comments[-1]["url"]}
    return json_response(201, comments[-1], location)


def list_all(call: Call) -> Response:
    return json_response(200, call.github.comments.get((call.repo.full_name, _commit(call)), []))


def _commit(call: Call) -> str:
    sha = call.parameters["sha"]
    with call.repo.objects() as reader:
        found = reader.commit(sha) if sha.isalnum() else None
    if found is None:
        raise ApiError(422, f"No commit found for SHA: {sha[:200]}")
    return found.sha


def _document(call: Call, sha: str, earlier: int, text: str) -> dict[str, Any]:
    number = documents.number(f"{call.repo.full_name}:{sha}:{earlier}")
    now = documents.stamp(datetime.now(timezone.utc))
    return {
        "url": f"{call.base}/repos/{call.repo.full_name}/comments/{number}",
        "html_url": f"{call.base}/{call.repo.full_name}/commit/{sha}#commitcomment-{number}",
        "id": number,
        "node_id": documents.node_id("CommitComment", str(number)),
        "user": documents.user(call.base, call.token.login),
        **dict.fromkeys(("position", "line", "path")),
        "commit_id": sha,
        "created_at": now,
        "updated_at": now,
        "author_association": "CONTRIBUTOR",
        "body": text,
    }
