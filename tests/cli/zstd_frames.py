"""zstd frames written by hand (RFC 8878), good and bad."""

from __future__ import annotations

import json
from typing import Any

from payloads import Payload, encoded


def zstd_frame(*blocks: tuple[int, bytes, int], window_log: int = 17) -> bytes:
    """A frame as in RFC 8878, section 3.1.1, without checksum or content size; a block is its type
    (0 raw, 1 one byte repeated), its bytes and its size."""
    out = b"\x28\xb5\x2f\xfd\0" + bytes([window_log - 10 << 3])
    for number, (kind, content, size) in enumerate(blocks, 1):
        out += (size << 3 | kind << 1 | (number == len(blocks))).to_bytes(3, "little") + content
    return out


def raw(content: bytes) -> tuple[int, bytes, int]:
    return 0, content, len(content)


def compressed(frame: bytes, files: dict[str, bytes], **payload: Any) -> tuple[str, bytes]:
    """Name and text of a payload whose contents all are this frame."""
    made = Payload(files, **payload)
    document = made.document()
    for entry in document["files"].values():
        del entry["content"]
        entry["content_zstd"] = encoded(frame)
    return made.filename, json.dumps(document).encode()
