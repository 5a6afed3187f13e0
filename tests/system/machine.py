"""A machine with a folder that changes from day to day, and what its batches say of that folder."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from producer import TOKEN
from programs import Program, Result, sender_path
from repository import Repository

EXCLUDED = ".csv"
LARGEST = 64 << 10
SENT, NOTHING, PARTLY = 0, 3, 4


@dataclass(frozen=True)
class Version:
    """A file as it was sent, and the batch that brought it; of two that are the same, the batch may differ."""

    content: bytes
    modified_ns: int
    batch_id: str = field(default="", compare=False)


@dataclass(frozen=True)
class Run:
    """How the folder is sent on one day. `lost`: what was lost before, "record" or "state"."""

    packing: tuple[str, ...] = ()
    skipping: str = ""
    only_changes: bool = False
    lost: str = ""
    allow_empty: bool = False

    @property
    def words(self) -> list[str]:
        skipped = {"": [], "pattern": ["--exclude", f"*{EXCLUDED}"], "size": ["--max-file-size", str(LARGEST)]}
        return [*self.packing, *skipped[self.skipping], *(["--changed-only"] if self.only_changes else []),
                *(["--allow-empty"] if self.allow_empty else [])]


@dataclass
class Series:
    """What a machine said of its folder so far: what has to come back."""

    files: dict[str, Version] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)

    def copy(self) -> Series:
        return Series(dict(self.files), set(self.folders))


@dataclass
class Machine:
    producer: str
    batch_name: str
    home: Path
    repository: Repository
    clock: Mapping[str, str] = field(default_factory=dict)
    series: list[Series] = field(default_factory=lambda: [Series()])
    known: dict[str, bytes] = field(default_factory=dict)  # the record of what was sent
    batches: list[str] = field(default_factory=list)
    writes: int = 0

    def __post_init__(self) -> None:
        self.folder = self.home / "source"
        self.folder.mkdir(parents=True)

    def write(self, path: str, size: int, seed: int) -> None:
        """Whatever is in the way, a file or a folder, makes room."""
        place = self.folder / path
        for above in [*reversed(place.relative_to(self.folder).parents)][1:]:
            if (self.folder / above).is_file():
                (self.folder / above).unlink()
        if place.is_dir():
            shutil.rmtree(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(random.Random(seed).randbytes(size))
        self.writes += 1
        moment = 10**18 + self.writes * 1_234_567_891 + seed
        os.utime(place, ns=(moment, moment))

    def delete(self, path: str) -> None:
        place = self.folder / path
        if place.is_dir():
            shutil.rmtree(place)
        elif place.exists():
            place.unlink()

    def rename(self, path: str, new: str) -> None:
        place, target = self.folder / path, self.folder / new
        if place.exists() and not target.exists() and not target.is_relative_to(place):
            if not [above for above in target.parents if above.is_file()]:
                target.parent.mkdir(parents=True, exist_ok=True)
                place.rename(target)

    def make_folder(self, path: str) -> None:
        place = self.folder / path
        if not [above for above in (place, *place.parents) if above.is_file()]:
            place.mkdir(parents=True, exist_ok=True)

    def send(self, run: Run) -> Result:
        self._lose(run.lost)
        found = {str(place.relative_to(self.folder)): place.read_bytes() for place in self.folder.rglob("*")
                 if place.is_file()}
        sent = {path: content for path, content in found.items() if not self._is_skipped(path, run)}
        gone = [path for path in self.known if path not in sent and not self._is_skipped(path, run)]
        is_all_gone = bool(gone) and len(gone) == len(self.known) and not run.allow_empty
        result = self._program()("--folder", self.folder, "--batch-name", self.batch_name, "--producer", self.producer,
                                 "--all-types", "--hidden", "--repo", self.repository.name, "--api-url",
                                 self.repository.github.api_url, "--max-wait", "0", "--json", *run.words,
                                 env={"GH_TOKEN": TOKEN, **self.clock})
        assert result.status in (SENT, NOTHING, PARTLY), result
        assert result.json["gone"] == (0 if is_all_gone else len(gone)), (result, gone)
        if result.json["batch_id"]:
            self._note(result.json["batch_id"], sent, [] if is_all_gone else gone, run)
        return result

    def _note(self, batch_id: str, sent: dict[str, bytes], gone: list[str], run: Run) -> None:
        self.batches.append(batch_id)
        series = self.series[-1]
        for path in gone:
            series.files.pop(path, None)
            self.known.pop(path)
        for path, content in sent.items():
            if run.only_changes and self.known.get(path) == content:
                continue
            for other in [other for other in series.files if are_in_each_others_way(path, other)]:
                del series.files[other]
            series.files[path] = Version(content, (self.folder / path).stat().st_mtime_ns, batch_id)
            self.known[path] = content
        empty = [place for place in self.folder.rglob("*") if place.is_dir() and not list(place.iterdir())]
        paths = {str(place.relative_to(self.folder)) for place in empty}
        series.folders = {path for path in paths if not self._is_skipped(path, run)}

    def _lose(self, what: str) -> None:
        if what == "record":
            (self._state / "sent.db").unlink(missing_ok=True)
        elif what == "state":
            shutil.rmtree(self._state, ignore_errors=True)
            self.series.append(Series())
        if what:
            self.known = {}

    def _is_skipped(self, path: str, run: Run) -> bool:
        """Itself or a folder it is below exists and is skipped."""
        place = self.folder / path
        ways = [place, *place.parents][:len(Path(path).parts)]
        there = [way for way in ways if way.exists()]
        if run.skipping == "pattern":
            return any(way.name.endswith(EXCLUDED) for way in there)
        return run.skipping == "size" and any(way.is_file() and way.stat().st_size > LARGEST for way in there)

    def _program(self) -> Program:
        return Program(sender_path(), self.home)

    @property
    def _state(self) -> Path:
        return self.home / "state/healthmetric"


def are_in_each_others_way(path: str, other: str) -> bool:
    """One of them a file where the other needs a folder."""
    return path.startswith(f"{other}/") or other.startswith(f"{path}/")
