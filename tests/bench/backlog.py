"""Batches that wait, and what earlier ones left, written straight into a repository: sending them would take hours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.git_repository import BRANCH, GitRepository
from workflow.forge import Batch

FILES_A_FOLDER = 1_000
SECONDS_A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Stored:
    """What is on the target branch already."""

    files: int
    summaries: int


EMPTY = Stored(0, 0)


def batches(count: int) -> list[Batch]:
    """Of one small file each, all of one day."""
    return [Batch(f"20240115T{_clock(number)}Z-health-{number:08x}", {"rate.json": b'{"rate": %d}\n' % number})
            for number in range(count)]


def put_into_inbox(repository: GitRepository, branch: str, waiting: Sequence[Batch]) -> None:
    """A commit each, as the sender makes them, on a branch that is there."""
    repository.git("fast-import", "--quiet", stdin=b"".join(_arrivals(branch, waiting)))


def put_into_storage(repository: GitRepository, stored: Stored) -> None:
    """In one commit, with names and digests like those of real batches."""
    if stored != EMPTY:
        repository.git("fast-import", "--quiet", stdin=b"".join(_stored(stored)))
    repository.git("gc", "--quiet", "--prune=now")


def check_stored(repository: GitRepository, sent: Iterable[Batch]) -> None:
    """That every byte is in its place on the target branch, and a summary of each batch."""
    listed = (line.partition("\t") for line in repository.git("ls-tree", "-r", BRANCH).splitlines())
    there = {path: facts.split()[2] for facts, _, path in listed}
    for batch in sent:
        for path, content in batch.stored().items():
            blob = hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()
            if there.get(path) != blob:
                raise RuntimeError(f"{path} is not what was sent")
        if batch.summary_path not in there:
            raise RuntimeError(f"{batch.batch_id} has no summary")


def _clock(number: int) -> str:
    seconds = number % SECONDS_A_DAY
    return f"{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}"


def _commit(branch: str, message: str) -> bytes:
    return b"commit refs/heads/%s\ncommitter T <t@example.invalid> 0 +0000\ndata %d\n%s\n" % (
        branch.encode(), len(message.encode()), message.encode())


def _file(path: str, content: bytes) -> bytes:
    return b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content)


def _arrivals(branch: str, waiting: Sequence[Batch]) -> Iterator[bytes]:
    for number, batch in enumerate(waiting):
        yield _commit(branch, f"Add batch {batch.batch_id}")
        if number == 0:
            yield b"from refs/heads/%s^0\n" % branch.encode()
        yield _file(batch.payload_path, batch.payload())


def _stored(stored: Stored) -> Iterator[bytes]:
    yield _commit(BRANCH, "Store") + b"from refs/heads/%s^0\n" % BRANCH.encode()
    for number in range(stored.files):
        folder = number // FILES_A_FOLDER
        identity = hashlib.sha256(b"%d" % folder).hexdigest()[:8]
        yield _file(f"_storage/health/{_day(folder)}/20230101T103000Z-{identity}_rate_{number}.json",
                    b'{"rate": %d}\n' % number)
    for number in range(stored.summaries):
        identity = hashlib.sha256(b"summary %d" % number).hexdigest()[:8]
        yield _file(f"_storage/summaries/{_day(number // FILES_A_FOLDER)}/20230101T103000Z-health-{identity}.json",
                    b'{"number": %d}\n' % number)


def _day(number: int) -> str:
    return f"2023/{number // 28 % 12 + 1:02}/{number % 28 + 1:02}"
