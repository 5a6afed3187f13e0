"""Nothing from an event, a payload or a file name becomes part of a script, a command or a page."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from actions_event import BadEvent, Wanted, read_event
from forge import PROJECT, Batch, Forge
from project import ACTIONS_TOKEN, Project, WorkflowRun

SKIP_CI = "Add a payload [skip ci]"
MARK = "pwned"
EVIL = [
    f"$(touch {MARK})", f"`touch {MARK}`", f"'; touch {MARK}; '", f'"; touch {MARK}; "',
    f"\n::error::{MARK}\n::set-output name={MARK}::1", f"\r\n::add-mask::{MARK}", "%0A::error::x",
    "${{ github.token }}", "${{ secrets.GITHUB_TOKEN }}", "-- --help", "../../../etc/passwd",
    f"<script>{MARK}</script>", f"|`x`|[{MARK}](http://x)", "@octocat fixes #1", "\u202egnp.exe",
    "x" * 2000,
]
HOSTILE_REFS = [
    *EVIL, "refs/pull/1/merge", "refs/tags/v1", "refs/heads/main:refs/heads/other", "+main", "-x",
    "--upload-pack=touch pwned", "main^{tree}", "main~1", "HEAD", "a..b", "refs/heads/", "main ", "*",
    17, True, ["main"], {"x": "main"}]
LONG = os.environ.get("HEALTHMETRIC_LONG") == "1"


def short(value: Any) -> str:
    return ascii(value)[:30]


def assert_harmless(project: Project, run: WorkflowRun) -> None:
    """Of what a script that was tricked would have left, there is nothing."""
    for place in (run.folder, project.store, project.github.root):
        assert not [path for path in place.rglob(MARK)]
    said = [*run.job["commands"]]
    assert not [each for each in said if each["name"] not in ("error", "warning")]
    assert not [each for each in said if each["text"].startswith(MARK)]
    assert ACTIONS_TOKEN not in run.log
    for page in (run.job["summary"], *project.comments()):
        assert f"<script>{MARK}" not in page and f"[{MARK}]" not in page and "@octocat" not in page
        assert "\u202e" not in page and ACTIONS_TOKEN not in page


@pytest.mark.parametrize("evil", [EVIL[:8], EVIL[8:]], ids=["first half", "second half"])
def test_hostile_values_in_a_dispatch(project: Project, evil: list[str]) -> None:
    batch = Batch("20240115T103000Z-good-3f9a1c07", {"a.txt": b"1"})
    project.put(batch.payload_path, batch.payload(), message=SKIP_CI)
    project.dispatch({"batch_id": "".join(evil), "batch_name": evil} | {each[:50]: each for each in evil})
    run = project.run()
    assert run.exit_code == 0, run.log
    assert project.receipt(batch.batch_id)["status"] == "stored"
    assert_harmless(project, run)


@pytest.mark.parametrize("ref", HOSTILE_REFS if LONG else HOSTILE_REFS[::6], ids=short)
def test_a_hostile_ref_changes_nothing_and_says_so(project: Project, ref: Any) -> None:
    batch = Batch("20240115T103000Z-good-3f9a1c07", {"a.txt": b"1"})
    project.put(batch.payload_path, batch.payload(), message=SKIP_CI)
    project.github.git(project.repo, "update-ref", "refs/pull/1/merge", "refs/heads/main")
    before = project.github.git(project.repo, "for-each-ref")
    project.dispatch({"batch_id": batch.batch_id, "ref": ref})
    run = project.run()
    assert run.exit_code == 1, run.log
    assert run.annotations("error"), run.log
    assert project.github.git(project.repo, "for-each-ref") == before
    assert_harmless(project, run)


@pytest.mark.parametrize("ref", HOSTILE_REFS, ids=short)
def test_a_hostile_ref_is_refused_by_us_or_by_git(forge: Forge, tmp_path: Path, ref: Any) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"client_payload": {"ref": ref}}))
    before = forge.git("for-each-ref")
    try:
        wanted = read_event({"GITHUB_EVENT_PATH": str(event), "GITHUB_REF": "refs/heads/main"})
    except BadEvent as error:
        assert str(error).isprintable()
        return
    done = forge.receive(f"--branch={wanted.branch}")
    assert done.returncode == 7, done
    assert forge.git("for-each-ref") == before
    assert not [path for path in forge.directory.rglob(MARK)]


@pytest.mark.parametrize("ref", ["-x", "--help", "-- x"])
def test_a_ref_is_no_option_where_it_is_received_on_this_machine(forge: Forge, tmp_path: Path, ref: str) -> None:
    (tmp_path / "event.json").write_text(json.dumps({"client_payload": {"ref": ref}}))
    before = forge.git("for-each-ref")
    done = subprocess.run(
        [PROJECT / "scripts/receive-locally.sh", forge.receiver, tmp_path], text=True, capture_output=True, check=False,
        env=forge.environment | {"GITHUB_REPO_DIR": str(forge.remote), "GITHUB_EVENT_PATH": str(tmp_path / "event.json")})
    assert done.returncode == 7, done
    assert "usage:" not in done.stdout + done.stderr
    assert forge.git("for-each-ref") == before


@pytest.mark.parametrize(("event", "branch"), [
    ({}, "main"), ({"client_payload": {}}, "main"), ({"client_payload": {"ref": None}}, "main"),
    ({"client_payload": {"ref": ""}}, "main"), ({"client_payload": {"ref": "data/2024"}}, "data/2024"),
    ({"client_payload": {"ref": "refs/heads/data"}}, "data"), ({"client_payload": "none"}, "main"),
    ({"client_payload": {"ref": "größe"}}, "größe"),
])
def test_the_branch_is_the_batches_own_or_the_events(tmp_path: Path, event: dict[str, Any],
                                                     branch: str) -> None:
    (tmp_path / "event.json").write_text(json.dumps(event))
    wanted = read_event({"GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
                         "GITHUB_REF": "refs/heads/main"})
    assert wanted == Wanted(branch)


@pytest.mark.parametrize("ref", ["refs/tags/v1", "refs/pull/1/merge"])
def test_what_runs_on_no_branch_receives_nothing(tmp_path: Path, ref: str) -> None:
    (tmp_path / "event.json").write_text("{}")
    with pytest.raises(BadEvent, match="is not a branch"):
        read_event({"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_REF": ref})


@pytest.mark.parametrize("value", [True, "true"])
def test_inputs_are_text_or_booleans(tmp_path: Path, value: Any) -> None:
    inputs = {"dry_run": value, "verbose": "false", "retry_rejected": value, "other": "$(x)"}
    (tmp_path / "event.json").write_text(json.dumps({"inputs": inputs}))
    wanted = read_event({"GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
                         "GITHUB_REF": "refs/heads/main"})
    assert wanted == Wanted("main", None, dry_run=True, verbose=False, retry_rejected=True)


def test_hostile_payloads(project: Project) -> None:
    """Bad and good batches whose names of files, batches and sources are all hostile."""
    names = {f"{number} {evil[:200]}.txt": b"data" for number, evil in enumerate(EVIL)
             if not set(evil) & set("/\n\r\u202e")}
    good = Batch("20240115T103000Z-good-3f9a1c07", names)
    payload = json.loads(good.payload())
    payload["batch_metadata"] |= {"batch_name": EVIL[0] + EVIL[4], "source_folder": EVIL[4]}
    project.put(good.payload_path, json.dumps(payload).encode(), message=SKIP_CI)
    for number, evil in enumerate(EVIL):
        bad = json.loads(good.payload()) | {evil: evil}
        bad["files"] = {evil: {"content": evil, "filename": evil, "sha256": evil}}
        bad["batch_metadata"] |= {"batch_id": evil, "batch_name": evil, "timestamp": evil}
        name = f"{number} {evil[:150]}".translate(str.maketrans("/\n\r", "___"))
        project.put(f"_storage/inbox/{quote(name)}.json", json.dumps(bad).encode(),
                    message=SKIP_CI)
    project.dispatch({"batch_id": good.batch_id})
    run = project.run()
    assert run.exit_code == 1, run.log
    assert project.receipt(good.batch_id)["status"] == "stored"
    assert sum(path.endswith(".reason.json") for path in project.files()) == len(EVIL)
    assert len(run.annotations("error")) == 10
    assert_harmless(project, run)


def test_a_hostile_head_commit(project: Project) -> None:
    batch = Batch("20240115T103000Z-good-3f9a1c07", {"a.txt": b"1"})
    project.put(batch.payload_path, batch.payload(), message="\n".join(EVIL))
    run = project.run()
    assert (run.event, run.exit_code) == ("push", 0), run.log
    assert "${{ github.token }}" in run.result["run_name"]
    assert_harmless(project, run)
