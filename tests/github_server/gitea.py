"""The same repositories through the API of Gitea, or of Forgejo: below /api/v1, with their words and
statuses, where those differ from GitHub's in what sender and set-up actions ask for."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from github_server.api import Api
from github_server.messages import ApiError, Request, Response, json_response, unquote

FLAVOURS = ("gitea", "forgejo")
PREFIX = "/api/v1"
MAX_INLINE_BYTES = 10 << 20
_RAW = "application/vnd.github.raw+json"
_BINARY = "application/octet-stream"
# GitHub's own way with clients, which these do not have.
_SKIPPED = ("accept", "if-none-match", "x-github-api-version")
_KEPT = ("Content-Type", "Location")
_ASSET = ("id", "name", "size", "download_count", "created_at", "browser_download_url")
_DOWNLOAD = re.compile(r"(/[^/]+/[^/]+)/releases/download/([^/]+)/([^/]+)")


class GiteaApi:
    """An archived repository has a file `archived` in its bare repository."""

    def __init__(self, api: Api, root: Path, flavour: str) -> None:
        self._api = api
        self._root = root
        self._is_forgejo = flavour == "forgejo"

    def answer(self, request: Request) -> Response:
        if download := _DOWNLOAD.fullmatch(request.raw_path):
            return self._asset(request, *download.groups())
        path = request.raw_path.removeprefix(PREFIX)
        if path == "/version":
            return json_response(200, {"version": "1.26.0"})
        if path == request.raw_path or _is_missing(request.method, path):
            return _no_page()
        asked = self._as_github(request, path)
        try:
            is_file = "/contents/" in path
            if is_file and request.method != "GET":
                self._check_write(request, asked)
            response = self._api.answer(asked)
            if response.status >= 400:
                raise _refusal(response)
        except ApiError as error:
            document = {"message": error.message, "url": f"{request.base_url}/api/swagger"}
            return json_response(error.status, document)
        if is_file and request.method == "GET":
            response = self._with_content(asked, response)
        if "/releases/tags/" in path:
            response = _without_addresses(response)
        response.headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
        return response

    @staticmethod
    def _as_github(request: Request, path: str) -> Request:
        headers = {name: value for name, value in request.headers.items() if name not in _SKIPPED}
        headers.setdefault("user-agent", "none is asked for")
        creates = request.method == "POST" and "/contents/" in path
        return replace(request, raw_path=path, headers=headers, method="PUT" if creates else request.method)

    def _asset(self, request: Request, repository: str, tag: str, name: str) -> Response:
        """Its one address is that of the web pages, which take the API's token for it."""
        tagged = self._as_github(request, f"/repos{repository}/releases/tags/{tag}")
        release = self._api.answer(tagged)
        if release.status != 200:
            return release
        for asset in _document(release)["assets"]:
            if asset["name"] == unquote(name):
                path = asset["url"].removeprefix(request.base_url)
                asked = self._as_github(request, path)
                return self._api.answer(replace(asked, headers={**asked.headers, "accept": _BINARY}))
        return _no_page()

    def _check_write(self, request: Request, asked: Request) -> None:
        owner, name = asked.raw_path.split("/")[2:4]
        if (self._root / owner / f"{name}.git" / "archived").exists():
            raise ApiError(423, f"{owner}/{name} is archived")
        has_sha = "sha" in asked.body_object()
        if request.method == "PUT" and self._is_forgejo and not has_sha:
            raise ApiError(422, "[SHA]: Required")

    def _with_content(self, asked: Request, response: Response) -> Response:
        """The id in front of the content, which is there up to ten megabytes, in one line."""
        document = _document(response)
        if not isinstance(document, dict) or document["type"] != "file":
            return response
        raw = self._api.answer(replace(asked, headers={**asked.headers, "accept": _RAW}))
        content = b"".join(raw.blocks(raw.length))
        is_inline = len(content) <= MAX_INLINE_BYTES
        first = ("name", "path", "sha", "type", "size")
        ordered: dict[str, Any] = {name: document[name] for name in first}
        ordered["encoding"] = "base64" if is_inline else None
        ordered["content"] = base64.b64encode(content).decode() if is_inline else None
        ordered["target"] = None
        return json_response(200, {**ordered, "_links": document["_links"]})


def _is_missing(method: str, path: str) -> bool:
    """Only workflows are dispatched, and what git is made of is read alone, refs by another path."""
    is_event = path.endswith("/dispatches") and "/actions/" not in path
    return is_event or "/git/ref/" in path or (method == "POST" and "/git/" in path)


def _no_page() -> Response:
    return Response(404, {"Content-Type": "text/plain; charset=utf-8"}, b"404 page not found\n")


def _document(response: Response) -> Any:
    return json.loads(b"".join(response.blocks(response.length)))


def _without_addresses(response: Response) -> Response:
    """Of a release, whose assets have none in the API."""
    release = _document(response)
    assets = [{name: asset[name] for name in _ASSET} for asset in release["assets"]]
    return json_response(200, {**release, "assets": assets})


def _refusal(response: Response) -> ApiError:
    """In the words of these servers."""
    document = _document(response)
    status, message = response.status, document["message"]
    if status == 409 and " but expected " in message:
        return ApiError(403, f"error: cannot lock ref 'refs/heads/main': {message}")
    if status == 422 and "wasn't supplied" in message:
        return ApiError(422, "repository file already exists")
    if status == 404:
        return ApiError(404, "The target couldn't be found.")
    return ApiError(status, message)
