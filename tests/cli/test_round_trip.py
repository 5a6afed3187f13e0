"""What was sent is what is stored, byte for byte, over every way there is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import INBOX, TOKEN, Destination, Output
from github_server.local_github import LocalGithub
from programs import COMMIT_SCRIPT, Program, git, receive_and_commit, receiver_path, sender_path
from trees import file_names, git_blob, seeded_tree, write_tree

PACKINGS = {
    "plain": [],
    "zstd": ["--compress", "zstd"],
    "plain in parts": ["--part-size", "64K"],
    "zstd in parts": ["--compress", "zstd", "--part-size", "64K"],
    "odd parts": ["--part-size", "100001"],
}
each_packing = pytest.mark.parametrize("packing", PACKINGS.values(), ids=PACKINGS.keys())
over_the_network = pytest.mark.parametrize(
    "packing", [PACKINGS[name] for name in ("plain", "zstd in parts")], ids=["plain", "zstd in parts"])
needs_commit_script = pytest.mark.skipif(not COMMIT_SCRIPT.exists(), reason="no commit script")


def check_summary(summary: dict[str, Any], files: dict[str, bytes], stored: dict[str, bytes]) -> None:
    """`stored` are all stored files, by their path in the storage."""
    assert summary["status"] == "stored"
    assert summary["total_files"] == len(files)
    assert summary["total_size"] == sum(map(len, files.values()))
    entries = {entry["path"]: entry for entry in summary["files"]}
    assert entries.keys() == files.keys()
    for path, content in files.items():
        entry = entries[path]
        assert stored[entry["stored_path"]] == content, path
        assert entry["size"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert sorted(entry["stored_path"] for entry in entries.values()) == sorted(stored)


def check_storage(storage: Path, batch_id: str, files: dict[str, bytes]) -> dict[str, Any]:
    """The storage holds this one batch and nothing else."""
    summary_file = storage / f"summaries/{batch_id[:4]}/{batch_id[4:6]}/{batch_id[6:8]}/{batch_id}.json"
    summary = json.loads(summary_file.read_bytes())
    stored = {name: (storage / name).read_bytes() for name in file_names(storage)
              if not name.startswith("summaries/")}
    check_summary(summary, files, stored)
    return summary


@each_packing
@pytest.mark.parametrize("seed", [1, 2])
def test_a_folder_goes_through_a_shared_drive(
    packing: list[str], seed: int, output: Output, receiver: Program, tmp_path: Path
) -> None:
    files = seeded_tree(seed, largest=(3 << 20) if seed == 1 else 65_537)
    folder = write_tree(tmp_path / "source", files)

    sent = output("--folder", folder, "--all-types", "--batch-name", "round trip", "--json", *packing)

    assert (sent.status, sent.stderr) == (0, "")
    assert sent.json["files"] == len(files)
    assert sent.json["bytes"] == sum(map(len, files.values()))
    assert sorted(sent.json["payloads"]) == [str(file) for file in output.payload_files()]
    if "--part-size" in packing:
        limit = 64 << 10 if "64K" in packing else 100_001
        assert len(output.payload_files()) > 10
        assert max(file.stat().st_size for file in output.payload_files()) <= limit

    received = receiver("--storage", output.storage, "--json")

    assert received.status == 0
    [batch] = received.json["batches"]
    assert (batch["status"], batch["batch_id"]) == ("stored", sent.json["batch_id"])
    assert (batch["files"], batch["bytes"]) == (sent.json["files"], sent.json["bytes"])
    summary = check_storage(output.storage, sent.json["batch_id"], files)
    assert summary["batch_name"] == "round trip"
    assert summary["source"] == str(folder)


@each_packing
def test_a_file_of_every_awkward_size_survives(
    packing: list[str], output: Output, receiver: Program, tmp_path: Path
) -> None:
    """Around the blocks of base64, of the reader, of a write buffer and of a part."""
    edges = [0, 3, 4096, 49_152, 65_536, 131_072, 196_608, 262_144]
    sizes = sorted({max(0, edge + off) for edge in edges for off in (-2, -1, 0, 1, 2)})
    files = {f"{size}.csv": bytes(i * 7 % 251 for i in range(size)) for size in sizes}
    folder = write_tree(tmp_path / "source", files)

    sent = output("--folder", folder, "--json", *packing)
    received = receiver("--storage", output.storage)

    assert (sent.status, received.status) == (0, 0)
    check_storage(output.storage, sent.json["batch_id"], files)


def test_the_blob_ids_are_those_of_git(output: Output, receiver: Program, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", seeded_tree(3, largest=300_000))
    sent = output("--folder", folder, "--json", "--part-size", "64K")
    assert receiver("--storage", output.storage, "--git-blob-ids", "always").status == 0
    batch_id = sent.json["batch_id"]
    summary = json.loads(
        (output.storage / f"summaries/{batch_id[:4]}/{batch_id[4:6]}/{batch_id[6:8]}/{batch_id}.json").read_bytes())

    stored = [entry["stored_path"] for entry in summary["files"]]
    said = git(output.storage, "hash-object", "--no-filters", "--stdin-paths",
               input="\n".join(stored).encode())

    assert said.decode().split() == [entry["git_blob"] for entry in summary["files"]]


def test_zstd_is_used_only_where_it_saves_a_tenth(output: Output, source: Path) -> None:
    (source / "series.csv").write_bytes(b"2024-01-15,61\n" * 5000)
    (source / "noise.png").write_bytes(hashlib.shake_256(b"noise").digest(50_000))

    assert output("--folder", source, "--compress", "zstd").status == 0

    entries = output.payload()["files"]
    assert "content_zstd" in entries["series.csv"] and "content" not in entries["series.csv"]
    assert "content" in entries["noise.png"] and "content_zstd" not in entries["noise.png"]


@over_the_network
def test_a_folder_goes_through_github_to_a_clone(
    packing: list[str], destination: Destination, receiver: Program, tmp_path: Path
) -> None:
    files = seeded_tree(4, largest=150_000, many=12)
    folder = write_tree(tmp_path / "source", files)

    sent = destination("--folder", folder, "--json", *packing)

    assert (sent.status, sent.stderr) == (0, "")
    batch_id = sent.json["batch_id"]
    assert sorted(destination.inbox()) == sorted(sent.json["payloads"])
    git(tmp_path, "clone", "--quiet", "--branch", INBOX, destination.github.repo_path(destination.repo), "clone")
    storage = tmp_path / "clone/_storage"
    assert receiver("--storage", storage).status == 0
    check_storage(storage, batch_id, files)


@needs_commit_script
@over_the_network
def test_the_commit_script_puts_the_same_bytes_on_the_branch(
    packing: list[str], destination: Destination, tmp_path: Path
) -> None:
    files = seeded_tree(5, largest=150_000, many=12)
    folder = write_tree(tmp_path / "source", files)
    sent = destination("--folder", folder, "--json", *packing)
    remote = destination.github.repo_path(destination.repo)
    git(tmp_path, "clone", "--quiet", remote, "clone")

    received = receive_and_commit(tmp_path / "clone")

    assert received.status == 0, received
    check_branch(destination.github, destination.repo, sent.json["batch_id"], files)


@needs_commit_script
def test_the_dispatch_alone_brings_a_batch_all_the_way(tmp_path: Path) -> None:
    files = seeded_tree(6, largest=100_000, many=5)
    folder = write_tree(tmp_path / "source", files)
    sender = Program(sender_path(), tmp_path / "home")
    workflow = ["bash", "-c", 'rm -rf clone && git clone --quiet "$0" clone && cd clone && exec "$@"',
                tmp_path / "remote/octo/data.git", "python3", COMMIT_SCRIPT, "--receiver", receiver_path()]
    with LocalGithub(root=tmp_path / "remote", repos=["octo/data"], tokens={TOKEN: "contents=write"},
                     on_dispatch=workflow) as github:
        sent = [sender("--folder", folder, "--repo", "octo/data", "--api-url", github.url, "--json",
                       "--batch-name", f"batch {number}", env={"GH_TOKEN": TOKEN}) for number in range(3)]
        github.wait_idle()

        assert [result.status for result in sent] == [0, 0, 0]
        finished = [run["exit_code"] for run in github.runs() if run["status"] == "completed"]
        assert finished and set(finished) == {0}, github.runs()
        for result in sent:
            check_branch(github, "octo/data", result.json["batch_id"], files)


def check_branch(github: LocalGithub, repo: str, batch_id: str, files: dict[str, bytes]) -> None:
    """The branch holds this batch, and nothing waits in its inbox."""
    tree = github.tree(repo)
    assert not [path for path in tree if path.startswith("_storage/inbox/") and path.endswith(".json")]
    summary = json.loads(github.read(
        repo, f"_storage/summaries/{batch_id[:4]}/{batch_id[4:6]}/{batch_id[6:8]}/{batch_id}.json"))
    entries = {entry["path"]: entry for entry in summary["files"]}
    assert entries.keys() == files.keys()
    for path, content in files.items():
        assert tree[f"_storage/{entries[path]['stored_path']}"] == git_blob(content), path
