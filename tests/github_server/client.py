"""Raw requests with a client's usual headers, for this server's own tests."""

from __future__ import annotations

import base64
import http.client
import json
from dataclasses import dataclass
from typing import Any

from github_server.local_github import LocalGithub


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        return self.json["message"]


class Client:
    """Of one repository. A header that is None is left out."""

    def __init__(self, github: LocalGithub, repo: str) -> None:
        self.github = github
        self.repo = repo

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.github.url.partition("://")[2], timeout=30)

    def call(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        body: bytes | None = None,
        token: str | None = "test-token",
        headers: dict[str, str | None] | None = None,
        connection: http.client.HTTPConnection | None = None,
    ) -> Answer:
        if document is not None:
            body = json.dumps(document).encode()
        wanted = {
            "User-Agent": "test",
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}" if token else None,
            **(headers or {}),
        }
        used = connection or self.connect()
        used.putrequest(method, path, skip_accept_encoding=True)
        for name, value in wanted.items():
            if value is not None:
                used.putheader(name, value)
        if body is not None:
            used.putheader("Content-Length", str(len(body)))
        used.endheaders(body)
        response = used.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, found, response.read())
        if connection is None:
            used.close()
        return answer

    def api(self, method: str, tail: str, document: Any = None, **rest: Any) -> Answer:
        """Of the test's own repository."""
        return self.call(method, f"/repos/{self.repo}{tail}", document, **rest)

    def put(self, path: str, content: bytes, *, token: str = "test-token", **fields: Any) -> Answer:
        document = {"message": f"Add {path}", "content": base64.b64encode(content).decode(), **fields}
        return self.api("PUT", f"/contents/{path}", document, token=token)

    def tip(self, branch: str = "main") -> str:
        return self.github.git(self.repo, "rev-parse", f"refs/heads/{branch}").strip()
