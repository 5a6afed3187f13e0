"""Two real clients of GitHub work with the local one: gh and PyGithub, as Debian ships them."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from github_server.client import Client

PATH = "_storage/inbox/a b ü.json"


class Gh:
    def __init__(self, client: Client, home: Path) -> None:
        if not shutil.which("gh"):
            pytest.skip("gh is not installed")
        self.url = client.github.url
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "GH_HOST": self.url.removeprefix("http://"),
                            "GH_ENTERPRISE_TOKEN": "test-token", "NO_COLOR": "1", "GH_PROMPT_DISABLED": "1"}

    def __call__(self, path: str, *words: str, status: int = 0) -> dict:
        result = subprocess.run(["gh", "api", f"{self.url}/{path}", *words], env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        assert result.returncode == status, result
        return json.loads(result.stdout) if result.stdout else {}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_gh_creates_reads_updates_lists_and_dispatches(client: Client, tmp_path: Path) -> None:
    gh = Gh(client, tmp_path)
    file = f"repos/{client.repo}/contents/_storage/inbox/a%20b%20%C3%BC.json"
    created = gh(file, "-X", "PUT", "-f", "message=Add", "-f", f"content={encoded('one')}")
    assert created["content"]["path"] == PATH
    found = gh(file)
    assert base64.b64decode(found["content"]) == b"one"
    updated = gh(file, "-X", "PUT", "-f", "message=Change", "-f", f"content={encoded('two')}",
                 "-f", f"sha={found['sha']}")
    assert updated["content"]["sha"] != found["sha"]
    assert [entry["path"] for entry in gh(f"repos/{client.repo}/contents/_storage/inbox")] == [PATH]
    gh(f"repos/{client.repo}/dispatches", "-f", "event_type=data_update", "-F", "client_payload[batch_id]=a")
    refused = gh(file, "-X", "PUT", "-f", "message=Add", "-f", f"content={encoded('three')}", status=1)
    assert "sha" in refused["message"]
    assert client.github.read(client.repo, PATH) == b"two"


def test_pygithub_creates_reads_updates_lists_and_dispatches(client: Client) -> None:
    """Run by the interpreter that has the package."""
    python = "/usr/bin/python3"
    script = f"""
import sys
from github import Github
repo = Github("test-token", base_url={client.github.url!r}).get_repo({client.repo!r})
path = {PATH!r}
repo.create_file(path, "Add", b"one")
found = repo.get_contents(path)
assert found.decoded_content == b"one", found
changed = repo.update_file(path, "Change", b"two", found.sha)
assert changed["content"].sha != found.sha
assert [entry.path for entry in repo.get_contents("_storage/inbox")] == [path]
assert repo.create_repository_dispatch("data_update", {{"batch_id": "a"}})
assert [commit.commit.message for commit in repo.get_commits()][:2] == ["Change", "Add"]
"""
    if subprocess.run([python, "-c", "import github"], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("python3-github is not installed")
    result = subprocess.run([python, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            timeout=60, env={"PATH": os.environ["PATH"]})
    assert result.returncode == 0, result.stdout
    assert client.github.read(client.repo, PATH) == b"two"
