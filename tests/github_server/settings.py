"""What the owner of a repository may set: whether it is private or archived, what Actions may do, and
rules for its branches. A test writes them, the endpoints here and others tell of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from github_server import documents
from github_server.git_repo import GitRepo
from github_server.github import Call
from github_server.messages import ApiError, Response, json_response, not_found, quote_path

_OF_REPOSITORY = ("private", "visibility", "archived", "disabled")


def file_of(repository: Path) -> Path:
    """Beside the bare repository."""
    return repository.with_suffix(".settings.json")


def settings_of(repo: GitRepo) -> dict[str, Any]:
    try:
        return json.loads(file_of(repo.path).read_bytes())
    except FileNotFoundError:
        return {}


def of_repository(repo: GitRepo) -> dict[str, Any]:
    """Members of its document that are not as usual."""
    return {name: value for name, value in settings_of(repo).items() if name in _OF_REPOSITORY}


def refuse_archived(repo: GitRepo) -> None:
    if settings_of(repo).get("archived"):
        raise ApiError(403, "Repository was archived so is read-only.")


def is_protected(repo: GitRepo, branch: str) -> bool:
    return branch in settings_of(repo).get("protected", [])


def get_branch_rules(call: Call) -> Response:
    """`rules` maps branches to the types of their rules."""
    rules = [
        {
            "type": kind,
            "ruleset_source_type": "Repository",
            "ruleset_source": call.repo.full_name,
            "ruleset_id": 1,
        }
        for kind in settings_of(call.repo).get("rules", {}).get(call.parameters["branch"], [])
    ]
    return json_response(200, rules)


def get_actions_permissions(call: Call) -> Response:
    usual = {"enabled": True, "allowed_actions": "all", "sha_pinning_required": False}
    return json_response(200, {**usual, **settings_of(call.repo).get("actions", {})})


def get_workflow(call: Call) -> Response:
    """`workflow_states` maps names of files to their states; others are active."""
    file = call.parameters["workflow"]
    path = f".github/workflows/{file}"
    branch = call.repo.default_branch()
    with call.repo.objects() as reader:
        tip = call.repo.branch_tip(reader, branch)
    if "/" in file or tip is None or call.repo.entry(tip, path) is None:
        raise not_found()
    base = f"{call.base}/repos/{call.repo.full_name}"
    page = f"{call.base}/{call.repo.full_name}"
    number = documents.number(path)
    document = {
        "id": number,
        "node_id": documents.node_id("Workflow", path),
        "name": file,
        "path": path,
        "state": settings_of(call.repo).get("workflow_states", {}).get(file, "active"),
        "created_at": documents.stamp(documents.LOWEST_DATE),
        "updated_at": documents.stamp(documents.LOWEST_DATE),
        "url": f"{base}/actions/workflows/{number}",
        "html_url": f"{page}/blob/{quote_path(branch)}/{path}",
        "badge_url": f"{page}/workflows/{quote_path(file)}/badge.svg",
    }
    return json_response(200, document)
