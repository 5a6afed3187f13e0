"""Misfortune between the sender and GitHub. Faults are scripted in the server, and Retry-After keeps
the waiting short; a batch is never lost and never there twice."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import INBOX, TOKEN, Destination
from programs import Program

AT_ONCE = {"Retry-After": "0"}
BAD_GATEWAY = {"status": 502, "headers": AT_ONCE, "body": "<html>502</html>"}


def fault(action: Any, method: str = "PUT", times: int | None = 1, after: int = 0) -> dict[str, Any]:
    return {"method": method, "path": "^/repos/", "times": times, "after": after, "action": action}


def statuses(destination: Destination) -> list[tuple[str, int | None]]:
    return [(request["method"], request["status"]) for request in destination.requests()]


def queue_one(destination: Destination, source: Path, action: Any = "close_before") -> str:
    """A batch that waits in the outbox; its id."""
    destination.github.faults(fault(action))
    result = destination("--folder", source, "--max-wait", "0", "--json")
    assert (result.status, result.json["status"]) == (7, "queued"), result
    assert destination.waiting() == [result.json["batch_id"]]
    destination.github.clear_faults()
    destination.github.clear_requests()
    return result.json["batch_id"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429])
def test_a_passing_failure_is_retried(status: int, destination: Destination, source: Path) -> None:
    destination.github.faults(fault({"status": status, "headers": AT_ONCE}, times=2))

    result = destination("--folder", source, "--max-wait", "60")

    assert result.status == 0
    assert [answer for answer in statuses(destination) if answer[0] == "PUT"] == [
        ("PUT", status), ("PUT", status), ("PUT", 201)]
    assert len(destination.inbox()) == 1
    result.error_line(str(status), "trying again in 0 s")


@pytest.mark.parametrize("address", ["https://github.invalid/api/v3", "http://127.0.0.1:9"])
def test_a_batch_for_an_address_that_may_be_wrong_can_be_dropped(address: str, sender: Program, source: Path) -> None:
    env = {"GH_ENTERPRISE_TOKEN": TOKEN, "GH_TOKEN": TOKEN}
    result = sender("--folder", source, "--repo", "octo/data", "--api-url", address, "--max-wait", "0", "--json", env=env)
    batch = result.json["batch_id"]
    assert (result.status, result.json["status"]) == (7, "queued"), result
    result.error_line(f"if the address {address} is wrong, 'healthmetric-sender outbox drop {batch}' removes it")
    assert sender("outbox", "drop", batch).status == 0


def test_an_outage_of_the_usual_address_is_no_doubt_of_it(sender: Program, source: Path) -> None:
    result = sender("--folder", source, "--repo", "octo/data", "--max-wait", "0", "--proxy", "http://127.0.0.1:1",
                    env={"GH_TOKEN": TOKEN})
    assert result.status == 7 and "is kept in the outbox" in result.stderr and "is wrong" not in result.stderr, result


def test_retry_after_is_obeyed(destination: Destination, source: Path) -> None:
    destination.github.faults(fault({"status": 503, "headers": {"Retry-After": "1"}}))
    assert destination("--folder", source).status == 0
    first, *_, last = destination.requests("PUT")
    assert last["time"] - first["time"] >= 0.95


def test_retry_after_may_be_a_date_of_the_servers_clock(destination: Destination, source: Path) -> None:
    """Which is wrong by years here, as this machine's may be."""
    headers = {"Retry-After": "Sun, 06 Nov 1994 08:49:38 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"}
    destination.github.faults(fault({"status": 503, "headers": headers}))
    result = destination("--folder", source, "--max-wait", "20")
    assert result.status == 0
    result.error_line("trying again in 1 s")

    headers["Retry-After"] = "Sun, 06 Nov 1994 09:49:37 GMT"
    destination.github.faults(fault({"status": 503, "headers": headers}, times=None))
    assert destination("--folder", source, "--max-wait", "20").status == 7
    assert len(destination.requests("PUT")) == 3, "an hour is past the patience"


def test_a_reset_is_a_moment_of_the_servers_clock(destination: Destination, source: Path) -> None:
    """2001-09-09 01:46:41, a second after its Date; by this machine's clock that is long ago."""
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000000002",
               "Date": "Sun, 09 Sep 2001 01:46:40 GMT"}
    destination.github.faults(fault({"status": 403, "headers": headers}))
    result = destination("--folder", source, "--max-wait", "20")
    assert result.status == 0
    result.error_line("rate limited", "trying again in 2 s")

    headers["x-ratelimit-reset"] = "1000003600"
    destination.github.faults(fault({"status": 403, "headers": headers}, times=None))
    assert destination("--folder", source, "--max-wait", "20").status == 6


@pytest.mark.parametrize("method, action", [("PUT", "gzip"), ("GET", "gzip")])
def test_a_compressed_answer_is_read_though_nobody_asked_for_it(
    method: str, action: str, destination: Destination, source: Path
) -> None:
    rules = [fault(action, method, times=None)]
    if method == "GET":
        rules.append(fault("close_after"))
    destination.github.faults(*rules)
    result = destination("--folder", source)
    assert result.status == 0, result
    assert len(destination.requests("PUT")) == len(destination.inbox()) == 1
    assert destination.waiting() == []


@pytest.mark.parametrize("status, message", [
    (409, "refs/heads/main is expected to be at 5678"), (422, "Update is not a fast forward"),
    (403, "error: cannot lock ref 'refs/heads/main'"),
])
def test_a_lost_race_has_many_words(
    status: int, message: str, destination: Destination, source: Path
) -> None:
    destination.github.faults(fault({"status": status, "body": {"message": message}}))
    assert destination("--folder", source).status == 0
    assert [put["status"] for put in destination.requests("PUT")] == [status, 201]


def test_abuse_detection_is_a_rate_limit(destination: Destination, source: Path) -> None:
    body = {"message": "You have triggered an abuse detection mechanism."}
    destination.github.faults(fault({"status": 403, "body": body}, times=None))
    result = destination("--folder", source, "--max-wait", "30", "--json")
    assert (result.status, result.json["status"]) == (6, "queued")
    result.error_line("rate limited")


def test_a_failing_dispatch_is_retried_alone(destination: Destination, source: Path) -> None:
    destination.github.faults(fault(BAD_GATEWAY, "POST", times=2))
    assert destination("--folder", source).status == 0
    assert statuses(destination) == [("PUT", 201), ("POST", 502), ("POST", 502), ("POST", 204)]


@pytest.mark.parametrize("action", ["close_after", {"answer_after": BAD_GATEWAY}, "truncate"])
def test_a_lost_answer_sends_no_second_put(action: Any, destination: Destination, source: Path) -> None:
    destination.github.faults(fault(action))

    result = destination("--folder", source)

    assert result.status == 0
    assert [method for method, _ in statuses(destination)] == ["PUT", "GET", "POST"]
    assert len(destination.inbox()) == 1


def test_a_lost_answer_on_a_kept_connection_sends_no_second_put(
    destination: Destination, source: Path
) -> None:
    """Clients of HTTP like to repeat by themselves what a kept connection did not answer."""
    (source / "series.csv").write_bytes(b"1,61\n" * 40_000)
    destination.github.faults(fault("close_after", after=1))

    result = destination("--folder", source, "--part-size", "64K", "--json")

    assert result.status == 0
    puts = [put["path"].rpartition("/")[2] for put in destination.requests("PUT")]
    assert puts == sorted(result.json["payloads"])
    assert len(destination.requests("GET")) == 1


@pytest.mark.parametrize("action", ["close_before", "reset_mid_body"])
def test_a_request_that_had_no_effect_is_sent_again(
    action: str, destination: Destination, source: Path
) -> None:
    (source / "noise.png").write_bytes(b"x" * 400_000)
    destination.github.faults(fault(action))

    result = destination("--folder", source)

    assert result.status == 0
    methods = [method for method, _ in statuses(destination)]
    assert methods.count("PUT") >= 2 and methods[-1] == "POST"
    assert len(destination.inbox()) == 1


def test_a_branch_that_moved_is_tried_again(destination: Destination, source: Path) -> None:
    destination.github.faults(fault("race"))
    result = destination("--folder", source)
    assert result.status == 0, result
    assert statuses(destination)[0] == ("PUT", 409)
    assert len(destination.inbox()) == 1


def test_a_part_that_was_lost_is_the_only_one_sent_again(destination: Destination, source: Path) -> None:
    (source / "series.csv").write_bytes(b"1,61\n" * 40_000)
    destination.github.faults(fault({"status": 502}, after=2))
    first = destination("--folder", source, "--part-size", "64K", "--max-wait", "0", "--json")
    assert first.status == 7
    assert len(destination.inbox()) == 2
    destination.github.clear_requests()
    (source / "series.csv").unlink()

    second = destination("--folder", source, "--json")

    assert second.status == 0
    assert destination.waiting() == []
    sent = [put["path"].rpartition("/")[2] for put in destination.requests("PUT")]
    assert sorted(sent) == sorted(sorted(first.json["payloads"])[2:] + second.json["payloads"])
    assert sorted(destination.inbox()) == sorted(first.json["payloads"] + second.json["payloads"])


def test_what_is_there_already_with_the_same_content_is_delivered(
    destination: Destination, source: Path
) -> None:
    batch_id = queue_one(destination, source, "close_after")
    assert list(destination.inbox()) == [f"{batch_id}.json"]

    result = destination("--folder", source)

    assert result.status == 0
    asked = [(request["method"], request["status"]) for request in destination.requests()
             if batch_id in request["path"]]
    assert asked == [("GET", 200)]
    assert len(destination.requests("POST")) == 2
    assert destination.waiting() == []
    assert len(destination.inbox()) == 2


def test_what_is_there_with_other_content_is_refused(destination: Destination, source: Path) -> None:
    batch_id = queue_one(destination, source)
    destination.put_file(f"inbox/{batch_id}.json", b"somebody else's")

    result = destination("--folder", source, "--json")

    assert result.status == 8
    assert result.json["status"] == "sent", "the new batch is not to blame"
    result.error_line("422", batch_id)
    refused = destination.sender.outbox / "refused" / batch_id
    assert (refused / f"{batch_id}.json").is_file()
    assert destination.waiting() == []
    inbox = f"_storage/inbox/{batch_id}.json"
    assert destination.github.read(destination.repo, inbox, INBOX) == b"somebody else's"


def test_with_the_network_down_the_batch_waits_for_the_next_run(
    destination: Destination, source: Path
) -> None:
    destination.github.faults(fault("close_before", times=None))
    first = destination("--folder", source, "--max-wait", "0", "--json")
    assert (first.status, first.json["exit_status"], first.json["status"]) == (7, 7, "queued")
    first.error_line("is kept in the outbox", first.json["batch_id"])
    assert destination.waiting() == [first.json["batch_id"]]
    destination.github.clear_faults()

    second = destination("--folder", source, "--json")

    assert second.status == 0
    assert sorted(destination.inbox()) == sorted(first.json["payloads"] + second.json["payloads"])
    dispatched = [post["body"]["client_payload"]["batch_id"] for post in destination.requests("POST")]
    assert sorted(dispatched) == sorted([first.json["batch_id"], second.json["batch_id"]])
    assert destination.waiting() == []


def test_a_run_with_nothing_new_still_delivers_what_waits(
    destination: Destination, source: Path, tmp_path: Path
) -> None:
    batch_id = queue_one(destination, source)
    (tmp_path / "empty").mkdir()
    assert destination("--folder", tmp_path / "empty").status == 3
    assert list(destination.inbox()) == [f"{batch_id}.json"]


def test_a_host_that_does_not_listen_is_a_network_failure(sender: Program, source: Path) -> None:
    with socket.socket() as reserved:  # bound and not listening: connections are refused
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        result = sender("--folder", source, "--repo", "octo/data", "--api-url", url, "--max-wait", "0",
                        env={"GH_TOKEN": TOKEN})
    assert result.status == 7
    result.error_line(url, "--max-wait")


def test_a_host_that_is_none_is_a_network_failure(sender: Program, source: Path) -> None:
    result = sender("--folder", source, "--repo", "octo/data", "--api-url", "https://github.invalid",
                    "--max-wait", "0", env={"GH_ENTERPRISE_TOKEN": TOKEN, "no_proxy": "*"})
    assert result.status == 7
    result.error_line("github.invalid")


@pytest.mark.parametrize("url", ["http://github.invalid/api/v3", "http://192.0.2.1", "http://0.0.0.0",
                                 "http://127.0.0.1.github.invalid", "http://localhost.github.invalid"])
def test_no_token_goes_unencrypted_to_another_machine(url: str, sender: Program, source: Path) -> None:
    """Whatever would be asked passes a proxy that only counts callers."""
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()
        proxy.setblocking(False)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        result = sender("--folder", source, "--repo", "octo/data", "--api-url", url,
                        env={"GH_TOKEN": TOKEN, "GH_ENTERPRISE_TOKEN": TOKEN, "http_proxy": address})
        with pytest.raises(BlockingIOError):
            proxy.accept()
    assert (result.status, result.stdout) == (2, "")
    result.error_line("unencrypted", "https")


@pytest.mark.parametrize("headers", [
    {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800"}, {"Retry-After": "60"},
])
@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_past_the_patience_is_its_own_status(
    status: int, headers: dict[str, str], destination: Destination, source: Path
) -> None:
    destination.github.faults(fault({"status": status, "headers": headers}, times=None))
    result = destination("--folder", source, "--max-wait", "0", "--json")
    assert (result.status, result.json["status"]) == (6, "queued")
    result.error_line("rate limited", "--max-wait")
    assert len(destination.requests()) == 1
    assert destination.waiting() == [result.json["batch_id"]]


def test_a_secondary_rate_limit_is_told_by_its_words(destination: Destination, source: Path) -> None:
    body = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
    destination.github.faults(fault({"status": 403, "body": body}, times=None))
    result = destination("--folder", source, "--max-wait", "30")
    assert result.status == 6, "at least a minute after a 403, and that is more than 30 s"
    assert len(destination.requests()) == 1


def test_a_rate_limit_that_passes_is_waited_for(destination: Destination, source: Path) -> None:
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) - 5)}
    destination.github.faults(fault({"status": 403, "headers": reset}))
    assert destination("--folder", source, "--max-wait", "20").status == 0
    assert len(destination.inbox()) == 1


def test_a_demanded_wait_beyond_the_patience_ends_at_once(destination: Destination, source: Path) -> None:
    destination.github.faults(fault({"status": 503, "headers": {"Retry-After": "3600"}}, times=None))
    begin = time.monotonic()
    assert destination("--folder", source, "--max-wait", "300").status == 7
    assert time.monotonic() - begin < 20
    assert len(destination.requests()) == 1
