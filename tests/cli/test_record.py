"""What a batch records beside its files: who sent it, their times, empty folders, what is gone."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Destination, Output
from payloads import BATCH_ID, Payload, flat_summary_path, summary_path
from programs import Program, Result
from receiving import OTHER_ID, RATE, only_batch
from trees import file_names, write_tree


def summaries(storage: Path) -> list[dict[str, Any]]:
    return [json.loads(place.read_bytes()) for place in sorted(storage.glob("summaries/*/*/*/*.json"))]


def sent(destination: Destination, *words: Any, **options: Any) -> dict[str, Any]:
    """The metadata of the batch that the run uploads."""
    result = destination(*words, "--json", **options)
    assert result.status == 0, result
    return destination.payload(result.json["payloads"][0])["batch_metadata"]


@pytest.mark.parametrize(("nanoseconds", "told"), [
    (0, "2024-01-15T09:00:00Z"), (500_000_000, "2024-01-15T09:00:00.5Z"), (123_456_789, "2024-01-15T09:00:00.123456789Z"),
    (1_000, "2024-01-15T09:00:00.000001Z")])
def test_the_time_of_a_file_keeps_its_fraction(
    nanoseconds: int, told: str, output: Output, receiver: Program, source: Path
) -> None:
    os.utime(source / "data.json", ns=(0, 1_705_309_200 * 10**9 + nanoseconds))
    assert output("--folder", source).status == 0
    assert output.payload()["files"]["data.json"]["modified"] == told
    assert receiver("--storage", output.storage).status == 0
    [summary] = summaries(output.storage)
    assert [file["modified"] for file in summary["files"]] == [told]


def test_empty_folders_are_recorded(output: Output, receiver: Program, source: Path) -> None:
    for folder in ("b/empty", "a", ".hidden/x", "skipped"):
        (source / folder).mkdir(parents=True)
    assert output("--folder", source, "--exclude", "skipped").status == 0
    assert output.payload()["batch_metadata"]["folders"] == ["a", "b/empty"]
    assert receiver("--storage", output.storage).status == 0
    assert summaries(output.storage)[0]["folders"] == ["a", "b/empty"]


def test_a_payload_without_files_is_stored_with_a_summary_and_nothing_else(
    receive: Callable[..., Result], receiver: Program, storage: Path
) -> None:
    Payload({}, metadata={"gone": ["a.csv", "b/c.csv"], "producer": "ws-12", "instance": "i", "sequence": 3}).put_into(storage)
    result = receive("--json")
    assert (only_batch(result)["status"], only_batch(result)["files"]) == ("stored", 0)
    assert file_names(storage) == [summary_path(BATCH_ID)]
    [summary] = summaries(storage)
    assert (summary["gone"], summary["producer"], summary["instance"], summary["sequence"]) == (
        ["a.csv", "b/c.csv"], "ws-12", "i", 3)
    assert receiver("verify", "--storage", storage).status == 0


@pytest.mark.parametrize("metadata", [
    {"producer": "a b"}, {"producer": ".a"}, {"producer": "x" * 65}, {"producer": ""}, {"instance": "a/b"},
    {"sequence": -1}, {"sequence": "1"}, {"gone": ["../a"]}, {"gone": ["/a"]}, {"folders": [".git"]}, {"folders": "a"},
    {"gone": ["a"] * 10_001}, {"folders": [f"{number}" for number in range(10_001)]}], ids=str)
def test_a_record_that_breaks_its_rules_rejects_the_batch(
    metadata: dict[str, Any], receive: Callable[..., Result], storage: Path
) -> None:
    Payload(metadata=metadata).put_into(storage)
    Payload(batch_id=OTHER_ID).put_into(storage)
    result = receive("--json")
    assert result.status == 4
    assert {batch["batch_id"]: batch["status"] for batch in result.json["batches"]} == {
        BATCH_ID: "rejected", OTHER_ID: "stored"}


def test_unknown_members_are_passed_over_and_an_unknown_status_is_named(
    receive: Callable[..., Result], receiver: Program, storage: Path
) -> None:
    Payload(metadata={"weather": {"rain": [1]}}).put_into(storage)
    assert receive().status == 0
    place = storage / summary_path(BATCH_ID)
    summary = json.loads(place.read_bytes())
    place.write_text(json.dumps(summary | {"schema_version": 3, "weather": {"rain": [1]}}))
    assert receiver("verify", "--storage", storage).status == 0
    place.write_text(json.dumps(summary | {"schema_version": 3, "status": "melted"}))
    result = receiver("verify", "--storage", storage)
    assert result.status == 4
    result.error_line("bad summary", "unknown status 'melted'")


def test_a_producer_is_told_and_its_batches_are_numbered(destination: Destination, source: Path) -> None:
    first = sent(destination, "--folder", source, "--producer", "Lab_1.a")
    second = sent(destination, "--folder", source)
    third = sent(destination, "--folder", source, "--producer", "other")
    assert [batch["producer"] for batch in (first, second, third)] == ["Lab_1.a", "Lab_1.a", "other"]
    assert [batch["sequence"] for batch in (first, second, third)] == [1, 2, 3]
    assert len({batch["instance"] for batch in (first, second, third)}) == 1
    assert re.fullmatch("[0-9a-f]{16}", first["instance"])


def test_a_producer_is_kept_where_the_host_gets_another_name(destination: Destination, source: Path) -> None:
    in_actions = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/exports"}
    assert sent(destination, "--folder", source, env=in_actions)["producer"] == "octo_exports"
    assert sent(destination, "--folder", source)["producer"] == "octo_exports"


def test_the_configuration_may_name_the_producer(destination: Destination, source: Path, tmp_path: Path) -> None:
    config = tmp_path / "sender.toml"
    config.write_text('producer = "from-the-file"\n')
    assert sent(destination, "--folder", source, "--config", config)["producer"] == "from-the-file"


@pytest.mark.parametrize("name", ["", ".a", "a b", "a/b", "é", "x" * 65])
def test_a_producer_has_a_plain_name(name: str, destination: Destination, source: Path) -> None:
    result = destination("--folder", source, f"--producer={name}")
    assert (result.status, destination.requests()) == (2, [])
    result.error_line("--producer")


def test_no_identity_has_a_random_producer_that_stays(destination: Destination, source: Path) -> None:
    named = sent(destination, "--folder", source)
    first, second = (sent(destination, "--folder", source, "--no-identity") for _ in range(2))
    assert first["producer"] == second["producer"] != named["producer"]
    assert first["instance"] == second["instance"] != named["instance"]
    assert first["source_folder"] == second["source_folder"]
    for made in (first["producer"], first["instance"], first["source_folder"]):
        assert re.fullmatch("[0-9a-f]{16}", made)
    assert [first["sequence"], second["sequence"]] == [1, 2]
    other = write_tree(source.parent / "other", {"a.csv": b"1"})
    assert sent(destination, "--folder", other, "--no-identity")["source_folder"] != first["source_folder"]


def test_numbers_go_on_after_the_record_of_what_was_sent_is_removed(destination: Destination, source: Path) -> None:
    first = sent(destination, "--folder", source)
    (destination.sender.outbox.parent / "sent.db").unlink()
    second = sent(destination, "--folder", source)
    assert (second["instance"], second["sequence"]) == (first["instance"], first["sequence"] + 1)


def test_a_summary_of_version_1_has_its_hosts_name(receiver: Program, receive: Callable[..., Result], storage: Path) -> None:
    Payload({"sub/data.json": RATE}).put_into(storage)
    assert receive().status == 0
    assert not (storage / flat_summary_path(BATCH_ID)).exists()
    [summary] = summaries(storage)
    assert summary["producer"] == "ws-12"
