"""When an inbox branch begins anew, and when its history is kept; and which one is drained into which branch."""

from __future__ import annotations

import json

import pytest
from forge import Batch, Forge
from inbox import INBOX, README, WORKFLOWS_CLONE, Inbox

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n"})
EVENING = Batch("20240115T203000Z-evening-00c0ffee", {"steps.txt": b"9041\r\n"})
MENDED = f"git fetch origin {INBOX} && git push origin FETCH_HEAD:refs/heads/former-inbox :{INBOX}"
CLONES = pytest.mark.parametrize("options", [(), WORKFLOWS_CLONE], ids=["whole", "workflow's"])


def receive(forge: Forge, *options: str, status: int = 0) -> str:
    done = forge.receive("--result-json", "result.json", *options)
    assert done.returncode == status, done
    return done.stderr


def warnings(forge: Forge) -> list[str]:
    return json.loads((forge.clone / "result.json").read_text())["warnings"]


def is_stored(forge: Forge, batch: Batch, branch: str = "main") -> bool:
    return batch.stored().items() <= forge.files(branch).items()


def assert_kept(forge: Forge, inbox: Inbox, before: str, why: str) -> None:
    """Drained by an ordinary commit, everything else as it was."""
    assert is_stored(forge, MORNING)
    assert inbox.waiting() == set() and MORNING.batch_id in inbox.receipts()
    assert forge.git("merge-base", before, inbox.name).strip() == before
    [warning] = warnings(forge)
    assert why in warning


def add_merge(forge: Forge) -> None:
    merged = forge.git("commit-tree", f"{INBOX}^{{tree}}", "-p", INBOX, "-p", "main", "-m", "merge").strip()
    forge.git("update-ref", f"refs/heads/{INBOX}", merged)


@CLONES
def test_a_merge_is_kept(forge: Forge, options: tuple[str, ...]) -> None:
    inbox = Inbox(forge)
    inbox.begin()
    add_merge(forge)
    inbox.send(MORNING)
    before = inbox.tip()
    forge.clone_again(*options)
    receive(forge)
    assert_kept(forge, inbox, before, "is a merge")
    assert MENDED in warnings(forge)[0]


@CLONES
@pytest.mark.parametrize("path", ["notes.txt", "_storage/january/x.csv", "_storage/notes.json", ".github/workflows/x.yml"])
def test_what_somebody_else_put_there_is_kept(forge: Forge, path: str, options: tuple[str, ...]) -> None:
    inbox = Inbox(forge)
    inbox.put({path: b"mine"})
    inbox.send(MORNING)
    before = inbox.tip()
    forge.clone_again(*options)
    receive(forge)
    assert_kept(forge, inbox, before, "it had or has")
    assert inbox.files()[path] == b"mine"


@CLONES
def test_what_was_there_once_is_kept_in_the_history(forge: Forge, options: tuple[str, ...]) -> None:
    inbox = Inbox(forge)
    inbox.put({"_storage/january/x.csv": b"mine"})
    forge.branch = INBOX
    forge.remove("_storage/january/x.csv")
    forge.branch = "main"
    inbox.send(MORNING)
    before = inbox.tip()
    forge.clone_again(*options)
    receive(forge)
    assert_kept(forge, inbox, before, "'_storage/january'")


@pytest.mark.parametrize("place", [1, 259])
def test_a_long_history_is_looked_through_from_end_to_end(forge: Forge, place: int) -> None:
    inbox = Inbox(forge)
    inbox.begin()
    for number in range(1, 260):
        inbox.put({"_storage/notes.txt" if number == place else "_storage/waiting.json": b"%d" % number})
    forge.branch = INBOX
    forge.remove("_storage/notes.txt")
    forge.branch = "main"
    inbox.send(MORNING)
    before = inbox.tip()
    forge.clone_again(*WORKFLOWS_CLONE)
    receive(forge)
    assert_kept(forge, inbox, before, "'_storage/notes.txt'")


@pytest.mark.parametrize("message", ["Begin", "HealthMetric-Inbox: 1 is what I do not say", "Begin\n\nHealthMetric-Inbox: 2\n"])
def test_a_branch_that_somebody_else_began_is_kept(forge: Forge, message: str) -> None:
    inbox = Inbox(forge)
    inbox.begin(message)
    inbox.send(MORNING)
    before = inbox.tip()
    receive(forge)
    assert_kept(forge, inbox, before, "somebody else began it")


def test_the_command_in_the_warning_mends_it(forge: Forge) -> None:
    inbox = Inbox(forge)
    inbox.put({"notes.txt": b"mine"})
    inbox.send(MORNING)
    receive(forge)
    done = forge.in_clone(MENDED)
    assert done.returncode == 0, done
    assert forge.files("former-inbox")["notes.txt"] == b"mine"
    inbox.send(EVENING)
    receive(forge)
    assert (warnings(forge), inbox.commits()) == ([], 1)
    assert is_stored(forge, EVENING)


def test_a_rule_that_forbids_to_begin_anew_is_kept(forge: Forge) -> None:
    inbox = Inbox(forge)
    inbox.send(MORNING)
    before = inbox.tip()
    forge.hook("update", f'''[ "$1" = refs/heads/{INBOX} ] || exit 0
        git merge-base --is-ancestor "$2" "$3" && exit 0
        echo "error: GH006: Protected branch update failed: Cannot force-push to this branch" >&2; exit 1''')
    receive(forge)
    assert_kept(forge, inbox, before, "Cannot force-push")


def test_an_inbox_that_takes_nothing_fails_the_run_and_the_next_one_goes_on(forge: Forge) -> None:
    inbox = Inbox(forge)
    inbox.send(MORNING)
    forge.hook("update", f'[ "$1" = refs/heads/main ] || {{ echo "error: GH006: Protected branch" >&2; exit 1; }}')
    assert "GH006" in receive(forge, status=7)
    assert is_stored(forge, MORNING) and inbox.waiting()
    forge.hook("update", "true")
    receive(forge)
    assert (inbox.waiting(), inbox.receipts().keys()) == (set(), {MORNING.batch_id})


def test_a_target_that_refuses_leaves_everything_in_the_inbox(forge: Forge) -> None:
    inbox = Inbox(forge)
    inbox.send(MORNING)
    before = inbox.tip()
    forge.hook("update", '[ "$1" != refs/heads/main ] || { echo "error: GH006: Protected branch" >&2; exit 1; }')
    assert "GH006" in receive(forge, status=7)
    assert inbox.tip() == before


def test_a_branch_of_another_name_is_drained_but_keeps_its_history(forge: Forge) -> None:
    inbox = Inbox(forge, "drop")
    inbox.send(MORNING)
    before = inbox.tip()
    receive(forge)
    assert not is_stored(forge, MORNING)
    receive(forge, "--inbox-branch", "drop")
    assert_kept(forge, inbox, before, "begin with healthmetric/inbox")


def test_a_name_of_ones_own_that_begins_as_ours_does_is_reset(forge: Forge) -> None:
    inbox = Inbox(forge, "healthmetric/inbox-lab")
    inbox.send(MORNING)
    receive(forge, "--inbox-branch", inbox.name)
    assert is_stored(forge, MORNING)
    assert (inbox.commits(), warnings(forge)) == (1, [])


def test_the_targets_own_branch_named_as_inbox_is_one_branch_as_ever(forge: Forge) -> None:
    forge.send(MORNING)
    before = forge.tip()
    receive(forge, "--inbox-branch", "main")
    assert is_stored(forge, MORNING)
    assert forge.git("merge-base", before, "main").strip() == before
    assert not [path for path in forge.files() if path.startswith("_storage/receipts/")]


def test_another_branch_that_holds_data_is_never_reset(forge: Forge) -> None:
    """Though it says that it is an inbox."""
    forge.git("branch", "data", "main")
    inbox = Inbox(forge, "healthmetric/inbox-data")
    inbox.send(MORNING)
    forge.git("symbolic-ref", "HEAD", "refs/heads/healthmetric/inbox-data")
    before = inbox.tip()
    receive(forge, "--branch", "data", "--inbox-branch", inbox.name)
    assert is_stored(forge, MORNING, "data")
    assert forge.git("merge-base", before, inbox.name).strip() == before


def test_each_inbox_is_drained_into_its_branch_alone(forge: Forge) -> None:
    forge.git("branch", "data/2024", "main")
    ours, theirs = Inbox(forge), Inbox(forge, "healthmetric/inbox-for-data/2024")
    ours.send(MORNING)
    theirs.send(EVENING)
    receive(forge)
    assert is_stored(forge, MORNING) and not is_stored(forge, EVENING)
    assert theirs.waiting()
    receive(forge, "--branch", "data/2024")
    assert is_stored(forge, EVENING, "data/2024") and not is_stored(forge, MORNING, "data/2024")
    assert theirs.waiting() == set() and theirs.commits() == 1


@pytest.mark.parametrize(("inbox", "branch"), [(INBOX, "data"), ("healthmetric/inbox-for-data", "main")])
def test_an_event_cannot_have_an_inbox_drained_into_another_branch(forge: Forge, inbox: str, branch: str) -> None:
    forge.git("branch", "data", "main")
    Inbox(forge, inbox).send(MORNING)
    before = forge.git("for-each-ref")
    receive(forge, "--branch", branch, "--inbox-branch", inbox)
    [warning] = warnings(forge)
    assert f"not into {branch}: nothing was done with it" in warning
    assert forge.git("for-each-ref") == before


def test_the_sweep_takes_every_inbox_and_says_what_has_no_branch(forge: Forge) -> None:
    forge.git("branch", "data", "main")
    for name, batch in ((INBOX, MORNING), ("healthmetric/inbox-for-data", EVENING)):
        Inbox(forge, name).send(batch)
    lost, lab = Inbox(forge, "healthmetric/inbox-for-gone"), Inbox(forge, "healthmetric/inbox-lab")
    lost.send(MORNING)
    lab.send(EVENING)
    before = lost.tip()
    receive(forge, "--all-inboxes")
    assert is_stored(forge, MORNING) and is_stored(forge, EVENING, "data") and is_stored(forge, EVENING)
    assert lost.tip() == before and lab.waiting() == set()
    [warning] = warnings(forge)
    assert "there is no branch 'gone'" in warning and lost.name in warning


def test_a_run_for_a_branch_that_is_not_there_touches_nothing(forge: Forge) -> None:
    Inbox(forge, "healthmetric/inbox-for-gone").send(MORNING)
    before = forge.git("for-each-ref")
    assert "there is no branch 'gone'" in receive(forge, "--branch", "gone", status=7)
    assert forge.git("for-each-ref") == before


def test_the_readme_of_the_branch_is_ours_again(forge: Forge) -> None:
    inbox = Inbox(forge)
    inbox.put({"README.md": b"scribbled"})
    inbox.send(MORNING)
    receive(forge)
    assert inbox.files()["README.md"] == README


def test_the_readme_of_a_branch_that_keeps_its_history_is_its_owners(forge: Forge) -> None:
    forge.add({"README.md": b"mine"}, branch=INBOX, message="Mine")
    inbox = Inbox(forge)
    inbox.send(MORNING)
    receive(forge)
    assert is_stored(forge, MORNING) and inbox.waiting() == set()
    assert inbox.files()["README.md"] == b"mine"


def test_an_inbox_branch_is_no_place_to_store_in(forge: Forge) -> None:
    Inbox(forge).send(MORNING)
    before = forge.git("for-each-ref")
    assert "is an inbox branch: nothing can be stored on it" in receive(forge, "--branch", INBOX, status=7)
    assert forge.git("for-each-ref") == before
