"""Starting runs: repository_dispatch and workflow_dispatch."""

from __future__ import annotations

import json
from typing import Any

from github_server import documents, repos
from github_server.git_repo import is_tree_path
from github_server.github import Call
from github_server.messages import (
    ApiError,
    Response,
    describe,
    invalid,
    json_response,
    not_found,
    require,
    require_type,
)

MAX_EVENT_TYPE = 100
MAX_PAYLOAD_KEYS = 10
MAX_PAYLOAD_CHARACTERS = 65535
MAX_INPUTS = 25


def repository_dispatch(call: Call) -> Response:
    body = call.request.body_object()
    require(body, "event_type")
    require_type(body, str, "event_type")
    require_type(body, dict, "client_payload")
    event_type = body["event_type"]
    payload = body.get("client_payload") or {}
    _check_event_type(event_type)
    _check_payload(payload)
    branch = call.repo.default_branch()
    with call.repo.objects() as reader:
        tip = call.repo.branch_tip(reader, branch)
    if tip is None:
        raise ApiError(422, "Repository has no default branch", [_error("branch", "missing")])
    event = {"action": event_type, "branch": branch, "client_payload": payload, **_context(call)}
    call.github.runner.start(call.repo, "repository_dispatch", f"refs/heads/{branch}", tip, event)
    return Response(204)


def _error(field: str, code: str = "invalid", message: str | None = None) -> dict[str, Any]:
    error = {"resource": "RepositoryDispatch", "field": field, "code": code}
    return error if message is None else {**error, "message": message}


def _check_event_type(event_type: str) -> None:
    if not event_type:
        raise invalid("For 'properties/event_type', \"\" is too short.", [_error("event_type")])
    if len(event_type) > MAX_EVENT_TYPE:
        complaint = (
            f"For 'properties/event_type', {describe(event_type)} is too long: only {MAX_EVENT_TYPE} "
            f"characters are allowed; {len(event_type)} were supplied."
        )
        raise invalid(complaint, [_error("event_type")])


def _check_payload(payload: dict[str, Any]) -> None:
    if len(payload) > MAX_PAYLOAD_KEYS:
        complaint = (
            f"No more than {MAX_PAYLOAD_KEYS} properties are allowed; {len(payload)} were supplied."
        )
        raise invalid(complaint, [_error("client_payload")])
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    if len(text) > MAX_PAYLOAD_CHARACTERS:
        complaint = "client_payload is too large."
        raise ApiError(422, complaint, [_error("client_payload", "custom", complaint)])


def _context(call: Call) -> dict[str, Any]:
    return {
        "repository": repos.repository_document(call),
        "sender": documents.user(call.base, call.token.login),
    }


def workflow_dispatch(call: Call) -> Response:
    body = call.request.body_object()
    require(body, "ref")
    require_type(body, str, "ref")
    require_type(body, dict, "inputs")
    inputs = body.get("inputs") or {}
    if len(inputs) > MAX_INPUTS:
        raise invalid(f"No more than {MAX_INPUTS} properties are allowed; {len(inputs)} were supplied.")
    ref, tip = _resolve(call, body["ref"])
    workflow = call.parameters["workflow"]
    path = f".github/workflows/{workflow}"
    if workflow not in call.github.workflows and not _has_workflow(call, tip, path):
        raise not_found()
    event = {"inputs": inputs, "ref": ref, "workflow": path, **_context(call)}
    run = call.github.runner.start(call.repo, "workflow_dispatch", ref, tip, event)
    always = call.request.headers.get("x-github-api-version") == "2026-03-10"
    if always or body.get("return_run_details") is True:
        return json_response(200, _run_details(call, run or 0))
    return Response(204)


def _resolve(call: Call, name: str) -> tuple[str, str]:
    short = name.removeprefix("refs/heads/").removeprefix("refs/tags/")
    with call.repo.objects() as reader:
        for kind in ("heads", "tags"):
            ref = f"refs/{kind}/{short}"
            if tip := call.repo.resolve(reader, ref):
                return ref, tip
    raise ApiError(422, f"No ref found for: {name[:200]}")


def _has_workflow(call: Call, tip: str, path: str) -> bool:
    return is_tree_path(path) and call.repo.entry(tip, path) is not None


def _run_details(call: Call, run: int) -> dict[str, Any]:
    path = f"{call.repo.full_name}/actions/runs/{run}"
    return {
        "workflow_run_id": run,
        "run_url": f"{call.base}/repos/{path}",
        "html_url": f"{call.base}/{path}",
    }
