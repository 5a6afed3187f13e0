"""Releases and their assets, as a client downloads them."""

from __future__ import annotations

from github_server.client import Client
from github_server.local_github import LocalGithub


def test_a_release_and_its_assets(client: Client) -> None:
    client.github.add_release(client.repo, "v1.0", {"b.txt": b"two", "a.tar.gz": bytes(range(256))})
    release = client.api("GET", "/releases/tags/v1.0").json
    assert release["tag_name"] == "v1.0"
    assert [(each["name"], each["size"]) for each in release["assets"]] == [("a.tar.gz", 256), ("b.txt", 3)]
    tail = release["assets"][0]["url"].removeprefix(client.github.url)
    described = client.call("GET", tail)
    assert described.json == release["assets"][0]
    assert client.call("GET", tail, headers={"Accept": "application/octet-stream"}).body == bytes(range(256))


def test_assets_of_gitea_have_the_address_of_the_web_pages_alone() -> None:
    with LocalGithub(repos=["octo/data"], flavour="gitea") as github:
        client = Client(github, "octo/data")
        github.add_release(client.repo, "v1.0", {"a b.txt": b"one"})
        release = client.call("GET", "/api/v1/repos/octo/data/releases/tags/v1.0").json
        [asset] = release["assets"]
        assert "url" not in asset
        path = asset["browser_download_url"].removeprefix(github.url)
        assert path == "/octo/data/releases/download/v1.0/a%20b.txt"
        assert client.call("GET", path).body == b"one"
        assert client.call("GET", path, token=None).status == 401
        assert client.call("GET", path + "x").status == 404


def test_releases_that_are_not_there(client: Client) -> None:
    for tail in ("tags/v1.0", "tags/..", "tags/..%2Fx", "assets/1", "assets/x"):
        assert client.api("GET", f"/releases/{tail}").status == 404
