"""Releases to download from: ROOT/<owner>/<name>.releases/<tag>/ holds the assets of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from github_server import documents
from github_server.git_repo import is_tree_path
from github_server.github import Call
from github_server.messages import Response, json_response, not_found, quote_path

_BINARY = "application/octet-stream"


def by_tag(call: Call) -> Response:
    tag = call.parameters["tag"]
    folder = folder_of(call.repo.path) / tag
    if not is_tree_path(tag) or not folder.is_dir():
        raise not_found()
    return json_response(200, _release(call, folder))


def asset(call: Call) -> Response:
    """The asset itself, or what there is to say of it."""
    for file in _files(folder_of(call.repo.path).glob("*")):
        if str(_asset_id(file)) == call.parameters["asset"]:
            if _BINARY in call.request.headers.get("accept", ""):
                return Response(200, {"Content-Type": _BINARY}, file.open("rb"))
            return json_response(200, _asset(call, file))
    raise not_found()


def folder_of(repository: Path) -> Path:
    return repository.with_suffix(".releases")


def _files(folders: Iterator[Path]) -> Iterator[Path]:
    return (file for folder in folders for file in sorted(folder.iterdir()))


def _asset_id(file: Path) -> int:
    return documents.number("/".join(file.parts[-4:]))


def _release(call: Call, folder: Path) -> dict[str, Any]:
    number = documents.number("/".join(folder.parts[-3:]))
    url = f"{call.base}/repos/{call.repo.full_name}/releases/{number}"
    tag = quote_path(folder.name)
    created = _modified(folder)
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "html_url": f"{call.base}/{call.repo.full_name}/releases/tag/{tag}",
        "tarball_url": f"{call.base}/repos/{call.repo.full_name}/tarball/{tag}",
        "zipball_url": f"{call.base}/repos/{call.repo.full_name}/zipball/{tag}",
        "id": number,
        "node_id": documents.node_id("Release", str(number)),
        "tag_name": folder.name,
        "target_commitish": call.repo.default_branch(),
        "name": folder.name,
        "body": None,
        "draft": False,
        "prerelease": False,
        "created_at": created,
        "published_at": created,
        "author": documents.user(call.base, call.repo.owner),
        "assets": [_asset(call, file) for file in _files(iter([folder]))],
    }


def _asset(call: Call, file: Path) -> dict[str, Any]:
    number = _asset_id(file)
    tag, name = quote_path(file.parent.name), quote_path(file.name)
    return {
        "url": f"{call.base}/repos/{call.repo.full_name}/releases/assets/{number}",
        "browser_download_url": f"{call.base}/{call.repo.full_name}/releases/download/{tag}/{name}",
        "id": number,
        "node_id": documents.node_id("ReleaseAsset", str(number)),
        "name": file.name,
        "label": None,
        "state": "uploaded",
        "content_type": _BINARY,
        "size": file.stat().st_size,
        "digest": None,
        "download_count": 0,
        "created_at": _modified(file),
        "updated_at": _modified(file),
        "uploader": documents.user(call.base, call.repo.owner),
    }


def _modified(path: Path) -> str:
    return documents.stamp(datetime.fromtimestamp(path.stat().st_mtime, timezone.utc))
