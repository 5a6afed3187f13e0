"""Where the system has no thread to spare, everything goes on without."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from programs import Program, has_sanitizers, receiver_path, sender_path
from resources import digests, stem

pytestmark = [
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed"),
    pytest.mark.skipif(has_sanitizers(receiver_path()), reason="sanitizers start threads of their own"),
]
NO_THREADS = ["strace", "--follow-forks", "--quiet=all", "--output=/dev/null",
              "--trace=clone,clone3", "--inject=clone,clone3:error=EAGAIN"]


@pytest.mark.parametrize("size, count", [(1 << 20, 4), (4096, 500)], ids=["large", "many small"])
def test_a_large_batch_needs_no_threads(size: int, count: int, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(count):
        (source / f"{number:04}.csv").write_bytes(b"%d\n" % number * (size // 4))
    sender = Program(sender_path(), tmp_path / "s", NO_THREADS)
    receiver = Program(receiver_path(), tmp_path / "r", NO_THREADS)

    sent = sender("--folder", source, "--output", tmp_path / "out", "--batch-name", "b")
    received = receiver("--storage", tmp_path / "out/_storage")

    assert (sent.status, received.status) == (0, 0), (sent, received)
    stored = {stem(f"b/{path}"): digest
              for path, digest in digests(tmp_path / "out/_storage/b").items()}
    assert stored == digests(source)
