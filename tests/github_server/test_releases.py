"""Releases and their assets, as a client downloads them."""

from __future__ import annotations

from github_server.client import Client


def test_a_release_and_its_assets(client: Client) -> None:
    client.github.add_release(client.repo, "v1.0", {"b.txt": b"two", "a.tar.gz": bytes(range(256))})
    release = client.api("GET", "/releases/tags/v1.0").json
    assert release["tag_name"] == "v1.0"
    assert [(each["name"], each["size"]) for each in release["assets"]] == [("a.tar.gz", 256), ("b.txt", 3)]
    tail = release["assets"][0]["url"].removeprefix(client.github.url)
    described = client.call("GET", tail)
    assert described.json == release["assets"][0]
    assert client.call("GET", tail, headers={"Accept": "application/octet-stream"}).body == bytes(range(256))


def test_releases_that_are_not_there(client: Client) -> None:
    for tail in ("tags/v1.0", "tags/..", "tags/..%2Fx", "assets/1", "assets/x"):
        assert client.api("GET", f"/releases/{tail}").status == 404
