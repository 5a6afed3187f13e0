"""The commands that only read a storage, and what each of them finds in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from days import Day, Days
from programs import Program, Result
from system_calls import TRACED
from trees import file_names, snapshot

ONE = Day(1, {"a.csv": b"1", "b.csv": b"2"})
TWO = Day(2, {"c.csv": b"two"})
OTHER = Day(3, {"z.txt": b"z"}, producer="ward")
REST = {"a.csv", "b.csv", "z.txt"}
"""The files without TWO's."""


@dataclass
class Command:
    words: tuple[str, ...]
    found: Callable[[Result, Path], set[str]]  # the paths or ids that it gave
    has_ids: bool = False

    def rest(self) -> set[str]:
        return {ONE.batch_id, OTHER.batch_id} if self.has_ids else REST


def ids(result: Result, _: Path) -> set[str]:
    return {batch["batch_id"] for batch in json.loads(result.stdout)}


def paths(result: Result, _: Path) -> set[str]:
    return {file["path"] for file in json.loads(result.stdout)}


def rows(member: str) -> Callable[[Result, Path], set[str]]:
    return lambda result, _: {json.loads(line)[member] for line in result.stdout.splitlines()}


def restored(_: Result, to: Path) -> set[str]:
    return {name.rpartition("/")[2] for name in file_names(to)}


EXPORT = ("export", "--format", "ndjson", "--output", "-", "--table")
COMMANDS = {
    "list": Command(("list", "--json"), ids, has_ids=True),
    "files": Command(("files", "--json"), paths),
    "files --all": Command(("files", "--json", "--all"), paths),
    "restore": Command(("restore", "--to", "TO"), restored),
    "export batches": Command((*EXPORT, "batches"), rows("batch_id"), has_ids=True),
    "export files": Command((*EXPORT, "files"), rows("path")),
    "export latest": Command((*EXPORT, "latest"), rows("path")),
}
each_command = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())


@dataclass
class Reading:
    """Changes nothing in the storage, whatever it finds there."""

    days: Days
    to: Path

    def __call__(self, command: Command, program: Program | None = None, storage: Path | None = None) -> Result:
        storage = storage or self.days.storage
        before = snapshot(storage)
        words = [word.replace("TO", str(self.to)) for word in command.words]
        result = (program or self.days.receiver)(words[0], "--storage", storage, *words[1:], env=TRACED)
        assert snapshot(storage) == before
        return result

    def found(self, command: Command, result: Result) -> set[str]:
        return command.found(result, self.to)
