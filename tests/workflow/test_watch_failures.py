"""What keeps the watch from telling anybody is told in one line, and the run is red."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from watch_runs import DAILY, NEW_SILENCE, NOW, RUN_TOKEN, Watched, WatchRun

USAGE, REMOTE_FAILURE, LOCAL_FAILURE = 2, 7, 10
SECRET = "0c0ffee0-secret"


def failure_of(run: WatchRun, status: int) -> str:
    assert run.status == status, run.log
    error = run.annotations("error")[-1]
    assert "The watch failed" in run.log
    return error


def test_where_issues_are_disabled_each_run_is_red_while_somebody_is_silent(daily: Watched) -> None:
    daily.github.enable_issues(daily.repo, False)
    for _ in range(2):
        run = daily.watch()
        assert run.status == NEW_SILENCE, run.log
        [warning] = run.annotations("warning")
        assert warning.startswith("issues are disabled in this repository") and "Settings, General, Features" in warning
        assert len(run.annotations("error")) == 1
    daily.contact("ws-12", NOW)
    run = daily.watch()
    assert (run.status, run.annotations("warning")) == (0, [])


def test_a_token_that_may_not_write_issues_is_told(daily: Watched) -> None:
    for permissions in ("contents=read", "contents=read,issues=read"):
        run = daily.watch(GH_TOKEN=f"{RUN_TOKEN.partition(':')[0]}:{permissions}")
        assert "the workflow needs the permission issues: write" in failure_of(run, REMOTE_FAILURE)
        assert "ws-12" in run.rows
    assert daily.issues() == []
    assert daily.watch().status == NEW_SILENCE


def test_a_rate_limit_ends_it_and_the_next_run_goes_on(repository: Watched) -> None:
    repository.settings("".join(f'[producer.ws-{number}]\nevery = "1d"\n' for number in range(4)))
    limit = {"status": 403, "body": '{"message": "You have exceeded a secondary rate limit"}'}
    repository.github.faults({"method": "POST", "path": ".*/issues", "after": 2, "times": None, "action": limit})
    assert "secondary rate limit" in failure_of(repository.watch(), REMOTE_FAILURE)
    posts = [each for each in repository.github.requests()
             if each["method"] == "POST" and each["path"].endswith(f"{repository.repo}/issues")]
    assert len(posts) == 3 and len(repository.issues()) == 2
    repository.github.clear_faults()
    assert repository.watch().status == NEW_SILENCE
    assert len(repository.issues()) == 4


def test_an_answer_that_is_lost_makes_no_second_issue(daily: Watched) -> None:
    daily.github.faults({"method": "POST", "path": ".*/issues", "action": "close_after"})
    failure_of(daily.watch(), REMOTE_FAILURE)
    daily.github.clear_faults()
    assert daily.watch().status == 0
    assert daily.issue()["state"] == "open"


def test_one_issue_that_cannot_be_written_does_not_keep_the_others(repository: Watched) -> None:
    repository.settings("".join(f'[producer.ws-{number}]\nevery = "1d"\n' for number in range(3)))
    locked = {"status": 403, "body": '{"message": "Unable to create comment because issue is locked."}'}
    repository.watch()
    for number in range(3):
        repository.contact(f"ws-{number}", NOW)
    repository.github.faults({"method": "POST", "path": ".*/issues/1/comments", "action": locked})
    assert "issue is locked" in failure_of(repository.watch(), REMOTE_FAILURE)
    assert [issue["state"] for issue in repository.issues()] == ["closed"] * 3
    assert repository.watch().status == 0


@pytest.mark.parametrize("action", [{"status": 502}, {"status": 200, "body": "<html>"}, "close_before"], ids=str)
def test_issues_that_cannot_be_read_are_told(daily: Watched, action: object) -> None:
    daily.github.faults({"method": "GET", "path": ".*/issues", "times": None, "action": action})
    run = daily.watch()
    assert failure_of(run, REMOTE_FAILURE).startswith("the issues cannot be read: ")
    assert run.rows["ws-12"][0] == "silent"


def test_a_missing_gh_is_told(daily: Watched) -> None:
    """All other programs are there."""
    place = daily.folder / "without-gh"
    place.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for program in Path(folder).iterdir():
            if program.name not in ("gh", "healthmetric-receiver") and not (place / program.name).exists():
                (place / program.name).symlink_to(program)
    run = daily.watch(PATH=f"{daily.folder / 'bin'}:{place}")
    assert "gh, the GitHub CLI, is not installed" in failure_of(run, REMOTE_FAILURE)


def test_settings_that_are_wrong_are_told_with_their_place(daily: Watched) -> None:
    daily.settings('[producer.ws-12]\nevery = 1d\n')
    assert ".github/healthmetric.toml" in failure_of(daily.watch(), LOCAL_FAILURE)
    assert daily.issues() == []


def test_a_missing_receiver_is_told(daily: Watched) -> None:
    (daily.folder / "bin/healthmetric-receiver").unlink()
    assert "healthmetric-receiver" in failure_of(daily.watch(PATH="/usr/bin:/bin"), LOCAL_FAILURE)


def test_a_page_that_cannot_be_made_keeps_nobody_from_being_told(daily: Watched) -> None:
    wrapper = daily.folder / "bin/healthmetric-receiver"
    real = wrapper.read_text().partition("\n")[2]
    wrapper.write_text(f'#!/bin/sh\n[ "$1" = page ] && {{ echo "no room" >&2; exit 10; }}\n{real}')
    run = daily.watch()
    assert run.status == NEW_SILENCE
    assert run.annotations("warning") == ["the page cannot be made: no room"]
    assert daily.issue()["state"] == "open"


@pytest.mark.parametrize("ref", ["refs/tags/v1", "refs/pull/1/merge"])
def test_only_a_branch_can_be_watched(daily: Watched, ref: str) -> None:
    assert f"{ref} is not a branch" in failure_of(daily.watch(GITHUB_REF=ref), USAGE)


def test_a_branch_that_is_not_there_is_told(daily: Watched) -> None:
    assert "there is no branch 'gone'" in failure_of(daily.watch(GITHUB_REF="refs/heads/gone"), REMOTE_FAILURE)


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999", "9" * 5000, "1.5"], ids=lambda text: text[:9])
def test_a_number_of_days_that_is_none(daily: Watched, days: str) -> None:
    assert "HEALTHMETRIC_WATCH_DAYS is not a number of days" in failure_of(
        daily.watch(HEALTHMETRIC_WATCH_DAYS=days), USAGE)


@contextmanager
def outside(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A switch outside: its address, and the paths it was asked for."""
    asked = list[str]()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{SECRET}", asked
        server.shutdown()


def test_a_switch_outside_is_pinged_when_the_watch_worked(daily: Watched) -> None:
    with outside() as (address, asked):
        for expected in (NEW_SILENCE, 0):
            run = daily.watch(HEALTHMETRIC_PING_URL=f"{address}\n")
            assert run.status == expected and SECRET not in run.log + run.summary
        assert asked == [f"/{SECRET}"] * 2
        daily.github.faults({"method": "GET", "path": ".*/issues", "times": None, "action": {"status": 502}})
        failure_of(daily.watch(HEALTHMETRIC_PING_URL=address), REMOTE_FAILURE)
        daily.github.clear_faults()
        failure_of(daily.watch(HEALTHMETRIC_PING_URL=address, GITHUB_REF="refs/heads/gone"), REMOTE_FAILURE)
        assert len(asked) == 2


def test_a_ping_that_fails_turns_no_run_red_and_its_address_is_not_shown(daily: Watched) -> None:
    daily.watch()
    with outside(404) as (refused, _):
        answers = {refused: "the answer was HTTP 404", "http://127.0.0.1:1/0c0ffee0-secret": "no answer (curl 7)",
                   f"file:///etc/{SECRET}": "not a URL", f'https://x/{SECRET}"\nurl = "file:///etc/passwd': "not a URL"}
        for address, words in answers.items():
            run = daily.watch(HEALTHMETRIC_PING_URL=address)
            [warning] = run.annotations("warning")
            assert run.status == 0 and words in warning, run.log
            assert SECRET not in run.log + run.summary


def test_no_program_gets_the_address(daily: Watched) -> None:
    """Neither in its arguments nor in its environment."""
    wrapper = daily.folder / "bin/healthmetric-receiver"
    wrapper.unlink()
    seen = daily.folder / "seen"
    wrapper.write_text(f'#!/bin/sh\nenv > {seen}\nexec {daily.receiver} "$@"\n')
    wrapper.chmod(0o755)
    curl = daily.folder / "bin/curl"
    curl.write_text(f'#!/bin/sh\nenv >> {seen}\necho "$@" >> {seen}\nexec /usr/bin/curl "$@"\n')
    curl.chmod(0o755)
    with outside() as (address, asked):
        daily.watch(HEALTHMETRIC_PING_URL=address)
    assert asked and SECRET not in seen.read_text() and "HEALTHMETRIC_PING_URL" not in seen.read_text()


def test_what_was_silent_is_not_told_twice_after_a_failure(daily: Watched) -> None:
    daily.settings(DAILY)
    daily.watch()
    daily.contact("ws-12", NOW)
    daily.github.faults({"method": "POST", "path": ".*/comments", "action": {"status": 502}})
    failure_of(daily.watch(), REMOTE_FAILURE)
    daily.github.clear_faults()
    assert daily.watch().status == 0
    assert daily.issue()["state"] == "closed" and daily.comments(1) == []
