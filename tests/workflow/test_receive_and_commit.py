"""The script against real git repositories and the real receiver."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fast_import import Base
from forge import Batch, Forge
from git_plumbing import Clone

MORNING = Batch("20240115T103000Z-morning-3f9a1c07",
                {"heart.csv": b"t,bpm\r\n1,61\r\n", "sub/sleep.json": b'{"h": 7}\n'})
EVENING = Batch("20240115T203000Z-evening-00c0ffee", {"steps.txt": b"9041\r\n"})
AWKWARD = Batch("20240115T213000Z-awkward-0badcafe", {
    "-leading dash.txt": b"a", "it's spaced.txt": b"b", "größe/データ.json": b"{}",
    "$(touch pwned)/`id`.txt": b"c", "%s;&.csv": b"d", ".keep/empty.txt": b""})

INDEX_ENTRIES = ("read/cache_nr", "write/cache_nr")


def assert_stored(forge: Forge, *batches: Batch) -> None:
    files = forge.files()
    for batch in batches:
        assert batch.stored().items() <= files.items()
        assert batch.payload_path not in files
        assert json.loads(files[batch.summary_path])["status"] == "stored"


def receive_earlier(forge: Forge, batch: Batch) -> None:
    """Dates the receipt back: two runs within a second could write the same one."""
    forge.send(batch)
    forge.receive()
    receipt = json.loads(forge.files()[batch.summary_path])
    forge.add({batch.summary_path: json.dumps(receipt | {"processed_at": "2024-01-15T11:00:00Z"})
               .encode()})


def test_a_batch_becomes_one_commit(forge: Forge) -> None:
    forge.send(MORNING)
    done = forge.receive()
    assert done.returncode == 0, done.stderr
    assert_stored(forge, MORNING)
    assert forge.messages() == [f"Store batch {MORNING.batch_id} (2 files)"]
    assert forge.git("log", "-1", "--format=%an <%ae>", "main").startswith("github-actions[bot] <")


def test_the_receivers_options_come_from_the_environment(forge: Forge) -> None:
    forge.send(MORNING)
    done = forge.receive(HEALTHMETRIC_NAME_TEMPLATE="by-month/{month}/{dir}{id}_{stem}{ext}")
    assert done.returncode == 0, done.stderr
    assert forge.files()["_storage/by-month/01/3f9a1c07_heart.csv"] == MORNING.files["heart.csv"]


def test_two_batches_become_two_commits(forge: Forge) -> None:
    forge.send(MORNING, EVENING)
    assert forge.receive().returncode == 0
    assert_stored(forge, MORNING, EVENING)
    assert forge.messages() == [f"Store batch {MORNING.batch_id} (2 files)",
                                f"Store batch {EVENING.batch_id} (1 file)"]


def test_a_commit_holds_its_own_batch_only(forge: Forge) -> None:
    forge.send(MORNING, EVENING)
    forge.receive()
    names = forge.git("show", "-z", "--name-only", "--format=", "--no-renames", "main").split("\0")
    assert set(filter(None, names)) == {
        *EVENING.stored(), EVENING.summary_path, EVENING.payload_path}


def test_names_with_any_character_survive(forge: Forge) -> None:
    forge.send(AWKWARD)
    assert forge.receive().returncode == 0
    files = forge.files()
    entries = json.loads(files[AWKWARD.summary_path])["files"]
    assert AWKWARD.files == {entry["path"]: files[f"_storage/{entry['stored_path']}"]
                             for entry in entries}
    assert not list(forge.directory.rglob("pwned"))


def test_the_summary_that_is_committed_has_no_blob_ids(forge: Forge) -> None:
    """But all that may look like one."""
    decoy = f'"git_blob": "{"a" * 40}", x.csv'
    batch = Batch("20240115T103000Z-decoy-3f9a1c09", {decoy: b"1", "a.csv": b"2"})
    forge.send(batch)
    assert forge.receive().returncode == 0
    files = forge.files()
    entries = json.loads(files[batch.summary_path])["files"]
    assert {entry["path"]: files[f"_storage/{entry['stored_path']}"] for entry in entries} == batch.files
    assert not any("git_blob" in entry for entry in entries)


def test_a_rejected_batch_does_not_stop_a_good_one(forge: Forge) -> None:
    forge.add({EVENING.payload_path: EVENING.damaged_payload()})
    forge.send(MORNING)
    done = forge.receive()
    assert done.returncode == 4, done.stderr
    assert_stored(forge, MORNING)
    files = forge.files()
    quarantine = f"_storage/rejected/{EVENING.batch_id}.json"
    assert files[quarantine] == EVENING.damaged_payload()
    assert f"{quarantine}.reason.json" in files
    assert EVENING.payload_path not in files
    assert sorted(forge.messages()) == [f"Reject batch {EVENING.batch_id}",
                                        f"Store batch {MORNING.batch_id} (2 files)"]


def test_a_file_that_is_no_payload_is_set_aside_under_a_harmless_title(forge: Forge) -> None:
    name = "fixes #1 @all ::error::.json"
    forge.add({f"_storage/inbox/{name}": b"{broken"})
    assert forge.receive().returncode == 4
    assert forge.files()[f"_storage/rejected/{name}"] == b"{broken"
    assert forge.messages() == ["Reject batch fixes__1__all___error__.json"]


def test_nothing_waiting_makes_no_commit(forge: Forge) -> None:
    before = forge.tip()
    done = forge.receive()
    assert (done.returncode, done.stdout) == (0, "nothing to store\n")
    assert forge.tip() == before


def test_a_dry_run_pushes_nothing(forge: Forge) -> None:
    forge.send(MORNING)
    before = forge.tip()
    done = forge.receive("--dry-run")
    assert done.returncode == 0 and MORNING.batch_id in done.stdout
    assert forge.tip() == before


def test_a_batch_sent_again_is_removed_and_changes_nothing(forge: Forge) -> None:
    receive_earlier(forge, MORNING)
    stored = forge.files()
    forge.send(MORNING)
    assert forge.receive().returncode == 0
    assert forge.files() == stored
    assert forge.messages()[-1] == f"Remove repeated batch {MORNING.batch_id}"


@pytest.mark.parametrize("name", [MORNING.payload_path, "_storage/inbox/renamed.json"])
def test_a_batch_that_the_first_layout_recorded_is_not_stored_again(forge: Forge, name: str) -> None:
    forge.send(MORNING)
    forge.receive(HEALTHMETRIC_NAME_TEMPLATE="{batch}/{dir}{stem}_{timestamp}-{id}{ext}")
    summary = forge.files()[MORNING.summary_path]
    forge.remove(MORNING.summary_path)
    forge.add({f"_storage/summaries/2024/01/{MORNING.batch_id}.json": summary})
    before = forge.files()
    forge.add({name: MORNING.payload()})
    forge.send(EVENING)
    done = forge.receive()
    assert done.returncode == 0, done.stderr
    after = forge.files()
    assert {path: after[path] for path in before} == before
    assert after.keys() - before.keys() == {*EVENING.stored(), EVENING.summary_path}
    assert sorted(forge.messages()[-2:]) == sorted([
        f"Remove repeated batch {MORNING.batch_id}", f"Store batch {EVENING.batch_id} (1 file)"])


def test_a_bad_payload_sent_again_is_rejected_again(forge: Forge) -> None:
    quarantine = f"_storage/rejected/{EVENING.batch_id}.json"
    forge.add({EVENING.payload_path: EVENING.damaged_payload()})
    forge.receive()
    forge.add({EVENING.payload_path: EVENING.damaged_payload(),
               f"{quarantine}.reason.json": b'{"reason": "told by an earlier run"}'})
    done = forge.receive()
    assert done.returncode == 4, done.stderr
    files = forge.files()
    assert EVENING.payload_path not in files
    assert {path for path in files if path.startswith("_storage/rejected/")} == {
        quarantine, f"{quarantine}.reason.json"}


def test_two_bad_payloads_of_one_name_are_both_kept(forge: Forge) -> None:
    for content in (b"{first", b"{second"):
        forge.add({"_storage/inbox/bad.json": content})
        assert forge.receive().returncode == 4
    kept = {content for path, content in forge.files().items()
            if path.startswith("_storage/rejected/")}
    assert {b"{first", b"{second"} <= kept


def test_trigger_files_are_removed(forge: Forge) -> None:
    forge.add({"_storage/.trigger_20240115": b"", "_storage/notes.json": b"[1]"})
    assert forge.receive().returncode == 0
    assert "_storage/.trigger_20240115" not in forge.files()
    assert forge.files()["_storage/notes.json"] == b"[1]"
    assert forge.messages() == ["Remove trigger files (1)"]


def test_a_lost_race_starts_again_from_the_new_tip(forge: Forge) -> None:
    forge.send(MORNING)
    rival = rival_push(forge, "once")
    done = forge.receive(receiver=rival)
    assert done.returncode == 0, done.stderr
    assert "starting again" in done.stderr
    assert_stored(forge, MORNING)
    assert forge.files()["rival-1.txt"] == b"rival\n"
    assert forge.messages() == [f"Store batch {MORNING.batch_id} (2 files)"]


def test_after_the_last_lost_race_the_payload_still_waits(forge: Forge) -> None:
    forge.send(MORNING)
    done = forge.receive("--attempts", "2", receiver=rival_push(forge, "always"))
    assert done.returncode == 7
    assert forge.files()[MORNING.payload_path] == MORNING.payload()
    assert {"rival-1.txt", "rival-2.txt"} <= forge.files().keys()


def rival_push(forge: Forge, when: str) -> Path:
    """A receiver during whose run somebody else commits to the branch."""
    return forge.wrapped_receiver(f"""
        tried="{forge.directory}/tried"; echo >>"$tried"; round=$(wc -l <"$tried")
        if [ {when} = always ] || [ "$round" = 1 ]; then
          git -C "{forge.remote}" fast-import --quiet --force <<COMMIT
commit refs/heads/main
committer R <r@example.invalid> 0 +0000
data 3
add
from refs/heads/main^0
M 100644 inline rival-$round.txt
data 6
rival

COMMIT
        fi
        exec "$@\"""")


def test_a_refused_push_fails_with_gits_words(forge: Forge) -> None:
    forge.send(MORNING)
    forge.hook("pre-receive", "echo protected branch >&2; exit 1")
    before = forge.tip()
    done = forge.receive()
    assert done.returncode == 7 and "protected branch" in done.stderr
    assert forge.tip() == before


@pytest.mark.parametrize("attributes", [
    "* text=auto\n", "* text eol=crlf\n", "* filter=lfs -text\n",
    "* ident working-tree-encoding=UTF-16\n"])
def test_attributes_and_ignore_rules_change_no_byte(forge: Forge, attributes: str) -> None:
    batch = Batch(MORNING.batch_id, MORNING.files | {"id.txt": b"$Id$\n\xff\r\n"})
    forge.add({".gitattributes": attributes.encode(), ".gitignore": b"*\n",
               "_storage/.gitattributes": attributes.encode()})
    forge.clone_again()
    forge.send(batch)
    done = forge.receive(GIT_CONFIG_COUNT="3",
                         GIT_CONFIG_KEY_0="core.autocrlf", GIT_CONFIG_VALUE_0="true",
                         GIT_CONFIG_KEY_1="filter.lfs.clean", GIT_CONFIG_VALUE_1="sed s/1/2/",
                         GIT_CONFIG_KEY_2="filter.lfs.required", GIT_CONFIG_VALUE_2="true")
    assert done.returncode == 0, done.stderr
    assert_stored(forge, batch)


@pytest.mark.parametrize("options", [["--no-checkout"], ["--sparse"], ["--depth=1"],
                                     ["--filter=blob:none", "--sparse", "--depth=1"]])
def test_any_kind_of_clone_will_do(forge: Forge, options: list[str]) -> None:
    receive_earlier(forge, MORNING)
    forge.clone_again(*options)
    forge.send(MORNING, EVENING)
    done = forge.receive()
    assert done.returncode == 0, done.stderr
    assert_stored(forge, MORNING, EVENING)
    assert sorted(forge.messages()[1:]) == [f"Remove repeated batch {MORNING.batch_id}",
                                            f"Store batch {EVENING.batch_id} (1 file)"]


def test_what_is_stored_is_neither_fetched_nor_listed(forge: Forge) -> None:
    stored = {f"_storage/morning/{number}.csv": b"%d" % number for number in range(200)}
    forge.add(stored)
    forge.clone_again("--filter=blob:none", "--no-checkout")
    forge.send(MORNING, EVENING)
    done, events = traced(forge)
    assert done.returncode == 0, done.stderr
    assert fetches_in(events) == len(["the tip", "the payloads"])
    listed = [int(event["value"]) for event in events if event.get("key") in INDEX_ENTRIES]
    assert 0 < max(listed) < len(stored)


def test_what_is_in_the_way_is_fetched_with_one_request(forge: Forge) -> None:
    forge.add(dict.fromkeys(MORNING.stored(), b"somebody's"))
    forge.add({path: path.encode() for path in AWKWARD.stored()})
    forge.clone_again("--filter=blob:none", "--no-checkout")
    forge.send(MORNING, AWKWARD)
    done, events = traced(forge)
    assert done.returncode == 4, done.stderr
    assert fetches_in(events) == len(["the tip", "the payloads", "what is in the way"])


def test_a_shallow_clone_of_the_tip_fetches_the_payloads_alone(forge: Forge) -> None:
    forge.send(MORNING)
    forge.clone_again("--depth=1", "--filter=blob:none", "--no-checkout")
    done, events = traced(forge)
    assert done.returncode == 0, done.stderr
    assert fetches_in(events) == len(["the payloads"])


def traced(forge: Forge) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    """What git reports of itself while the script runs."""
    trace = forge.directory / "trace"
    done = forge.receive(GIT_TRACE2_EVENT=str(trace))
    return done, [json.loads(line) for line in trace.read_text().splitlines()]


def fetches_in(events: list[dict[str, Any]]) -> int:
    return sum(event["event"] == "start" and "fetch" in event["argv"] for event in events)


def test_local_leftovers_stay_out_of_the_commit_and_where_they_are(forge: Forge) -> None:
    leftover = forge.clone / f"_storage/inbox/{EVENING.batch_id}.json"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(EVENING.payload())
    forge.send(MORNING)
    assert forge.receive().returncode == 0
    assert_stored(forge, MORNING)
    assert not forge.files().keys() & EVENING.stored().keys()
    assert leftover.read_bytes() == EVENING.payload()
    assert not list((forge.clone / ".git").glob("receive-*"))


@pytest.mark.parametrize("obstacle", ["same path", "file where a folder must be",
                                      "folder where the file must be"])
def test_a_batch_that_would_replace_stored_data_is_rejected(forge: Forge, obstacle: str) -> None:
    target = EVENING.stored_path("steps.txt")
    taken = {"same path": target, "file where a folder must be": "_storage/evening",
             "folder where the file must be": f"{target}/other"}[obstacle]
    forge.add({taken: b"somebody's data"})
    forge.send(MORNING, EVENING)
    done = forge.receive()
    assert done.returncode == 4, done.stderr
    assert forge.files()[taken] == b"somebody's data"
    assert forge.files()[f"_storage/rejected/{EVENING.batch_id}.json"] == EVENING.payload()
    assert_stored(forge, MORNING)


def test_a_file_stored_already_with_the_same_bytes_is_no_obstacle(forge: Forge) -> None:
    forge.add(EVENING.stored())
    forge.send(EVENING)
    assert forge.receive().returncode == 0
    assert_stored(forge, EVENING)


def test_a_receiver_that_replaces_what_it_saw_is_refused(forge: Forge) -> None:
    forge.add({EVENING.stored_path("steps.txt"): b"somebody's data"})
    forge.send(EVENING)
    before = forge.tip()
    blind = forge.wrapped_receiver('rm -rf "$3/evening"; exec "$@"')
    done = forge.receive(receiver=blind)
    assert done.returncode == 10 and "refusing to replace" in done.stderr
    assert forge.tip() == before


def test_a_blob_that_differs_from_the_summary_is_not_pushed(forge: Forge) -> None:
    forge.send(EVENING)
    before = forge.tip()
    corrupting = forge.wrapped_receiver('"$@"; echo rot >>"$3"/evening/2024/01/15/*_steps.txt')
    done = forge.receive(receiver=corrupting)
    assert done.returncode == 10 and "the summary has blob" in done.stderr
    assert forge.tip() == before


def test_a_failing_receiver_leaves_the_branch_alone(forge: Forge) -> None:
    forge.send(MORNING)
    before = forge.tip()
    done = forge.receive(receiver=forge.wrapped_receiver("exit 10"))
    assert done.returncode == 10 and "status 10" in done.stderr
    assert forge.tip() == before


def test_a_remote_out_of_reach_is_told_from_a_local_failure(forge: Forge) -> None:
    assert forge.receive("--remote", str(forge.directory / "nowhere")).returncode == 7


def test_the_summary_for_people_is_written(forge: Forge) -> None:
    forge.send(MORNING)
    summary = forge.directory / "summary.md"
    assert forge.receive("--summary-markdown", str(summary)).returncode == 0
    assert summary.read_text().strip()


def test_blobs_are_made_from_files_of_any_name(forge: Forge) -> None:
    files = {'"quoted"': b"1", "two\nlines": b"2", "ends in\r": b"3", "a\\b": b"4", "ü": b"5"}
    for name, content in files.items():
        (forge.directory / name).write_bytes(content)
    clone = Clone(forge.clone)
    blobs = clone.make(Base(None), [], [forge.directory / name for name in files]).blobs
    copies = {forge.directory / "copies" / file.name: blob for file, blob in blobs.items()}
    clone.copy_blobs(copies)
    assert [copy.read_bytes() for copy in copies] == list(files.values())


GITS_OWN = [".gitmodules", ".gitattributes", "GIT~1", "gitmod~1", "GI7EBA~1", ".g\u200cit"]


@pytest.mark.parametrize("folder", GITS_OWN, ids=ascii)
def test_a_folder_that_git_would_take_for_its_own_is_stored_all_the_same(
    folder: str, forge: Forge
) -> None:
    forge.git("config", "receive.fsckObjects", "true")
    batch = Batch(MORNING.batch_id, {f"{folder}/x.json": b"{}", "beside.txt": b"1"})
    forge.send(batch)
    done = forge.receive()
    assert done.returncode == 0, done.stderr
    files = forge.files()
    for entry in json.loads(files[batch.summary_path])["files"]:
        assert files[f"_storage/{entry['stored_path']}"] == batch.files[entry["path"]]


def test_a_file_that_git_skips_is_not_taken_for_stored(forge: Forge) -> None:
    forge.send(EVENING)
    before = forge.tip()
    renaming = forge.wrapped_receiver(
        '"$@"; mv "$3/evening" "$3/git~1"; sed -i "s,evening/2024,git~1/2024," "$3"/summaries/*/*/*/*.json')
    done = forge.receive(receiver=renaming)
    assert done.returncode == 10 and "git does not accept" in done.stderr
    assert forge.tip() == before


def test_odd_names_in_the_storage_stay_and_stop_nothing(forge: Forge) -> None:
    odd = [f"_storage/{name}" for name in ["a\\b.json", "a\nb.json", ".trigger\n", "inbox/c\td.json"]]
    forge.add(dict.fromkeys(odd, b"{}"))
    forge.send(MORNING)
    done = forge.receive()
    assert done.returncode == 0, done.stderr
    assert_stored(forge, MORNING)
    assert set(odd) <= forge.files().keys()


def test_a_branch_cannot_smuggle_a_refspec(forge: Forge) -> None:
    before = forge.git("for-each-ref")
    done = forge.receive("--branch", "main:refs/heads/other")
    assert done.returncode == 7 and "is not a valid branch name" in done.stderr
    assert forge.git("for-each-ref") == before
