"""The contents API: reading, writing, deleting, and every way to be refused."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import threading
import urllib.parse

import pytest

from github_server.client import Answer, Client
from github_server.local_github import LocalGithub


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def branch_of(client: Client, branch: str, listing: str) -> None:
    """A branch whose one commit has the tree that `listing` describes."""
    path = client.github.repo_path(client.repo)
    made = subprocess.run(
        ["git", "mktree"], cwd=path, input=listing, text=True, stdout=subprocess.PIPE, check=True
    )
    identity = ("-c", "user.name=n", "-c", "user.email=e")
    commit = client.github.git(client.repo, *identity, "commit-tree", "-m", "m", made.stdout.strip())
    client.github.git(client.repo, "branch", branch, commit.strip())


def test_create_update_and_read_back(client: Client) -> None:
    before = client.tip()
    created = client.put("_storage/inbox/a%20b.json", b"one")
    assert created.status == 201
    content, commit = created.json["content"], created.json["commit"]
    assert content["path"] == "_storage/inbox/a b.json"
    assert content["name"] == "a b.json"
    assert content["sha"] == blob_id(b"one")
    assert content["size"] == 3
    assert commit["sha"] == client.tip()
    assert [parent["sha"] for parent in commit["parents"]] == [before]

    updated = client.put("_storage/inbox/a%20b.json", b"two", sha=content["sha"])
    assert updated.status == 200
    assert client.github.read(client.repo, "_storage/inbox/a b.json") == b"two"
    read = client.api("GET", "/contents/_storage/inbox/a%20b.json").json
    assert (read["type"], read["encoding"], read["content"]) == ("file", "base64", "dHdv\n")
    assert client.github.tree(client.repo).keys() == {"README.md", "_storage/inbox/a b.json"}


@pytest.mark.parametrize(
    "path", ['quo"te\\.txt', "ünï/код 語.txt", "line\nbreak", "-dash", ":(top)x", "*.txt"]
)
def test_hostile_names_are_only_names(client: Client, path: str) -> None:
    quoted = urllib.parse.quote(path)
    assert client.put(quoted, b"x").status == 201
    assert client.github.read(client.repo, path) == b"x"
    assert client.api("GET", f"/contents/{quoted}").json["path"] == path
    assert client.put(quoted, b"y").status == 422
    gone = client.api("DELETE", f"/contents/{quoted}", {"message": "m", "sha": blob_id(b"x")})
    assert gone.status == 200
    assert client.github.tree(client.repo).keys() == {"README.md"}
    assert client.api("GET", f"/contents/{quoted}").status == 404


def test_author_and_committer(client: Client) -> None:
    ada = {"name": "Ada <x>", "email": "ada@example.org", "date": "2024-01-15T10:30:00Z"}
    commit = client.put("a", b"x", author=ada).json["commit"]
    assert commit["author"] == {**ada, "name": "Ada x"}
    assert commit["committer"]["name"] == "octocat"
    commit = client.put("b", b"x", committer=ada).json["commit"]
    assert commit["author"] == commit["committer"] == {**ada, "name": "Ada x"}
    assert client.put("c", b"x", author={"name": "n"}).status == 422
    assert client.put("c", b"x", author={**ada, "date": "yesterday"}).status == 422


def test_other_branches(client: Client) -> None:
    client.github.git(client.repo, "branch", "feature/x", "main")
    assert client.put("a", b"x", branch="feature/x").status == 201
    assert "a" not in client.github.tree(client.repo)
    assert "a" in client.github.tree(client.repo, "feature/x")
    assert client.api("GET", "/contents/a?ref=feature/x").status == 200
    assert client.api("GET", f"/contents/a?ref={client.tip('feature/x')}").status == 200
    assert client.api("GET", "/contents/a").status == 404
    missing = client.put("a", b"x", branch="nowhere")
    assert (missing.status, missing.message) == (404, "Branch nowhere not found")
    for ref in ("main~0", "main:README.md", "nowhere", "-x", "..", "@{0}"):
        assert client.api("GET", f"/contents/README.md?ref={ref}").status == 404, ref


def test_an_existing_file_needs_its_sha(client: Client) -> None:
    client.put("a", b"one")
    refused = client.put("a", b"two")
    assert (refused.status, refused.message) == (422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    stale = client.put("a", b"two", sha="1" * 40)
    assert (stale.status, stale.message) == (409, f"a does not match {'1' * 40}")
    absent = client.put("b", b"two", sha="1" * 40)
    assert absent.status == 409
    assert client.put("c", b"two", sha="").status == 422
    assert client.github.read(client.repo, "a") == b"one"


@pytest.mark.parametrize(
    "path", ["..", "a/../b", "a//b", ".git/config", "a/.GIT/x", "./a", "a/", "/a", "a%00b", "a%2F..%2Fb"]
)
def test_malformed_paths(client: Client, path: str) -> None:
    refused = client.put(path, b"x")
    assert (refused.status, refused.message) == (422, "path contains a malformed path component")
    assert refused.json["errors"][0]["code"] == "invalid"


def test_a_file_has_no_files_below_it(client: Client) -> None:
    client.put("a", b"x")
    assert client.put("a/b/c", b"x").status == 422
    client.put("d/e", b"x")
    assert client.put("d", b"x").status == 422


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"content": ""}, '"message" wasn\'t supplied.'),
        ({"message": "m"}, '"content" wasn\'t supplied.'),
        ({}, '"message", "content" weren\'t supplied.'),
        ({"message": 1, "content": ""}, "For 'properties/message', 1 is not a string."),
        ([], "For 'links/0/schema', [] is not an object."),
    ],
)
def test_invalid_bodies(client: Client, document: object, complaint: str) -> None:
    refused = client.api("PUT", "/contents/a", document)
    assert (refused.status, refused.message) == (422, f"Invalid request.\n\n{complaint}")
    assert refused.json["documentation_url"].endswith("#create-or-update-file-contents")


@pytest.mark.parametrize(
    "body",
    [b"{", b"nonsense", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000],
    ids=["cut off", "no JSON", "NaN", "no UTF-8", "deep"],
)
def test_broken_json(client: Client, body: bytes) -> None:
    refused = client.api("PUT", "/contents/a", body=body)
    assert (refused.status, refused.message) == (400, "Problems parsing JSON")


@pytest.mark.parametrize("content", ["a", "!!!!", "YQ==\nYQ==", "YQ=", "ä"])
def test_bad_base64(client: Client, content: str) -> None:
    refused = client.api("PUT", "/contents/a", {"message": "m", "content": content})
    assert (refused.status, refused.message) == (422, "content is not valid Base64")


def test_an_empty_file(client: Client) -> None:
    assert client.put("empty", b"").status == 201
    read = client.api("GET", "/contents/empty").json
    assert (read["content"], read["size"]) == ("", 0)


def test_the_branch_moved_in_between(client: Client) -> None:
    expected = client.tip()
    client.github.faults({"method": "PUT", "action": "race"})
    refused = client.put("a", b"x")
    assert refused.status == 409
    assert refused.message == f"is at {client.tip()} but expected {expected}"
    assert client.github.git(client.repo, "for-each-ref", "refs/pending") == ""
    assert client.put("a", b"x").status == 201


def test_concurrent_writers_lose_nothing(client: Client) -> None:
    together = threading.Barrier(6)
    answers: dict[int, Answer] = {}

    def write(number: int) -> None:
        together.wait()
        answers[number] = client.put(f"dir/{number}", b"%d" % number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = {f"dir/{number}" for number, answer in answers.items() if answer.status == 201}
    assert stored
    assert {answer.status for answer in answers.values()} <= {201, 409}
    assert client.github.tree(client.repo).keys() == {"README.md", *stored}
    assert int(client.github.git(client.repo, "rev-list", "--count", "main")) == 1 + len(stored)


def test_delete(client: Client) -> None:
    client.put("dir/a", b"x")
    client.put("b", b"x")
    assert client.api("DELETE", "/contents/dir/a", {"message": "m"}).status == 422
    assert client.api("DELETE", "/contents/dir/a", {"message": "m", "sha": "0" * 40}).status == 409
    assert client.api("DELETE", "/contents/none", {"message": "m", "sha": "0" * 40}).status == 404
    gone = client.api(
        "DELETE", "/contents/dir/a", {"message": "Remove", "sha": blob_id(b"x"), "branch": "main"}
    )
    assert (gone.status, gone.json["content"]) == (200, None)
    assert gone.json["commit"]["message"] == "Remove"
    assert client.api("DELETE", f"/contents/b?message=m&sha={blob_id(b'x')}&branch=main").status == 200
    assert client.github.tree(client.repo).keys() == {"README.md"}


def test_directories(client: Client) -> None:
    client.put("dir/sub/a", b"x")
    client.put("dir/b", b"xy")
    listed = client.api("GET", "/contents/dir").json
    assert [(entry["type"], entry["path"], entry["size"]) for entry in listed] == [
        ("file", "dir/b", 2),
        ("dir", "dir/sub", 0),
    ]
    assert {entry["name"] for entry in client.api("GET", "/contents").json} == {"README.md", "dir"}
    assert client.api("GET", "/contents/").json == client.api("GET", "/contents").json
    whole = client.api(
        "GET", "/contents/dir", headers={"Accept": "application/vnd.github.object+json"}
    ).json
    assert whole["type"] == "dir"
    assert whole["entries"] == listed


def test_a_listing_stops_at_a_thousand(client: Client) -> None:
    blob = client.put("seed", b"x").json["content"]["sha"]
    lines = "".join(f"100644 blob {blob}\t{number:04}\n" for number in range(1001))
    branch_of(client, "many", lines)
    assert len(client.api("GET", "/contents?ref=many").json) == 1000


def test_media_types_and_the_megabyte(client: Client) -> None:
    raw = {"Accept": "application/vnd.github.raw+json"}
    whole = {"Accept": "application/vnd.github.object+json"}
    small, large = b"s" * 100, bytes(range(256)) * 4097
    client.put("small", small)
    client.put("large", large)
    text = client.api("GET", "/contents/small").json["content"]
    assert base64.b64decode(text) == small
    assert [len(line) for line in text.splitlines()] == [60, 60, 16]
    assert client.api("GET", "/contents/small", headers=raw).body == small
    assert client.api("GET", "/contents/small", headers=whole).json["content"] == text
    for headers in ({}, whole):
        read = client.api("GET", "/contents/large", headers=headers).json
        assert (read["content"], read["encoding"], read["size"]) == ("", "none", len(large))
        assert read["sha"] == blob_id(large)
    answer = client.api("GET", "/contents/large", headers=raw)
    assert answer.body == large
    assert answer.headers["content-type"].startswith("application/vnd.github.raw+json")


def test_etag(client: Client) -> None:
    first = client.api("GET", "/contents/README.md")
    again = client.api("GET", "/contents/README.md", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["x-ratelimit-used"] == first.headers["x-ratelimit-used"]
    client.put("README.md", b"new", sha=first.json["sha"])
    changed = client.api("GET", "/contents/README.md", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status == 200


def test_blobs_have_a_limit() -> None:
    with LocalGithub(repos=["octo/data"], options=["--max-blob-bytes=1000"]) as github:
        client = Client(github, "octo/data")
        assert client.put("fits", b"x" * 1000).status == 201
        refused = client.put("large", b"x" * 1001)
        assert refused.status == 422
        assert "input was too large" in refused.message
        assert refused.json["errors"][0]["code"] == "too_large"


def test_a_large_payload_passes(client: Client) -> None:
    content = hashlib.shake_128(b"seed").digest(30 << 20)
    assert client.put("large", content).json["content"]["sha"] == blob_id(content)


def test_a_program_stays_one(client: Client) -> None:
    first = client.put("run.sh", b"x").json["content"]["sha"]
    entry = f"100755 blob {first}\trun.sh\n"
    branch_of(client, "programs", entry)
    assert client.put("run.sh", b"y", sha=first, branch="programs").status == 200
    assert client.github.git(client.repo, "ls-tree", "programs").startswith("100755")
