"""File systems that cannot do everything: shares and memory cards know no hard links, no rename that
replaces nothing, no fsync of a folder. strace gives their answers one by one, and one such file system
is real. What is stored is the same everywhere; what says that bytes are lost still ends the run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from payloads import BATCH_ID, Payload, stored_path, summary_path
from programs import Program, receiver_path
from receiver_stages import SCENARIOS, Stage
from receiving import assert_nothing_is_lost, assert_rejected
from trees import write_tree

needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")

NO_RENAME = "renameat2:error=EINVAL"
UNABLE = {
    "rename replaces": [NO_RENAME],
    "rename is refused": ["renameat2:error=ENOSYS"],
    "rename is not supported": ["renameat2:error=EOPNOTSUPP"],
    "no hard links": [NO_RENAME, "linkat:error=EPERM"],
    "hard links are refused": [NO_RENAME, "linkat:error=ENOSYS"],
    "hard links are not supported": [NO_RENAME, "linkat:error=EOPNOTSUPP"],
    "too many hard links": [NO_RENAME, "linkat:error=EMLINK"],
    "no syncfs": ["syncfs:error=ENOSYS"],
    "syncfs is not supported": ["syncfs:error=EOPNOTSUPP"],
}
BROKEN = [[f"{call}:error={error}" for call in calls] for error in ("EIO", "ENOSPC", "EDQUOT")
          for calls in (["renameat2"], ["syncfs"], ["fsync"])]
BROKEN += [[NO_RENAME, f"linkat:error={error}"] for error in ("EIO", "ENOSPC", "EDQUOT")]
BROKEN += [[NO_RENAME, "linkat:error=EPERM", f"renameat:error={error}"] for error in ("EIO", "EDQUOT")]


def injected(faults: list[str], *paths: Path) -> list[str]:
    words = ["-o", "/dev/null"]
    for fault in faults:
        words += ["-e", f"inject={fault}"]
    for path in paths:
        words += ["-P", str(path)]
    return words


@needs_strace
@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("faults", UNABLE.values(), ids=UNABLE.keys())
def test_what_a_file_system_cannot_do_is_done_without(
    faults: list[str], scenario: str, tmp_path: Path
) -> None:
    able = Stage(SCENARIOS[scenario], tmp_path / "able")
    assert able.run().status == 4
    unable = Stage(SCENARIOS[scenario], tmp_path / "unable")
    result = unable.run(*injected(faults))
    assert result.status == 4, result
    assert unable.final_state() == able.final_state()
    assert not (unable.storage / ".staging").exists()


@needs_strace
@pytest.mark.parametrize("error", ["EINVAL", "EOPNOTSUPP", "ENOSYS"])
def test_a_folder_that_cannot_be_synced_holds_what_is_stored(error: str, tmp_path: Path) -> None:
    stage = Stage(SCENARIOS["four batches"], tmp_path)
    folders = [stage.storage / folder for folder in ("summaries/2024/01/15", "rejected")]
    write_tree(stage.storage, {"rejected/.gitkeep": b"", "summaries/2024/01/15/.gitkeep": b""})
    result = stage.run(*injected([f"fsync:error={error}"], *folders))
    assert result.status == 4, result
    assert_nothing_is_lost(stage.storage, stage.payloads)
    assert (stage.storage / "summaries/2024/01/15").is_dir()


@needs_strace
@pytest.mark.parametrize("faults", BROKEN, ids=" ".join)
def test_what_says_that_bytes_are_lost_ends_the_run(faults: list[str], tmp_path: Path) -> None:
    stage = Stage(SCENARIOS["four batches"], tmp_path)
    result = stage.run(*injected(faults))
    assert (result.status, result.stdout) == (10, ""), result
    assert_nothing_is_lost(stage.storage, stage.payloads)
    assert stage.run().status == 4


@needs_strace
def test_nothing_is_replaced_where_rename_would(tmp_path: Path) -> None:
    storage = tmp_path / "_storage"
    payload = Payload()
    payload.put_into(storage)
    write_tree(storage, {stored_path(BATCH_ID, "sub/data.json"): b"older"})
    strace = ["strace", *injected([NO_RENAME, "linkat:error=EPERM"])]
    receiver = Program(receiver_path(), tmp_path / "home", strace)
    assert receiver("--storage", storage, env={"ASAN_OPTIONS": "detect_leaks=0"}).status == 4
    assert_rejected(storage, payload.filename, payload.text(), "already stored")
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).read_bytes() == b"older"


def test_batches_are_stored_and_sent_on_a_memory_card(
    memory_card: Path, sender: Program, receiver: Program, source: Path
) -> None:
    """A file system without hard links: from --output to the storage, a bad payload, and a repeat."""
    assert sender("--folder", source, "--output", memory_card, "--json").status == 0
    storage = memory_card / "_storage"
    Payload().put_into(storage)
    bad = Payload(batch_id="20240117T000000Z-bad-00c0ffee", damage={"size": 1})
    bad.put_into(storage)
    with pytest.raises(OSError):
        os.link(storage / "inbox" / bad.filename, storage / "link")

    result = receiver("--storage", storage, "--json")

    assert result.status == 4, result
    assert sorted(batch["status"] for batch in result.json["batches"]) == ["rejected", "stored", "stored"]
    assert (storage / summary_path(BATCH_ID)).exists()
    assert_rejected(storage, bad.filename, bad.text())
    assert receiver("verify", "--storage", storage).status == 0
    again = receiver("--storage", storage, "--retry-rejected", "--json")
    assert (again.status, [batch["status"] for batch in again.json["batches"]]) == (4, ["rejected"])
    Payload().put_into(storage)
    assert receiver("--storage", storage, "--json").json["batches"][0]["status"] == "repeated"
