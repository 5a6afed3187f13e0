"""What tests of the receiver share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from payloads import encoded
from programs import Program, Result
from trees import file_names

RATE = b'{"rate": 61}\n'
OTHER_ID = "20240116T080000Z-other-00c0ffee"


def only_batch(result: Result) -> dict[str, Any]:
    [batch] = result.json["batches"]
    return batch


def assert_rejected(storage: Path, payload: str, text: bytes, *words: str) -> None:
    """The payload lies in rejected/, byte for byte, and its reason has the words."""
    assert (storage / "rejected" / payload).read_bytes() == text
    reason = json.loads((storage / f"rejected/{payload}.reason.json").read_bytes())
    assert reason["payload"] == f"inbox/{payload}"
    assert reason["size"] == len(text)
    for word in words:
        assert word in reason["reason"], reason
    assert not (storage / "inbox" / payload).exists()


def limited(receiver: Program, *before: str) -> Program:
    """The receiver, able to write 100,000 bytes to a file and no more."""
    return Program(receiver.path, receiver.home, [*before, "prlimit", "--fsize=100000"])


def assert_says_nothing_of_a_payload(said: str) -> None:
    """No content, no character that moves a cursor, and no line that the runner of GitHub Actions takes
    for a command: "::" at its beginning, "##[" anywhere."""
    assert "rate" not in said and encoded(RATE)[:8] not in said
    assert not [c for c in said if c != "\n" and (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2028")]
    for line in said.splitlines():
        assert not line.lstrip().startswith("::") and "##[" not in line, line


def records_without_times(storage: Path) -> dict[str, Any]:
    """Every file by its path: summaries and reasons as what they say, but for when it was; all others as
    their bytes. Two runs that did the same leave the same."""
    found: dict[str, Any] = {}
    for name in file_names(storage):
        content = (storage / name).read_bytes()
        is_record = name.startswith("summaries/") or name.endswith(".reason.json")
        found[name] = json.loads(content) if is_record else content
        if is_record:
            for moment in ("processed_at", "duration_ms", "rejected_at"):
                found[name].pop(moment, None)
    return found


def payloads_in(storage: Path) -> dict[str, bytes]:
    """The payloads that wait or were rejected, by their names."""
    places = [place for folder in ("", "inbox", "rejected") for place in (storage / folder).glob("*.json")]
    return {place.name: place.read_bytes() for place in places if not place.name.endswith(".reason.json")}


def assert_nothing_is_lost(storage: Path, payloads: dict[str, bytes]) -> None:
    """Each of the payloads is still there, byte for byte, or its batch is recorded as stored."""
    there = set(payloads_in(storage).values())
    records = [json.loads(place.read_bytes()) for place in storage.glob("summaries/*/*/*/*.json")]
    stored = {Path(payload["path"]).name for record in records if record["status"] == "stored"
              for payload in record["payloads"]}
    assert [name for name, text in payloads.items() if text not in there and name not in stored] == []
