"""The command lines that are compared. `room` is the folder a contestant may write in."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.processes import SUCCESS, Command, Word

PEER = Path(__file__).with_name("peer.py")
SCRIPT = Path(__file__).resolve().parents[2] / ".github/scripts/receive_and_commit.py"
RESULT = "result.json"
REPOSITORY = "octo/data"
TOKEN = "token-of-the-benchmark"
BATCH_NAME = "bench"

# Larger than the limits that suit GitHub: a tree is one batch in one payload.
LARGE = ("--max-batch-size", "4G", "--max-file-size", "1G")


def plain_environment(room: Path) -> dict[str, str]:
    """Nothing of the person who measures: no configuration, no proxy, no token."""
    return {"PATH": os.environ["PATH"], "HOME": str(room), "LC_ALL": "C.UTF-8",
            "XDG_STATE_HOME": str(room / "state"), "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True)
class Programs:
    """Where the things built for the benchmark are."""

    sender: Path
    receiver: Path
    sink: Path
    codecs: Path

    @staticmethod
    def in_build(build: Path) -> Programs:
        return Programs(build / "sender/healthmetric-sender", build / "receiver/healthmetric-receiver",
                        build / "tests/bench/healthmetric-bench-sink",
                        build / "tests/bench/healthmetric-bench-codecs")

    def pack(self, source: Path, room: Path, *options: Word, batch_name: str = BATCH_NAME) -> Command:
        """Into room/out/_storage/inbox."""
        words = [self.sender, "--folder", source, "--batch-name", batch_name, "--part-size", "4G",
                 "--output", room / "out", "--quiet", *LARGE, *options]
        return Command(words, plain_environment(room))

    def unpack(self, room: Path, *options: Word) -> Command:
        """What waits in room/out/_storage/inbox, into room/out/_storage/<batch name>."""
        return self.receive(room / "out/_storage", room, *options)

    def receive(self, storage: Path, room: Path, *options: Word) -> Command:
        words = [self.receiver, "--storage", storage, "--log-file", room / "receiver.log", "--quiet", *LARGE, *options]
        return Command(words, plain_environment(room))

    def restore(self, storage: Path, room: Path) -> Command:
        """To room/restored."""
        words = [self.receiver, "restore", "--storage", storage, "--to", room / "restored", "--quiet"]
        return Command(words, plain_environment(room))

    def tell(self, command: str, storage: Path, room: Path, *options: Word) -> Command:
        """What `list` or `files` says of a storage."""
        return Command([self.receiver, command, "--storage", storage, *options], plain_environment(room))

    def receive_and_commit(self, clone: Path, room: Path, *options: Word) -> Command:
        """The workflow's script in a clone; what it did is in room/RESULT."""
        words = ["env", f"--chdir={clone}", sys.executable, SCRIPT, "--receiver", self.receiver.absolute(),
                 "--log-file", room / "receiver.log", "--result-json", room / RESULT, *options]
        return Command(words, plain_environment(room))

    def send(self, source: Path, url: str, room: Path, *options: Word, statuses: frozenset[int] = SUCCESS,
             repository: str = REPOSITORY, batch_name: str = BATCH_NAME) -> Command:
        """To a GitHub at `url`, in one payload; the outbox is in room/state."""
        words = [self.sender, "--folder", source, "--batch-name", batch_name, "--part-size", "4G",
                 "--api-url", url, "--repo", repository, "--quiet", *LARGE, *options]
        return Command(words, plain_environment(room) | {"GH_ENTERPRISE_TOKEN": TOKEN}, statuses)

    def deliver_waiting(self, url: str, room: Path) -> Command:
        """What an earlier send left in the outbox."""
        words = [self.sender, "outbox", "retry", "--api-url", url, "--repo", REPOSITORY, "--trigger", "none",
                 "--quiet"]
        return Command(words, plain_environment(room) | {"GH_ENTERPRISE_TOKEN": TOKEN})


def stored_files(room: Path, batch_name: str = BATCH_NAME) -> Path:
    return room / "out/_storage" / batch_name


def copy(source: Path, room: Path) -> Command:
    return Command(["cp", "-r", source, room / "copy"], plain_environment(room))


def restic(room: Path, *words: Word) -> Command:
    """With the repository room/restic, and a cache of its own."""
    options = ["--quiet", "--repo", room / "restic", "--cache-dir", room / "cache"]
    return Command(["restic", *options, *words], plain_environment(room) | {"RESTIC_PASSWORD": TOKEN})


def restic_backup(source: Path, room: Path) -> Command:
    return restic(room, "backup", source)


def restic_restore(room: Path) -> Command:
    """To room/restic-restored, below the whole path of the source."""
    return restic(room, "restore", "latest", "--target", room / "restic-restored")


def rclone_copy(source: Path, room: Path) -> Command:
    words = ["rclone", "copy", "--quiet", "--config", os.devnull, source, room / "rclone"]
    return Command(words, plain_environment(room))


def base64_encode(source: Path, room: Path) -> Command:
    """All files in a row: what coreutils take for the codec alone."""
    script = 'find "$1" -type f -print0 | xargs -0 cat | base64 --wrap=0 > "$2"'
    words = ["bash", "-c", script, "base64", source, room / "base64"]
    return Command(words, plain_environment(room))


def base64_decode(room: Path) -> Command:
    script = 'base64 --decode "$1" > "$2"'
    return Command(["bash", "-c", script, "base64", room / "base64", room / "bytes"], plain_environment(room))


def peer_pack(source: Path, room: Path) -> Command:
    words = [sys.executable, PEER, "pack", source, room / "peer.json"]
    return Command(words, plain_environment(room))


def peer_unpack(room: Path) -> Command:
    words = [sys.executable, PEER, "unpack", room / "peer.json", room / "peer"]
    return Command(words, plain_environment(room))
