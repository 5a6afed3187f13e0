"""Repositories on the local GitHub, and the sender for Windows pointed at them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from github_server.local_github import LocalGithub
from wine import WindowsSender

TOKEN = "ghp_" + "WindowsTokenOfTheTests0123456789abcde"
INBOX = "healthmetric/inbox"


def wait_until(is_so: Callable[[], object], timeout_s: float = 60) -> None:
    end = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


class Repository:
    """One of its own on the local GitHub, and the sender pointed at it."""

    def __init__(self, github: LocalGithub, sender: WindowsSender, name: str) -> None:
        self.github, self.sender, self.name = github, sender, "octo/" + re.sub(r"[^a-z0-9-]", "-", name)
        github.clear_faults()
        github.create_repo(self.name)
        github.clear_requests()

    @property
    def words(self) -> list[str]:
        return ["--repo", self.name, "--api-url", self.github.api_url]

    @property
    def token(self) -> dict[str, str]:
        return {"GH_TOKEN": TOKEN}

    def inbox(self) -> list[str]:
        tree = self.github.tree(self.name, INBOX)
        return [path for path in tree if path.startswith("_storage/inbox/") and path.endswith(".json")]
