"""The git data API, as far as it takes to begin a branch without a git client: a tree, a commit of
it, and a ref to that. Nothing but the ref is visible until it is there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from typing import Any

from github_server import documents, push_events
from github_server.git_objects import ObjectReader
from github_server.git_repo import NO_COMMIT, TreeChange, is_ref_name, is_tree_path
from github_server.github import Call, identity_of
from github_server.messages import (
    ApiError,
    Response,
    describe,
    invalid,
    json_response,
    require,
    require_type,
)
from github_server.people import person
from github_server.repos import refuse_empty

KINDS = {"100644": "blob", "100755": "blob", "120000": "blob", "040000": "tree", "160000": "commit"}
"""By mode."""
MAX_ENTRIES = 100_000
_ID = re.compile("[0-9a-f]{40}")


def create_tree(call: Call) -> Response:
    body = call.request.body_object()
    require(body, "tree")
    require_type(body, list, "tree")
    require_type(body, str, "base_tree")
    refuse_empty(call)
    if not body["tree"] or len(body["tree"]) > MAX_ENTRIES:
        raise ApiError(422, "Invalid tree info")
    base = body.get("base_tree")
    with call.repo.objects() as reader:
        if base and _object(reader, base, "tree") is None:
            raise ApiError(422, f"base_tree {base[:64]} is not a valid tree")
        entries = [_entry(call, reader, each) for each in body["tree"]]
    try:
        tree = call.repo.write_tree(base, entries)
    except subprocess.CalledProcessError:
        raise _malformed_path() from None
    document = documents.git_tree(call.base, call.repo, tree)
    return json_response(201, document, {"Location": document["url"]})


def create_commit(call: Call) -> Response:
    body = call.request.body_object()
    require(body, "message", "tree")
    require_type(body, str, "message", "tree")
    require_type(body, list, "parents")
    author = person(body, "author") or identity_of(call.token.login)
    committer = person(body, "committer") or author
    refuse_empty(call)
    parents = body.get("parents") or []
    with call.repo.objects() as reader:
        if _object(reader, body["tree"], "tree") is None:
            raise ApiError(422, "Tree SHA does not exist")
        if any(_object(reader, parent, "commit") is None for parent in parents):
            raise ApiError(422, "Parent SHA does not exist or is not a commit object")
        sha = call.repo.write_commit(body["tree"], parents, body["message"], author, committer)
        document = documents.git_commit(call.base, call.repo, reader.commit(sha))
    return json_response(201, document, {"Location": document["url"]})


def create_ref(call: Call) -> Response:
    body = call.request.body_object()
    require(body, "ref", "sha")
    require_type(body, str, "ref", "sha")
    refuse_empty(call)
    ref, sha = body["ref"], body["sha"]
    if not ref.startswith("refs/") or ref.count("/") < 2 or not is_ref_name(ref):
        raise invalid(f"{describe(ref)} is not a valid ref name.")
    if not _ID.fullmatch(sha):
        raise ApiError(
            422, "The sha parameter must be exactly 40 characters and contain only [0-9a-f]."
        )
    with call.repo.objects() as reader:
        target = reader.info(sha)
    if target is None:
        raise ApiError(422, "Object does not exist")
    try:
        call.repo.create_ref(ref, sha)
    except subprocess.CalledProcessError:
        raise ApiError(422, _why_no_ref(call, ref)) from None
    push_events.announce(call, ref, NO_COMMIT, sha)
    document = documents.git_ref(call.base, call.repo, ref, target)
    return json_response(201, document, {"Location": document["url"]})


def _why_no_ref(call: Call, ref: str) -> str:
    """GitHub does not name the branch that stands in the way."""
    with call.repo.objects() as reader:
        return "Reference already exists" if reader.info(ref) else "Reference update failed"


def _entry(call: Call, reader: ObjectReader, given: Any) -> TreeChange:
    if not isinstance(given, dict):
        raise invalid(f"For 'items', {describe(given)} is not an object.")
    require(given, "path", "mode")
    require_type(given, str, "path", "mode", "type", "sha", "content")
    path, mode = given["path"], given["mode"]
    if not is_tree_path(path):
        raise _malformed_path()
    if mode not in KINDS or given.get("type", KINDS[mode]) != KINDS[mode]:
        raise ApiError(422, "Must supply a valid tree.mode", _entry_errors("mode"))
    return TreeChange(path, mode, _id_of_entry(call, reader, given))


def _id_of_entry(call: Call, reader: ObjectReader, given: Mapping[str, Any]) -> str | None:
    sha, content, kind = given.get("sha"), given.get("content"), KINDS[given["mode"]]
    if ("sha" in given) == (content is not None):
        raise ApiError(422, "Must supply either tree.sha or tree.content", _entry_errors("sha"))
    if content is not None:
        return call.repo.write_blob(content.encode("utf-8", "surrogatepass"))
    # Nobody can say whether a commit of another repository exists.
    is_known = sha is None or (_ID.fullmatch(sha) if kind == "commit" else _object(reader, sha, kind))
    if not is_known:
        raise ApiError(422, f"tree.sha {sha[:64]} is not a valid {kind}", _entry_errors("sha"))
    return sha


def _object(reader: ObjectReader, sha: Any, kind: str) -> str | None:
    """The id of the object, where it is one of that kind."""
    if not isinstance(sha, str) or not _ID.fullmatch(sha):
        return None
    found = reader.info(sha)
    return found.sha if found and found.kind == kind else None


def _malformed_path() -> ApiError:
    return ApiError(422, "tree.path contains a malformed path component", _entry_errors("path"))


def _entry_errors(field: str) -> list[dict[str, Any]]:
    return [{"resource": "GitObject", "field": field, "code": "invalid"}]
