"""Commits made without an index, compared with what an index makes of the same changes."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from failures import GitError
from fast_import import Base, NewCommit
from git_plumbing import Clone

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
MISSING = "1" * 40
OTHER_MODES = {"run.sh": "100755", "link": "120000", "module": "160000", "old": "100664"}


class Repository:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.git("init", "--quiet")
        self.blobs = [self.git("hash-object", "-w", "--stdin", given=b"%d" % number)
                      for number in range(3)]
        self.clone = Clone(directory)

    def git(self, *arguments: str, given: bytes = b"", **variables: str) -> str:
        done = subprocess.run(["git", "-C", self.directory, *arguments], input=given, check=True,
                              stdout=subprocess.PIPE, env=os.environ | variables)
        return os.fsdecode(done.stdout).strip()

    def by_index(self, tree: str, additions: Mapping[str, str], removals: list[str]) -> str:
        """What stands in the way of an addition is removed before it. An index does so by itself, but before
        git 2.39.4, 2.43.4 and 2.45.1 not for `x/y/z` where `x` is its last entry: it then holds both."""
        index = {"GIT_INDEX_FILE": str(self.directory / "index-to-compare-with")}
        self.git("read-tree", tree, **index)
        in_the_way = [path for path in self.paths(tree) if any(_collide(path, added) for added in additions)]
        records = [f"0 {'0' * 40}\t{path}\0" for path in in_the_way + removals]
        records += [f"100644 {blob}\t{path}\0" for path, blob in additions.items()]
        self.git("update-index", "-z", "--index-info", given=os.fsencode("".join(records)), **index)
        return self.git("write-tree", "--missing-ok", **index)

    def changed_tree(self, tree: str, additions: Mapping[str, str], removals: list[str]) -> str:
        made = self.clone.make(Base(None, tree), [NewCommit("change", additions, removals)])
        return self.clone.tree_of(made.commits[0])

    def tree_of(self, files: Mapping[str, str]) -> str:
        return self.changed_tree(EMPTY_TREE, files, [])

    def paths(self, tree: str) -> list[str]:
        return self.git("ls-tree", "-r", "-z", "--name-only", tree).split("\0")[:-1]


def _collide(path: str, other: str) -> bool:
    """One would be a folder on the way to the other."""
    return path.startswith(f"{other}/") or other.startswith(f"{path}/")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.mark.parametrize("seed", range(40))
def test_any_change_makes_the_tree_that_an_index_makes(seed: int, repository: Repository) -> None:
    chance = random.Random(seed)
    # Names that sort one way as files and another way as folders, in few places: they collide.
    names = ["a", "a.b", "a-b", "a0", "ä", "\udcff", "A"]

    def some_paths(count: int) -> list[str]:
        return ["/".join(chance.choices(names, k=chance.randint(1, 3))) for _ in range(count)]

    def some_files() -> dict[str, str]:
        files: dict[str, str] = {}
        for path in some_paths(12):
            if not any(_collide(path, other) for other in files):
                files[path] = chance.choice(repository.blobs)
        return files

    tree = EMPTY_TREE
    for _ in range(3):
        additions = some_files()
        folders = repository.git("ls-tree", "-r", "-d", "-z", "--name-only", tree).split("\0")
        removals = [path for path in some_paths(6) + repository.paths(tree)[::3]
                    if path not in additions and path not in folders]
        expected = repository.by_index(tree, additions, removals)
        assert repository.changed_tree(tree, additions, removals) == expected
        tree = expected


@pytest.mark.parametrize(("old", "new"), [("x", "x/y"), ("x", "x/y/z"), ("x/y/z", "x"), ("x/y/z", "x/y")])
def test_what_is_added_takes_the_place_of_what_is_in_its_way(old: str, new: str, repository: Repository) -> None:
    first, second, _ = repository.blobs
    tree = repository.tree_of({"a": first, "x-": first, old: first})
    changed = repository.changed_tree(tree, {new: second}, [])
    assert sorted(repository.paths(changed)) == sorted(["a", "x-", new])


def test_when_all_goes_the_empty_tree_is_left(repository: Repository) -> None:
    tree = repository.tree_of({"a/b/c": repository.blobs[0]})
    assert repository.changed_tree(tree, {}, ["a/b/c"]) == EMPTY_TREE


def test_neighbours_keep_mode_and_object(repository: Repository) -> None:
    records = "".join(f"{mode} {'commit' if mode == '160000' else 'blob'} {MISSING}\t{name}\n"
                      for name, mode in OTHER_MODES.items())
    old = repository.git("mktree", "--missing", given=records.encode())
    new = repository.changed_tree(old, {"sub/new": repository.blobs[0]}, ["absent"])
    assert [(change.status, change.path) for change in repository.clone.changes(old, new)] == [
        ("A", "sub/new")]


def test_a_path_may_be_as_deep_as_a_payload_allows(repository: Repository) -> None:
    path = "/".join("d" * 512)
    assert repository.paths(repository.tree_of({path: repository.blobs[0]})) == [path]


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", ".", "..", "", "x/../y", "a//b", "/a"])
def test_names_that_git_keeps_for_itself_are_told(name: str, repository: Repository) -> None:
    good = {"ü/x", "quote\"d", "a"}
    assert repository.clone.names_taken([*good, f"s/{name}/f" if name else "s//f"]) == good


def test_the_index_of_the_clone_is_neither_read_nor_written(repository: Repository) -> None:
    index = repository.directory / ".git/index"
    index.write_bytes(b"not an index")
    tree = repository.tree_of({"a/b": repository.blobs[0]})
    assert repository.clone.changes(EMPTY_TREE, tree)
    assert repository.clone.names_taken(["a"]) == {"a"}
    assert index.read_bytes() == b"not an index"
    assert not list((repository.directory / ".git").glob("names-*"))


def test_only_the_folders_on_the_way_are_read(repository: Repository) -> None:
    """The others are not even there."""
    records = f"040000 tree {MISSING}\tbeside\n100644 blob {MISSING}\tfile\n"
    old = repository.git("mktree", "--missing", given=records.encode())
    new = repository.changed_tree(old, {"s/7/g": repository.blobs[1]}, [])
    assert set(repository.git("ls-tree", "--name-only", new).split()) == {"beside", "file", "s"}


def test_each_commit_is_built_on_the_one_before_and_no_ref_is_left(repository: Repository) -> None:
    first, second, _ = repository.blobs
    made = repository.clone.make(Base(None), [
        NewCommit("one\n\nand more ü", {"a": first, "b": b"in line\n"}), NewCommit("two", {"c/d": second}, ["a"])])
    one, two = made.commits
    assert repository.git("log", "--format=%H %P %s", two).splitlines() == [f"{two} {one} two", f"{one}  one"]
    assert repository.git("log", "-1", "--format=%B", one) == "one\n\nand more ü"
    assert repository.paths(two) == ["b", "c/d"]
    assert repository.git("cat-file", "blob", f"{two}:b") == "in line"
    changes = dict(repository.clone.changes_of(made.commits))
    assert {commit: {path: change.status for path, change in changed.items()}
            for commit, changed in changes.items()} == {one: {"a": "A", "b": "A"}, two: {"a": "D", "c/d": "A"}}
    assert repository.git("for-each-ref") == ""
    repository.git("fsck", "--strict", two)


def test_a_commit_that_changes_nothing_is_told(repository: Repository) -> None:
    same = {"a": repository.blobs[0]}
    made = repository.clone.make(Base(None), [NewCommit("one", same), NewCommit("two", same), NewCommit("three", same)])
    assert [len(changed) for _, changed in repository.clone.changes_of(made.commits)] == [1, 0, 0]


def test_what_git_does_not_take_fails_in_its_words(repository: Repository) -> None:
    with pytest.raises(GitError, match="git fast-import: fatal: .*"):
        repository.clone.make(Base(MISSING), [NewCommit("m", {"a": b"x"})])
