"""Compressed contents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from payloads import BATCH_ID, Payload, stored_path
from programs import Program, Result
from receiving import RATE, assert_rejected, limited, only_batch
from zstd_frames import compressed, raw, zstd_frame


def test_compressed_and_plain_parts_make_one_batch(
    receive: Callable[..., Result], storage: Path
) -> None:
    zeros = bytes(1000) + RATE
    name, text = compressed(zstd_frame((1, b"\0", 1000), raw(RATE)), {"a.csv": zeros, "b.csv": zeros},
                            part=1, last=False)
    (storage / "inbox" / name).write_bytes(text)
    Payload({"c.csv": b"plain"}, part=2, batch=(3, 2 * len(zeros) + 5)).put_into(storage)
    batch = only_batch(receive("--json"))
    assert (batch["status"], batch["files"]) == ("stored", 3)
    for path, content in {"a.csv": zeros, "b.csv": zeros, "c.csv": b"plain"}.items():
        assert (storage / stored_path(BATCH_ID, path)).read_bytes() == content


def test_a_window_of_8_mib_is_accepted(receive: Callable[..., Result], storage: Path) -> None:
    name, text = compressed(zstd_frame(raw(RATE), window_log=23), {"sub/data.json": RATE})
    (storage / "inbox" / name).write_bytes(text)
    assert receive().status == 0
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).read_bytes() == RATE


@pytest.mark.parametrize("words", [["--max-file-size", "64K"], ["--max-batch-size", "64K"]])
def test_a_zstd_bomb_stops_at_the_limit(
    words: list[str], receiver: Program, storage: Path
) -> None:
    """1 GiB of zeros from 32 KiB. A receiver that wrote more than 100,000 bytes of it would die."""
    bomb = zstd_frame(*[(1, b"\0", 1 << 17)] * 8192)
    name, text = compressed(bomb, {"bomb.csv": b""})
    (storage / "inbox" / name).write_bytes(text)
    result = limited(receiver)("--storage", storage, *words)
    assert result.status == 4, result
    assert_rejected(storage, name, text, "bomb.csv", words[0])
    assert not (storage / ".staging").exists()
