"""Reading files and directories through the contents API."""

from __future__ import annotations

import base64
import re
from typing import Any

from github_server import documents
from github_server.git_repo import GitRepo, TreeEntry, is_tree_path
from github_server.github import Call
from github_server.messages import ApiError, Response, json_response, not_found

MAX_INLINE_BYTES = 1 << 20
MAX_BYTES = 100 << 20
MAX_LISTED = 1000
BASE64_LINE = 60
_MEDIA = re.compile(r"application/vnd\.github\.(?:v3\.)?(raw|object)\b")


def get_contents(call: Call) -> Response:
    path = call.parameters.get("path", "").strip("/")
    ref = call.request.query.get("ref") or call.repo.default_branch()
    if path and not is_tree_path(path):
        raise not_found()
    with call.repo.objects() as reader:
        commit = call.repo.resolve(reader, ref)
    if commit is None:
        raise ApiError(404, f"No commit found for the ref {ref}")
    if not path:
        root = TreeEntry("040000", "tree", commit, 0, "")
        return _directory(call, root, commit, ref)
    entry = call.repo.entry(commit, path)
    if entry is None or entry.kind == "commit":
        raise not_found()
    if entry.kind == "tree":
        return _directory(call, entry, entry.sha, ref)
    return _file(call, entry, ref)


def _media(call: Call) -> str:
    found = _MEDIA.search(call.request.headers.get("accept", ""))
    return found[1] if found else "json"


def _directory(call: Call, directory: TreeEntry, tree: str, ref: str) -> Response:
    prefix = f"{directory.path}/" if directory.path else ""
    entries = [
        documents.content_entry(call.base, call.repo, _below(prefix, entry), ref)
        for entry in call.repo.directory(tree)[:MAX_LISTED]
    ]
    if _media(call) != "object":
        return json_response(200, entries)
    itself = documents.content_entry(call.base, call.repo, directory, ref)
    return json_response(200, {**itself, "entries": entries}, _media_header("object"))


def _below(prefix: str, entry: TreeEntry) -> TreeEntry:
    return TreeEntry(entry.mode, entry.kind, entry.sha, entry.size, prefix + entry.path)


def _file(call: Call, entry: TreeEntry, ref: str) -> Response:
    if entry.size > MAX_BYTES:
        errors = [{"resource": "Blob", "field": "data", "code": "too_large"}]
        message = (
            "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via "
            "the API, but you can always clone the repository via Git in order to obtain it."
        )
        raise ApiError(403, message, errors)
    media = _media(call)
    if media == "raw":
        headers = {
            "Content-Type": "application/vnd.github.raw+json; charset=utf-8",
            **_media_header("raw"),
        }
        return Response(200, headers, _content(call.repo, entry.sha))
    document = {**documents.content_entry(call.base, call.repo, entry, ref), **_inline(call.repo, entry)}
    return json_response(200, document, _media_header(media) if media == "object" else None)


def _inline(repo: GitRepo, entry: TreeEntry) -> dict[str, Any]:
    if entry.mode == "120000":
        return {"target": _content(repo, entry.sha).decode("utf-8", "surrogateescape")}
    if entry.size > MAX_INLINE_BYTES:
        return {"content": "", "encoding": "none"}
    text = base64.b64encode(_content(repo, entry.sha)).decode()
    lines = (text[start : start + BASE64_LINE] + "\n" for start in range(0, len(text), BASE64_LINE))
    return {"content": "".join(lines), "encoding": "base64"}


def _content(repo: GitRepo, sha: str) -> bytes:
    with repo.objects() as reader:
        return reader.content(sha)


def _media_header(media: str) -> dict[str, str]:
    return {"X-GitHub-Media-Type": f"github.v3; param={media}; format=json"}
