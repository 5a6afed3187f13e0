"""The git operations needed to store a batch, each one call of a plumbing command.

`git add` and `git checkout` are not used: they apply .gitignore, line-ending and filter attributes, and
so could omit or change data. Names are passed NUL-separated or quoted, and never through a shell.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import child_process
from child_process import Child, unnamed_file
from failures import GitError, RemoteFailure
from fast_import import Base, FastImport, Imported, NewCommit
from git_dialogue import GitDialogue
from git_words import words_of
from rooms import room_in
from watched_command import run_watched

REGULAR_FILE = "100644"
EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
BOT = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
COPY_BLOCK_BYTES = 256 * 1024
SILENCE_S = 180
MOST_PATHS = 500
"""On a command line."""
_KINDS = {b"40000": "tree", b"160000": "commit", b"120000": "link"}
"""By mode."""
_TREE_ITEM = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)


@dataclass(frozen=True)
class TreeEntry:
    blob: str
    path: str


@dataclass(frozen=True)
class TreeItem:
    kind: str
    """blob, tree, commit; "link" for a symbolic one."""
    name: str
    object_id: str


@dataclass(frozen=True)
class CommitFacts:
    commit: str
    tree: str
    parents: list[str]


@dataclass(frozen=True)
class Change:
    """How one path differs between two trees: `status` is git's letter (A, D, M, T)."""

    status: str
    old_blob: str
    new_blob: str
    path: str


class Clone:
    """A clone whose own index, work tree and branches stay as they are.

    Trees are built from trees, so unfinished work in the same clone, a sparse checkout or an old branch do
    not matter. git gets no index: many commands would read one needlessly, and it lists all stored files.
    """

    def __init__(self, directory: Path, silence_s: int = SILENCE_S) -> None:
        """`silence_s`: how long a connection may transfer nothing. A server that prints nothing for a few times
        as long is given up, too."""
        self._directory, self._silence_s = directory, silence_s
        self._environment = dict(os.environ, LC_ALL="C", GIT_TERMINAL_PROMPT="0")
        self._bound_silence(silence_s)
        self.git_dir = Path(os.fsdecode(self._git("rev-parse", "--absolute-git-dir").strip()))
        self._environment["GIT_INDEX_FILE"] = str(self.git_dir / "no-index")
        self._environment.update(self._default_identity())

    def current_branch(self) -> str:
        return self._text("symbolic-ref", "--short", "HEAD")

    def check_branch_name(self, branch: str) -> None:
        if not self.is_branch_name(branch):
            raise RemoteFailure(f"{branch!r} is not a valid branch name", is_public=True)

    def is_branch_name(self, branch: str) -> bool:
        return self._run("check-ref-format", f"refs/heads/{branch}").returncode == 0

    def is_shallow(self) -> bool:
        return self._text("rev-parse", "--is-shallow-repository") == "true"

    def tips_of(self, remote: str) -> set[str]:
        """Of the branches of the remote, as far as the clone knows them."""
        return set(self._text("for-each-ref", "--format=%(objectname)", f"refs/remotes/{remote}").split())

    def latest_changes(self, tip: str, paths: Iterable[str]) -> dict[str, tuple[str, int]]:
        """By path, the last commit on the branch that changed its content, and the commit's time."""
        wanted, latest = set(paths), dict[str, tuple[str, int]]()
        command = [*self._command(), "--literal-pathspecs", "log", "--first-parent", "-m", "-z",
                   "--no-renames", "--name-only", "--format=%x01%H %ct", "--end-of-options", tip,
                   "--", *sorted({path.rpartition("/")[0] for path in wanted})]
        with (unnamed_file() as said,
              Child(command, env=self._environment, stdout=subprocess.PIPE, stderr=said) as log):
            assert log.stdout
            change = ("", 0)
            for record in _streamed_records(log.stdout):
                if record.startswith("\1"):
                    commit, _, time = record[1:].partition(" ")
                    change = (commit, int(time))
                elif (path := record.removeprefix("\n")) in wanted:
                    latest.setdefault(path, change)
                    if latest.keys() == wanted:
                        log.kill()
                        return latest
            if log.wait() != 0:
                said.seek(0)
                raise GitError(f"git log: {words_of(said.read())}")
        return latest

    def added_since(self, tip: str, folder: str, time: int) -> Iterator[str]:
        """The files below the folder that commits on the branch have added or changed since then, the latest first.
        Commits whose parents are not here do not count: they would seem to add everything."""
        command = [*self._command(), "--literal-pathspecs", "log", "--first-parent", "-m", "-z", "--no-renames",
                   "--diff-filter=AMT", "--name-only", "--format=", f"--since={time}", "--end-of-options", tip,
                   *(f"^{commit}" for commit in sorted(self.shallow_commits())), "--", folder]
        with (unnamed_file() as said,
              Child(command, env=self._environment, stdout=subprocess.PIPE, stderr=said) as log):
            assert log.stdout
            for record in _streamed_records(log.stdout):
                if path := record.removeprefix("\n"):
                    yield path
            if log.wait() != 0:
                said.seek(0)
                raise GitError(f"git log: {words_of(said.read())}")

    def shallow_commits(self) -> set[str]:
        """The commits whose parents this clone does not have."""
        file = self._directory / self._text("rev-parse", "--git-path", "shallow")
        return set(file.read_text(encoding="ascii").split()) if file.exists() else set()

    def regular_files(self, commit: str, directories: Iterable[str]) -> list[TreeEntry]:
        """The files directly in the given directories of `commit`."""
        wanted = set(directories)
        listing = self._git("ls-tree", "-z", commit, "--", *(f"{each}/" for each in sorted(wanted)))
        return [entry for entry in _regular_files(listing) if entry.path.rpartition("/")[0] in wanted]

    def all_files(self, commit: str, directory: str) -> list[TreeEntry]:
        """The regular ones at any depth below it."""
        return _regular_files(self._git("ls-tree", "-r", "-z", commit, "--", f"{directory}/"))

    def history(self, commit: str) -> list[CommitFacts]:
        """It and all before it that are here, each in front of its parents."""
        told = self._text("rev-list", "--topo-order", "--no-commit-header", "--format=%H %T %P", commit, "--")
        lines = (line.split(" ") for line in told.splitlines())
        return [CommitFacts(made, tree, list(filter(None, parents))) for made, tree, *parents in lines]

    def trailer(self, commit: str, name: str) -> str:
        return self._text("log", "-1", "--no-show-signature", f"--format=%(trailers:key={name},valueonly)", commit,
                          "--")

    def read_trees(self, trees: Iterable[str]) -> dict[str, list[TreeItem]]:
        with self._dialogue("cat-file", "--batch") as reader:
            read = {}
            for tree in trees:
                content = reader.read(reader.size_of(tree.encode(), b"tree"))
                reader.read(1)
                read[tree] = [TreeItem(_KINDS.get(mode, "blob"), os.fsdecode(name), object_id.hex())
                              for mode, name, object_id in _TREE_ITEM.findall(content)]
            return read

    def read_blob(self, blob: str) -> bytes:
        return self._git("cat-file", "blob", blob)

    def read_small_blob(self, blob: str, most_bytes: int) -> bytes:
        """Nothing of a larger one."""
        with self._dialogue("cat-file", "--batch") as reader:
            size = reader.size_of(blob.encode(), b"blob")
            return reader.read(size) if size <= most_bytes else b""

    def copy_blobs(self, targets: Mapping[Path, str], most_bytes: int | None = None) -> None:
        """Writes each blob to its path byte for byte, which a checkout does not guarantee. The file of a blob that is
        larger than `most_bytes` is left empty."""
        with self._dialogue("cat-file", "--batch") as reader:
            for target, blob in targets.items():
                size = reader.size_of(blob.encode(), b"blob")
                is_wanted = most_bytes is None or size <= most_bytes
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    while size:
                        block = reader.read(min(size, COPY_BLOCK_BYTES))
                        size -= len(block)
                        file.write(block if is_wanted else b"")
                reader.read(1)

    def names_taken(self, paths: Iterable[str]) -> set[str]:
        """The paths that git accepts into an index. It refuses names reserved on some system, such as git~1."""
        with room_in(self.git_dir) as room:
            index = {"GIT_INDEX_FILE": str(room.path / "index")}
            records = "".join(f"{REGULAR_FILE} {EMPTY_BLOB}\t{path}\0" for path in paths)
            self._git("update-index", "-z", "--index-info", given=os.fsencode(records), **index)
            return set(_records(self._git("ls-files", "-z", **index)))

    def make(self, base: Base, commits: Sequence[NewCommit], other_files: Sequence[Path] = ()) -> Imported:
        """Commits that no branch has yet, and blobs of `other_files`."""
        if not commits and not other_files:
            return Imported()
        with (room_in(self.git_dir) as room,
              FastImport(self._command(), self._environment, self._people(), room.path / "marks") as stream):
            return stream.write(base, commits, other_files)

    def blob_at(self, tree: str, path: str) -> str | None:
        records = _records(self._git("--literal-pathspecs", "ls-tree", "-z", tree, "--", path))
        return records[0].partition("\t")[0].split(" ")[2] if records else None

    def blobs_at(self, tree: str, paths: Iterable[str]) -> dict[str, str]:
        """Of those paths that are there."""
        found, wanted = dict[str, str](), sorted(paths)
        for start in range(0, len(wanted), MOST_PATHS):
            listed = self._git("--literal-pathspecs", "ls-tree", "-z", tree, "--", *wanted[start:start + MOST_PATHS])
            found |= {entry.path: entry.blob for entry in _regular_files(listed)}
        return found

    def time_of(self, commit: str) -> int:
        """When it was made."""
        return int(self._text("log", "-1", "--no-show-signature", "--format=%ct", commit, "--"))

    def tree_of(self, commit: str) -> str:
        return self._text("rev-parse", f"{commit}^{{tree}}")

    def changes(self, old: str, new: str) -> list[Change]:
        raw = iter(_records(self._git("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new)))
        return [_change(facts, next(raw)) for facts in raw]

    def changes_of(self, commits: Iterable[str]) -> Iterator[tuple[str, dict[str, Change]]]:
        """What each changes, by path, and its id. One process looks at them all."""
        given = "".join(f"{commit}\n" for commit in commits).encode()
        said = _records(self._git("diff-tree", "--stdin", "--always", "-r", "-z", "--raw", "--no-renames", "--root",
                                  given=given))
        commit, changes, records = "", dict[str, Change](), iter(said)
        for record in records:
            if record.startswith(":"):
                change = _change(record, next(records))
                changes[change.path] = change
                continue
            if commit:
                yield commit, changes
            commit, changes = record, {}
        if commit:
            yield commit, changes

    def configured(self, name: str, *options: str) -> bytes | None:
        asked = self._run("config", *options, "--get", name)
        return asked.stdout.strip() if asked.returncode == 0 else None

    def watched(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """A command that speaks with a server. Throws FellSilent."""
        return run_watched([*self._command(), *arguments], self._environment, self._silence_s, given)

    def _bound_silence(self, seconds: int) -> None:
        """Sets git's limits for HTTP and SSH; values already set take precedence."""
        self._environment.setdefault("GIT_HTTP_LOW_SPEED_LIMIT", "1")
        self._environment.setdefault("GIT_HTTP_LOW_SPEED_TIME", str(seconds))
        own_ssh = self._environment.keys() & {"GIT_SSH", "GIT_SSH_COMMAND"}
        if not own_ssh and self.configured("core.sshCommand") is None:
            self._environment["GIT_SSH_COMMAND"] = (
                f"ssh -o ConnectTimeout={seconds} -o ServerAliveInterval={seconds}"
                " -o ServerAliveCountMax=1")

    def _default_identity(self) -> dict[str, str]:
        configured = self._run("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
        if configured.returncode == 0:
            return {}
        name, email = BOT
        return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email,
                "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}

    def _people(self) -> bytes:
        """As fast-import wants them."""
        author, committer = (self._git("var", f"GIT_{role}_IDENT") for role in ("AUTHOR", "COMMITTER"))
        return b"author " + author + b"committer " + committer

    def _command(self) -> list[str]:
        # Hooks of the clone (Git LFS installs one) are not run.
        return ["git", "-C", str(self._directory),
                "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.deltaBaseCacheLimit=16m",
                "-c", "index.sparse=false", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]

    def _text(self, *arguments: str, given: bytes = b"") -> str:
        return os.fsdecode(self._git(*arguments, given=given)).strip()

    def _dialogue(self, *arguments: str) -> GitDialogue:
        return GitDialogue(self._command(), arguments, self._environment)

    def _git(self, *arguments: str, given: bytes = b"", **variables: str) -> bytes:
        done = self._run(*arguments, given=given, **variables)
        command = next(word for word in arguments if re.fullmatch("[a-z][a-z-]*", word))
        return _output_of(done, command)

    def _run(self, *arguments: str, given: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
        return child_process.run([*self._command(), *arguments], given, env=self._environment | variables,
                                 stderr=subprocess.PIPE)


def _output_of(done: subprocess.CompletedProcess[bytes], command: str) -> bytes:
    if done.returncode != 0:
        raise GitError(f"git {command}: {words_of(done.stderr)}")
    return done.stdout


def _regular_files(listing: bytes) -> list[TreeEntry]:
    entries = []
    for record in _records(listing):
        facts, _, path = record.partition("\t")
        mode, _, blob = facts.split(" ")
        # A server may have taken a tree with names that lead elsewhere.
        leads_elsewhere = not {"", ".", ".."}.isdisjoint(path.split("/"))
        if mode.startswith(REGULAR_FILE[:3]) and not leads_elsewhere:
            entries.append(TreeEntry(blob, path))
    return entries


def _records(output: bytes) -> list[str]:
    return [os.fsdecode(record) for record in output.split(b"\0")[:-1]]


def _streamed_records(output: IO[bytes]) -> Iterator[str]:
    rest = b""
    while block := output.read(COPY_BLOCK_BYTES):
        *records, rest = (rest + block).split(b"\0")
        yield from map(os.fsdecode, records)


def _change(facts: str, path: str) -> Change:
    _, _, old_blob, new_blob, status = facts.split(" ")
    return Change(status, old_blob, new_blob, path)
