"""A folder with as much of the storage as `status` needs to tell who sends: the summaries that commits of the last
days brought, the settings, and the names of what waits in the inbox.

What a commit brought is what counts, and not the days in the names of summaries: those are of the producers' clocks,
and a batch may arrive late. Of payloads only the names are there, so none is fetched.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from failures import RemoteFailure
from git_plumbing import Clone
from inbox_names import inboxes_of
from payload_names import BATCH_ID
from remote import Heads, Remote
from storage_layout import INBOX, README, REASON, REJECTED, STORAGE, WAITING, in_repository

SUMMARIES = in_repository("summaries")
SETTINGS = ".github/healthmetric.toml"
DAY_S = 86_400
MAX_SUMMARIES = 100_000
MAX_NAMES = 100_000
MAX_SMALL_BYTES = 4 << 20
"""Of a reason or of waiting.json. Of a larger one nothing is read."""
_SUMMARY = re.compile(rf"{SUMMARIES}/\d{{4}}/\d\d/(?:\d\d/)?{BATCH_ID}\.json")
_MAX_NAME_BYTES = 255


@dataclass(frozen=True)
class Place:
    """A folder, and the branch whose storage is to be in it."""

    folder: Path
    branch: str

    @property
    def storage(self) -> Path:
        return self.folder / "data" / STORAGE

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"


class RecentStorage:
    """Of one branch. Raises RemoteFailure if there is no such branch, or the server cannot be reached."""

    def __init__(self, clone: Clone, remote: Remote, place: Place, other_inboxes: Iterable[str] = ()) -> None:
        self._clone, self._remote, self.place = clone, remote, place
        self.warnings: list[str] = []
        heads = self._look(other_inboxes)
        if place.branch not in heads.tips:
            raise RemoteFailure(f"there is no branch {place.branch!r}")
        self._tip = heads.tips[place.branch]
        names = dict.fromkeys([*inboxes_of(place.branch, heads.default), *other_inboxes])
        self.inboxes = [name for name in names if name in heads.tips and name != place.branch]
        shutil.rmtree(place.folder, ignore_errors=True)
        place.storage.mkdir(parents=True)
        place.inbox.mkdir(parents=True)
        remote.fetch_commits([self._tip, *(heads.tips[name] for name in self.inboxes)])
        self._bring_settings()
        self._bring_names(self._tip, place.storage.parent)
        for name in self.inboxes:
            self._bring_names(heads.tips[name], place.inbox)
        if self.inboxes:
            (place.inbox / README).touch()

    @property
    def inbox(self) -> Path | None:
        """None where there is no inbox branch."""
        return self.place.inbox if self.inboxes else None

    def bring_summaries(self, since: int) -> int:
        """Those that commits since then brought. Returns how many there are."""
        self._remote.fetch_since(self._tip, since)
        added = filter(_is_summary, self._clone.added_since(self._tip, SUMMARIES, since))
        paths = list(islice(_each_once(added), MAX_SUMMARIES + 1))
        if len(paths) > MAX_SUMMARIES:
            self.warnings.append(f"only the latest {MAX_SUMMARIES} batches were looked at")
        blobs = self._clone.blobs_at(self._tip, paths[:MAX_SUMMARIES])
        self._bring(blobs, self.place.storage.parent)
        return len(blobs)

    def _look(self, other_inboxes: Iterable[str]) -> Heads:
        # Which branch is the default one the answer tells, so the inbox of that is asked for in any case.
        branch = self.place.branch
        return self._remote.heads(branch, *inboxes_of(branch, default=branch), *other_inboxes)

    def _bring_settings(self) -> None:
        found = self._clone.blobs_at(self._tip, [SETTINGS])
        self._bring(found, self.place.storage.parent)

    def _bring_names(self, tip: str, root: Path) -> None:
        """Empty files for payloads; reasons and waiting.json as they are."""
        folders, waiting = [in_repository(INBOX), in_repository(REJECTED)], in_repository(WAITING)
        found = {entry.path: entry.blob for entry in islice(self._clone.regular_files(tip, folders), MAX_NAMES)
                 if _can_be_a_name(entry.path)}
        for path in found:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).touch()
        reasons = {path: blob for path, blob in found.items() if path.endswith(REASON)}
        self._bring(reasons | self._clone.blobs_at(tip, [waiting]), root, MAX_SMALL_BYTES)

    def _bring(self, files: Mapping[str, str], root: Path, most_bytes: int | None = None) -> None:
        self._remote.fetch_blobs(files.values())
        self._clone.copy_blobs({root / path: blob for path, blob in files.items()}, most_bytes)


def _each_once(paths: Iterable[str]) -> Iterator[str]:
    seen = set[str]()
    for path in paths:
        if path not in seen:
            seen.add(path)
            yield path


def _is_summary(path: str) -> bool:
    return bool(_SUMMARY.fullmatch(path)) and _can_be_a_name(path)


def _can_be_a_name(path: str) -> bool:
    """Whether every file system takes it, and no program shows it as something else."""
    name = path.rpartition("/")[2]
    return name.isprintable() and len(name.encode(errors="replace")) <= _MAX_NAME_BYTES
