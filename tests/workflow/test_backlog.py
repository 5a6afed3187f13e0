"""Many batches that wait: what a round costs does not grow with their number, and one that is refused is found."""

from __future__ import annotations

import json
from pathlib import Path

from forge import Batch, Forge
from test_pushing import PUSH_PROTECTION, with_secret


def batches(count: int, first: int = 0) -> list[Batch]:
    return [Batch(f"20240115T10{number // 60:02d}{number % 60:02d}Z-batch-{number:08x}", {"a.txt": b"%d" % number})
            for number in range(first, first + count)]


def processes_of_git(forge: Forge, trace: Path) -> int:
    done = forge.receive(GIT_TRACE2_EVENT=str(trace))
    assert done.returncode == 0, done.stderr
    return sum('"event":"start"' in line for line in trace.read_text().splitlines())


def test_a_round_takes_as_many_processes_for_many_batches_as_for_few(forge: Forge) -> None:
    forge.send(*batches(2))
    few = processes_of_git(forge, forge.directory / "few")
    forge.send(*batches(60, first=2))
    assert processes_of_git(forge, forge.directory / "many") <= few
    assert len(forge.messages()) == 62


def test_of_very_many_batches_a_commit_has_several_and_names_each(forge: Forge) -> None:
    sent = batches(205)
    forge.send(*sent)
    done = forge.receive("--result-json", "result.json")
    assert done.returncode == 0, done.stderr
    files = forge.files()
    assert len(forge.messages()) == 19
    text = forge.git("log", "--format=%B", "main")
    for batch in sent:
        assert batch.stored().items() <= files.items()
        assert text.count(f"Store batch {batch.batch_id} (1 file)\n") == 1
    told = json.loads((forge.clone / "result.json").read_text())["batches"]
    for each in told[::20]:
        assert each["batch_id"] in forge.git("log", "-1", "--format=%B", each["commit"])


def test_one_bad_batch_of_very_many_is_rejected_alone(forge: Forge) -> None:
    sent = batches(105)
    sent[50] = with_secret(sent[50])
    forge.send(*sent)
    forge.hook("pre-receive", PUSH_PROTECTION)
    done = forge.receive("--result-json", "result.json")
    assert done.returncode == 4, done.stderr
    told = {each["batch_id"]: each["status"] for each in json.loads((forge.clone / "result.json").read_text())["batches"]}
    assert told == {batch.batch_id: "rejected" if batch is sent[50] else "stored" for batch in sent}
    files = forge.files()
    assert files[f"_storage/rejected/{sent[50].batch_id}.json"] == sent[50].payload()
    assert all(batch.stored().items() <= files.items() for batch in sent if batch is not sent[50])
