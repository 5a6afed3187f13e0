"""Issues and their comments: without labels, milestones and assignees, and no pull requests among them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from github_server import documents
from github_server.github import Call
from github_server.issue_store import Comment, Issue, now
from github_server.messages import ApiError, Response, invalid, json_response, not_found, require, require_type
from github_server.paging import link, page_of

MAX_TITLE_CHARACTERS, MAX_BODY_CHARACTERS = 256, 65_536
STATES = ("open", "closed")
REASONS = ("completed", "not_planned", "duplicate", "reopened")
_SORT_KEYS = {
    "created": lambda issue: issue.number,
    "updated": lambda issue: (issue.updated, issue.number),
    "comments": lambda issue: (len(issue.comments), issue.number),
}


def list_all(call: Call) -> Response:
    """Where issues are disabled, none: GitHub refuses only to write."""
    query = call.request.query
    state = _choice(query, "state", (*STATES, "all"), "open")
    key = _SORT_KEYS[_choice(query, "sort", tuple(_SORT_KEYS), "created")]
    is_descending = _choice(query, "direction", ("asc", "desc"), "desc") == "desc"
    since = _moment(query.get("since"))
    found = [
        issue
        for issue in call.github.issues.all(call.repo.full_name)
        if call.github.issues.are_enabled(call.repo.full_name)
        and state in (issue.state, "all")
        and query.get("creator") in (None, issue.author)
        and (since is None or issue.updated >= since)
    ]
    found.sort(key=key, reverse=is_descending)
    return _paged(call, [_document(call, issue) for issue in found])


def create(call: Call) -> Response:
    body = _fields(call)
    require(body, "title")
    _check_title(body["title"])
    issue = call.github.issues.open(
        call.repo.full_name, call.token.login, str(body["title"]), body.get("body")
    )
    document = _document(call, issue)
    return json_response(201, document, {"Location": document["url"]})


def get(call: Call) -> Response:
    return json_response(200, _document(call, _found(call)))


def update(call: Call) -> Response:
    body = _fields(call)
    issue = _found(call)
    if body.get("title") is not None:
        _check_title(body["title"])
    if body.get("state") not in (None, *STATES) or body.get("state_reason") not in (None, *REASONS):
        raise _failed("state", "invalid")
    with call.github.issues.lock:
        issue.title = str(body.get("title") or issue.title)
        issue.body = body.get("body", issue.body)
        if body.get("state") not in (None, issue.state):
            _set_state(call, issue, body["state"], body.get("state_reason"))
        issue.updated = now()
        return json_response(200, _document(call, issue))


def list_comments(call: Call) -> Response:
    issue, since = _found(call), _moment(call.request.query.get("since"))
    return _paged(
        call,
        [
            _comment_document(call, issue, comment)
            for comment in issue.comments
            if since is None or comment.created >= since
        ],
    )


def create_comment(call: Call) -> Response:
    body = _fields(call)
    issue = _found(call)
    require(body, "body")
    comment = call.github.issues.comment(issue, call.token.login, body["body"])
    document = _comment_document(call, issue, comment)
    return json_response(201, document, {"Location": document["url"]})


def _set_state(call: Call, issue: Issue, state: str, reason: str | None) -> None:
    is_closed = state == "closed"
    issue.state = state
    issue.state_reason = (reason or "completed") if is_closed else "reopened"
    issue.closed = now() if is_closed else None
    issue.closed_by = call.token.login if is_closed else None


def _found(call: Call) -> Issue:
    _check_enabled(call)
    number = call.parameters["number"]
    issue = (
        call.github.issues.find(call.repo.full_name, int(number))
        if number.isascii() and number.isdigit() and len(number) < 10
        else None
    )
    if issue is None:
        raise not_found()
    return issue


def _check_enabled(call: Call) -> None:
    if not call.github.issues.are_enabled(call.repo.full_name):
        raise ApiError(410, "Issues has been disabled in this repository.")


def _fields(call: Call) -> dict[str, Any]:
    _check_enabled(call)
    body = call.request.body_object()
    require_type(body, str, "body")
    if len(body.get("body") or "") > MAX_BODY_CHARACTERS:
        raise _failed("body", "custom", f"body is too long (maximum is {MAX_BODY_CHARACTERS} characters)")
    return body


def _check_title(title: Any) -> None:
    if not isinstance(title, (str, int)) or isinstance(title, bool):
        raise invalid("For 'properties/title', it is neither a string nor an integer.")
    if not str(title).strip():
        raise _failed("title", "missing_field")
    if len(str(title)) > MAX_TITLE_CHARACTERS:
        words = f"title is too long (maximum is {MAX_TITLE_CHARACTERS} characters)"
        raise _failed("title", "custom", words)


def _failed(field: str, code: str, message: str | None = None) -> ApiError:
    error = {"resource": "Issue", "field": field, "code": code}
    return ApiError(422, "Validation Failed", [error | ({"message": message} if message else {})])


def _choice(query: dict[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = query.get(name, default)
    if value not in choices:
        raise _failed(name, "invalid")
    return value


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        raise _failed("since", "invalid") from None


def _paged(call: Call, items: list[dict[str, Any]]) -> Response:
    page = page_of(call)
    last = -(-len(items) // page.size)
    more = {"next": page.number + 1, "last": last} if page.number < last else {}
    earlier = {"prev": page.number - 1, "first": 1} if page.number > 1 else {}
    pages = earlier | more
    return json_response(200, page.of(items), link(call, **pages) if pages else None)


def _document(call: Call, issue: Issue) -> dict[str, Any]:
    repository = f"{call.base}/repos/{call.repo.full_name}"
    url = f"{repository}/issues/{issue.number}"
    return {
        "url": url,
        "repository_url": repository,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "html_url": f"{call.base}/{call.repo.full_name}/issues/{issue.number}",
        "id": documents.number(url),
        "node_id": documents.node_id("Issue", url),
        "number": issue.number,
        "title": issue.title,
        "user": documents.user(call.base, issue.author),
        "labels": [],
        "state": issue.state,
        "locked": False,
        **dict.fromkeys(("assignee", "milestone", "active_lock_reason", "performed_via_github_app")),
        "assignees": [],
        "comments": len(issue.comments),
        "created_at": documents.stamp(issue.created),
        "updated_at": documents.stamp(issue.updated),
        "closed_at": issue.closed and documents.stamp(issue.closed),
        "closed_by": documents.user(call.base, issue.closed_by) if issue.closed_by else None,
        "author_association": _association(issue.author),
        "body": issue.body,
        "state_reason": issue.state_reason,
    }


def _comment_document(call: Call, issue: Issue, comment: Comment) -> dict[str, Any]:
    repository = f"{call.base}/repos/{call.repo.full_name}"
    page = f"{call.base}/{call.repo.full_name}/issues/{issue.number}"
    created = documents.stamp(comment.created)
    return {
        "url": f"{repository}/issues/comments/{comment.id}",
        "html_url": f"{page}#issuecomment-{comment.id}",
        "issue_url": f"{repository}/issues/{issue.number}",
        "id": comment.id,
        "node_id": documents.node_id("IssueComment", str(comment.id)),
        "user": documents.user(call.base, comment.author),
        "created_at": created,
        "updated_at": created,
        "body": comment.body,
        "author_association": _association(comment.author),
        "performed_via_github_app": None,
    }


def _association(author: str) -> str:
    return "NONE" if author.endswith("[bot]") else "OWNER"
