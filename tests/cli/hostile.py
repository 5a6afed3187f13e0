"""A corpus of payloads as an attacker or a broken sender might write them, each with what must become
of it. It is generated: what goes wrong is written down once, and put into a payload that is otherwise
good, so that nothing else can be the cause."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from payloads import BATCH_ID, Payload, encoded, version_1_document
from receiving import OTHER_ID, RATE
from zstd_frames import compressed, raw, zstd_frame

Spoil = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Hostile:
    """Files for the storage, and what the receiver makes of them. Of what is stored, `stored` has the
    contents by their paths as sent."""

    name: str
    files: dict[str, bytes]
    outcome: str  # "rejected", "stored", "waiting", or "left" where it lies
    words: tuple[str, ...] = ()  # of the reason
    options: tuple[str, ...] = ()
    stored: dict[str, bytes] = field(default_factory=dict)


def parts(count: int, batch_id: str = BATCH_ID) -> list[Payload]:
    made = [Payload({f"{i}.json": b"%d" % i}, batch_id, part=i, last=i == count)
            for i in range(1, count + 1)]
    made[-1].batch = (count, count)
    return made


def chunked_parts(chunks: list[dict[str, Any] | None], last: bool = True) -> list[Payload]:
    """A file "abcdef", cut in the middle, in two parts."""
    pieces = [b"abc", b"def"]
    return [Payload({"big.csv": piece}, part=i + 1, last=last and i == 1, batch=(1, 6),
                    damage={} if chunk is None else {"chunk": chunk})
            for i, (piece, chunk) in enumerate(zip(pieces, chunks))]

FIRST = {"index": 1, "offset": 0, "last": False}

LAST = {"index": 2, "offset": 3, "last": True, "total_size": 6,
        "sha256": hashlib.sha256(b"abcdef").hexdigest()}


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def apply(text: bytes) -> bytes:
        assert old in text
        return text.replace(old, new, 1)
    return apply


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def edited(change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    def apply(text: bytes) -> bytes:
        document = json.loads(text)
        change(document)
        return json.dumps(document).encode()
    return apply


def entry_with(**members: Any) -> Callable[[bytes], bytes]:
    return edited(lambda document: document["files"]["sub/data.json"].update(members))


def metadata_with(**members: Any) -> Callable[[bytes], bytes]:
    return edited(lambda document: document["batch_metadata"].update(members))


def entry_without(key: str) -> Callable[[bytes], bytes]:
    return edited(lambda document: document["files"]["sub/data.json"].pop(key))


def metadata_without(key: str) -> Callable[[bytes], bytes]:
    return edited(lambda document: document["batch_metadata"].pop(key))

CONTENT = encoded(RATE).encode()


GOOD_FRAME = zstd_frame(raw(RATE))


BAD_FRAMES = {
    "nothing": b"", "no magic number": b"\0" + GOOD_FRAME[1:], "cut in the header": GOOD_FRAME[:5],
    "cut in a block": GOOD_FRAME[:-1], "bytes behind it": GOOD_FRAME + b"\0",
    "a second frame": GOOD_FRAME + zstd_frame(raw(b"")),
    "a reserved block type": zstd_frame((3, RATE, len(RATE))),
    "a window of 16 MiB": zstd_frame(raw(RATE), window_log=24),
}

DEFECTS = {
    "empty": (lambda text: b"", "the JSON is cut off"),
    "not JSON": (lambda text: b"hello", "byte"),
    "an array": (lambda text: b"[]", "byte"),
    "no payload": (lambda text: b'{"a": 1}', "batch_metadata"),
    "no files": (replaced(b'"files": {"sub', b'"fails": {"sub'), "files"),
    "cut in the middle": (lambda text: text[:len(text) // 2], "cut off"),
    "cut at the end": (lambda text: text[:-1], "cut off"),
    "cut in a content": (lambda text: text[:text.index(CONTENT) + 4], "cut off"),
    "more behind it": (lambda text: text + b"{}", "byte"),
    "a key twice": (replaced(b'"size": 13', b'"size": 13, "size": 13'), "a duplicate key"),
    "an entry twice": (lambda text: text.replace(b'"files": {', b'"files": {"sub/data.json": {}, ', 1), ""),
    "broken base64": (replaced(CONTENT, b"!" + CONTENT[1:]), "base64"),
    "unpadded base64": (replaced(CONTENT, CONTENT.rstrip(b"=")), "base64"),
    "base64 with line ends": (replaced(CONTENT, CONTENT[:4] + b"\\n" + CONTENT[4:]), "base64"),
    "no content": (replaced(b'"content": ', b'"contents": '), "content"),
    "another size": (replaced(b'"size": 13', b'"size": 14'), "declares 14 bytes"),
    "a negative size": (replaced(b'"size": 13', b'"size": -1'), "byte"),
    "a size past 64 bits": (replaced(b'"size": 13', b'"size": 99999999999999999999999'), "byte"),
    "a size with a fraction": (replaced(b'"size": 13', b'"size": 13.0'), "byte"),
    "another digest": (entry_with(sha256=hashlib.sha256(b"other").hexdigest()), "does not match"),
    "a digest of 65 digits": (replaced(b'"sha256": "', b'"sha256": "0'), "SHA-256"),
    "a digest that is none": (entry_with(sha256="z" * 64), "SHA-256"),
    "other bytes of the same size": (entry_with(content=encoded(b'{"rate": 62}\n')), "SHA-256"),
    "a content that is a number": (replaced(b'"content": "' + CONTENT + b'"', b'"content": 1'), ""),
    "text that is not UTF-8": (replaced(b"test_batch", b"test\xffbatch"), "UTF-8"),
    "a lone surrogate": (replaced(b'"lab"', b'"\\ud800"'), "byte"),
    "a raw control character": (replaced(b'"lab"', b'"l\x01b"'), "byte"),
    "a wrong escape": (replaced(b'"lab"', b'"l\\xb"'), "byte"),
    "nested too deeply": (replaced(b'"lab"', b'"lab", "more": ' + nested(9)), "deep"),
    "nested without end": (replaced(b'"lab"', b'"lab", "more": ' + b"[" * 1_000_000), "deep"),
    "no timestamp": (replaced(b'"timestamp": "2024-01-15T10:30:00Z"', b'"timestamp": "soon"'), "timestamp"),
    "another total": (replaced(b'"total_files": 1', b'"total_files": 2'), "declares 2 files"),
    "another batch": (replaced(BATCH_ID.encode(), OTHER_ID.encode()), "file name"),
    "an id that is none": (replaced(BATCH_ID.encode(), b"../../etc"), "batch_id"),
    "a NUL in a key": (lambda text: text.replace(b"sub/data.json", b"sub/\\u0000.json"), "control"),
    "zstd that is none": (replaced(b'"content": ', b'"content_zstd": '), "zstd"),
    "two contents": (entry_with(content_zstd=encoded(GOOD_FRAME)), "content"),
    "the contents of nobody": (entry_with(relative_path="other/data.json"), "relative_path"),
    "another total size": (metadata_with(total_size=14), "declares 14 bytes"),
    "a list of other files": (metadata_with(files=[{"filename": "x.json", "size": 13}]), "files"),
    "a list of other sizes": (metadata_with(files=[{"filename": "data.json", "size": 14}]), "files"),
    "a newer version": (metadata_with(schema_version=3), "schema_version"),
    "the last of two parts": (metadata_with(part={"index": 2, "last": True}), "part"),
    "other totals of the batch": (metadata_with(part={"index": 1, "last": True, "batch_files": 2,
                                                      "batch_size": 13}), ""),
    "a size of 2^64": (entry_with(size=2**64), "byte"),
    "a size of 2^64-1": (entry_with(size=2**64 - 1), "declares"),
    "a size of a million digits": (replaced(b'"size": 13', b'"size": ' + b"9" * 1_000_000), "byte"),
    "a size with an exponent": (replaced(b'"size": 13', b'"size": 13e0'), "byte"),
    "a size with a zero in front": (replaced(b'"size": 13', b'"size": 013'), "byte"),
    "a text without end": (replaced(b'"lab"', b'"' + b"l" * 1_000_000 + b'"'), ""),
    "a text of 4,097 bytes": (replaced(b'"lab"', b'"' + b"l" * 4097 + b'"'), ""),
    "a date that is none": (metadata_with(timestamp="2024-02-30T10:30:00Z"), "timestamp"),
    "a comment": (replaced(b'"lab"', b'/* */ "lab"'), "byte"),
    "single quotes": (replaced(b'"lab"', b"'lab'"), "byte"),
    "a comma too many": (replaced(b'"user": "lab",', b'"user": "lab",,'), "byte"),
    "a number that is none": (replaced(b'"lab"', b'"lab", "more": NaN'), "byte"),
    "UTF-16": (lambda text: text.decode().encode("utf-16"), ""),
    "a NUL behind it": (lambda text: text + b"\0", "byte"),
}

REQUIRED = {
    "entry": (entry_without, ["size", "sha256", "content"]),
    "metadata": (metadata_without, ["batch_id", "timestamp", "total_files", "total_size", "files"]),
}
DEFECTS |= {f"no {key} in the {where}": (without(key), key)
            for where, (without, keys) in REQUIRED.items() for key in keys if key != "content"}


WRONG_TYPES: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "size": (entry_with, ["13", True, None, [13]]), "sha256": (entry_with, [5, None, {}]),
    "content": (entry_with, [None, [], {}, True]), "relative_path": (entry_with, [5, []]),
    "content_type": (entry_with, [5, {}]), "modified": (entry_with, [5, "soon"]),
    "chunk": (entry_with, [5, "1", [], {"index": "1"}, {"index": 1, "last": "no"}]),
    "schema_version": (metadata_with, ["2", None, 2.0]), "batch_id": (metadata_with, [5, None]),
    "batch_name": (metadata_with, [5, {}]), "timestamp": (metadata_with, [5, None, ""]),
    "source_folder": (metadata_with, [5, []]), "sender": (metadata_with, [5, "lab", {"host": 5}]),
    "part": (metadata_with, [5, [], {"index": "1", "last": True}, {"index": 1, "last": 1}]),
    "total_files": (metadata_with, ["1", None, 1.0]), "total_size": (metadata_with, ["13", [13]]),
    "skipped": (metadata_with, [5, {}, [5]]), "files": (metadata_with, [5, {}, [5], None]),
}
DEFECTS |= {f"{key} as {json.dumps(value)}": (spoil(**{key: value}), "")
            for key, (spoil, values) in WRONG_TYPES.items() for value in values}
DEFECTS |= {f"{key} as {json.dumps(value)}": (edited(lambda document, key=key, value=value:
                                                     document.update({key: value})), "byte")
            for key in ("files", "batch_metadata") for value in (5, None, [], "x")}

UNSAFE = ["../escape.json", "/etc/escape.json", "a/../../escape.json", "a//b", "./a", "a/.", "a\\b",
          ".git/config", "a/.GIT/hooks/x", "", "a\nb", "a\x1bb", "a\x85b", "x" * 256,
          "..", "a/..", "/", "a/", "\\\\host\\share", "a\x7fb", "a\0b", "心" * 86,
          "/".join(["d"] * 600)]


def shown(text: str) -> str:
    return ascii(text) if len(text) < 40 else ascii(f"{text[:20]}...{text[-6:]}")


def spoilt(name: str, text: bytes, *words: str, **more: Any) -> Hostile:
    """One payload under the name it should have."""
    return Hostile(name, {f"inbox/{Payload().filename}": text}, "rejected", words, **more)


def put(name: str, payloads: list[Payload], outcome: str, *words: str, **more: Any) -> Hostile:
    return Hostile(name, {f"inbox/{made.filename}": made.text() for made in payloads}, outcome, words, **more)


def kept(name: str, files: dict[str, bytes], **payload: Any) -> Hostile:
    """A payload that is odd, but right."""
    return put(name, [Payload(files, **payload)], "stored", stored=files)

CHUNKS: dict[str, list[dict[str, Any] | None]] = {
    "an index twice": [FIRST, LAST | {"index": 1}],
    "an index left out": [FIRST, LAST | {"index": 3}],
    "an index of 0": [FIRST | {"index": 0}, LAST | {"index": 1}],
    "an index of 2^64-1": [FIRST | {"index": 2**64 - 1}, LAST],
    "an overlap": [FIRST, LAST | {"offset": 2}],
    "a gap": [FIRST, LAST | {"offset": 4}],
    "an offset past everything": [FIRST, LAST | {"offset": 2**64 - 1}],
    "another size of the whole": [FIRST, LAST | {"total_size": 7}],
    "another digest of the whole": [FIRST, LAST | {"sha256": hashlib.sha256(b"other").hexdigest()}],
    "no digest of the whole": [FIRST, {"index": 2, "offset": 3, "last": True}],
    "no last chunk": [FIRST, {"index": 2, "offset": 3, "last": False}],
    "the last chunk twice": [LAST | {"index": 1, "offset": 0, "total_size": 3}, LAST],
    "a chunk and a whole": [FIRST, None],
    "a whole and a chunk": [None, LAST],
}
PARTS: dict[str, Callable[[list[Payload]], Any]] = {
    "other totals": lambda made: setattr(made[1], "batch", (3, 3)),
    "another name": lambda made: made[1].metadata.update(batch_name="other"),
    "another batch": lambda made: made[1].metadata.update(batch_id=OTHER_ID),
    "another source": lambda made: made[1].metadata.update(source_folder="/elsewhere"),
    "another time": lambda made: made[1].metadata.update(timestamp="2024-01-15T10:30:01Z"),
    "another index": lambda made: made[1].metadata.update(
        part={"index": 1, "last": True, "batch_files": 2, "batch_size": 2}),
    "not the last": lambda made: made[1].metadata.update(part={"index": 2, "last": False}),
    "a file twice": lambda made: setattr(made[1], "files", {"1.json": b"1"}),
}


def in_parts() -> Iterator[Hostile]:
    for name, chunks in CHUNKS.items():
        yield put(f"chunks with {name}", chunked_parts(chunks), "rejected", "big.csv")
    for name, spoil in PARTS.items():
        made = parts(2)
        spoil(made)
        yield put(f"parts with {name}", made, "rejected")
    many = [Payload({f"{i}.csv": bytes([i])}, part=1, last=False,
                    damage={"chunk": FIRST}).document()["files"][f"{i}.csv"] for i in range(17)]
    cut = Payload({f"{i}.csv": bytes([i]) for i in range(17)}, part=1, last=False).document()
    cut["files"] = {entry["relative_path"]: entry for entry in many}
    both = [parts(2)[1]]
    yield Hostile("17 files cut at once", {
        f"inbox/{Payload(part=1, last=False).filename}": json.dumps(cut).encode(),
        f"inbox/{both[0].filename}": both[0].text()}, "rejected", ("wait for their next chunk",))
    first, behind = parts(3)[0], Payload({"x": b""}, part=3, last=True)
    second = Payload({"y": b""}, part=2, last=True)
    yield put("parts behind the last", [first, second, behind], "rejected", "after the last")
    yield put("the whole beside a part", [first, Payload()], "rejected", "two different payloads")
    yield put("a part whose time is over", [first], "rejected", "part 2", options=("--incomplete-after", "0"))
    yield put("a part that may still come", [first], "waiting", options=("--incomplete-after", "3650"))
    lying = Payload().document()
    lying["batch_metadata"]["part"] = {"index": 2**64 - 1, "last": True}
    yield spoilt("the 2^64-1st part", json.dumps(lying).encode(), "part")
    yield Hostile("other bytes in the root", {
        f"inbox/{Payload().filename}": Payload().text(),
        Payload().filename: Payload({"sub/data.json": b"1"}).text()}, "rejected", ("two different payloads",))


def in_names() -> Iterator[Hostile]:
    for path in UNSAFE:
        yield put(f"the path {shown(path)}", [Payload({"good.json": b"1", path: b"2"})], "rejected")
    for path in ("a\u200b/../x", "a/\u2025/x/../../../y"):
        yield put(f"the path {shown(path)}", [Payload({path: b"2"})], "rejected")
    composed = "\u00e9"
    folded = {
        "case": ["a.json", "A.json"], "normal forms": [f"{composed}.json", unicodedata.normalize("NFD", f"{composed}.json")],
        "a file and a folder": ["x", "x/y.json"], "a folder and a file": ["x/y.json", "x"],
        "a file and a folder, folded": ["X", "x/y.json"], "sharp s": ["stra\u00dfe", "STRASSE"],
        "a sign nobody sees": ["ab.json", "a\u200bb.json"], "dotless i": ["i\u0307.json", "\u0130.json"],
        "the number it would get": ["a.json", "A.json", "a~2.json"], "a kelvin sign": ["k", "\u212a"],
        "blanks at the end": ["a ", "a."], "what is replaced": ["a?b", "a*b", "a_b"],
        "fullwidth": ["\uff21.json", "\uff41.json"], "many of one": [
            "".join(pair) for pair in zip("aA" * 8, "bB" * 8)] + ["aB", "Ab"],
    }
    for name, paths in folded.items():
        yield kept(f"names folded by {name}", {path: path.encode() for path in dict.fromkeys(paths)})
    for path in ["CON", "nul.txt", "COM1", "com0.log", "LPT\u00b2.csv", "CONIN$", "con .txt", "a/AUX/b", "trailing.", "trailing ",
                 "question?.csv", "ab:c", "<>", "pipe|", 'quote"', ".gitmodules", "git~1", ".g\u200cit/config",
                 "inbox/x.json", "Summaries/x.json", "rejected/x", ".staging/x", ".hidden", "-rf", "--help", "$(id)",
                 "`id`", "; rm -rf ~", "'", "%2e%2e/x", "%s%n", "{batch}", "x" * 255, "y" * 250 + ".json",
                 "/".join(["d"] * 64), "\u202egnp.exe", "::error::owned", "##[error]owned", "a ##[add-mask]x",
                 "| a | b |", "<script>alert(1)</script>", "![x](y)", "[x](javascript:y)", "&lt;", "<!-- x", "💓"]:
        yield kept(f"the name {shown(path)}", {path: b"content"})
    for name in ("..json", "x\ny.json", "x\\y.json", "x\x1b.json"):
        yield Hostile(f"the payload file {shown(name)}", {f"inbox/{name}": Payload().text()}, "left")
    for name in ("x.json", "\u5fc3" * 80 + ".json", "x" * 250 + ".json", "::error::x.json", "##[error]x.json", "%0A::x.json",
                 "-rf.json", "x.reason.json", "20240115T103000Z-a-0000000g.json", "a~2.json"):
        yield Hostile(f"no payload in {shown(name)}", {f"inbox/{name}": b"{}"}, "rejected", ("batch_metadata",))
    yield put("a batch name that forges a line", [Payload(metadata={"batch_name": "x\n::error::forged"})], "stored",
              stored={"sub/data.json": RATE})
    yield put("a host that forges a command", [Payload(metadata={"sender": {
        "host": "##[error]x", "user": "::set-output name=x::y", "version": "<b>"}})], "stored", stored={"sub/data.json": RATE})


def over_limits() -> Iterator[Hostile]:
    zeros = bytes(100)
    yield put("a file over the limit", [Payload({"a": zeros})], "rejected", "--max-file-size", options=("--max-file-size", "99"))
    yield put("a batch over the limit", [Payload({"a": zeros, "b": zeros})], "rejected", "--max-batch-size",
              options=("--max-batch-size", "199"))
    yield put("files over the limit", [Payload({str(i): b"" for i in range(4)})], "rejected", "--max-files",
              options=("--max-files", "3"))
    bomb = zstd_frame(*[(1, b"\0", 1 << 17)] * 8192)
    for words in (("--max-file-size", "64K"), ("--max-batch-size", "64K")):
        yield spoilt(f"a zstd bomb and {words[0]}", compressed(bomb, {"bomb.csv": b""})[1], "bomb.csv", words[0], options=words)
    keys = json.dumps({f"{i:x}": 0 for i in range(120_000)}).encode()
    yield spoilt("120,000 unknown keys", Payload().text()[:-1] + b', "more": ' + keys + b"}", "keys")
    folders = {f"{'/'.join(f'{i:02}{j:02}' for j in range(63))}/x": b"" for i in range(20)}
    yield put("1,240 folders where 1,003 may be", [Payload(folders)], "rejected", "folders", options=("--max-files", "20"))
    yield spoilt("blanks without end", Payload().text() + b" " * (40 << 20), "larger than",
                 options=("--max-batch-size", "1M", "--max-files", "10"))


def corpus() -> list[Hostile]:
    made = [spoilt(name, spoil(Payload().text()), word) for name, (spoil, word) in DEFECTS.items()]
    made += [spoilt(f"zstd: {name}", compressed(frame, {"sub/data.json": RATE})[1], "sub/data.json", "zstd")
             for name, frame in BAD_FRAMES.items()]
    old = version_1_document({"a.json": b"1", "b.json": b"2"})
    for entry in old["files"].values():
        entry["relative_path"] = "same.json"
    made.append(Hostile("two old entries for one path", {"inbox/old.json": json.dumps(old).encode()}, "rejected"))
    return [*made, *in_parts(), *in_names(), *over_limits()]
