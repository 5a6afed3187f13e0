"""Endpoints that only look: the user, limits, a repository, its branches, refs and commits."""

from __future__ import annotations

from typing import Any

from github_server import documents, settings
from github_server.git_repo import is_ref_name, is_tree_path
from github_server.github import Call
from github_server.messages import (
    ApiError,
    Response,
    json_response,
    not_found,
    quote_path,
)
from github_server.paging import link, page_of

_RATE_RESOURCES = ("core", "search", "graphql")


def get_user(call: Call) -> Response:
    return json_response(200, documents.signed_in_user(call.base, call.token.login))


def get_rate_limit(call: Call) -> Response:
    rate = call.github.rate_limits.count(call.token, 0).document
    return json_response(200, {"resources": dict.fromkeys(_RATE_RESOURCES, rate), "rate": rate})


def repository_document(call: Call) -> dict[str, Any]:
    with call.repo.objects() as reader:
        tip = reader.commit(f"refs/heads/{call.repo.default_branch()}")
    pushed = tip.committer.date if tip else documents.LOWEST_DATE
    document = documents.repository(call.base, call.repo, pushed, call.token.allows("contents", "write"))
    document["has_issues"] = call.github.issues.are_enabled(call.repo.full_name)
    return {**document, **settings.of_repository(call.repo)}


def get_repository(call: Call) -> Response:
    return json_response(200, repository_document(call))


def get_branch(call: Call) -> Response:
    branch = call.parameters["branch"]
    with call.repo.objects() as reader:
        commit = reader.commit(f"refs/heads/{branch}") if is_ref_name(branch) else None
    if commit is None:
        raise ApiError(404, "Branch not found")
    name = quote_path(branch)
    url = f"{call.base}/repos/{call.repo.full_name}/branches/{name}"
    protection = {
        "enabled": False,
        "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
    }
    document = {
        "name": branch,
        "commit": documents.listed_commit(call.base, call.repo, commit),
        "_links": {"self": url, "html": f"{call.base}/{call.repo.full_name}/tree/{name}"},
        "protected": settings.is_protected(call.repo, branch),
        "protection": protection,
        "protection_url": f"{url}/protection",
    }
    return json_response(200, document)


def get_ref(call: Call) -> Response:
    ref = "refs/" + call.parameters["ref"]
    refuse_empty(call)
    if not is_ref_name(ref) or ref.count("/") < 2:
        raise not_found()
    with call.repo.objects() as reader:
        target = reader.info(ref)
    if target is None:
        raise not_found()
    return json_response(200, documents.git_ref(call.base, call.repo, ref, target))


def refuse_empty(call: Call) -> None:
    if call.repo.is_empty():
        raise ApiError(409, "Git Repository is empty.")


def list_commits(call: Call) -> Response:
    query = call.request.query
    page = page_of(call)
    name = query.get("sha") or call.repo.default_branch()
    with call.repo.objects() as reader:
        start = call.repo.resolve(reader, name)
    path = query.get("path", "").strip("/")
    if path and not is_tree_path(path):
        raise not_found()
    if start is None:
        if "sha" in query:
            raise not_found()
        raise ApiError(409, "Git Repository is empty.")
    commits = call.repo.history(start, path or None, page.start, page.size + 1)
    listed = [documents.listed_commit(call.base, call.repo, commit) for commit in commits[: page.size]]
    more = len(commits) > page.size
    return json_response(200, listed, link(call, next=page.number + 1) if more else None)
