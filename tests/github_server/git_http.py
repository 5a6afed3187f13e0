"""Clones, fetches and pushes over HTTP: git's own `git http-backend`, with GitHub's rules on top.

Reading needs no token; pushing needs one with contents=write, as the password of Basic
credentials. What a push changed is told by a post-receive hook: comparing refs before and after
would also see what others wrote in between.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import BinaryIO

from github_server import push_events
from github_server.auth import Token
from github_server.git_environment import git_environment
from github_server.git_repo import GitRepo
from github_server.github import NAME_PATTERN, OWNER_PATTERN, Call, Github
from github_server.messages import ApiError, Request, Response, unquote

_PATH = re.compile(
    f"/(?P<owner>{OWNER_PATTERN})/(?P<name>{NAME_PATTERN}?)(?:\\.git)?/"
    "(?P<service>info/refs|git-upload-pack|git-receive-pack)"
)
_HOOK = '#!/bin/sh\nexec cat >> "$GITHUB_SERVER_PUSHED"\n'
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="GitHub"'}


class GitHttp:
    def __init__(self, github: Github, root: Path) -> None:
        self._github = github
        self._hooks = root.resolve() / ".hooks"
        self._hooks.mkdir(parents=True, exist_ok=True)
        hook = self._hooks / "post-receive"
        hook.write_text(_HOOK, encoding="ascii")
        hook.chmod(0o755)

    @staticmethod
    def serves(request: Request) -> bool:
        return bool(_PATH.fullmatch(request.raw_path))

    def answer(self, request: Request) -> Response:
        found = _PATH.fullmatch(request.raw_path)
        try:
            repo = self._github.repositories.find(f"{unquote(found['owner'])}/{unquote(found['name'])}")
            token = self._authorise(request, repo, found["service"])
        except ApiError as error:
            return Response(
                error.status, {"Content-Type": "text/plain", **error.headers}, error.message.encode()
            )
        with tempfile.NamedTemporaryFile(prefix="pushed-") as pushed:
            response = self._backend(request, repo, found["service"], token, pushed.name)
            self._announce(request, repo, token, pushed.read().decode("utf-8", "replace"))
        return response

    def _authorise(self, request: Request, repo: GitRepo, service: str) -> Token | None:
        try:
            token = self._github.tokens.find(request.headers.get("authorization"))
        except ApiError as error:
            raise ApiError(401, "Invalid username or token.", headers=_CHALLENGE) from error
        if token and not token.sees(repo.full_name):
            raise ApiError(404, "Repository not found.")
        pushes = "git-receive-pack" in (service, request.query.get("service"))
        if not pushes:
            return token
        if token is None:
            raise ApiError(401, "No anonymous write access.", headers=_CHALLENGE)
        if not token.allows("contents", "write"):
            raise ApiError(403, "Write access to repository not granted.")
        return token

    def _backend(
        self, request: Request, repo: GitRepo, service: str, token: Token | None, pushed: str
    ) -> Response:
        output = tempfile.TemporaryFile()
        subprocess.run(
            ["git", "http-backend"],
            env=self._environment(request, repo, service, token, pushed),
            stdin=_as_file(request.body),
            stdout=output,
            check=True,
        )
        return _parse_cgi(output)

    def _environment(
        self, request: Request, repo: GitRepo, service: str, token: Token | None, pushed: str
    ) -> dict[str, str]:
        environment = {
            **git_environment(core__hooksPath=str(self._hooks)),
            "CONTENT_LENGTH": str(request.body_size),
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "GITHUB_SERVER_PUSHED": pushed,
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": str(repo.path.parent.parent),
            "PATH_INFO": f"/{repo.full_name}.git/{service}",
            "QUERY_STRING": "&".join(f"{name}={value}" for name, value in request.query.items()),
            "REMOTE_ADDR": "127.0.0.1",
            "REQUEST_METHOD": request.method,
        }
        if encoding := request.headers.get("content-encoding"):
            environment["HTTP_CONTENT_ENCODING"] = encoding
        if protocol := request.headers.get("git-protocol"):
            environment["GIT_PROTOCOL"] = protocol
        if token and token.allows("contents", "write"):
            environment["REMOTE_USER"] = token.login
        return environment

    def _announce(self, request: Request, repo: GitRepo, token: Token | None, pushed: str) -> None:
        for line in pushed.splitlines():
            before, after, ref = line.split(" ", 2)
            push_events.announce(Call(self._github, request, token, repo=repo), ref, before, after)


def _as_file(body: BinaryIO) -> BinaryIO:
    """The body from its start, as something a process can inherit."""
    if isinstance(body, tempfile.SpooledTemporaryFile):
        body.rollover()
    body.seek(0)
    return body


def _parse_cgi(output: BinaryIO) -> Response:
    output.seek(0)
    status, headers = 200, {}
    while line := output.readline().rstrip(b"\r\n"):
        name, _, value = line.decode("latin-1").partition(": ")
        if name == "Status":
            status = int(value.split(" ")[0])
        else:
            headers[name] = value
    return Response(status, headers, _Rest(output))


class _Rest:
    """What is left of a file, as a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0:
            offset += self._start
        return self._file.seek(offset, whence) - self._start

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)
