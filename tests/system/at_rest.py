"""What must hold when everybody had the time to finish: every accepted version of a file is stored exactly once
with its bytes, nothing else is, and nothing is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from producer import TOKEN, Files, Producer
from programs import Program, receiver_path
from repository import Repository
from runner import ALL_DONE, Runner


@dataclass
class Accounts:
    repository: Repository
    producers: Sequence[Producer]
    runners: Sequence[Runner]
    hostile: set[tuple[str, str]] = field(default_factory=set)
    """Branch and name of payloads of which nothing may be stored."""
    lost: set[str] = field(default_factory=set)
    """Names of rejected payloads that somebody deleted."""

    def note_rejections(self) -> None:
        names = {name for _, name in self.repository.rejected()}
        for producer in self.producers:
            producer.was_rejected |= any(f"-{producer.name}-" in name for name in names)

    def note_deletion_of(self, branch: str) -> None:
        self.lost |= {name for where, name in self.repository.rejected() if where == branch}
        self.hostile = {(where, name) for where, name in self.hostile if where != branch}

    def settle(self, scratch: Path) -> None:
        self._come_to_rest()
        self._assert_batches_are_stored()
        self._assert_nothing_else_is_stored()
        self._assert_nothing_is_left_over(scratch)

    def _come_to_rest(self) -> None:
        self._send_and_receive()
        if any(producer.was_rejected for producer in self.producers):
            self._send_and_receive()  # of what was rejected they may have heard now
        self._assert_todays_files_are_stored()
        self.runners[0].receive("--retry-rejected")
        for producer in self.producers:
            assert producer.retry().status == 0, producer.said[-1]
            assert producer.queued() == [], "each receipt was seen"
        for runner in self.runners:
            assert runner.receive().status == ALL_DONE, runner.said[-1]

    def _send_and_receive(self) -> None:
        for producer in self.producers:
            producer.send()  # which removes the drafts of runs that were killed
            assert producer.retry().status == 0, producer.said[-1]
            assert producer.waiting() == []
        self.runners[0].receive()
        dropped = {batch for producer in self.producers for batch in producer.dropped}
        assert {name.partition(".part-")[0] for name in self.repository.waiting()} <= dropped, "parts of others"

    def _stored(self) -> dict[str, Files]:
        """The files of each stored batch, with the blobs that are there."""
        tree = self.repository.target_tree()
        return {summary["batch_id"]: {file["path"]: tree.get("_storage/" + file["stored_path"], "")
                                      for file in summary["files"]}
                for summary in self.repository.summaries() if summary["status"] == "stored"}

    def _assert_todays_files_are_stored(self) -> None:
        """Whatever became of single batches, what lies in the folders has arrived."""
        stored = self._stored()
        for producer in self.producers:
            versions = {version for files in _of(producer, stored).values() for version in files.items()}
            assert producer.files().items() <= versions, (producer.said, stored)

    def _assert_batches_are_stored(self) -> None:
        stored = self._stored()
        for producer in self.producers:
            mine = _of(producer, stored)
            for batch, files in producer.batches.items():
                may_lack = batch in producer.dropped or any(name.startswith(batch) for name in self.lost)
                if batch in mine or not may_lack:
                    assert mine.pop(batch, None) == files, (batch, producer.said)
            _assert_are_of_killed_runs(list(mine.values()), producer)

    def _assert_nothing_else_is_stored(self) -> None:
        summaries = self.repository.summaries()
        assert len({summary["batch_id"] for summary in summaries}) == len(summaries)
        recorded = ["_storage/" + file["stored_path"] for summary in summaries
                    if summary["status"] == "stored" for file in summary["files"]]
        present = [path for path in self.repository.target_tree()
                   if path.startswith(tuple(f"_storage/{producer.name}/" for producer in self.producers))]
        assert sorted(recorded) == sorted(present)
        assert self.repository.rejected() == self.hostile

    def _assert_nothing_is_left_over(self, scratch: Path) -> None:
        self.repository.check()
        storage = self.repository.clone(scratch / "clone of the owner") / "_storage"
        if storage.exists():
            verified = Program(receiver_path(), scratch / "owner")("verify", "--storage", storage)
            assert verified.status == 0, verified
        for runner in self.runners:
            assert runner.litter() == []
        for producer in self.producers:
            assert list((producer.home / "tmp").iterdir()) == []
            outbox = producer.home / "state/healthmetric/outbox"
            left = {place.name for place in outbox.iterdir()} if outbox.exists() else set()
            assert left <= {"lock", "delivered", "refused"}, left
        self._assert_no_token_anywhere(scratch)

    def _assert_no_token_anywhere(self, scratch: Path) -> None:
        secret = TOKEN.encode()
        assert secret not in self.repository.every_object()
        for place in scratch.rglob("*"):
            assert not place.is_file() or place.is_symlink() or secret not in place.read_bytes(), place
        for who in (*self.producers, *self.runners):
            assert not any(TOKEN in result.stdout + result.stderr for result in who.said)


def _of(producer: Producer, stored: dict[str, Files]) -> dict[str, Files]:
    return {batch: files for batch, files in stored.items() if f"-{producer.name}-" in batch}


def _assert_are_of_killed_runs(stored: list[Files], producer: Producer) -> None:
    """What a run that was killed had packed is stored or not, but never something else."""
    candidates = list(producer.doubtful)
    for files in stored:
        of = next((seen for seen in candidates if files.items() <= seen.items()), None)
        assert of is not None, (files, producer.doubtful, producer.said)
        candidates.remove(of)
