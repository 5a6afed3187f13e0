"""What the watch looks at, and what it fetches for that."""

from __future__ import annotations

import json

import pytest
from inbox import INBOX, README
from watch_runs import DAILY, DAY, HOUR, NEW_SILENCE, NOW, Watched, WatchRun, shown

REASON = {"schema_version": 2, "batch_id": None, "payload": "inbox/a.json", "size": 9, "reason": "<b>no</b>",
          "rejected_at": "2024-01-15T10:30:00Z", "receiver": {"version": "0.2.0"}}


def summaries(run: WatchRun) -> set[str]:
    return {file.name for file in (run.folder / "data/_storage/summaries").rglob("*.json")}


def received(repository: Watched) -> int:
    """Bytes that the server sent since it was asked last."""
    size = sum(request["answer_size"] for request in repository.github.requests() if repository.repo in request["path"])
    repository.github.clear_requests()
    return size


def test_batches_that_came_late_and_those_of_wrong_clocks_count_when_they_came(repository: Watched) -> None:
    repository.settings(DAILY)
    for batch_time in (NOW - 300 * DAY, NOW + 3000 * DAY, NOW - 20_000 * DAY):
        repository.contact("ws-12", NOW - 2 * HOUR, batch_time=batch_time)
    run = repository.watch()
    assert run.status == 0, run.log
    assert run.rows["ws-12"][:2] == ["ok", shown(NOW - 2 * HOUR)]
    assert len(summaries(run)) == 3


def test_only_what_the_last_days_brought_is_fetched(repository: Watched) -> None:
    for days in (400, 200, 150, 100):
        repository.contact("old", NOW - days * DAY)
    kept = [repository.contact("ws-12", NOW - days * DAY) for days in (50, 40, 30, 20, 10)]
    run = repository.watch()
    assert run.status == 0, run.log
    assert summaries(run) == {path.rpartition("/")[2] for path in kept}
    assert list(run.rows) == ["ws-12"]
    assert len(summaries(repository.watch(HEALTHMETRIC_WATCH_DAYS="15"))) == 1
    assert len(summaries(repository.watch(HEALTHMETRIC_WATCH_DAYS="180"))) == 7


def test_the_oldest_commit_that_counts_may_be_the_only_one(repository: Watched) -> None:
    repository.contact("ws-12", NOW - 200 * DAY)
    path = repository.contact("ws-12", NOW - HOUR)
    assert summaries(repository.watch()) == {path.rpartition("/")[2]}


def test_where_nothing_happened_for_long_open_issues_stay_open(daily: Watched) -> None:
    daily.watch()
    run = daily.watch(HEALTHMETRIC_WATCH_DAYS="2")
    assert run.status == 0, run.log
    daily.settings("")
    run = daily.watch(HEALTHMETRIC_WATCH_DAYS="2")
    assert run.status == 0, run.log
    assert "has sent nothing in the last 2 days: [#1]" in run.summary and "is still open" in run.summary
    assert daily.issue()["state"] == "open" and daily.comments(1) == []


def test_it_looks_further_back_where_the_settings_have_more_patience(repository: Watched) -> None:
    repository.contact("yearly", NOW - 200 * DAY)
    repository.contact("old", NOW - 170 * DAY)
    repository.settings('[producer.yearly]\nevery = "150d"\ngrace = "100d"\n[default]\nevery = "7d"\n')
    run = repository.watch()
    assert run.rows["yearly"][:2] == ["late", shown(NOW - 200 * DAY)]
    assert run.rows["old"][0] == "silent" and run.status == NEW_SILENCE
    assert "nothing came since" in repository.issue()["body"]


def test_a_page_of_the_same_batches_is_made(daily: Watched) -> None:
    run = daily.watch()
    assert [each["producer"] for each in run.page()["status"]["producers"]] == ["ws-12"], run.log


def test_a_merge_brings_what_it_merges(repository: Watched) -> None:
    git = repository.github.git
    git(repository.repo, "branch", "side", "main")
    path = repository.contact("ws-12", NOW - HOUR)
    git(repository.repo, "update-ref", "refs/heads/other", "refs/heads/main")
    git(repository.repo, "update-ref", "refs/heads/main", "refs/heads/side")
    repository.contact("ws-13", NOW - HOUR)
    tree = git(repository.repo, "merge-tree", "--write-tree", "main", "other").strip()
    merge = git(repository.repo, "-c", "user.name=n", "-c", "user.email=e@example.org", "commit-tree", "-p", "main",
                "-p", "other", "-m", "Merge", tree).strip()
    git(repository.repo, "update-ref", "refs/heads/main", merge)
    run = repository.watch()
    assert list(run.rows) == ["ws-12", "ws-13"] and path.rpartition("/")[2] in summaries(run)


def test_what_waits_and_what_was_rejected_is_counted_and_no_payload_is_fetched(daily: Watched) -> None:
    payload = json.dumps({"files": "x" * 3_000_000}).encode()
    daily.commit({"README.md": README}, branch=INBOX, parent=False)
    daily.commit({"_storage/inbox/20240115T103000Z-health-3f9a1c07.json": payload,
                  "_storage/inbox/odd name.json": payload,
                  "_storage/rejected/20240115T103000Z-health-00c0ffee.json": payload,
                  "_storage/rejected/20240115T103000Z-health-00c0ffee.json.reason.json": json.dumps(REASON).encode(),
                  "_storage/rejected/a.json.reason.json": b"{" * 100_000,
                  "_storage/waiting.json": b"[]"}, branch=INBOX)
    received(daily)
    run = daily.watch()
    assert received(daily) < 1_000_000
    assert run.status == NEW_SILENCE, run.log
    assert "Waiting in the inbox: 2 batches." in run.summary
    assert "Rejected: 1 batch." in run.summary
    assert "Not looked at" not in run.summary
    assert "<b>no" not in run.summary + run.log
    assert run.page()["status"]["waiting_count"] == 2
    assert (run.folder / "inbox/_storage/inbox/odd name.json").stat().st_size == 0


def test_an_inbox_branch_that_is_empty_is_looked_at(daily: Watched) -> None:
    daily.commit({"README.md": README}, branch=INBOX, parent=False)
    assert "Not looked at" not in daily.watch().summary


def test_another_inbox_branch_may_be_named(daily: Watched) -> None:
    daily.commit({"README.md": README, "_storage/inbox/a.json": b"{}"}, branch="lab/inbox", parent=False)
    assert "Not looked at" in daily.watch().summary
    run = daily.watch(HEALTHMETRIC_INBOX_BRANCH="lab/inbox")
    assert "Waiting in the inbox: 1 batch." in run.summary, run.log


def test_without_an_inbox_branch_it_says_so(daily: Watched) -> None:
    assert "Not looked at: <code>the inbox branch" in daily.watch().summary


def test_names_that_no_file_can_have_are_passed_over(daily: Watched) -> None:
    daily.commit({"README.md": README}, branch=INBOX, parent=False)
    daily.commit({f"_storage/inbox/{'x' * 300}.json": b"{}", "_storage/inbox/a.json": b"{}",
                  f"_storage/summaries/2024/01/15/{'y' * 300}.json": b"{}"}, branch=INBOX)
    daily.commit({f"_storage/summaries/2024/01/15/20240115T103000Z-{'y' * 300}-3f9a1c07.json": b"{}",
                  "_storage/summaries/notes.json": b"{}"})
    run = daily.watch()
    assert run.status == NEW_SILENCE, run.log
    assert "Waiting in the inbox: 1 batch." in run.summary


@pytest.mark.parametrize("options", [(), ("--depth=1",), ("--depth=1", "--filter=blob:none")],
                         ids=["full", "shallow", "blobless"])
def test_any_clone_will_do(daily: Watched, options: tuple[str, ...]) -> None:
    run = daily.watch(checkout=options)
    assert run.status == NEW_SILENCE, run.log
    assert run.rows["ws-12"][1] == shown(NOW - 4 * DAY)
