"""One bare repository. git does all the work on objects and refs.

How a write becomes a commit: read-tree into a temporary index, update-index and write-tree cost
time with the size of the whole tree; mktree for each directory on the path costs a process each.
`git fast-import` rewrites only the trees on the path, in one process, but moves a branch whenever
that is a fast-forward, which is weaker than GitHub's "the branch must be where it was". So it
writes to a ref of its own under refs/pending/, and `update-ref` moves the branch and drops that
ref in one transaction that fails unless the branch still is at the commit's parent.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from github_server.git_environment import git_environment
from github_server.git_objects import Commit, Identity, ObjectReader

NO_COMMIT = "0" * 40
_FULL_ID = re.compile(r"[0-9a-f]{40}")
_NOT_IN_A_REF = re.compile(
    r"[\0-\x20\x7f~^:?*\[\\\udc80-\udcff]|\.\.|@\{|//|(^|/)\.|\.lock(/|$)|[/.]$|^[/-]|^@$"
)


class BranchMoved(Exception):
    def __init__(self, actual: str, expected: str) -> None:
        super().__init__(f"is at {actual} but expected {expected}")


@dataclass(frozen=True)
class TreeEntry:
    mode: str
    kind: str  # blob, tree, commit
    sha: str
    size: int  # of blobs; otherwise 0
    path: str


@dataclass(frozen=True)
class FileChange:
    """A file to write, or with no blob, to remove."""

    path: str
    blob: str | None
    mode: str = "100644"


@dataclass(frozen=True)
class TreeChange:
    """An entry of a tree to write: with no id, one that goes."""

    path: str
    mode: str
    sha: str | None


def is_ref_name(name: str) -> bool:
    """What `git check-ref-format` accepts; nothing that a revision expression could hide in."""
    return bool(name) and not _NOT_IN_A_REF.search(name)


def is_tree_path(path: str) -> bool:
    """Whether git and GitHub would have such a path in a tree."""
    return "\0" not in path and all(_is_component(part) for part in path.split("/"))


def _is_component(part: str) -> bool:
    return part not in ("", ".", "..") and part.casefold() not in (".git", "git~1")


class GitRepo:
    def __init__(self, owner: str, name: str, path: Path) -> None:
        self.owner = owner
        self.name = name
        self.path = path
        self._writing = threading.Lock()

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    def initialise(self, author: Identity) -> None:
        """An empty repository gets a README on `main`."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.run("init", "--quiet", "--bare", "--initial-branch=main", "--template=", ".")
        readme = FileChange("README.md", self.write_blob(f"# {self.name}\n".encode()))
        self.commit("main", None, [readme], "Initial commit", author, author)

    def run(self, *arguments: str, stdin: bytes = b"", **variables: str) -> bytes:
        """stdout. `variables` are added to the environment. Raises CalledProcessError."""
        command = ["git", *(argument.encode("utf-8", "surrogateescape") for argument in arguments)]
        environment = {**git_environment(), **variables}
        return subprocess.run(
            command, cwd=self.path, env=environment, input=stdin, capture_output=True, check=True
        ).stdout

    def objects(self) -> ObjectReader:
        return ObjectReader(self.path)

    def default_branch(self) -> str:
        head = (self.path / "HEAD").read_text(encoding="utf-8").strip()
        return head.removeprefix("ref: refs/heads/")

    def is_empty(self) -> bool:
        return not self.run("for-each-ref", "--count=1", "refs/heads", "refs/tags")

    def resolve(self, reader: ObjectReader, name: str) -> str | None:
        """The commit that a branch, a tag, a full ref name or a full id stands for."""
        if _FULL_ID.fullmatch(name):
            found = reader.info(f"{name}^{{commit}}")
            return found and found.sha
        if not is_ref_name(name):
            return None
        whole = [name] if name.startswith("refs/") else []
        for ref in [f"refs/heads/{name}", f"refs/tags/{name}", *whole, f"refs/{name}"]:
            if found := reader.info(f"{ref}^{{commit}}"):
                return found.sha
        return None

    def branch_tip(self, reader: ObjectReader, branch: str) -> str | None:
        if not is_ref_name(branch):
            return None
        found = reader.info(f"refs/heads/{branch}^{{commit}}")
        return found and found.sha

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """What lies at `path`, which is not the root."""
        found = self._list_tree(commit, path)
        return found[0] if found else None

    def directory(self, tree: str) -> list[TreeEntry]:
        return self._list_tree(tree)

    def _list_tree(self, tree: str, *paths: str) -> list[TreeEntry]:
        entries = []
        for line in self.run("ls-tree", "-z", "--long", "--full-tree", tree, "--", *paths).split(b"\0")[
            :-1
        ]:
            facts, _, path = line.decode("utf-8", "surrogateescape").partition("\t")
            mode, kind, sha, size = facts.split()
            entries.append(TreeEntry(mode, kind, sha, 0 if size == "-" else int(size), path))
        return entries

    def history(self, start: str, path: str | None, skip: int, count: int) -> list[Commit]:
        paths = [path] if path else []
        listed = self.run("rev-list", f"--skip={skip}", f"--max-count={count}", start, "--", *paths)
        with self.objects() as reader:
            return [reader.commit(sha) for sha in listed.decode().split()]

    def write_blob(self, content: bytes) -> str:
        return self.run("hash-object", "-w", "--stdin", "--no-filters", stdin=content).decode().strip()

    def write_tree(self, base: str | None, entries: list[TreeChange]) -> str:
        """The tree of `base` with these entries. Raises CalledProcessError for names git does not take."""
        records = b"".join(_index_record(entry) for entry in entries)
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": f"{folder}/index"}
            if base:
                self.run("read-tree", base, **index)
            self.run("update-index", "-z", "--index-info", stdin=records, **index)
            return self.run("write-tree", **index).decode().strip()

    def write_commit(
        self, tree: str, parents: list[str], message: str, author: Identity, committer: Identity
    ) -> str:
        """On no branch yet."""
        before = [word for parent in parents for word in ("-p", parent)]
        people = {
            **_identity_variables("AUTHOR", author), **_identity_variables("COMMITTER", committer)
        }
        text = message.replace("\0", "").encode("utf-8", "replace")
        return self.run("commit-tree", tree, *before, stdin=text, **people).decode().strip()

    def create_ref(self, ref: str, sha: str) -> None:
        """Raises CalledProcessError where there is one, or one whose name stands in the way."""
        with self._writing:
            self.run("update-ref", "--end-of-options", ref, sha, NO_COMMIT)

    def commit(
        self,
        branch: str,
        tip: str | None,
        changes: list[FileChange],
        message: str,
        author: Identity,
        committer: Identity,
    ) -> str:
        """Moves `branch` from `tip` to a new commit, which it returns. Raises BranchMoved."""
        pending = f"refs/pending/{uuid.uuid4().hex}"
        program = _import_program(pending, tip, changes, message, author, committer)
        with self._writing:
            made = (
                self.run("fast-import", "--quiet", "--date-format=raw", stdin=program).decode().strip()
            )
            self._move_branch(branch, tip, made, pending)
        return made

    def _move_branch(self, branch: str, tip: str | None, made: str, pending: str) -> None:
        expected = tip or NO_COMMIT
        move = f"update refs/heads/{branch} {made} {expected}\ndelete {pending} {made}\n"
        try:
            self.run("update-ref", "--stdin", stdin=move.encode())
        except subprocess.CalledProcessError:
            self.run("update-ref", "-d", pending)
            with self.objects() as reader:
                actual = self.branch_tip(reader, branch) or NO_COMMIT
            if actual == expected:
                raise
            raise BranchMoved(actual, expected) from None


def _import_program(
    ref: str,
    tip: str | None,
    changes: list[FileChange],
    message: str,
    author: Identity,
    committer: Identity,
) -> bytes:
    text = message.replace("\0", "").encode("utf-8", "replace")
    lines = [
        f"commit {ref}".encode(),
        b"mark :1",
        b"author " + _identity(author),
        b"committer " + _identity(committer),
        b"data %d\n%b" % (len(text), text),
    ]
    if tip:
        lines.append(f"from {tip}".encode())
    for change in changes:
        path = _quoted(change.path)
        if change.blob is None:
            lines.append(b"D " + path)
        else:
            lines.append(f"M {change.mode} {change.blob} ".encode() + path)
    return b"\n".join([*lines, b"", b"get-mark :1", b""])


def _index_record(entry: TreeChange) -> bytes:
    """As `update-index --index-info` reads it; a mode of 0 removes."""
    facts = f"{entry.mode} {entry.sha}" if entry.sha else f"0 {NO_COMMIT}"
    return f"{facts}\t{entry.path}\0".encode("utf-8", "surrogateescape")


def _identity(identity: Identity) -> bytes:
    words = f"{_plain(identity.name)} <{_plain(identity.email)}> {int(identity.date.timestamp())} +0000"
    return words.encode("utf-8", "replace")


def _identity_variables(role: str, identity: Identity) -> dict[str, str]:
    facts = {
        "NAME": _plain(identity.name),
        "EMAIL": _plain(identity.email),
        "DATE": f"@{int(identity.date.timestamp())} +0000",
    }
    return {f"GIT_{role}_{name}": value for name, value in facts.items()}


def _plain(text: str) -> str:
    return re.sub(r"[<>\x00-\x1f\x7f]", "", text).strip()


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return b'"' + escaped.encode("utf-8", "surrogateescape") + b'"'
