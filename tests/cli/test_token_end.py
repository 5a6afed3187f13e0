"""The end of a token, as GitHub tells it with each answer: kept, sent with the next batch, and told before it comes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Destination, new_destination
from github_server.local_github import LocalGithub
from programs import Program, Result

HOUR_S, DAY_S = 3600, 86_400
NOW = time.time()
OFFLINE = ("--max-wait", "0", "--proxy", "http://127.0.0.1:1")


def token_of(days: float) -> str:
    return f"ghp_TokenThatEndsIn{days:+09.2f}Days".replace(".", "d").replace("-", "m").replace("+", "p")


def header(days: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(NOW + days * DAY_S))


def stamp(days: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW + days * DAY_S))


ENDS = [0.01, 1.5, 2.9, 5.5, 13.9, 15.5, 300.0]
ODD = {"ghp_Soon": "soon", "ghp_Number": "1", "ghp_Long": "2026-01-01 00:00:00" + "0" * 50_000 + " UTC", "ghp_NoDay": "2026-02-30 00:00:00 UTC",
       "ghp_Ancient": "1970-01-01 00:00:00 +0000", "ghp_Distant": "9999-12-31 23:59:59 UTC", "ghp_Space": " ", "ghp_Escapes": "\x1b[2J"}


@pytest.fixture(scope="module")
def ending() -> Iterator[LocalGithub]:
    tokens = {token_of(days): f"contents=write,expires={header(days)}" for days in ENDS}
    tokens |= {token: f"contents=write,expires={expires}" for token, expires in ODD.items()}
    tokens |= {"ghp_Endless": "contents=write",
               "ghp_Zone": "contents=write,expires=" + time.strftime("%Y-%m-%d %H:%M:%S -0700", time.gmtime(NOW + 5.5 * DAY_S - 7 * HOUR_S))}
    with LocalGithub(tokens=tokens) as server:
        yield server


@pytest.fixture
def destination(ending: LocalGithub, sender: Program, request: pytest.FixtureRequest) -> Destination:
    return new_destination(ending, sender, request)


def kept(sender: Program) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in (sender.home / "state/healthmetric/contact").glob("*.token.json")]


def told_with(destination: Destination, result: Result) -> str | None:
    [name] = result.json["payloads"]
    return destination.payload(name)["batch_metadata"]["sender"]["token_expires"]


def test_it_is_kept_and_goes_with_the_next_batch(destination: Destination, source: Path) -> None:
    words = ("--folder", source, "--json")
    assert told_with(destination, destination(*words, token=token_of(300.0))) is None
    [note] = kept(destination.sender)
    assert note["expires"] == stamp(300.0) and token_of(300.0) not in json.dumps(note)
    result = destination(*words, token=token_of(300.0))
    assert (told_with(destination, result), result.stderr) == (stamp(300.0), "")
    assert told_with(destination, destination(*words, "--no-identity", token=token_of(300.0))) == stamp(300.0)
    waits = destination(*words, *OFFLINE, token=token_of(300.0))
    [payload] = (destination.sender.outbox / waits.json["batch_id"]).glob("*T*.json")
    assert json.loads(payload.read_bytes())["batch_metadata"]["sender"]["token_expires"] == stamp(300.0)


def test_of_another_token_it_is_not_known(destination: Destination, source: Path) -> None:
    words = ("--folder", source, "--json")
    assert destination(*words, token=token_of(1.5)).status == 0
    result = destination(*words, token="ghp_Endless")
    assert (told_with(destination, result), result.stderr) == (None, "")
    assert destination(*words, token=token_of(300.0)).stderr == ""
    assert [note["expires"] for note in kept(destination.sender)] == [stamp(300.0)]


@pytest.mark.parametrize(("days", "when", "quiet"), [
    (0.01, "expires within an hour", True), (1.5, "expires in 35 hours", True), (2.9, "expires in 2 days", True),
    (5.5, "expires in 5 days", False), (13.9, "expires in 13 days", False), (15.5, "", False)])
def test_it_is_told_from_fourteen_days_before(days: float, when: str, quiet: bool, destination: Destination, source: Path) -> None:
    line = (f"healthmetric-sender: warning: the token for {destination.repo} {when} ({stamp(days)}): "
            "make a new one with Contents: read and write, and replace it")
    expected = [line] if when else []
    for words in ([], ["--changed-only"], ["--trigger", "none"]):
        result = destination("--folder", source, *words, token=token_of(days))
        assert (result.status, result.stderr.splitlines()) == (0, expected), "each run, whether something is new or not"
    result = destination("--folder", source, "--quiet", token=token_of(days))
    assert (result.status, result.stderr.splitlines()) == (0, expected if quiet else [])
    destination("--folder", source, *OFFLINE, token=token_of(days))
    retried = destination.sender("outbox", "retry", env={"GH_TOKEN": token_of(days)})
    assert (retried.status, [text for text in retried.stderr.splitlines() if "the token" in text]) == (0, expected)


def test_without_a_network_the_kept_end_is_told(destination: Destination, source: Path) -> None:
    assert destination("--folder", source, token=token_of(1.5)).status == 0
    result = destination("--folder", source, *OFFLINE, "--quiet", token=token_of(1.5))
    assert result.status == 7
    result.error_line("warning: the token for", "expires in 35 hours")
    [file] = (destination.sender.home / "state/healthmetric/contact").glob("*.token.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"expires": stamp(-1)}))
    result = destination("--folder", source, *OFFLINE, "--quiet", token=token_of(1.5))
    result.error_line("warning: the token for", f"expired ({stamp(-1)})")


def test_other_forms_of_the_header(destination: Destination, source: Path) -> None:
    destination("--folder", source, token="ghp_Zone").error_line("expires in 5 days", stamp(5.5))


@pytest.mark.parametrize("token", ODD)
def test_what_is_no_time_is_passed_over(token: str, destination: Destination, source: Path) -> None:
    for _ in range(2):
        result = destination("--folder", source, "--json", token=token)
        assert (result.status, result.stderr, told_with(destination, result)) == (0, "", None), result
    assert kept(destination.sender) == []


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b'{"token": 1, "expires": 2}', b"\xff" * 9000], ids=lambda content: repr(content[:20]))
def test_a_note_that_is_none_is_made_anew(content: bytes, destination: Destination, source: Path) -> None:
    assert destination("--folder", source, token=token_of(300.0)).status == 0
    [file] = (destination.sender.home / "state/healthmetric/contact").glob("*.token.json")
    file.write_bytes(content)
    result = destination("--folder", source, token=token_of(300.0))
    assert (result.status, result.stderr) == (0, "")
    assert [note["expires"] for note in kept(destination.sender)] == [stamp(300.0)]


def test_the_log_file_has_it_too(destination: Destination, source: Path, tmp_path: Path) -> None:
    log = tmp_path / "sender.log"
    assert destination("--folder", source, "--quiet", "--log-file", log, token=token_of(5.5)).stderr == ""
    assert "warning the token for" in log.read_text()
