"""Who falls silent gets an issue, one and no more, until it is back."""

from __future__ import annotations

import re

import pytest
import watch_runs
from watch_runs import BOT, DAILY, DAY, HOUR, NEW_SILENCE, NOW, Watched, shown, stamp



def test_an_issue_is_opened_for_who_falls_silent_and_the_run_is_red(daily: Watched) -> None:
    run = daily.watch()
    assert run.status == NEW_SILENCE, run.log
    issue = daily.issue()
    last = NOW - 4 * DAY
    assert (issue["title"], issue["state"], issue["user"]["login"]) == ("ws-12 is silent", "open", BOT)
    first, text = issue["body"].split("\n", 1)
    assert first == f"<!-- healthmetric-watch producer=ws-12 state=silent contact={stamp(last)} -->"
    assert f"nothing came since {shown(last)}; expected every 1 d and 12 h of grace, as the settings say." in text
    assert f"/{daily.repo}/actions/runs/run-" in text
    [error] = run.annotations("error")
    assert error.startswith(f"ws-12: nothing came since {shown(last)}")
    assert run.rows["ws-12"][:2] == ["silent", shown(last)]
    assert f"[#1]({daily.github.url}/{daily.repo}/issues/1)" in run.rows["ws-12"][-1]
    assert "1 silent." in run.summary and "fell silent: [#1]" in run.summary


def test_who_stays_silent_gets_no_second_issue_and_the_run_is_green(daily: Watched) -> None:
    daily.watch()
    before = daily.issue()
    for _ in range(2):
        run = daily.watch()
        assert (run.status, run.annotations("error")) == (0, []), run.log
        assert run.rows["ws-12"][0] == "silent"
        assert daily.issue() == before and daily.comments(1) == []


def test_an_issue_is_closed_when_its_producer_is_back_and_opened_again_when_it_falls_silent_again(
        daily: Watched) -> None:
    assert daily.watch(NOW - 2 * DAY).status == NEW_SILENCE
    back = NOW - 36 * HOUR
    daily.contact("ws-12", back)
    run = daily.watch(NOW - DAY)
    assert run.status == 0, run.log
    assert daily.issue()["state"] == "closed"
    [comment] = daily.comments(1)
    assert "is back. Its last batch came at " + shown(back) in comment
    assert "is back: [#1]" in run.summary and "closed" in run.summary
    assert daily.watch(NOW - DAY).status == 0
    assert len(daily.comments(1)) == 1
    run = daily.watch(NOW + DAY)
    assert run.status == NEW_SILENCE
    assert daily.issue()["state"] == "open"
    assert "is silent again: nothing came since " + shown(back) in daily.comments(1)[1]
    assert len(run.annotations("error")) == 1


def test_who_was_never_seen_gets_an_issue_too(repository: Watched) -> None:
    repository.settings(DAILY)
    run = repository.watch()
    assert run.status == NEW_SILENCE, run.log
    issue = repository.issue()
    assert issue["title"] == "ws-12 was never seen"
    assert "state=never_seen contact=- -->" in issue["body"] and "nothing came in the last 90 days" in issue["body"]
    assert run.rows["ws-12"][:2] == ["never seen", ""]
    assert repository.watch().status == 0
    repository.contact("ws-12", NOW - HOUR)
    assert repository.watch().status == 0
    assert repository.issue()["state"] == "closed"


def test_a_late_one_gets_no_issue_and_one_that_is_only_late_now_a_comment(daily: Watched) -> None:
    daily.settings('[producer.ws-12]\nevery = "3d"\ngrace = "5d"\n')
    run = daily.watch()
    assert (run.status, daily.issues(), run.rows["ws-12"][0]) == (0, [], "late"), run.log
    daily.settings(DAILY)
    assert daily.watch().status == NEW_SILENCE
    daily.settings('[producer.ws-12]\nevery = "3d"\ngrace = "5d"\n')
    for _ in range(2):
        assert daily.watch().status == 0
        [comment] = daily.comments(1)
        assert "counts as late now, not as silent; expected every 3 d and 5 d of grace" in comment
        assert daily.issue()["state"] == "open"
    daily.settings(DAILY)
    assert daily.watch().status == NEW_SILENCE
    assert len(daily.comments(1)) == 2


@pytest.mark.parametrize(("settings", "words"), [
    ('[producer.ws-12]\nevery = "20d"\n', "the settings have changed; expected every 20 d"),
    ("[producer.ws-12]\nignore = true\n", "is not watched any more: the settings say `ignore = true`"),
])
def test_an_issue_is_closed_when_the_settings_say_so(daily: Watched, settings: str, words: str) -> None:
    daily.watch()
    daily.settings(settings)
    assert daily.watch().status == 0
    assert daily.issue()["state"] == "closed"
    [comment] = daily.comments(1)
    assert words in comment


def test_an_issue_that_a_person_closes_stays_closed_until_the_producer_was_back(daily: Watched) -> None:
    daily.watch(NOW - 2 * DAY)
    daily.edit(1, state="closed")
    for at in (NOW - 2 * DAY, NOW - DAY):
        run = daily.watch(at)
        assert (run.status, daily.issue()["state"], daily.comments(1)) == (0, "closed", []), run.log
        assert "(closed)" in run.rows["ws-12"][-1]
    daily.contact("ws-12", NOW - 20 * HOUR)
    assert daily.watch(NOW - 19 * HOUR).status == 0
    assert (daily.issue()["state"], daily.comments(1)) == ("closed", [])
    assert daily.watch(NOW + DAY).status == NEW_SILENCE
    assert daily.issue()["state"] == "open"


def test_one_that_was_back_between_two_runs_is_told_of_again(daily: Watched) -> None:
    daily.watch(NOW - 2 * DAY)
    daily.edit(1, state="closed")
    daily.contact("ws-12", NOW - 47 * HOUR)
    assert daily.watch().status == NEW_SILENCE
    assert daily.issue()["state"] == "open"
    assert "is silent again" in daily.comments(1)[0]
    assert daily.watch().status == 0


def test_of_many_that_fall_silent_at_once_twenty_get_an_issue_and_the_others_with_the_next_run(
        repository: Watched) -> None:
    names = [f"ws-{number:02}" for number in range(25)]
    repository.settings('[default]\nevery = "1d"\n')
    for name in names:
        repository.contact(name, NOW - 5 * DAY)
    run = repository.watch()
    assert run.status == NEW_SILENCE, run.log
    assert len(repository.issues()) == 20
    assert run.annotations("warning") == ["5 more fell silent: their issues are left for the next run"]
    assert "5 more fell silent" in run.summary
    assert len(run.annotations("error")) == 10 and run.annotations("error")[-1].startswith("16 more")
    run = repository.watch()
    assert run.status == NEW_SILENCE
    assert run.annotations("warning") == [] and len(run.annotations("error")) == 5
    assert sorted(issue["title"] for issue in repository.issues()) == [f"{name} is silent" for name in names]
    assert repository.watch().status == 0
    for name in names:
        repository.contact(name, NOW)
    run = repository.watch()
    assert run.annotations("warning") == ["5 more issues are left to be changed by the next run"]
    assert repository.watch().annotations("warning") == []
    assert {issue["state"] for issue in repository.issues()} == {"closed"}
    assert len(repository.issues()) == 25


def test_the_marker_of_a_stranger_counts_for_nothing(daily: Watched) -> None:
    marker = f"<!-- healthmetric-watch producer=ws-12 state=silent contact={stamp(NOW - 4 * DAY)} -->"
    for state in ("open", "closed"):
        made = daily.client.api("POST", "/issues", {"title": "ws-12 is silent", "body": marker}).json
        daily.edit(made["number"], state=state)
    before = daily.issues("octocat")
    assert daily.watch().status == NEW_SILENCE
    assert daily.issue()["number"] == 3
    daily.contact("ws-12", NOW)
    daily.watch()
    assert daily.issue()["state"] == "closed"
    assert daily.issues("octocat") == before


def test_a_marker_that_another_workflow_quotes_counts_for_nothing(daily: Watched) -> None:
    marker = f"<!-- healthmetric-watch producer=ws-12 state=silent contact={stamp(NOW - 4 * DAY)} -->"
    daily.client.api("POST", "/issues", {"title": "Somebody wrote:", "body": f"> {marker}\n{marker}"},
                     token=watch_runs.RUN_TOKEN)
    assert daily.watch().status == NEW_SILENCE
    assert [issue["title"] for issue in daily.issues()] == ["Somebody wrote:", "ws-12 is silent"]


def test_what_a_person_writes_into_an_issue_is_kept(daily: Watched) -> None:
    daily.watch()
    first = daily.issue()["body"].split("\n")[0]
    daily.edit(1, title="The lab's machine", body=f"{first}\r\nIt is **broken**.\r\n")
    daily.contact("ws-12", NOW)
    daily.watch()
    issue = daily.issue()
    assert (issue["title"], issue["state"]) == ("The lab's machine", "closed")
    assert issue["body"].split("\r\n")[1:] == ["It is **broken**.", ""]
    assert f"state=ok contact={stamp(NOW)} -->" in issue["body"]


def test_without_its_first_line_an_issue_is_a_persons_own(daily: Watched) -> None:
    daily.watch()
    daily.edit(1, body="I take this one.")
    assert daily.watch().status == NEW_SILENCE
    assert [issue["state"] for issue in daily.issues()] == ["open", "open"]
    assert daily.watch().status == 0


def test_all_pages_of_issues_are_read(daily: Watched) -> None:
    daily.watch()
    for number in range(101):
        daily.client.api("POST", "/issues", {"title": f"Weekly report {number}"}, token=watch_runs.RUN_TOKEN)
    daily.github.clear_requests()
    assert daily.watch().status == 0
    pages = [request["query"]["page"] for request in daily.github.requests() if request["path"].endswith("/issues")]
    assert pages == ["1", "2"]
    assert len([issue for issue in daily.issues() if "silent" in issue["title"]]) <= 1


def test_names_of_any_form_do_nothing(repository: Watched) -> None:
    """Summaries of the first generation have the sender's host, which is any text."""
    names = ["<script>x</script>", "@octocat", "a b --> c", "##[error]x", "x" * 300, "ü/../$(touch pwned)", "`#1`|"]
    for name in names:
        for days in (12, 11, 10, 9, 8):
            repository.contact(name, NOW - days * DAY)
    run = repository.watch()
    assert run.status == NEW_SILENCE, run.log
    issues = repository.issues()
    assert len(issues) == len(names)
    for issue in issues:
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,100} is silent", issue["title"])
        assert "<script>" not in issue["body"] and "@octocat" not in issue["body"] and "`#1`" not in issue["body"]
    assert "<script>" not in run.summary and "@octocat" not in run.summary
    assert not [line for line in run.log.splitlines() if line.startswith("##[")]
    assert repository.watch().status == 0
    assert len(repository.issues()) == len(names)


def test_the_end_of_the_token_is_told(repository: Watched) -> None:
    sender = {"host": "lab", "user": "lab", "version": "0.2.0", "os": "Linux", "token_expires": stamp(NOW - 3 * DAY)}
    repository.settings(DAILY)
    repository.contacts("ws-12", 5, sender=sender)
    run = repository.watch()
    assert f"its token was to end at {shown(NOW - 3 * DAY)}" in repository.issue()["body"]
    assert shown(NOW - 3 * DAY) in run.rows["ws-12"]


def test_nothing_stored_is_a_quiet_green_run(repository: Watched) -> None:
    run = repository.watch()
    assert (run.status, run.annotations("error"), run.annotations("warning")) == (0, [], []), run.log
    assert "No producer has sent anything." in run.summary
    assert repository.issues(None) == []
