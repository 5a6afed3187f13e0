"""The REST API: what every endpoint has in common, and the table of endpoints.

The order of the checks is GitHub's: the client's headers, the token, the rate limit, the route,
whether the token may see the repository, whether it may do this to it.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from github_server import (
    commit_comments,
    contents,
    contents_write,
    dispatches,
    git_data,
    issues,
    releases,
    repos,
    settings,
)
from github_server.auth import RateLimit, Token
from github_server.github import NAME_PATTERN, OWNER_PATTERN, Call, Github
from github_server.messages import ApiError, Request, Response, not_found, unquote

VERSIONS = ("2022-11-28", "2026-03-10")
_PARAMETER_PATTERNS = {
    "owner": OWNER_PATTERN,
    "name": NAME_PATTERN,
    "path": ".*",
    "ref": ".+",
    "branch": ".+",
}


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    answer: Callable[[Call], Response]
    documentation: str
    permission: tuple[str, str] = ("metadata", "read")

    def match(self, method: str, raw_path: str) -> dict[str, str] | None:
        if self.method != ("GET" if method == "HEAD" else method):
            return None
        # Matched before %2F is decoded, for a branch is one segment of the path.
        pattern = re.sub(
            r"\\{(\w+)\\}",
            lambda found: f"(?P<{found[1]}>{_PARAMETER_PATTERNS.get(found[1], '[^/]+')})",
            re.escape(self.template),
        )
        found = re.fullmatch(pattern, raw_path, re.S)
        return found and {name: unquote(value or "") for name, value in found.groupdict().items()}


_REPO = "/repos/{owner}/{name}"
_FILE = _REPO + "/contents/{path}"
_WORKFLOW = _REPO + "/actions/workflows/{workflow}"
_ISSUES = _REPO + "/issues"
_ISSUE = _ISSUES + "/{number}"
_READ = ("contents", "read")
_WRITE = ("contents", "write")
_READ_ISSUES = ("issues", "read")
_WRITE_ISSUES = ("issues", "write")
ROUTES = (
    Route(
        "GET",
        "/rate_limit",
        repos.get_rate_limit,
        "/rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user",
    ),
    Route("GET", "/user", repos.get_user, "/users/users#get-the-authenticated-user"),
    Route("GET", _REPO, repos.get_repository, "/repos/repos#get-a-repository"),
    Route(
        "GET",
        _REPO + "/branches/{branch}",
        repos.get_branch,
        "/branches/branches#get-a-branch",
        _READ,
    ),
    Route("GET", _REPO + "/git/ref/{ref}", repos.get_ref, "/git/refs#get-a-reference", _READ),
    Route("GET", _REPO + "/git/refs/{ref}", repos.get_ref, "/git/refs#get-a-reference", _READ),
    Route("POST", _REPO + "/git/refs", git_data.create_ref, "/git/refs#create-a-reference", _WRITE),
    Route("POST", _REPO + "/git/trees", git_data.create_tree, "/git/trees#create-a-tree", _WRITE),
    Route(
        "POST", _REPO + "/git/commits", git_data.create_commit, "/git/commits#create-a-commit", _WRITE
    ),
    Route("GET", _REPO + "/commits", repos.list_commits, "/commits/commits#list-commits", _READ),
    Route(
        "GET",
        _REPO + "/commits/{sha}/comments",
        commit_comments.list_all,
        "/commits/comments#list-commit-comments",
        _READ,
    ),
    Route(
        "POST",
        _REPO + "/commits/{sha}/comments",
        commit_comments.create,
        "/commits/comments#create-a-commit-comment",
        _WRITE,
    ),
    Route(
        "GET",
        _REPO + "/releases/tags/{tag}",
        releases.by_tag,
        "/releases/releases#get-a-release-by-tag-name",
        _READ,
    ),
    Route(
        "GET",
        _REPO + "/releases/assets/{asset}",
        releases.asset,
        "/releases/assets#get-a-release-asset",
        _READ,
    ),
    Route(
        "GET",
        _REPO + "/contents",
        contents.get_contents,
        "/repos/contents#get-repository-content",
        _READ,
    ),
    Route("GET", _FILE, contents.get_contents, "/repos/contents#get-repository-content", _READ),
    Route(
        "PUT",
        _FILE,
        contents_write.put_contents,
        "/repos/contents#create-or-update-file-contents",
        _WRITE,
    ),
    Route("DELETE", _FILE, contents_write.delete_contents, "/repos/contents#delete-a-file", _WRITE),
    Route(
        "POST",
        _REPO + "/dispatches",
        dispatches.repository_dispatch,
        "/repos/repos#create-a-repository-dispatch-event",
        _WRITE,
    ),
    Route(
        "POST",
        _WORKFLOW + "/dispatches",
        dispatches.workflow_dispatch,
        "/actions/workflows#create-a-workflow-dispatch-event",
        ("actions", "write"),
    ),
    Route(
        "GET", _ISSUES, issues.list_all, "/issues/issues#list-repository-issues", _READ_ISSUES
    ),
    Route("POST", _ISSUES, issues.create, "/issues/issues#create-an-issue", _WRITE_ISSUES),
    Route("GET", _ISSUE, issues.get, "/issues/issues#get-an-issue", _READ_ISSUES),
    Route("PATCH", _ISSUE, issues.update, "/issues/issues#update-an-issue", _WRITE_ISSUES),
    Route(
        "GET",
        _ISSUE + "/comments",
        issues.list_comments,
        "/issues/comments#list-issue-comments",
        _READ_ISSUES,
    ),
    Route(
        "POST",
        _ISSUE + "/comments",
        issues.create_comment,
        "/issues/comments#create-an-issue-comment",
        _WRITE_ISSUES,
    ),
    Route(
        "GET", _WORKFLOW, settings.get_workflow, "/actions/workflows#get-a-workflow", ("actions", "read")
    ),
    Route(
        "GET",
        _REPO + "/actions/permissions",
        settings.get_actions_permissions,
        "/actions/permissions#get-github-actions-permissions-for-a-repository",
        ("administration", "read"),
    ),
    Route(
        "GET",
        _REPO + "/rules/branches/{branch}",
        settings.get_branch_rules,
        "/repos/rules#get-rules-for-a-branch",
    ),
)


class Api:
    def __init__(self, github: Github) -> None:
        self._github = github

    def answer(self, request: Request) -> Response:
        """Never raises ApiError: a refusal is an answer."""
        common = {
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Request-Id": uuid.uuid4().hex[:24].upper(),
            "Vary": "Accept, Authorization, Cookie",
        }
        documentation = ""
        try:
            common["x-github-api-version-selected"] = _check_client(request)
            token = self._authenticate(request)
            common.update(token.headers)
            limit = self._spend(request, token)
            common.update(limit.headers)
            route, parameters = _find_route(request)
            documentation = route.documentation
            response = route.answer(self._call(request, token, route, parameters))
            response = self._conditional(request, response, token, common)
        except ApiError as error:
            response = error.response(documentation)
        response.headers = {**common, **response.headers}
        return response

    def _authenticate(self, request: Request) -> Token:
        token = self._github.tokens.find(request.headers.get("authorization"))
        if token is None:
            raise ApiError(401, "Requires authentication")
        return token

    def _spend(self, request: Request, token: Token) -> RateLimit:
        is_free = request.raw_path == "/rate_limit"
        limit = self._github.rate_limits.count(token, 0 if is_free else 1)
        if limit.used > limit.limit and not is_free:
            message = (
                "API rate limit exceeded for user ID 1. If you reach out to GitHub Support for help, "
                "please include the request ID."
            )
            page = "/using-the-rest-api/rate-limits-for-the-rest-api"
            raise ApiError(403, message, headers=limit.headers, documentation=page)
        return limit

    def _call(self, request: Request, token: Token, route: Route, parameters: dict[str, str]) -> Call:
        call = Call(self._github, request, token, parameters)
        if "owner" not in parameters:
            return call
        full_name = f"{parameters['owner']}/{parameters['name']}"
        if not token.sees(full_name):
            raise not_found()
        call.repo = self._github.repositories.find(full_name)
        if not token.allows(*route.permission):
            wanted = "=".join(route.permission)
            kind = "integration" if token.is_actions else "personal access token"
            message = f"Resource not accessible by {kind}"
            raise ApiError(403, message, headers={"X-Accepted-GitHub-Permissions": wanted})
        if request.method not in ("GET", "HEAD"):
            settings.refuse_archived(call.repo)
        return call

    def _conditional(
        self, request: Request, response: Response, token: Token, common: dict[str, str]
    ) -> Response:
        """The 304 for who has it already; it costs nothing."""
        if (
            request.method not in ("GET", "HEAD")
            or response.status != 200
            or request.raw_path == "/rate_limit"
        ):
            return response
        digest = hashlib.sha256(b"".join(response.blocks(response.length))).hexdigest()
        response.headers["ETag"] = f'W/"{digest}"'
        response.headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
        known = request.headers.get("if-none-match", "")
        if digest in known or known.strip() == "*":
            common.update(self._github.rate_limits.count(token, -1).headers)
            return Response(304, {name: response.headers[name] for name in ("ETag", "Cache-Control")})
        return response


def _check_client(request: Request) -> str:
    """The API version that is in force."""
    if not request.headers.get("user-agent", "").strip():
        message = (
            "Request forbidden by administrative rules. Please make sure your request has a "
            "User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api"
            "#user-agent-required). Check https://developer.github.com for other possible causes."
        )
        raise ApiError(403, message)
    version = request.headers.get("x-github-api-version", VERSIONS[0])
    if version not in VERSIONS:
        message = f'"{version[:40]}" is not a supported value for the X-GitHub-Api-Version header.'
        raise ApiError(400, message, documentation="/about-the-rest-api/api-versions")
    return version


def _find_route(request: Request) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        parameters = route.match(request.method, request.raw_path)
        if parameters is not None:
            return route, parameters
    raise not_found()
