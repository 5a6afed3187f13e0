"""The marker of an issue, and what is to be done for each producer and issue."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from gh_api import ApiFailure
from git_plumbing import BOT
from issue_tracker import MAX_PAGES, PER_PAGE, IssuesDisabled, IssueTracker
from producer_status import IMPORTANCE, Producer, day_and_time, read, span
from silence_issues import NEVER, Issue, Marker, Reason, Step, marker_in, plan_for

EARLIER, LATER = "2024-01-15T10:30:00Z", "2024-01-16T10:30:00Z"
NAMES = ["ws-12", "a--b", "-->", "<!-- x -->", "ü λ\n%20", "x" * 300, "", "a state=ok"]


def issue(number: int, marker: Marker, is_open: bool = True) -> Issue:
    return Issue(number, is_open, f"{marker.line()}\ntext", marker)


def one(producer: Producer, *issues: Issue) -> Step:
    plan = plan_for([producer], issues)
    [step] = [*plan.alarms, *plan.others]
    assert bool(plan.alarms) == step.is_alarm
    return step


def nothing(producer: Producer, *issues: Issue) -> bool:
    plan = plan_for([producer], issues)
    return not plan.alarms and not plan.others


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_marker_is_read_back_whatever_the_name(name: str) -> None:
    marker = Marker(name or "unknown", "silent", EARLIER)
    assert "\n" not in marker.line() and marker.line().count("-->") == 1
    assert marker_in(f"{marker.line()}\r\nmore") == marker
    changed = Marker(marker.producer, "ok", LATER)
    text = changed.put_into(f"{marker.line()}\r\nmore {marker.line()}")
    assert text == f"{changed.line()}\r\nmore {marker.line()}"


@pytest.mark.parametrize("text", [
    "", "text", f" {Marker('a', 'silent').line()}", f"text\n{Marker('a', 'silent').line()}",
    "<!-- healthmetric-watch producer=a state=silent -->", "<!-- healthmetric-watch producer= state=ok contact=- -->"])
def test_what_is_no_marker(text: str) -> None:
    assert marker_in(text) is None


@pytest.mark.parametrize("state", ["silent", "never_seen"])
def test_an_alarm_is_given_once(state: str) -> None:
    producer = Producer("a", state, last_contact=None if state == "never_seen" else EARLIER)
    step = one(producer)
    assert (step.reason, step.issue, step.is_open) == (Reason.FELL_SILENT, None, True)
    for is_open in (True, False):
        assert nothing(producer, issue(1, step.marker, is_open))


@pytest.mark.parametrize("is_open", [True, False])
def test_a_new_silence_is_an_alarm(is_open: bool) -> None:
    silent = Producer("a", "silent", last_contact=LATER)
    for marker in (Marker("a", "silent", EARLIER), Marker("a", "ok", LATER), Marker("a", "late", LATER),
                   Marker("a", "never_seen", NEVER)):
        step = one(silent, issue(3, marker, is_open))
        assert (step.reason, step.is_open, step.issue.number) == (Reason.SILENT_AGAIN, True, 3)
        assert step.marker == Marker("a", "silent", LATER)


def test_a_contact_that_is_too_old_to_be_seen_is_no_news() -> None:
    for state, contact in product(("silent", "never_seen"), (None, EARLIER)):
        assert nothing(Producer("a", state, last_contact=contact), issue(1, Marker("a", "silent", EARLIER)))


def test_an_open_issue_is_preferred_and_the_newest_of_closed_ones() -> None:
    silent, marker = Producer("a", "silent", last_contact=LATER), Marker("a", "ok", EARLIER)
    assert one(silent, issue(1, marker), issue(2, marker, False)).issue.number == 1
    assert one(silent, issue(1, marker, False), issue(2, marker, False)).issue.number == 2


def test_all_open_issues_of_one_that_is_back_are_closed() -> None:
    marker = Marker("a", "silent", EARLIER)
    issues = [issue(1, marker), issue(2, marker, False), issue(3, marker)]
    plan = plan_for([Producer("a", "ok", last_contact=LATER)], issues)
    assert [(step.issue.number, step.is_open, step.tells) for step in plan.others] == [
        (3, False, True), (1, False, True), (2, False, False)]
    assert {step.marker for step in plan.others} == {Marker("a", "ok", LATER)}
    assert plan.alarms == []


@pytest.mark.parametrize("state", ["ok", "late", "new"])
def test_a_rhythm_that_is_learned_anew_from_fewer_batches_brings_nobody_back(state: str) -> None:
    rhythm = None if state == "new" else "learned"
    known = issue(1, Marker("a", "silent", EARLIER))
    assert nothing(Producer("a", state, rhythm=rhythm, last_contact=EARLIER), known)
    assert one(Producer("a", state, rhythm=rhythm, last_contact=LATER), known).reason in (Reason.BACK, Reason.LATE)


def test_whose_issue_a_person_opened_again_is_left_alone() -> None:
    assert nothing(Producer("a", "ok", last_contact=LATER), issue(1, Marker("a", "ok", EARLIER)))


def test_a_producer_that_is_not_seen_changes_nothing() -> None:
    plan = plan_for([], [issue(1, Marker("a", "silent", EARLIER))])
    assert plan.alarms == plan.others == []


def test_no_state_leaves_an_issue_that_changes_with_each_run() -> None:
    """What a step leaves is what the next run finds: it has nothing to do."""
    contacts, states = (None, EARLIER, LATER), ("ok", "late", "silent", "never_seen")
    for state, rhythm, contact in product(IMPORTANCE, (None, "listed", "learned"), contacts):
        producer = Producer("a", state, rhythm=rhythm, last_contact=contact)
        for known, at, is_open in product(states, (NEVER, EARLIER, LATER), (True, False)):
            before = issue(1, Marker("a", known, at), is_open)
            plan = plan_for([producer], [before])
            for step in [*plan.alarms, *plan.others]:
                assert nothing(producer, issue(1, step.marker, step.is_open)), (producer, before)


class Api:
    """Answers each request with what is given."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, str]]()

    def ask(self, method: str, path: str, document: Any = None) -> Any:
        self.asked.append((method, path))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def listed(number: int, login: str = BOT[0], kind: str = "Bot", **members: Any) -> dict[str, Any]:
    body = f"{Marker('a', 'silent').line()}\ntext"
    return {"number": number, "state": "open", "body": body, "user": {"login": login, "type": kind}} | members


def test_there_is_an_end_to_the_pages() -> None:
    api = Api([listed(1)] * PER_PAGE)
    tracker = IssueTracker(api)
    assert len(tracker.ours()) == MAX_PAGES * PER_PAGE
    assert not tracker.is_whole and len(api.asked) == MAX_PAGES


def test_which_issues_are_ours() -> None:
    tracker = IssueTracker(Api([
        listed(1), listed(2, "octocat", "User"), listed(3, "github-actions[bot]", "User"), listed(4, user=None),
        listed(5, body=None), listed(6, pull_request={}), listed(7, "dependabot[bot]")]))
    assert [each.number for each in tracker.ours()] == [1]
    assert tracker.is_whole


def test_only_the_refusal_to_open_one_means_that_there_are_no_issues() -> None:
    gone = ApiFailure("gone (HTTP 410)", 410)
    with pytest.raises(IssuesDisabled):
        IssueTracker(Api(gone)).open("t", Marker("a", "silent"), "text")
    with pytest.raises(ApiFailure):
        IssueTracker(Api(gone)).comment(issue(1, Marker("a", "silent")), "text")


@pytest.mark.parametrize(("seconds", "words"), [
    (59, "59 s"), (60, "1 min"), (90, "90 s"), (3600, "1 h"), (5400, "90 min"), (86_400, "1 d"), (90_000, "25 h"),
    (172_800, "2 d"), (600_000, "6.9 d"), (610_000, "7.1 d"), (31_536_000, "365 d")])
def test_spans(seconds: int, words: str) -> None:
    assert span(seconds) == words


def test_times_are_shown_in_utc() -> None:
    assert day_and_time("2024-01-15T10:30:59Z") == "2024-01-15 10:30 UTC"
    assert day_and_time("2024-01-15T23:30:00-02:00") == "2024-01-16 01:30 UTC"


def test_those_to_look_after_come_first_and_unknown_states_and_members_are_no_failure() -> None:
    members = dict.fromkeys(("every_seconds", "grace_seconds", "rhythm", "last_contact", "last_file", "sender_version",
                             "token_expires"))
    producers = [{"producer": name, "state": state, **members, "colour": "red"} for name, state in
                 (("a", "ok"), ("b", "asleep"), ("c", "silent"), ("d", "never_seen"), ("e", "late"), ("f", "silent"))]
    status = read({"at": LATER, "producers": producers, "rejected_count": 0, "waiting": None, "waiting_count": None,
                   "unreadable": 0, "from_the_future": 0, "not_looked_at": [], "more": {}})
    assert [each.name for each in status.producers] == ["c", "f", "d", "b", "e", "a"]
    assert status.waiting is None
