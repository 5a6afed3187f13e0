"""The JSON shapes GitHub's OpenAPI description calls simple-user, full-repository, commit and so on."""

from __future__ import annotations

import base64
import zlib
from datetime import datetime, timezone
from typing import Any

from github_server.git_objects import Commit, ObjectInfo
from github_server.git_repo import GitRepo, TreeEntry
from github_server.messages import quote_path

# URL templates of a repository, as GitHub spells them.
_REPOSITORY_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_COUNTS = (
    "forks", "forks_count", "network_count", "open_issues", "open_issues_count",
    "stargazers_count", "subscribers_count", "watchers", "watchers_count",
)  # fmt: skip
_ENTRY_TYPES = {"blob": "file", "tree": "dir", "commit": "submodule"}
LOWEST_DATE = datetime(2024, 1, 1, tzinfo=timezone.utc)


def stamp(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def number(text: str) -> int:
    """The same name has the same id in every run."""
    return zlib.crc32(text.encode("utf-8", "replace"))


def node_id(kind: str, text: str) -> str:
    return base64.b64encode(f"{kind}:{text}".encode("utf-8", "replace")).decode()


def user(base: str, login: str) -> dict[str, Any]:
    name = quote_path(login)
    url = f"{base}/users/{name}"
    return {
        "login": login,
        "id": number(login),
        "node_id": node_id("User", login),
        "avatar_url": f"{base}/avatars/{name}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{base}/{name}",
        **{key: url + tail for key, tail in _USER_LINKS.items()},
        "type": "Bot" if login.endswith("[bot]") else "User",
        "user_view_type": "public",
        "site_admin": False,
    }


def signed_in_user(base: str, login: str) -> dict[str, Any]:
    empty = ("name", "company", "location", "email", "hireable", "bio", "twitter_username")
    return {
        **user(base, login),
        **dict.fromkeys(empty),
        "blog": "",
        **dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0),
        "created_at": stamp(LOWEST_DATE),
        "updated_at": stamp(LOWEST_DATE),
    }


def repository(base: str, repo: GitRepo, pushed: datetime, may_write: bool) -> dict[str, Any]:
    url = f"{base}/repos/{repo.full_name}"
    page = f"{base}/{repo.full_name}"
    host = base.partition("://")[2]
    created = datetime.fromtimestamp((repo.path / "config").stat().st_mtime, timezone.utc)
    return {
        "id": number(repo.full_name),
        "node_id": node_id("Repository", repo.full_name),
        "name": repo.name,
        "full_name": repo.full_name,
        "owner": user(base, repo.owner),
        "private": True,
        "visibility": "private",
        "html_url": page,
        "description": None,
        "fork": False,
        "url": url,
        **{key: url + tail for key, tail in _REPOSITORY_LINKS.items()},
        "git_url": f"git://{host}/{repo.full_name}.git",
        "ssh_url": f"ssh://git@{host}/{repo.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "topics": [],
        **dict.fromkeys(_COUNTS, 0),
        "size": 0,
        "default_branch": repo.default_branch(),
        **dict.fromkeys(
            ("has_issues", "has_projects", "has_wiki", "has_pages", "has_discussions"), False
        ),
        **dict.fromkeys(("archived", "disabled", "is_template"), False),
        "created_at": stamp(created),
        "pushed_at": stamp(pushed),
        "updated_at": stamp(pushed),
        "permissions": {
            **dict.fromkeys(("admin", "maintain"), False),
            **dict.fromkeys(("push", "triage"), may_write),
            "pull": True,
        },
    }


def _verification() -> dict[str, Any]:
    return {
        "verified": False,
        "reason": "unsigned",
        **dict.fromkeys(("signature", "payload", "verified_at")),
    }


def git_commit(base: str, repo: GitRepo, commit: Commit) -> dict[str, Any]:
    """The commit as git sees it, which an answer to a write carries."""
    git = f"{base}/repos/{repo.full_name}/git"
    page = f"{base}/{repo.full_name}/commit"
    return {
        "sha": commit.sha,
        "node_id": node_id("Commit", commit.sha),
        "url": f"{git}/commits/{commit.sha}",
        "html_url": f"{page}/{commit.sha}",
        "author": commit.author.document,
        "committer": commit.committer.document,
        "tree": {"sha": commit.tree, "url": f"{git}/trees/{commit.tree}"},
        "message": commit.message,
        "parents": [
            {"sha": sha, "url": f"{git}/commits/{sha}", "html_url": f"{page}/{sha}"}
            for sha in commit.parents
        ],
        "verification": _verification(),
    }


def git_ref(base: str, repo: GitRepo, ref: str, target: ObjectInfo) -> dict[str, Any]:
    git = f"{base}/repos/{repo.full_name}/git"
    return {
        "ref": ref,
        "node_id": node_id("Ref", f"{repo.full_name}:{ref}"),
        "url": f"{git}/{quote_path(ref)}",
        "object": {"sha": target.sha, "type": target.kind, "url": f"{git}/{target.kind}s/{target.sha}"},
    }


def git_tree(base: str, repo: GitRepo, sha: str) -> dict[str, Any]:
    git = f"{base}/repos/{repo.full_name}/git"
    return {
        "sha": sha,
        "url": f"{git}/trees/{sha}",
        "tree": [_tree_entry(git, entry) for entry in repo.directory(sha)],
        "truncated": False,
    }


def _tree_entry(git: str, entry: TreeEntry) -> dict[str, Any]:
    facts = {"path": entry.path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha}
    if entry.kind == "commit":
        return facts
    size = {"size": entry.size} if entry.kind == "blob" else {}
    return {**facts, **size, "url": f"{git}/{entry.kind}s/{entry.sha}"}


def listed_commit(base: str, repo: GitRepo, commit: Commit) -> dict[str, Any]:
    """The commit as GitHub lists it: git's part is one member of it."""
    url = f"{base}/repos/{repo.full_name}/commits"
    page = f"{base}/{repo.full_name}/commit"
    inner = git_commit(base, repo, commit)
    kept = ("url", "author", "committer", "message", "tree", "verification")
    return {
        "url": f"{url}/{commit.sha}",
        "sha": commit.sha,
        "node_id": node_id("Commit", commit.sha),
        "html_url": f"{page}/{commit.sha}",
        "comments_url": f"{url}/{commit.sha}/comments",
        "commit": {**{key: inner[key] for key in kept}, "comment_count": 0},
        "author": None,
        "committer": None,
        "parents": [
            {"sha": sha, "url": f"{url}/{sha}", "html_url": f"{page}/{sha}"} for sha in commit.parents
        ],
    }


def content_entry(base: str, repo: GitRepo, entry: TreeEntry, ref: str) -> dict[str, Any]:
    """What a directory's listing says of one entry, and a file's own document begins with."""
    kind = "symlink" if entry.mode == "120000" else _ENTRY_TYPES[entry.kind]
    path = quote_path(entry.path)
    page = f"{base}/{repo.full_name}"
    branch = quote_path(ref)
    url = f"{base}/repos/{repo.full_name}/contents/{path}?ref={branch}"
    html = f"{page}/{'tree' if kind == 'dir' else 'blob'}/{branch}/{path}"
    objects = "trees" if kind == "dir" else "blobs"
    git = f"{base}/repos/{repo.full_name}/git/{objects}/{entry.sha}"
    return {
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "sha": entry.sha,
        "size": entry.size,
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": f"{page}/raw/{branch}/{path}" if kind in ("file", "symlink") else None,
        "type": kind,
        "_links": {"self": url, "git": git, "html": html},
    }
