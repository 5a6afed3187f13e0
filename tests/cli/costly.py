"""Payloads made to cost time or memory: each of them is right, and would be slow or large in a reader
that does something for every name with every other, or for every run of a text with all of it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable

from payloads import encoded

NOISE = random.Random(1)
SMALL_FRAME = b"\x28\xb5\x2f\xfd\0"  # magic number and descriptor; a window follows


def old_payload(entries: Iterable[bytes], more: bytes = b"") -> bytes:
    """Of version 1, which leaves most to say to us."""
    metadata = b'{"timestamp": "2024-01-15T10:30:00"' + more + b"}"
    return b'{"batch_metadata": ' + metadata + b', "files": {' + b",".join(entries) + b"}}"


def tiny(path: bytes) -> bytes:
    return b'"%s":{"content":"YQ=="}' % path


def content(text: bytes) -> bytes:
    return old_payload([b'"a.csv":{"content":"' + text + b'"}'])


def compressed(blocks: bytes) -> bytes:
    frame = SMALL_FRAME + bytes([7 << 3]) + blocks + b"\x09\0\0x"
    return old_payload([b'"a.csv":{"content_zstd":"' + encoded(frame).encode() + b'"}'])


def beside(more: bytes) -> bytes:
    return old_payload([tiny(b"a.csv")], b', "more": ' + more)


def noise(size: int) -> str:
    return encoded(NOISE.randbytes(size * 3 // 4))


def case_variants(count: int) -> list[bytes]:
    letters = ["aA", "bB", "cC", "dD", "eE", "fF", "gG", "hH", "iI", "jJ", "kK", "lL", "mM", "nN", "oO", "pP", "qQ"]
    return ["".join(name).encode() for name in itertools.islice(itertools.product(*letters), count)]


# One content, or few names; `size` is that of the text.
LARGE: dict[str, Callable[[int], bytes]] = {
    "base64": lambda size: content(noise(size).encode()),
    "base64 in escapes": lambda size: content("".join(f"\\u{ord(c):04x}" for c in noise(size // 6)).encode()),
    "base64 half in escapes": lambda size: content(
        "".join(f"\\u{ord(c):04x}" if i % 2 else c for i, c in enumerate(noise(size // 7 * 2))).encode()),
    "escaped slashes": lambda size: content(b"\\/" * (size // 8 * 4)),
    "blanks": lambda size: old_payload([tiny(b"a.csv")]) + b" " * size,
    "a text of escapes": lambda size: beside(b'"' + b"\\n" * (size // 2) + b'"'),
    "a text of two-byte letters": lambda size: beside(b'"' + "é".encode() * (size // 2) + b'"'),
    "a long number": lambda size: beside(b"1" * size),
    "numbers": lambda size: beside(b"[1" + b",1" * (size // 2) + b"]"),
    "empty arrays": lambda size: beside(b"[[]" + b",[]" * (size // 3) + b"]"),
    "small objects": lambda size: beside(b"[{}" + b',{"a":1}' * (size // 8) + b"]"),
    "zstd blocks of one byte": lambda size: compressed(b"\x08\0\0x" * (size // 16 * 3)),
    "zstd blocks of nothing": lambda size: compressed(b"\0\0\0" * (size // 4)),
}

# Many names; `count` is their number.
MANY: dict[str, Callable[[int], bytes]] = {
    "tiny files": lambda count: old_payload(tiny(b"%d.csv" % i) for i in range(count)),
    "names that fold to one": lambda count: old_payload(map(tiny, case_variants(count))),
    "long names that fold to one once cut": lambda count: old_payload(
        tiny(b"x" * 245 + b"%05d" % (i // 2) + b"aA"[i % 2:][:1]) for i in range(count)),
    "names as they get when numbered": lambda count: old_payload(
        tiny(b"a~%d" % i if i % 2 else name) for i, name in enumerate(case_variants(count))),
    "two deep folders in turn": lambda count: old_payload(
        tiny(b"/".join([b"AB"[i % 2:][:1]] * 62) + b"/%d" % i) for i in range(count)),
    "a folder each": lambda count: old_payload(tiny(b"%d/x" % i) for i in range(count)),
    "zstd frames with the largest window": lambda count: old_payload(
        b'"%d.csv":{"content_zstd":"%s"}' % (i, encoded(SMALL_FRAME + bytes([13 << 3]) + b"\x09\0\0x").encode())
        for i in range(count)),
}
