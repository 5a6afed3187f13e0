"""Every fault on every step of a delivery, through a proxy nobody here wrote: mitmproxy. Each row runs
the sender while the fault lasts and once more when it has passed, or with one that passes while the
sender tries again. Whatever happened: one payload, one dispatch, and no token where it does not
belong. The whole matrix takes minutes; a sample of it always runs."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import INBOX, TOKEN, Destination
from fault_proxy import FaultProxy
from github_server.local_github import LocalGithub
from long_runs import IS_LONG, only_long
from programs import Result

PUT, DISPATCH, POLL = "PUT", "dispatch", "poll"
METHOD = {PUT: "PUT", DISPATCH: "POST", POLL: "GET"}
PATH = {PUT: "/contents/", DISPATCH: "/dispatches$", POLL: "/receipts"}


def answer(status: int, message: str = "", body: str | None = None, **headers: str) -> dict[str, Any]:
    text = f'{{"message": "{message}", "status": "{status}"}}' if body is None else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"answer": {"status": status, "body": text, "headers": named}}


@dataclass(frozen=True)
class Row:
    """`lasting` is the exit status while the fault lasts, of PUT, dispatch and poll."""

    fault: Any
    lasting: tuple[int, int, int]
    passes: bool = False  # tried again within seconds
    acts: bool = False  # the server did what it was asked
    may_be_allowed: bool = False  # by the owner, so the batch waits


NETWORK, LIMITED, REFUSED, UNAUTHORIZED = (7, 7, 11), (6, 6, 11), (8, 8, 11), (5, 5, 5)
RULES = "Repository rule violations found"
SAME_HOST = {"redirect": "same"}
OTHER_HOST = {"redirect": "other"}

ROWS = {
    "connection refused": Row("refuse", NETWORK),
    "reset before": Row("reset_before", NETWORK, passes=True),
    "reset mid-body": Row("reset_mid_body", NETWORK, passes=True),
    "reset after": Row("reset_after", NETWORK, passes=True, acts=True),
    "500": Row(answer(500, "Server Error"), NETWORK, passes=True),
    "502": Row(answer(502, body="<html>Bad Gateway</html>"), NETWORK, passes=True),
    "503": Row(answer(503, body=""), NETWORK, passes=True),
    "429 with Retry-After": Row(answer(429, "slow down", Retry_After="1"), LIMITED, passes=True),
    "429 without": Row(answer(429, "slow down"), LIMITED),
    "403 primary": Row(answer(403, "API rate limit exceeded", X_RateLimit_Remaining="0",
                              X_RateLimit_Reset="1"), LIMITED, passes=True),
    "403 secondary": Row(answer(403, "You have exceeded a secondary rate limit"), LIMITED),
    "403 secondary with Retry-After": Row(
        answer(403, "You have exceeded a secondary rate limit", Retry_After="1"), LIMITED, passes=True),
    "401": Row(answer(401, "Bad credentials"), UNAUTHORIZED),
    "403 permission": Row(
        answer(403, "Resource not accessible by personal access token"), UNAUTHORIZED),
    "404": Row(answer(404, "Not Found"), (5, 5, 11)),
    "409 branch moved": Row(answer(409, "main is at 1 but expected 2"), NETWORK, passes=True),
    "409 does not match": Row(answer(409, "a.json does not match 3f9a"), REFUSED, may_be_allowed=True),
    "409 rules": Row(answer(409, RULES), REFUSED, may_be_allowed=True),
    "422 exists": Row(answer(422, "sha was not supplied"), REFUSED),
    "422 too large": Row(answer(422, "your input was too large to process"), REFUSED),
    "422 rules": Row(answer(422, RULES), REFUSED, may_be_allowed=True),
    "redirect on the same host": Row(SAME_HOST, (0, 0, 0)),
    "redirect to another host": Row(OTHER_HOST, NETWORK),
    "HTML instead of JSON": Row(answer(200, body="<html>Please log in</html>"), NETWORK),
    "truncated JSON": Row("truncate", (7, 7, 11), acts=True),
    "silence": Row("silence", NETWORK, passes=True),
    "unknown authority": Row("distrust", NETWORK),
}

# Where an answer can end the connection.
HTTP_1 = ["--set", "http2=false"]

SAMPLE = {
    ("connection refused", PUT, "lasting"), ("connection refused", DISPATCH, "lasting"),
    ("reset before", DISPATCH, "once"), ("reset mid-body", PUT, "once"),
    ("reset after", PUT, "lasting"), ("reset after", DISPATCH, "once"), ("502", PUT, "lasting"),
    ("403 secondary", DISPATCH, "lasting"), ("409 branch moved", PUT, "once"),
    ("422 too large", PUT, "lasting"), ("redirect to another host", PUT, "lasting"),
    ("redirect to another host", POLL, "lasting"), ("truncated JSON", PUT, "lasting"),
    ("silence", PUT, "lasting"), ("unknown authority", DISPATCH, "lasting"),
    ("reset mid-body", POLL, "once"),
}


def matrix() -> Iterator[Any]:
    for name, row in ROWS.items():
        for step in METHOD:
            for duration in ("lasting", "once") if row.passes else ("lasting",):
                marks = [] if (name, step, duration) in SAMPLE else [only_long]
                yield pytest.param(name, step, duration, id=f"{name}, {step}, {duration}", marks=marks)


@pytest.fixture(scope="module")
def proxy(github: LocalGithub) -> Iterator[FaultProxy]:
    with FaultProxy(github.url, HTTP_1) as running:
        yield running


@pytest.fixture(scope="module")
def receiving_proxy(receiving_github: LocalGithub) -> Iterator[FaultProxy]:
    with FaultProxy(receiving_github.url, HTTP_1) as running:
        yield running


@dataclass
class Delivery:
    """A sender behind a proxy, with everything it left anywhere."""

    destination: Destination
    proxy: FaultProxy
    step: str
    said: list[str]
    log: Path

    def run(self, *words: str | Path) -> Result:
        result = self.destination(*words, "--verbose", "--log-file", self.log, "--ca-bundle",
                                  self.proxy.authority)
        self.said += [result.stdout, result.stderr]
        return result

    def suffer(self, fault: Any, times: int | None, stranger: str) -> None:
        self.proxy.set(*self.rules(fault, times, stranger), **self.surroundings(fault))

    def rules(self, fault: Any, times: int | None, stranger: str) -> list[dict[str, Any]]:
        rule = {"method": METHOD[self.step], "path": PATH[self.step], "times": times}
        if fault in ("refuse", "distrust"):
            if self.step == PUT:
                return []
            before = {DISPATCH: PUT, POLL: DISPATCH}[self.step]
            return [{"method": METHOD[before], "path": PATH[before], "fault": f"{fault}_next"}]
        if fault in (SAME_HOST, OTHER_HOST):
            same = "?moved=1" if self.step != POLL else f"?ref={INBOX}&moved=1"
            location = stranger if fault == OTHER_HOST else same
            return [rule | {"path": PATH[self.step].rstrip("$") + "(?!.*moved)",
                            "fault": answer(307, Location=location)}]
        if fault == "truncate" and self.step == DISPATCH:  # which is answered without a body
            return [rule | {"fault": answer(200, body='{"mess')}]
        return [rule | {"fault": fault}]

    def surroundings(self, fault: Any) -> dict[str, Any]:
        """What is wrong from the first connection on."""
        if self.step == PUT and fault == "refuse":
            return {"listens": False}
        if self.step == PUT and fault == "distrust":
            return {"authority": "stranger"}
        return {}

    def assert_no_token_anywhere(self) -> None:
        kept = [place.read_bytes() for place in self.destination.sender.home.rglob("*") if place.is_file()]
        for text in (*(text.encode() for text in self.said), self.log.read_bytes(), *kept):
            assert TOKEN.encode() not in text


@pytest.fixture
def delivery(request: pytest.FixtureRequest, tmp_path: Path) -> Delivery:
    name, step = (request.node.callspec.params[key] for key in ("name", "step"))
    place, way = ("receiving", "receiving_proxy") if step == POLL else ("destination", "proxy")
    destination, proxy = request.getfixturevalue(place), request.getfixturevalue(way)
    proxy.set()
    url = proxy.https_url if name == "unknown authority" else proxy.url
    return Delivery(replace(destination, url=url), proxy, step, [], tmp_path / "sender.log")


@pytest.mark.parametrize("name, step, duration", matrix())
def test_a_fault(name: str, step: str, duration: str, delivery: Delivery, source: Path) -> None:
    row, destination = ROWS[name], delivery.destination
    lasts = duration == "lasting"
    status = row.lasting[list(METHOD).index(step)] if lasts else 0
    patience = ["--max-wait", "0" if lasts else "40", "--timeout", "1"]
    wait = ["--wait", "1" if status == 11 else "40"] if step == POLL else []
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        stranger.setblocking(False)
        delivery.suffer(row.fault, None if lasts else 1, f"http://127.0.0.1:{stranger.getsockname()[1]}/x")

        result = delivery.run("--folder", source, "--json", *patience, *wait)

        with pytest.raises(BlockingIOError):
            stranger.accept()
    assert result.status == status, result
    batch_id = result.json["batch_id"]
    assert len(destination.requests("PUT")) == (0 if lasts and step == PUT and status and not row.acts else 1)
    delivery.assert_no_token_anywhere()
    has_arrived = status in (0, 11) or step == POLL
    # A refused start is tried again with the next run.
    is_set_aside = status == 8 and step == PUT and not row.may_be_allowed
    assert destination.waiting() == ([] if has_arrived or is_set_aside else [batch_id])
    delivery.proxy.set()
    if not has_arrived:
        again = delivery.run("outbox", "retry")
        assert again.status == 0, again
        delivery.assert_no_token_anywhere()

    assert destination.payload_history() == {f"{batch_id}.json": 1}
    assert len([put for put in destination.requests("PUT") if put["status"] == 201]) == 1
    may_repeat = step == DISPATCH and row.acts and row.fault == "reset_after"
    assert destination.dispatched() == [batch_id] * (2 if may_repeat else 1)
    assert destination.waiting() == []
    assert not list((destination.sender.outbox / "refused").iterdir())
    if step == POLL:
        destination.github.wait_idle()
        assert destination.inbox() == {}
        assert [path for path in destination.github.tree(destination.repo)
                if path.endswith(f"/{batch_id}.json") and path.startswith("_storage/summaries/")]


@only_long
@pytest.mark.parametrize("name, step", [("429 without", PUT), ("403 secondary", DISPATCH)])
def test_a_limit_without_a_time_is_waited_for_a_minute(
    name: str, step: str, delivery: Delivery, source: Path
) -> None:
    delivery.suffer(ROWS[name].fault, 1, "")
    begin = time.monotonic()
    result = delivery.destination("--folder", source, "--max-wait", "3m", timeout=200)
    assert result.status == 0, result
    assert 60 <= time.monotonic() - begin < 180
    assert list(delivery.destination.payload_history().values()) == [1]
    assert len(delivery.destination.dispatched()) == 1


def test_the_sample_is_of_the_matrix() -> None:
    rows = {(param.values[0], param.values[1], param.values[2]) for param in matrix()}
    assert rows >= SAMPLE
    assert IS_LONG or len(SAMPLE) < 20
