"""The issues of the repository, as far as the watch wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gh_api import ApiFailure, RepositoryApi
from git_plumbing import BOT
from silence_issues import Issue, Marker, marker_in

PER_PAGE, MAX_PAGES = 100, 30
_GONE, _FORBIDDEN = 410, 403


class IssuesDisabled(RuntimeError):
    """The repository has no issues."""


class IssueTracker:
    """All methods raise ApiFailure; those that write, IssuesDisabled as well."""

    def __init__(self, api: RepositoryApi) -> None:
        self._api = api
        self.is_whole = True
        """Whether all issues were looked at."""

    def ours(self) -> list[Issue]:
        """The newest first, open and closed ones."""
        login = quote(BOT[0], safe="")
        issues = list[Issue]()
        for page in range(1, MAX_PAGES + 1):
            listed = self._ask("GET", f"issues?state=all&creator={login}&per_page={PER_PAGE}&page={page}")
            issues += [issue for document in listed if (issue := _issue(document))]
            if len(listed) < PER_PAGE:
                return issues
        self.is_whole = False
        return issues

    def open(self, title: str, marker: Marker, text: str) -> Issue:
        body = f"{marker.line()}\n{text}"
        document = self._ask("POST", "issues", {"title": title, "body": body})
        return Issue(document["number"], True, body, marker)

    def change(self, issue: Issue, marker: Marker, is_open: bool) -> None:
        changes = {"body": marker.put_into(issue.text)}
        if is_open != issue.is_open:
            changes["state"] = "open" if is_open else "closed"
        self._ask("PATCH", f"issues/{issue.number}", changes)

    def comment(self, issue: Issue, text: str) -> None:
        self._ask("POST", f"issues/{issue.number}/comments", {"body": text})

    def _ask(self, method: str, path: str, document: Any = None) -> Any:
        try:
            return self._api.ask(method, path, document)
        except ApiFailure as failure:
            if failure.status == _GONE and method == "POST" and path == "issues":
                raise IssuesDisabled from failure
            if failure.status == _FORBIDDEN and "not accessible" in str(failure):
                raise ApiFailure(f"{failure}: the workflow needs the permission issues: write", _FORBIDDEN) from failure
            raise


def _issue(document: Mapping[str, Any]) -> Issue | None:
    """None for what somebody else wrote, and for pull requests."""
    author = document.get("user") or {}
    text = document.get("body") or ""
    if author.get("login") != BOT[0] or author.get("type") != "Bot" or "pull_request" in document:
        return None
    marker = marker_in(text)
    return Issue(document["number"], document["state"] == "open", text, marker) if marker else None
