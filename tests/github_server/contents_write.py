"""Creating, updating and deleting one file with one commit.

The branch is read once, at the start; the blob is written, and then the branch moves only if it
still is where it was. Whoever writes in between makes this request fail with 409, as on GitHub.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from github_server import documents, push_events
from github_server.git_objects import Identity, ObjectInfo, ObjectReader
from github_server.git_repo import BranchMoved, FileChange, TreeEntry, is_tree_path
from github_server.github import Call, identity_of
from github_server.messages import (
    ApiError,
    Response,
    invalid,
    json_response,
    not_found,
    require,
    require_type,
)
from github_server.people import person


@dataclass(frozen=True)
class Target:
    """Where a write goes, as it was when the request came."""

    branch: str
    tip: str
    path: str
    existing: ObjectInfo | None


def put_contents(call: Call) -> Response:
    body = call.request.body_object()
    path = _path(call)
    require(body, "message", "content")
    require_type(body, str, "message", "content", "sha", "branch")
    content = _decode(body["content"])
    if len(content) > call.github.max_blob_bytes:
        _refuse_size()
    author, committer = _people(call, body)
    target = _target(call, path, body.get("branch"))
    _check_sha(target, body.get("sha"))
    blob = call.repo.write_blob(content)
    change = FileChange(path, blob, _mode(call, target))
    commit = _commit(call, target, change, body["message"], author, committer)
    entry = TreeEntry(change.mode, "blob", blob, len(content), path)
    document = documents.content_entry(call.base, call.repo, entry, target.branch)
    return _answer(call, 200 if target.existing else 201, document, commit)


def delete_contents(call: Call) -> Response:
    body = call.request.body_object() if call.request.body_size else call.request.query
    path = _path(call)
    require(body, "message", "sha")
    require_type(body, str, "message", "sha", "branch")
    author, committer = _people(call, body)
    target = _target(call, path, body.get("branch"))
    if target.existing is None or target.existing.kind != "blob":
        raise not_found()
    _check_sha(target, body["sha"])
    commit = _commit(call, target, FileChange(path, None), body["message"], author, committer)
    return _answer(call, 200, None, commit)


def _answer(call: Call, status: int, content: dict[str, Any] | None, sha: str) -> Response:
    with call.repo.objects() as reader:
        commit = reader.commit(sha)
    made = documents.git_commit(call.base, call.repo, commit)
    return json_response(status, {"content": content, "commit": made})


def _path(call: Call) -> str:
    path = call.parameters["path"]
    if not is_tree_path(path):
        errors = [{"resource": "Commit", "field": "path", "code": "invalid"}]
        raise ApiError(422, "path contains a malformed path component", errors)
    return path


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ApiError(422, "content is not valid Base64") from None


def _refuse_size() -> None:
    message = (
        "Sorry, your input was too large to process. Consider creating the blob in a local clone of "
        "the repository and then pushing it to GitHub."
    )
    raise ApiError(422, message, [{"resource": "Blob", "field": "data", "code": "too_large"}])


def _target(call: Call, path: str, branch: str | None) -> Target:
    branch = (branch or call.repo.default_branch()).removeprefix("refs/heads/")
    with call.repo.objects() as reader:
        tip = call.repo.branch_tip(reader, branch)
        if tip is None:
            raise ApiError(404, f"Branch {branch} not found")
        existing = reader.info(f"{tip}:{path}")
        if existing is None:
            _check_parents(reader, tip, path)
    return Target(branch, tip, path, existing)


def _check_parents(reader: ObjectReader, tip: str, path: str) -> None:
    """A file cannot have files below it."""
    while parent := path.rpartition("/")[0]:
        found = reader.info(f"{tip}:{parent}")
        if found and found.kind != "tree":
            errors = [{"resource": "Commit", "field": "path", "code": "invalid"}]
            raise ApiError(422, f"path contains a file where a directory should be: {parent}", errors)
        path = parent


def _check_sha(target: Target, sha: str | None) -> None:
    if sha == "":
        raise invalid("For 'properties/sha', \"\" is not a valid SHA.")
    if sha is None:
        if target.existing:
            raise invalid('"sha" wasn\'t supplied.')
    elif target.existing is None or target.existing.kind != "blob" or target.existing.sha != sha:
        raise ApiError(409, f"{target.path} does not match {sha[:64]}")


def _mode(call: Call, target: Target) -> str:
    """A program stays one."""
    if target.existing is None:
        return "100644"
    mode = call.repo.entry(target.tip, target.path).mode
    return "100755" if mode == "100755" else "100644"


def _people(call: Call, body: Mapping[str, Any]) -> tuple[Identity, Identity]:
    """Author and committer: each is the other's default, and the token's user that of both."""
    committer = person(body, "committer") or identity_of(call.token.login)
    author = person(body, "author") or committer
    return author, committer


def _commit(
    call: Call, target: Target, change: FileChange, message: str, author: Identity, committer: Identity
) -> str:
    if call.request.lose_race:
        rival = identity_of("rival")
        call.repo.commit(target.branch, target.tip, [], "Written at the same time", rival, rival)
    try:
        commit = call.repo.commit(target.branch, target.tip, [change], message, author, committer)
    except BranchMoved as moved:
        raise ApiError(409, str(moved)) from None
    push_events.announce(call, f"refs/heads/{target.branch}", target.tip, commit)
    return commit
