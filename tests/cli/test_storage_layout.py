"""Where batches lie: folders by day, batches named in any alphabet, and storages of the first layout."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from payloads import BATCH_ID, Payload, flat_summary_path, stored_path, summary_path
from programs import Program, Result
from receiving import OTHER_ID, RATE, only_batch
from trees import file_names, write_tree

FIRST_NAMES = "{batch}/{dir}{stem}_{timestamp}-{id}{ext}"


@pytest.fixture
def first_layout(receive: Callable[..., Result], storage: Path) -> Path:
    """A storage with a stored and a rejected batch, as receivers of the first layout left it."""
    Payload().put_into(storage)
    Payload(batch_id=OTHER_ID, damage={"size": 1}).put_into(storage)
    assert receive("--name-template", FIRST_NAMES).status == 4
    for batch_id in (BATCH_ID, OTHER_ID):
        place = storage / summary_path(batch_id)
        summary = json.loads(place.read_bytes())
        place.unlink()
        place.parent.rmdir()
        flat = storage / flat_summary_path(batch_id)
        for member in ("producer", "instance", "sequence", "folders", "gone"):
            del summary[member]
        flat.write_text(json.dumps(summary | {"schema_version": 1}))
    return storage


def contents(storage: Path) -> dict[str, bytes]:
    return {name: (storage / name).read_bytes() for name in file_names(storage)}


def test_files_and_summaries_lie_in_folders_by_day(receive: Callable[..., Result], storage: Path) -> None:
    Payload({"sub/data.json": RATE, "x": b"1"}).put_into(storage)
    result = receive("--json")
    assert file_names(storage) == [
        "summaries/2024/01/15/20240115T103000Z-test_batch-3f9a1c07.json",
        "test_batch/2024/01/15/20240115T103000Z-3f9a1c07_x",
        "test_batch/2024/01/15/sub/20240115T103000Z-3f9a1c07_data.json"]
    assert only_batch(result)["summary"] == "summaries/2024/01/15/20240115T103000Z-test_batch-3f9a1c07.json"


def test_a_storage_of_the_first_layout_is_verified(receiver: Program, first_layout: Path) -> None:
    result = receiver("verify", "--storage", first_layout, "--json")
    assert (result.status, result.json["stored_batches"], result.json["rejected_batches"], result.json["files"]) == (
        0, 1, 1, 1)


@pytest.mark.parametrize("name", [f"{BATCH_ID}.json", "renamed.json"])
def test_a_batch_of_the_first_layout_is_a_repeat(
    name: str, receive: Callable[..., Result], first_layout: Path
) -> None:
    before = contents(first_layout)
    Payload().put_into(first_layout).rename(first_layout / "inbox" / name)
    result = receive("--json")
    assert (only_batch(result)["status"], only_batch(result)["summary"]) == ("repeated", flat_summary_path(BATCH_ID))
    assert contents(first_layout) == before


def test_a_batch_that_the_first_layout_rejected_is_stored_by_day_when_it_is_tried_again(
    receive: Callable[..., Result], first_layout: Path
) -> None:
    (first_layout / f"rejected/{OTHER_ID}.json").write_bytes(Payload(batch_id=OTHER_ID).text())
    assert receive("--retry-rejected").status == 0
    assert not (first_layout / flat_summary_path(OTHER_ID)).exists()
    assert json.loads((first_layout / summary_path(OTHER_ID)).read_bytes())["status"] == "stored"
    assert (first_layout / stored_path(OTHER_ID, "sub/data.json")).read_bytes() == RATE


@pytest.mark.parametrize(("name", "folder"), [
    ("Дневник", "Дневник"), ("心拍数 2024", "心拍数_2024"), ("हिन्दी", "हिन्दी"),
    (unicodedata.normalize("NFD", "Müller"), "Müller"), ("a/b:c", "a_b_c"),
    ("x\u200b\u202ey", "x__y"), ("💓", "_"), (".hidden", "_hidden"), ("receipts", "_receipts")])
def test_a_batch_keeps_the_letters_of_its_name(
    name: str, folder: str, sender: Program, receiver: Program, tmp_path: Path
) -> None:
    source = write_tree(tmp_path / "source", {"x.csv": b"1"})
    assert sender("--folder", source, "--batch-name", name, "--output", tmp_path).status == 0
    storage = tmp_path / "_storage"
    assert receiver("--storage", storage, "--dry-run").status == 0
    assert receiver("--storage", storage).status == 0
    [stored] = [path for path in file_names(storage) if not path.startswith("summaries/")]
    assert stored.split("/")[0] == folder
    assert receiver("verify", "--storage", storage).status == 0


def test_a_payload_cannot_choose_a_folder_that_its_id_does_not_name(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload(metadata={"batch_name": "elsewhere"}).put_into(storage)
    assert receive().status == 0
    assert (storage / stored_path(BATCH_ID, "sub/data.json")).exists()


def test_a_name_with_a_letter_and_a_colon_is_a_name_like_any_other(
    sender: Program, receiver: Program, tmp_path: Path
) -> None:
    source = write_tree(tmp_path / "source", {"a:b.txt": b"1", "C:/d.csv": b"2"})
    assert sender("--folder", source, "--output", tmp_path).status == 0
    assert receiver("--storage", tmp_path / "_storage").status == 0
    [place] = (tmp_path / "_storage").glob("summaries/*/*/*/*.json")
    stored = {file["path"]: file["stored_path"] for file in json.loads(place.read_bytes())["files"]}
    assert stored["a:b.txt"].endswith("_a_b.txt")
    assert stored["C:/d.csv"].split("/")[4] == "C_"
    assert (tmp_path / "_storage" / stored["a:b.txt"]).read_bytes() == b"1"


@pytest.mark.parametrize("template", ["{batch}-{batch_id}/{stem}{ext}", "{batch}_{stem}_{batch_id}/{dir}{stem}{ext}"])
def test_two_batches_of_one_second_and_one_long_name_lie_apart(
    template: str, receive: Callable[..., Result], storage: Path
) -> None:
    name = "日" * 64
    ids = [f"20240115T103000Z-{'_' * 64}-{unique}" for unique in ("3f9a1c07", "aaaaaaaa")]
    for number, batch_id in enumerate(ids):
        Payload({f"{'s' * 240}.csv": b"%d\n" % number}, batch_id=batch_id, metadata={"batch_name": name}).put_into(storage)
    result = receive("--name-template", template, "--json")
    assert [batch["status"] for batch in result.json["batches"]] == ["stored", "stored"]
    for batch_id in ids:
        [file] = json.loads((storage / summary_path(batch_id)).read_bytes())["files"]
        folder = file["stored_path"].split("/")[0]
        assert folder.startswith("日") and batch_id in folder and len(folder.encode()) <= 255
    assert receive("verify").status == 0
