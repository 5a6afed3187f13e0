"""Changes some files of a git tree, at a cost proportional to the change.

An index lists all files, and is read and written as a whole. Here only the directories that contain
changes are read and written; their other entries keep name, mode and object.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from git_dialogue import GitDialogue

REGULAR_FILE = "100644"
DIRECTORY = b"40000"
KINDS = {DIRECTORY: b"tree", b"160000": b"commit"}
"""By mode. An entry with any other mode is a blob."""
_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)


class Entry(NamedTuple):
    mode: bytes
    object_id: bytes
    """In hexadecimal digits."""


Directory = dict[bytes, Entry]
Changes = dict[bytes, bytes | None]
"""By path: a blob, or None for a file to remove."""


class TreeEditor:
    """`reader` is `git cat-file --batch`, `writer` is `git mktree -z --missing --batch`."""

    def __init__(self, reader: GitDialogue, writer: GitDialogue) -> None:
        self._reader, self._writer = reader, writer

    def changed(self, tree: str, files: Mapping[str, str | None]) -> str:
        """The tree with these files added, or removed where the blob is None.

        As in an index, a file that is added replaces a directory of that name, and a directory a file.
        """
        changes = {os.fsencode(path): blob and blob.encode() for path, blob in files.items()}
        return (self._changed(tree.encode(), changes) or self._write({})).decode()

    def _changed(self, tree: bytes | None, changes: Changes) -> bytes | None:
        """None when nothing is left: git keeps no empty directories."""
        directory = self._read(tree) if tree else {}
        below: defaultdict[bytes, Changes] = defaultdict(dict)
        for path, blob in changes.items():
            name, is_below, rest = path.partition(b"/")
            if is_below:
                below[name][rest] = blob
            elif blob:
                directory[name] = Entry(REGULAR_FILE.encode(), blob)
            elif _subtree(directory, name) is None:
                directory.pop(name, None)
        for name, inner in below.items():
            old = _subtree(directory, name)
            if new := self._changed(old, inner):
                directory[name] = Entry(DIRECTORY, new)
            elif old:
                del directory[name]
        return self._write(directory) if directory else None

    def _read(self, tree: bytes) -> Directory:
        content = self._reader.read(self._reader.size_of(tree, b"tree"))
        self._reader.read(1)
        return {name: Entry(mode, object_id.hex().encode())
                for mode, name, object_id in _ENTRY.findall(content)}

    def _write(self, directory: Directory) -> bytes:
        records = [b"%s %s %s\t%s\0" % (mode, KINDS.get(mode, b"blob"), object_id, name)
                   for name, (mode, object_id) in directory.items()]
        [tree] = self._writer.ask(b"".join(records) + b"\0")
        return tree


def _subtree(directory: Directory, name: bytes) -> bytes | None:
    entry = directory.get(name)
    return entry.object_id if entry and entry.mode == DIRECTORY else None
