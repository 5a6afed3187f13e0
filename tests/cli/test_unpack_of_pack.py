"""unpack(pack(tree)) = tree, for random trees with the ugliest names there can be, through every
combination of parts, chunks and compression."""

from __future__ import annotations

import json
import os
import random
import unicodedata
from pathlib import Path

import pytest
from conftest import Output
from payloads import summary_path
from programs import Program
from trees import write_tree
from ugly_names import ugly_name

TREES = range(60 if os.environ.get("HEALTHMETRIC_LONG") == "1" else 4)
PARTS = {"one part": [], "parts with chunks": ["--part-size", "64K"], "odd parts": ["--part-size", "99991"]}
COMPRESSIONS = {"plain": [], "zstd": ["--compress", "zstd"]}


def ugly_tree(rng: random.Random) -> dict[str, bytes]:
    """Files as one folder can hold them: no name is a file and a folder."""
    files: dict[str, bytes] = {}
    folders: set[str] = {""}
    for number in range(40):
        folder = rng.choice(sorted(folders))
        if rng.random() < 0.3 and len(folder.encode()) < 400:
            deeper = f"{folder}{ugly_name(rng)}/"
            if deeper.removesuffix("/") not in files:
                folders.add(deeper)
                folder = deeper
        path = f"{folder}{ugly_name(rng)}"
        if f"{path}/" not in folders:
            size = rng.choice([0, 1, 2, 3, 57, 4096, 70_000, 200_000 if number < 5 else 100])
            repeats = rng.random() < 0.5
            files[path] = bytes([number]) * size if repeats else rng.randbytes(size)
    return files


def folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


@pytest.mark.parametrize("compression", COMPRESSIONS.values(), ids=COMPRESSIONS.keys())
@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS.keys())
@pytest.mark.parametrize("seed", TREES)
def test_unpacking_what_was_packed_gives_the_tree(
    seed: int, parts: list[str], compression: list[str], output: Output, receiver: Program, tmp_path: Path
) -> None:
    files = ugly_tree(random.Random(seed))
    folder = write_tree(tmp_path / "source", files)

    sent = output("--folder", folder, "--all-types", "--hidden", "--batch-name", "ugly", "--json", *parts, *compression)
    received = receiver("--storage", output.storage, "--json")

    assert (sent.status, sent.json["skipped"]) == (0, []), sent
    assert (received.status, received.json["batches"][0]["status"]) == (0, "stored"), received
    assert len(sent.json["payloads"]) == 1 if not parts else len(sent.json["payloads"]) > 1
    summary = json.loads((output.storage / summary_path(sent.json["batch_id"])).read_bytes())
    places = {file["path"]: file["stored_path"] for file in summary["files"]}
    assert {path: (output.storage / place).read_bytes() for path, place in places.items()} == files
    assert len({folded(place) for place in places.values()}) == len(files)
    assert receiver("verify", "--storage", output.storage).status == 0
