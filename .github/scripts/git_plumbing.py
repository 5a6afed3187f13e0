"""The git operations needed to store a batch, each one call of a plumbing command.

`git add` and `git checkout` are not used: they apply .gitignore, line-ending and filter attributes, and
so could omit or change data. Names are passed NUL-separated or quoted, and never through a shell.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO

from failures import GitError, RemoteFailure
from git_dialogue import GitDialogue
from git_trees import REGULAR_FILE, TreeEditor
from git_words import denial_in, refusal_in, words_of
from rooms import room_in
from watched_command import FellSilent, run_watched

EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
BOT = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
COPY_BLOCK_BYTES = 256 * 1024
SILENCE_S = 180


@dataclass(frozen=True)
class TreeEntry:
    blob: str
    path: str


@dataclass(frozen=True)
class Change:
    """How one path differs between two trees: `status` is git's letter (A, D, M, T)."""

    status: str
    old_blob: str
    new_blob: str
    path: str


class PushState(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"  # permanently, by the server
    DENIED = "denied"  # no permission to push
    FAILED = "failed"  # no answer, or a temporary failure


@dataclass(frozen=True)
class PushAnswer:
    state: PushState
    words: str = ""


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
        self._fetched_blobs: set[str] = set()

    def current_branch(self) -> str:
        return self._text("symbolic-ref", "--short", "HEAD")

    def fetch_tip(self, remote: str, branch: str) -> str:
        ref = f"refs/heads/{branch}"
        try:
            self._git("check-ref-format", ref)
        except GitError as failure:
            raise GitError(f"{branch!r} is not a valid branch name") from failure
        depth = []
        if self._text("rev-parse", "--is-shallow-repository") == "true":
            # With a depth, git has a pack made even when it lacks nothing.
            known = self._text("for-each-ref", "--format=%(objectname)",
                               f"refs/remotes/{remote}/{branch}")
            if known and self._on_branch(remote, ref) == known:
                return known
            # Without one, it would fetch the whole history of what it has not seen.
            depth = ["--depth=1"]
        self._fetch("--no-tags", *depth, "--", remote, ref)
        return self._text("rev-parse", "--verify", "FETCH_HEAD^{commit}")

    def fetch_blobs(self, remote: str, blobs: Iterable[str]) -> None:
        """Fetches them into a partial clone with one request; git itself would make one for each blob."""
        missing = set(blobs) - self._fetched_blobs
        if not missing or not self._is_partial(remote):
            return
        try:
            self._fetch("--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin", "--",
                        remote, given="\n".join(missing).encode(),
                        before=["-c", "fetch.negotiationAlgorithm=noop"])
        except GitError as failure:
            raise RemoteFailure(str(failure)) from failure
        self._fetched_blobs |= missing

    def latest_changes(self, tip: str, paths: Iterable[str]) -> dict[str, tuple[str, int]]:
        """By path, the last commit on the branch that changed its content, and the commit's time."""
        wanted, latest = set(paths), dict[str, tuple[str, int]]()
        command = [*self._command(), "--literal-pathspecs", "log", "--first-parent", "-m", "-z",
                   "--no-renames", "--name-only", "--format=%x01%H %ct", "--end-of-options", tip,
                   "--", *sorted({path.rpartition("/")[0] for path in wanted})]
        with (tempfile.TemporaryFile() as said,
              subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE,
                               stderr=said) as log):
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

    def shallow_commits(self) -> set[str]:
        """The commits whose parents this clone does not have."""
        file = self._directory / self._text("rev-parse", "--git-path", "shallow")
        return set(file.read_text(encoding="ascii").split()) if file.exists() else set()

    def deepen(self, remote: str, tip: str, commits: int) -> None:
        self._fetch("--no-tags", "--no-write-fetch-head", f"--deepen={commits}", "--", remote, tip)

    def regular_files(self, commit: str, directories: Iterable[str]) -> list[TreeEntry]:
        """The files directly in the given directories of `commit`."""
        listing = self._git("ls-tree", "-z", commit, "--", *(f"{each}/" for each in directories))
        entries = []
        for record in _records(listing):
            facts, _, path = record.partition("\t")
            mode, _, blob = facts.split(" ")
            if mode.startswith(REGULAR_FILE[:3]):
                entries.append(TreeEntry(blob, path))
        return entries

    def read_blob(self, blob: str) -> bytes:
        return self._git("cat-file", "blob", blob)

    def copy_blobs(self, targets: Mapping[Path, str]) -> None:
        """Writes each blob to its path byte for byte, which a checkout does not guarantee."""
        with self._dialogue("cat-file", "--batch") as reader:
            for target, blob in targets.items():
                size = reader.size_of(blob.encode(), b"blob")
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    while size:
                        size -= file.write(reader.read(min(size, COPY_BLOCK_BYTES)))
                reader.read(1)

    def store_files(self, files: list[Path]) -> list[str]:
        """Makes a blob of each file, unchanged, and returns the blob IDs in the same order."""
        names = b"".join(_c_quoted(os.fsencode(file)) + b"\n" for file in files)
        return self._text("hash-object", "-w", "--no-filters", "--stdin-paths", given=names).split()

    def names_taken(self, paths: Iterable[str]) -> set[str]:
        """The paths that git accepts into an index. It refuses names reserved on some system, such as git~1."""
        with room_in(self.git_dir) as room:
            index = {"GIT_INDEX_FILE": str(room.path / "index")}
            records = "".join(f"{REGULAR_FILE} {EMPTY_BLOB}\t{path}\0" for path in paths)
            self._git("update-index", "-z", "--index-info", given=os.fsencode(records), **index)
            return set(_records(self._git("ls-files", "-z", **index)))

    def changed_tree(self, tree: str, additions: Mapping[str, str],
                     removals: Iterable[str]) -> str:
        # Without --missing a partial clone would download every neighbour of a new file.
        with (self._dialogue("cat-file", "--batch") as reader,
              self._dialogue("mktree", "-z", "--missing", "--batch") as writer):
            return TreeEditor(reader, writer).changed(tree, {**additions, **dict.fromkeys(removals)})

    def blob_at(self, tree: str, path: str) -> str | None:
        records = _records(self._git("--literal-pathspecs", "ls-tree", "-z", tree, "--", path))
        return records[0].partition("\t")[0].split(" ")[2] if records else None

    def tree_of(self, commit: str) -> str:
        return self._text("rev-parse", f"{commit}^{{tree}}")

    def commit(self, tree: str, parent: str, message: str) -> str:
        return self._text("commit-tree", tree, "-p", parent, "-F", "-", given=message.encode())

    def changes(self, old: str, new: str) -> list[Change]:
        raw = iter(_records(self._git("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new)))
        changes = []
        for facts in raw:
            _, _, old_blob, new_blob, status = facts.split(" ")
            changes.append(Change(status, old_blob, new_blob, next(raw)))
        return changes

    def push(self, remote: str, commit: str, branch: str) -> PushAnswer:
        """Moves the remote branch forward."""
        try:
            pushed = self._watched("push", "--porcelain", "--progress", "--no-verify", "--", remote,
                                   f"{commit}:refs/heads/{branch}")
        except FellSilent as failure:
            return PushAnswer(PushState.FAILED, f"git push: {failure}")
        if pushed.returncode == 0:
            return PushAnswer(PushState.ACCEPTED)
        if refusal := refusal_in(pushed.stdout, pushed.stderr):
            return PushAnswer(PushState.REFUSED, refusal)
        if denial := denial_in(pushed.stderr):
            return PushAnswer(PushState.DENIED, denial)
        return PushAnswer(PushState.FAILED, words_of(pushed.stderr))

    def _bound_silence(self, seconds: int) -> None:
        """Sets git's limits for HTTP and SSH; values already set take precedence."""
        self._environment.setdefault("GIT_HTTP_LOW_SPEED_LIMIT", "1")
        self._environment.setdefault("GIT_HTTP_LOW_SPEED_TIME", str(seconds))
        own_ssh = self._environment.keys() & {"GIT_SSH", "GIT_SSH_COMMAND"}
        if not own_ssh and self._configured("core.sshCommand") is None:
            self._environment["GIT_SSH_COMMAND"] = (
                f"ssh -o ConnectTimeout={seconds} -o ServerAliveInterval={seconds}"
                " -o ServerAliveCountMax=1")

    def _is_partial(self, remote: str) -> bool:
        return self._configured(f"remote.{remote}.promisor", "--type=bool") == b"true"

    def _configured(self, name: str, *options: str) -> bytes | None:
        asked = subprocess.run([*self._command(), "config", *options, "--get", name],
                               env=self._environment, capture_output=True, check=False)
        return asked.stdout.strip() if asked.returncode == 0 else None

    def _default_identity(self) -> dict[str, str]:
        configured = subprocess.run(
            [*self._command(), "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"],
            env=self._environment, capture_output=True, check=False,
        )
        if configured.returncode == 0:
            return {}
        name, email = BOT
        return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email,
                "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}

    def _command(self) -> list[str]:
        # Hooks of the clone (Git LFS installs one) are not run.
        return ["git", "-C", str(self._directory),
                "-c", "gc.auto=0", "-c", "maintenance.auto=false",
                "-c", "index.sparse=false", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]

    def _text(self, *arguments: str, given: bytes = b"") -> str:
        return os.fsdecode(self._git(*arguments, given=given)).strip()

    def _dialogue(self, *arguments: str) -> GitDialogue:
        return GitDialogue(self._command(), arguments, self._environment)

    def _git(self, *arguments: str, given: bytes = b"", **variables: str) -> bytes:
        done = subprocess.run([*self._command(), *arguments], env=self._environment | variables,
                              input=given, capture_output=True, check=False)
        command = next(word for word in arguments if re.fullmatch("[a-z][a-z-]*", word))
        return _output_of(done, command)

    def _fetch(self, *arguments: str, given: bytes = b"", before: Sequence[str] = ()) -> None:
        self._from_server("fetch", "--quiet", "--progress", *arguments, given=given, before=before)

    def _on_branch(self, remote: str, ref: str) -> str:
        """The branch's current commit."""
        return os.fsdecode(self._from_server("ls-remote", "--", remote, ref)).partition("\t")[0]

    def _from_server(self, command: str, *arguments: str, given: bytes = b"",
                     before: Sequence[str] = ()) -> bytes:
        try:
            done = self._watched(*before, command, *arguments, given=given)
        except FellSilent as failure:
            raise GitError(f"git {command}: {failure}") from failure
        return _output_of(done, command)

    def _watched(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return run_watched([*self._command(), *arguments], self._environment, self._silence_s, given)


def _output_of(done: subprocess.CompletedProcess[bytes], command: str) -> bytes:
    if done.returncode != 0:
        raise GitError(f"git {command}: {words_of(done.stderr)}")
    return done.stdout


def _records(output: bytes) -> list[str]:
    return [os.fsdecode(record) for record in output.split(b"\0")[:-1]]


def _streamed_records(output: IO[bytes]) -> Iterator[str]:
    rest = b""
    while block := output.read(COPY_BLOCK_BYTES):
        *records, rest = (rest + block).split(b"\0")
        yield from map(os.fsdecode, records)


def _c_quoted(name: bytes) -> bytes:
    """The name quoted for `hash-object --stdin-paths`, which cannot read NUL-separated names."""
    return b'"' + re.sub(rb"[^\w ./~-]", lambda odd: b"\\%03o" % odd[0][0], name) + b'"'
