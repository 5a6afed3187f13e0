"""Repositories that are filled, weighed and looked through."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import backlog
from bench.backlog import Stored
from bench.git_repository import BRANCH, GitRepository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository.create(tmp_path / "repository")
    made.git("commit", "--quiet", "--allow-empty", "--message=Begin")
    return made


def test_what_waits_has_a_commit_each(repository: GitRepository) -> None:
    repository.git("branch", "inbox")
    waiting = backlog.batches(3)
    backlog.put_into_inbox(repository, "inbox", waiting)
    names = repository.git("ls-tree", "-r", "--name-only", "inbox").split()
    assert names == [batch.payload_path for batch in waiting]
    assert repository.git("rev-list", "--count", "inbox").strip() == "4"


def test_a_storage_is_filled(repository: GitRepository) -> None:
    backlog.put_into_storage(repository, Stored(files=1_500, summaries=1_001))
    names = repository.git("ls-tree", "-r", "--name-only", BRANCH).split()
    assert len([name for name in names if name.startswith("_storage/health/")]) == 1_500
    assert len([name for name in names if name.startswith("_storage/summaries/")]) == 1_001


def test_a_batch_that_was_not_stored_is_found(repository: GitRepository) -> None:
    [batch] = backlog.batches(1)
    for path, content in batch.stored().items():
        place = repository.folder / path
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
    repository.commit("Store")
    with pytest.raises(RuntimeError, match="has no summary"):
        backlog.check_stored(repository, [batch])
    place.write_bytes(b"something else")
    repository.commit("Change")
    with pytest.raises(RuntimeError, match="is not what was sent"):
        backlog.check_stored(repository, [batch])


def test_only_stored_files_count_as_such(repository: GitRepository, tmp_path: Path) -> None:
    def put(path: str) -> int:
        place = repository.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"content of {path}, which nothing shortens much")
        repository.commit(path)
        return repository.packed_copy(tmp_path / str(len(list(tmp_path.iterdir())))).sizes(tmp_path).files

    for path in ("_storage/inbox/a.json", "_storage/payload.json", "_storage/summaries/2024/a.json",
                 "_storage/receipts/a.json", "_storage/rejected/a.json", "_storage/.gitattributes"):
        assert put(path) == 0, path
    assert put("_storage/health/2024/a.json") > 0


def test_what_nobody_reaches_any_more_weighs_nothing(repository: GitRepository, tmp_path: Path) -> None:
    before = repository.packed_copy(tmp_path / "before").pack_bytes()
    backlog.put_into_inbox(repository, BRANCH, backlog.batches(50))
    assert repository.packed_copy(tmp_path / "with").pack_bytes() > before
    repository.git("reset", "--quiet", "--hard", "HEAD~50")
    repository.git("reflog", "expire", "--expire=all", "--all")
    after = repository.packed_copy(tmp_path / "after").sizes(tmp_path)
    assert (after.whole, after.clone, after.files) == (before, before, 0)
