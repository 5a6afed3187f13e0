"""The git data API: what it takes to begin a branch without a git client, and its refusals."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from github_server.client import Answer, Client
from github_server.local_github import LocalGithub

README = {"path": "README.md", "mode": "100644", "type": "blob", "content": "# Inbox ü\n"}
NOWHERE = "1" * 40


def tree(client: Client, *entries: dict[str, Any], **rest: Any) -> Answer:
    return client.api("POST", "/git/trees", {"tree": list(entries), **rest})


def commit(client: Client, made: str, **rest: Any) -> Answer:
    return client.api("POST", "/git/commits", {"message": "Begin\n\nA: 1\n", "tree": made, **rest})


def ref(client: Client, name: str, sha: str, **rest: Any) -> Answer:
    return client.api("POST", "/git/refs", {"ref": f"refs/heads/{name}", "sha": sha}, **rest)


def root(client: Client) -> str:
    return commit(client, tree(client, README).json["sha"]).json["sha"]


def test_a_branch_begins_with_a_root_commit(client: Client) -> None:
    made = tree(client, README)
    assert made.status == 201
    [entry] = made.json["tree"]
    assert (entry["path"], entry["size"], made.json["truncated"]) == ("README.md", 11, False)
    begun = commit(client, made.json["sha"])
    assert (begun.status, begun.json["parents"]) == (201, [])
    assert begun.json["author"]["name"] == "octocat"
    created = ref(client, "healthmetric/inbox", begun.json["sha"])
    assert created.status == 201
    assert created.headers["location"] == created.json["url"]
    assert created.json == client.api("GET", "/git/ref/heads/healthmetric/inbox").json
    assert client.github.git(client.repo, "log", "--format=%B", "healthmetric/inbox") == (
        "Begin\n\nA: 1\n\n")
    assert client.github.read(client.repo, "README.md", "healthmetric/inbox") == "# Inbox ü\n".encode()
    assert client.put("a", b"x", branch="healthmetric/inbox").status == 201
    assert client.api("GET", "/contents/a?ref=healthmetric/inbox").status == 200
    client.github.git(client.repo, "fsck", "--strict")


def test_a_tree_on_top_of_another(client: Client) -> None:
    client.put("dir/a", b"1")
    client.put("dir/b", b"2")
    base = client.github.git(client.repo, "rev-parse", "main^{tree}").strip()
    made = tree(client, {"path": "dir/a", "mode": "100644", "type": "blob", "sha": None},
                {"path": "link", "mode": "120000", "type": "blob", "content": "dir/b"},
                {"path": "other", "mode": "160000", "type": "commit", "sha": NOWHERE}, base_tree=base)
    assert made.status == 201
    kinds = {entry["path"]: (entry["mode"], entry["type"]) for entry in made.json["tree"]}
    assert kinds == {"README.md": ("100644", "blob"), "dir": ("040000", "tree"),
                     "link": ("120000", "blob"), "other": ("160000", "commit")}
    sha = commit(client, made.json["sha"], parents=[client.tip()]).json["sha"]
    assert ref(client, "next", sha).status == 201
    assert client.github.git(client.repo, "rev-list", "--count", "next").strip() == "4"
    assert client.github.tree(client.repo, "next").keys() >= {"dir/b"}


def test_a_ref_is_created_once(client: Client) -> None:
    sha = root(client)
    assert ref(client, "healthmetric/inbox", sha).status == 201
    again = ref(client, "healthmetric/inbox", sha)
    assert (again.status, again.message) == (422, "Reference already exists")
    assert client.tip("healthmetric/inbox") == sha


def test_of_two_at_once_one_creates_it(client: Client) -> None:
    commits = [root(client), client.tip()]
    together = threading.Barrier(2)
    answers: list[tuple[str, Answer]] = []

    def create(sha: str) -> None:
        together.wait()
        answers.append((sha, ref(client, "new", sha)))

    threads = [threading.Thread(target=create, args=(sha,)) for sha in commits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = [sha for sha, answer in answers if answer.status == 201]
    [refused] = [answer for _, answer in answers if answer.status != 201]
    assert (refused.status, refused.message) == (422, "Reference already exists")
    assert client.tip("new") == winner


@pytest.mark.parametrize(("first", "second"), [("healthmetric", "healthmetric/inbox"),
                                               ("healthmetric/inbox", "healthmetric")])
def test_a_branch_and_a_folder_of_branches_exclude_each_other(client: Client, first: str,
                                                              second: str) -> None:
    sha = root(client)
    assert ref(client, first, sha).status == 201
    refused = ref(client, second, sha)
    assert (refused.status, refused.message) == (422, "Reference update failed")
    assert client.api("GET", f"/git/ref/heads/{second}").status == 404


def test_who_may_not_write_creates_nothing(client: Client) -> None:
    sha = root(client)
    for tail, document in (("trees", {"tree": [README]}), ("commits", {"message": "m", "tree": NOWHERE}),
                           ("refs", {"ref": "refs/heads/x", "sha": sha})):
        refused = client.api("POST", f"/git/{tail}", document, token="reader")
        assert refused.status == 403
        assert refused.headers["x-accepted-github-permissions"] == "contents=write"
    assert client.api("GET", "/git/ref/heads/x").status == 404


def test_an_empty_repository_has_no_objects(client: Client) -> None:
    sha = client.tip()
    client.github.git(client.repo, "update-ref", "-d", "refs/heads/main")
    for answer in (tree(client, README), commit(client, NOWHERE), ref(client, "x", sha),
                   client.api("GET", "/git/ref/heads/x")):
        assert (answer.status, answer.message) == (409, "Git Repository is empty.")


@pytest.mark.parametrize(("name", "sha", "complaint"), [
    ("x", NOWHERE, "Object does not exist"),
    ("x", "main", "The sha parameter must be exactly 40 characters and contain only [0-9a-f]."),
    ("a b", NOWHERE, "not a valid ref name"),
    ("a..b", NOWHERE, "not a valid ref name"),
    ("x.lock", NOWHERE, "not a valid ref name"),
])
def test_refs_that_are_refused(client: Client, name: str, sha: str, complaint: str) -> None:
    refused = ref(client, name, sha)
    assert refused.status == 422
    assert complaint in refused.message


def test_a_branch_is_no_tree(client: Client) -> None:
    made = tree(client, README).json["sha"]
    assert ref(client, "x", made).status == 422
    assert client.api("POST", "/git/refs", {"ref": "heads/x", "sha": client.tip()}).status == 422
    assert client.api("POST", "/git/refs", {"ref": "refs/heads/x"}).status == 422


@pytest.mark.parametrize(("entry", "complaint"), [
    ({"path": "../x"}, "tree.path contains a malformed path component"),
    ({"path": "a/.git/x"}, "tree.path contains a malformed path component"),
    ({"mode": "100666"}, "Must supply a valid tree.mode"),
    ({"type": "tree"}, "Must supply a valid tree.mode"),
    ({"sha": NOWHERE}, "Must supply either tree.sha or tree.content"),
    ({"content": None}, "Must supply either tree.sha or tree.content"),
    ({"content": None, "sha": NOWHERE}, f"tree.sha {NOWHERE} is not a valid blob"),
    ({"path": 1}, "For 'properties/path', 1 is not a string."),
])
def test_entries_that_are_refused(client: Client, entry: dict[str, Any], complaint: str) -> None:
    refused = tree(client, {**README, **entry})
    assert refused.status == 422
    assert complaint in refused.message


def test_trees_and_commits_that_are_refused(client: Client) -> None:
    made = tree(client, README).json["sha"]
    assert tree(client).message == "Invalid tree info"
    assert tree(client, README, base_tree=NOWHERE).status == 422
    assert client.api("POST", "/git/trees", {"tree": {}}).message.endswith("{} is not an array.")
    assert client.api("POST", "/git/trees", {"tree": ["x"]}).status == 422
    assert commit(client, NOWHERE).message == "Tree SHA does not exist"
    assert commit(client, client.tip()).message == "Tree SHA does not exist"
    assert commit(client, made, parents=[made]).message.startswith("Parent SHA does not exist")
    assert commit(client, made, author={"name": "n"}).status == 422
    assert client.api("POST", "/git/commits", {"tree": made}).status == 422


def test_a_new_branch_starts_the_run_of_a_push() -> None:
    with LocalGithub(repos=["octo/data"], on_push=["true"]) as github:
        other = Client(github, "octo/data")
        sha = root(other)
        assert ref(other, "new", sha).status == 201
        github.wait_idle()
        assert [(run["event"], run["ref"], run["sha"]) for run in github.runs()] == [
            ("push", "refs/heads/new", sha)]
