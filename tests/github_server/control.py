"""The levers of a test, under /_control/ on the same port. No token is asked for."""

from __future__ import annotations

from collections.abc import Callable

from github_server.faults import Faults
from github_server.github import Github
from github_server.messages import ApiError, Request, Response, json_response, not_found
from github_server.request_log import RequestLog

PREFIX = "/_control/"


class Control:
    def __init__(self, github: Github, faults: Faults, log: RequestLog) -> None:
        self._github = github
        self._faults = faults
        self._log = log
        self._levers: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "requests"): lambda _: json_response(200, log.entries()),
            ("DELETE", "requests"): self._clear_requests,
            ("GET", "runs"): lambda _: json_response(200, github.runner.documents()),
            ("POST", "wait_idle"): self._wait_idle,
            ("POST", "repos"): self._create_repository,
        }

    def answer(self, request: Request) -> Response:
        lever = self._levers.get((request.method, request.path.removeprefix(PREFIX)))
        try:
            if lever is None:
                raise not_found()
            return lever(request)
        except ApiError as error:
            return error.response()
        except ValueError as error:
            return ApiError(422, str(error)).response()

    def _add_faults(self, request: Request) -> Response:
        return json_response(200, {"rules": self._faults.add(request.document)})

    def _clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return Response(204)

    def _clear_requests(self, _: Request) -> Response:
        self._log.clear()
        return Response(204)

    def _wait_idle(self, request: Request) -> Response:
        timeout_s = float(request.body_object().get("timeout_s", 30)) if request.body_size else 30.0
        is_idle = self._github.runner.wait_idle(timeout_s)
        return json_response(200 if is_idle else 504, {"idle": is_idle})

    def _create_repository(self, request: Request) -> Response:
        asked = request.body_object()
        repo = self._github.repositories.create(str(asked.get("full_name")))
        if "has_issues" in asked:
            self._github.issues.enable(repo.full_name, bool(asked["has_issues"]))
        return json_response(201, {"full_name": repo.full_name, "path": str(repo.path)})
