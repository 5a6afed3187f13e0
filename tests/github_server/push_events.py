"""The push event: after a write through the API, and after a git push."""

from __future__ import annotations

from typing import Any

from github_server import actions, documents, repos
from github_server.git_objects import Commit
from github_server.git_repo import NO_COMMIT
from github_server.github import Call


def announce(call: Call, ref: str, before: str, after: str) -> None:
    """Starts the run, unless the push came from a run or its head commit says not to."""
    if not ref.startswith("refs/heads/") or after == NO_COMMIT or call.token.is_actions:
        return
    if not call.github.runner.listens("push"):
        return
    with call.repo.objects() as reader:
        head = reader.commit(after)
    if head is None or actions.skips_push_run(head.message):
        return
    call.github.runner.start(call.repo, "push", ref, after, _payload(call, ref, before, head))


def _payload(call: Call, ref: str, before: str, head: Commit) -> dict[str, Any]:
    url = f"{call.base}/{call.repo.full_name}"
    author = head.author.document
    committer = head.committer.document
    commit = {
        "id": head.sha,
        "tree_id": head.tree,
        "distinct": True,
        "message": head.message,
        "timestamp": committer["date"],
        "url": f"{url}/commit/{head.sha}",
        "author": {"name": author["name"], "email": author["email"]},
        "committer": {"name": committer["name"], "email": committer["email"]},
    }
    return {
        "ref": ref,
        "before": before,
        "after": head.sha,
        "created": before == NO_COMMIT,
        "deleted": False,
        "forced": False,
        "base_ref": None,
        "compare": f"{url}/compare/{before[:12]}...{head.sha[:12]}",
        "commits": [commit],
        "head_commit": commit,
        "pusher": {"name": call.token.login, "email": f"{call.token.login}@users.noreply.github.com"},
        "repository": repos.repository_document(call),
        "sender": documents.user(call.base, call.token.login),
    }
