"""What goes over the wire to GitHub, and what an answer makes of the batch. Misfortune on the way is
test_sender_retry.py."""

from __future__ import annotations

import base64
import hashlib
import json
import signal
from pathlib import Path

import pytest
from conftest import INBOX, READER, TOKEN, Destination
from github_server.local_github import LocalGithub
from programs import REPOSITORY, finished
from trees import git_blob, write_tree

PERMISSION = "Contents: read and write"
REDACTED = "Bearer sha256:" + hashlib.sha256(TOKEN.encode()).hexdigest()[:12]


def test_a_small_batch_takes_two_requests_on_one_connection(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, "--json")

    assert result.status == 0
    report = result.json
    batch_id = report["batch_id"]
    assert report == {
        "status": "sent", "exit_status": 0, "batch_id": batch_id, "target": destination.repo, "files": 1,
        "bytes": 13, "payloads": [f"{batch_id}.json"], "unchanged": 0, "gone": 0, "heartbeat": False,
        "reason": None, "skipped": [],
    }
    put, post = destination.requests()
    assert (put["method"], put["path"]) == (
        "PUT", f"/repos/{destination.repo}/contents/_storage/inbox/{batch_id}.json")
    assert (post["method"], post["path"]) == ("POST", f"/repos/{destination.repo}/dispatches")
    assert (put["status"], post["status"]) == (201, 204)
    assert put["connection"] == post["connection"]
    assert put["query"] == post["query"] == {}


def test_the_put_creates_and_starts_no_run(destination: Destination, source: Path) -> None:
    assert destination("--folder", source).status == 0
    [put] = destination.requests("PUT")
    [(name, blob)] = destination.inbox().items()
    content_length = put["body"].pop("content_length")
    assert put["body"] == {"message": f"Add batch {name.removesuffix('.json')} [skip ci]", "branch": INBOX}
    payload = destination.github.read(destination.repo, f"_storage/inbox/{name}", INBOX)
    assert content_length == len(base64.b64encode(payload))
    assert git_blob(payload) == blob
    assert base64.b64decode(json.loads(payload)["files"]["data.json"]["content"]) == b'{"rate": 61}\n'


def test_the_dispatch_is_a_pointer(destination: Destination, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", {"a.json": b"private", "b.csv": b"x" * 300_000})
    result = destination("--folder", folder, "--batch-name", "März", "--part-size", "64K", "--json")
    assert result.status == 0
    [post] = destination.requests("POST")
    assert post["body"]["event_type"] == "data_update"
    payload = post["body"]["client_payload"]
    assert isinstance(payload.pop("sender_host"), str)
    assert payload == {"batch_id": result.json["batch_id"], "batch_name": "März", "total_files": 2,
                       "parts": len(result.json["payloads"]), "ref": "", "inbox": INBOX}
    assert "private" not in json.dumps(post) and "a.json" not in json.dumps(post)


def test_every_request_has_the_headers_github_asks_for(destination: Destination, source: Path) -> None:
    assert destination("--folder", source, "--trigger", "workflow").status == 0
    requests = destination.requests()
    assert [request["method"] for request in requests] == ["PUT", "GET", "POST"]
    for request in requests:
        headers = request["headers"]
        assert headers["user-agent"].startswith("healthmetric-sender/")
        assert headers["accept"] == "application/vnd.github+json"
        assert headers["x-github-api-version"] == "2022-11-28"
        assert headers["authorization"] == REDACTED


def test_parts_arrive_in_order_one_after_the_other(destination: Destination, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", {"a.csv": b"1,61\n" * 40_000})
    result = destination("--folder", folder, "--part-size", "64K", "--json")
    puts = destination.requests("PUT")
    names = [put["path"].rpartition("/")[2] for put in puts]
    batch_id, count = result.json["batch_id"], len(puts)
    assert count > 3
    assert names == [f"{batch_id}.part-{i:04}{'-last' if i == count else ''}.json"
                     for i in range(1, count + 1)]
    assert [put["body"]["message"] for put in puts] == [
        f"Add batch {batch_id}, part {i} of {count} [skip ci]" for i in range(1, count + 1)]
    assert len({request["connection"] for request in destination.requests()}) == 1
    assert len(destination.requests("POST")) == 1


def test_with_push_the_last_commit_alone_starts_a_run(destination: Destination, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "source", {"a.csv": b"1,61\n" * 40_000})
    assert destination("--folder", folder, "--part-size", "64K", "--trigger", "push").status == 0
    messages = [put["body"]["message"] for put in destination.requests("PUT")]
    assert ["[skip ci]" in message for message in messages] == [True] * (len(messages) - 1) + [False]
    assert destination.requests("POST") == []


def test_with_none_nothing_starts_a_run(destination: Destination, source: Path) -> None:
    assert destination("--folder", source, "--trigger", "none").status == 0
    assert [request["method"] for request in destination.requests()] == ["PUT"]
    assert "[skip ci]" in destination.requests("PUT")[0]["body"]["message"]


@pytest.mark.parametrize("branch, methods", [([], ["PUT", "GET", "POST"]),
                                             (["--branch", "main"], ["PUT", "POST"])])
def test_with_workflow_the_receivers_workflow_is_started(
    branch: list[str], methods: list[str], destination: Destination, source: Path
) -> None:
    assert destination("--folder", source, "--trigger", "workflow", *branch).status == 0
    assert [request["method"] for request in destination.requests()] == methods
    [post] = destination.requests("POST")
    assert post["path"].endswith("/actions/workflows/data-receiver.yml/dispatches")
    assert post["body"]["ref"] == "main"


def test_a_branch_takes_the_batch(destination: Destination, source: Path) -> None:
    destination.github.git(destination.repo, "branch", "data/ü intake".replace(" ", "-"), "main")
    result = destination("--folder", source, "--branch", "data/ü-intake")
    assert result.status == 0, result
    inbox = f"{INBOX}-for-data/ü-intake"
    assert len(destination.inbox(inbox)) == 1
    assert destination.inbox("main") == destination.inbox("data/ü-intake") == {}
    *_, put = destination.requests("PUT")
    *_, post = destination.requests("POST")
    assert put["body"]["branch"] == inbox
    assert (post["body"]["client_payload"]["ref"], post["body"]["client_payload"]["inbox"]) == ("data/ü-intake", inbox)


def test_the_token_may_come_from_a_file(destination: Destination, source: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"\n {TOKEN}\r\n")
    result = destination("--folder", source, "--token-file", tmp_path / "token", token="wrong")
    assert result.status == 0


@pytest.mark.parametrize("variable", ["GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN",
                                      "GITHUB_ENTERPRISE_TOKEN"])
def test_the_token_may_come_from_each_variable(
    variable: str, destination: Destination, source: Path
) -> None:
    assert destination("--folder", source, token=None, env={variable: TOKEN}).status == 0


def test_without_a_token_nothing_is_asked(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, token=None)
    assert (result.status, result.stdout) == (5, "")
    result.error_line("no token", "GH_TOKEN", PERMISSION)
    assert destination.requests() == []


def test_a_wrong_token_is_an_authentication_failure(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, token="ghp_" + "x" * 36)
    assert result.status == 5
    result.error_line("401", "Bad credentials", destination.repo, PERMISSION)
    assert len(destination.requests()) == 1
    assert len(destination.waiting()) == 1


def test_an_unknown_repository_is_named_with_the_permission(destination: Destination, source: Path) -> None:
    result = destination.sender("--folder", source, "--api-url", destination.github.url,
                                "--repo", "octo/nowhere", env={"GH_TOKEN": TOKEN})
    assert result.status == 5
    result.error_line("404", "octo/nowhere", PERMISSION)


def test_a_missing_permission_is_named(destination: Destination, source: Path) -> None:
    result = destination("--folder", source, token=READER)
    assert result.status == 5
    result.error_line("403", destination.repo, PERMISSION, "contents=write")
    assert len(destination.requests()) == 1
    assert len(destination.waiting()) == 1


def test_a_missing_permission_for_the_workflow_is_named(source: Path, destination: Destination) -> None:
    rule = {"method": "POST", "path": "/dispatches", "action": {
        "status": 403, "body": {"message": "Resource not accessible by personal access token"},
        "headers": {"X-Accepted-GitHub-Permissions": "actions=write"}}}
    destination.github.faults(rule)
    result = destination("--folder", source, "--trigger", "workflow", "--branch", "main")
    assert result.status == 5
    result.error_line("403", "Actions: read and write", "actions=write")
    assert len(destination.waiting()) == 1

    again = destination("--folder", source, "--trigger", "workflow", "--branch", "main")
    assert again.status == 0
    assert len(destination.requests("PUT")) == 2, "what was delivered is not sent again"
    assert len(destination.inbox(f"{INBOX}-for-main")) == 2


@pytest.mark.parametrize("words, status, waiting", [((), 0, 0), (("--inbox-branch", "nowhere"), 5, 1)],
                         ids=["inbox branch", "one branch"])
def test_an_unknown_branch_is_named(
    words: tuple[str, ...], status: int, waiting: int, destination: Destination, source: Path
) -> None:
    """On an inbox branch the batch waits: the workflow may store in another repository, which has the branch."""
    result = destination("--folder", source, "--branch", "nowhere", *words)
    assert result.status == status
    result.error_line("nowhere", destination.repo)
    assert len(destination.waiting()) == waiting


def test_a_redirect_on_the_same_host_keeps_method_and_token(destination: Destination, source: Path) -> None:
    """A renamed repository: 307 for the new location."""
    new = f"/repos/{destination.repo}/contents/_storage/inbox/moved.json"
    destination.github.faults({"method": "PUT", "path": "contents", "action": {
        "redirect": {"status": 307, "location": destination.github.url + new}}})

    result = destination("--folder", source)

    assert result.status == 0
    first, second, post = destination.requests()
    assert [first["status"], second["status"]] == [307, 201]
    assert (second["method"], second["path"]) == ("PUT", new)
    assert second["headers"]["authorization"] == REDACTED
    assert second["body_size"] == first["body_size"]
    assert list(destination.inbox()) == ["moved.json"]
    assert post["status"] == 204


def test_a_redirect_may_be_relative(destination: Destination, source: Path) -> None:
    destination.github.faults({"method": "PUT", "path": "contents", "action": {"redirect": {
        "status": 301, "location": f"/repos/{destination.repo}/contents/_storage/inbox/moved.json"}}})
    assert destination("--folder", source).status == 0
    assert list(destination.inbox()) == ["moved.json"]


def test_redirects_in_a_circle_end(destination: Destination, source: Path) -> None:
    destination.github.faults({"method": "PUT", "times": None, "action": {"redirect": {
        "status": 307, "location": f"{destination.github.url}/repos/{destination.repo}/contents/x"}}})
    result = destination("--folder", source)
    assert result.status == 7
    result.error_line("too many redirects")
    assert len(destination.requests()) < 20


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_redirect_to_another_host_is_not_followed(
    method: str, destination: Destination, source: Path
) -> None:
    with LocalGithub(repos=[destination.repo], tokens={TOKEN: "contents=write"}) as stranger:
        destination.github.faults({"method": method, "times": None, "action": {"redirect": {
            "status": 307, "location": f"{stranger.url}/repos/{destination.repo}/contents/x.json"}}})

        result = destination("--folder", source)

        assert result.status == 7
        result.error_line("another host", stranger.url)
        assert stranger.requests() == []


def test_a_renamed_host_is_another_host(destination: Destination, source: Path) -> None:
    location = destination.github.url.replace("127.0.0.1", "localhost") + "/repos/x/y/contents/z"
    destination.github.faults({"method": "PUT", "action": {"redirect": {"status": 307, "location": location}}})
    assert destination("--folder", source).status == 7
    assert len(destination.requests()) == 1


def test_what_the_repository_refuses_is_set_aside(destination: Destination, source: Path) -> None:
    destination.github.faults({"method": "PUT", "times": None, "action": {
        "status": 422, "body": {"message": f"input was too large, {TOKEN}\n::error::\x1b[31m"}}})

    result = destination("--folder", source, "--json")

    assert (result.status, result.json["status"]) == (8, "refused")
    line = result.error_line("422", "input was too large")
    assert TOKEN not in line and "\x1b" not in result.stderr and "\n::error::" not in result.stderr
    assert destination.waiting() == []
    refused = destination.sender.outbox / "refused" / result.json["batch_id"]
    assert (refused / f"{result.json['batch_id']}.json").is_file()
    assert "input was too large" in (refused / "entry.json").read_text()

    destination.github.clear_faults()
    assert destination("--folder", source).status == 0
    assert len(destination.inbox()) == 1, "what was refused is not retried by itself"


@pytest.mark.parametrize("body", ["<html>proxy</html>", "", "[]", '{"message": 7}', "\u0000"])
@pytest.mark.parametrize("status", [303, 400, 401, 403, 404, 405, 409, 410, 413, 418, 422])
def test_an_answer_that_is_not_githubs_is_none(
    status: int, body: str, destination: Destination, source: Path
) -> None:
    """A login page, a proxy, a firewall: the batch is not refused, the token not blamed, nothing missing."""
    destination.github.faults({"method": "PUT", "times": None, "action": {"status": status, "body": body}})
    result = destination("--folder", source, "--json")
    assert (result.status, result.json["status"]) == (7, "queued"), result
    result.error_line(str(status), "not GitHub's")
    assert "<html>" not in result.stderr and "token" not in result.stderr
    assert destination.waiting() == [result.json["batch_id"]]

    destination.github.clear_faults()
    assert destination.sender("outbox", "retry", env=destination.token(TOKEN)).status == 0
    assert list(destination.inbox()) == result.json["payloads"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_without_a_place_is_followed_nowhere(
    status: int, destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": "PUT", "action": {"status": status, "body": "{}"}})
    result = destination("--folder", source)
    assert result.status == 7
    result.error_line(str(status), "not GitHub's")
    assert len(destination.requests()) == 1


@pytest.mark.parametrize("status, body, ends", [
    (413, "<html>413 Request Entity Too Large</html>", 7), (413, '{"message": "too large"}', 8),
    (422, '{"message": "Sorry, your input was too large to process."}', 8),
])
def test_what_is_too_large_gets_a_hint(
    status: int, body: str, ends: int, destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": "PUT", "times": None, "action": {"status": status, "body": body}})
    result = destination("--folder", source)
    assert result.status == ends
    result.error_line(str(status), "--part-size")


def test_words_of_github_are_one_line(destination: Destination, source: Path) -> None:
    destination.github.faults({"method": "PUT", "action": {
        "status": 451, "body": {"message": "Invalid request.\n\n\"x\" is\tnone.\r\n"}}})
    destination("--folder", source).error_line('HTTP 451, Invalid request. "x" is none.')


@pytest.mark.parametrize("trigger, asked", [("dispatch", "POST"), ("workflow", "GET"), ("workflow", "POST")])
def test_404_behind_an_upload_does_not_mean_no_repository(
    trigger: str, asked: str, destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": asked, "times": None, "action": {
        "status": 404, "body": {"message": "Not Found"}}})
    result = destination("--folder", source, "--trigger", trigger)
    assert result.status == (8 if (trigger, asked) == ("workflow", "POST") else 5)
    result.error_line("404", destination.repo)
    assert f"there is no {destination.repo}" not in result.stderr
    assert len(destination.inbox()) == len(destination.waiting()) == 1


def test_the_example_data_arrives(destination: Destination) -> None:
    result = destination("--folder", REPOSITORY / "example_data", "--batch-name", "demo", "--json")
    assert result.status == 0, result
    assert list(destination.inbox()) == result.json["payloads"]


def test_the_token_shows_up_nowhere(destination: Destination, source: Path, tmp_path: Path) -> None:
    """Not in argv either: it is looked up while the server keeps the sender waiting."""
    echo = {"message": f"no entry for {TOKEN} and Bearer {TOKEN}"}
    destination.github.faults({"method": "PUT", "action": {"delay_ms": 1000, "status": 403, "body": echo}})
    log = tmp_path / "sender.log"
    process = destination.start("--folder", source, "--verbose", "--log-file", log)
    commands = set()
    while process.poll() is None:
        commands.add(Path(f"/proc/{process.pid}/cmdline").read_bytes())

    result = finished(process)

    assert result.status == 5
    result.error_line("no entry for ***")
    assert any(b"--verbose" in command for command in commands)
    assert not any(TOKEN.encode() in command for command in commands)
    kept = [place.read_bytes() for place in destination.sender.outbox.rglob("*") if place.is_file()]
    assert len(kept) > 2
    for text in (result.stdout.encode(), result.stderr.encode(), log.read_bytes(), *kept):
        assert TOKEN.encode() not in text


def test_nothing_for_this_machine_passes_a_proxy(destination: Destination, source: Path) -> None:
    proxy = "http://127.0.0.1:1"
    result = destination("--folder", source, "--max-wait", "0",
                         env={name: proxy for name in ("http_proxy", "https_proxy", "ALL_PROXY")})
    assert result.status == 0, result


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_success_that_github_did_not_answer_leaves_the_batch_in_the_outbox(
    method: str, destination: Destination, source: Path
) -> None:
    destination.github.faults({"method": method, "times": None, "action": {
        "status": 200, "body": "<html>Please log in</html>"}})
    result = destination("--folder", source, "--json")
    assert (result.status, result.json["status"]) == (7, "queued")
    result.error_line("HTTP 200" if method == "POST" else "not valid JSON")
    assert destination.waiting() == [result.json["batch_id"]]


def test_a_workflow_that_cannot_start_holds_up_no_payload(destination: Destination, source: Path) -> None:
    refusal = {"status": 422, "body": {"message": "No ref found for: side"}}
    destination.github.faults({"method": "POST", "times": None, "action": refusal})
    words = ["--folder", source, "--trigger", "workflow", "--branch", "main"]
    for batches in (1, 2):
        result = destination(*words)
        assert result.status == 8
        result.error_line("delivered, but the workflow was not started")
        assert "refused, kept" not in result.stderr
        assert len(destination.inbox(f"{INBOX}-for-main")) == len(destination.waiting()) == batches
    destination.github.clear_faults()
    assert destination(*words).status == 0
    assert destination.waiting() == []


def test_a_batch_for_an_empty_repository_waits_for_its_first_commit(destination: Destination, source: Path) -> None:
    destination.github.faults({"method": "PUT", "times": 1, "action": {
        "status": 409, "body": {"message": "Git Repository is empty."}}})
    result = destination("--folder", source)
    assert result.status == 8
    result.error_line("make a first commit there")
    assert len(destination.waiting()) == 1
    assert destination("--data", "1").status == 0
    assert destination.waiting() == [] and len(destination.inbox()) == 2


def test_a_signal_that_was_ignored_from_the_start_stays_so(destination: Destination, source: Path) -> None:
    """As under nohup(1)."""
    destination.github.faults({"method": "PUT", "times": None, "action": {"delay_ms": 1000}})
    process = destination.start("--folder", source, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    while not list(destination.sender.outbox.glob("2*/entry.json")):
        assert process.poll() is None
    process.send_signal(signal.SIGHUP)
    assert finished(process).status == 0
