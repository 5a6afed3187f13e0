"""The repository where payloads wait and the one where files are stored. As a rule, one is both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remote import Remote
from storage_layout import below_storage, lies_with_payloads


@dataclass(frozen=True)
class Repositories:
    """Seen from the same clone."""

    inbox: Remote
    data: Remote

    @property
    def are_one(self) -> bool:
        return self.inbox is self.data

    def fetch_blobs(self, files: Mapping[str, str]) -> None:
        """Of files by their path; its place tells where each comes from. One request to each repository."""
        if self.are_one:
            self.data.fetch_blobs(files.values())
            return
        waiting = {path for path in files if lies_with_payloads(below_storage(path))}
        self.inbox.fetch_blobs(files[path] for path in waiting)
        self.data.fetch_blobs(files[path] for path in files.keys() - waiting)
