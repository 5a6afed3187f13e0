"""Where the branches of a run are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from failures import RemoteFailure
from remote import Heads, Remote


@dataclass
class Tips:
    """As the server told last, or as we left them. Their commits are here."""

    remote: Remote
    branches: dict[str, str] = field(default_factory=dict)

    def take(self, heads: Heads, names: Iterable[str]) -> None:
        """A branch that is not there has no tip any more."""
        found = {name: heads.tips[name] for name in names if name in heads.tips}
        self.remote.fetch_commits(found.values())
        self.branches = {name: tip for name, tip in self.branches.items() if name not in names} | found

    def look(self, *names: str) -> None:
        self.take(self.remote.heads(*names), names)

    def of(self, branch: str) -> str:
        if branch not in self.branches:
            raise RemoteFailure(f"there is no branch {branch!r} in {self.remote.where}", is_public=True)
        return self.branches[branch]

    def find(self, branch: str) -> str:
        self.look(branch)
        return self.of(branch)
