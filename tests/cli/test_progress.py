"""Progress on a real pseudo-terminal: one line that fits, at most ten redraws a second, gone in the
end; and nothing of it where nobody could see it redrawn."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
import terminals
from conftest import TOKEN, Destination
from terminals import Shown

def on_terminal(destination: Destination, *words: str | Path, columns: int = 80,
                env: dict[str, str] | None = None, when: tuple[str, signal.Signals] | None = None) -> Shown:
    return terminals.on_terminal(destination.sender, *destination.target, *words, columns=columns,
                                 env={"GH_TOKEN": TOKEN} | (env or {}), when=when)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.csv").write_bytes(os.urandom(1 << 20))
    return folder


@pytest.mark.parametrize("columns", [80, 30, 12])
def test_one_line_that_fits_and_goes_away(columns: int, destination: Destination, large: Path) -> None:
    destination.github.faults({"method": "PUT", "times": None, "action": {"delay_ms": 150}})
    shown = on_terminal(destination, "--folder", large, "--part-size", "2M", columns=columns)
    assert shown.status == 0
    assert shown.redraws > 2
    assert all(len(line) < columns for line in shown.lines), shown.lines
    assert shown.redraws <= shown.seconds * 10 + 2
    assert shown.text.endswith("\r\x1b[K")
    assert "\n" not in shown.text
    if columns == 80:
        assert any(re.fullmatch(r"sending part \d of \d  \d+%  [\d.]+ \w+ of [\d.]+ \w+  .*/s  ETA (--|\d+:\d\d)", line)
                   for line in shown.lines)


def test_the_percentage_is_that_of_the_batch(destination: Destination, large: Path) -> None:
    """It never goes back where a part begins, and the last part does not begin at nothing."""
    destination.github.faults({"method": "PUT", "times": None, "action": {"delay_ms": 400}})
    shown = on_terminal(destination, "--folder", large, "--part-size", "2M")
    assert shown.status == 0
    found = [match for line in shown.lines
             if (match := re.match(r"sending part (\d) of (\d)  (\d+)%  [\d.]+ \w+ of ([\d.]+) MiB  ", line))]
    percentages = [int(match[3]) for match in found]
    assert percentages == sorted(percentages)
    last = [int(match[3]) for match in found if match[1] == match[2]]
    assert last and min(last) >= 60
    assert all(float(match[4]) > 8 for match in found), "six MiB as base64 twice"


def test_messages_stand_on_lines_of_their_own(destination: Destination, large: Path) -> None:
    destination.github.faults({"method": "PUT", "times": 1, "action": {"status": 502}},
                              {"method": "PUT", "times": None, "action": {"delay_ms": 120}})
    shown = on_terminal(destination, "--folder", large, "--part-size", "2M", "--verbose")
    assert shown.status == 0
    messages = [line for line in shown.text.split("\n")[:-1]]
    assert any("HTTP 502" in message for message in messages)
    for message in messages:
        # The line of progress was taken away before the message was written.
        assert re.search(r"(^|\r\x1b\[K)healthmetric-sender: [^\r\x1b]*$", message), message
    [until] = {match[1] for match in re.finditer(r"trying again in \d+ s, at (\S+Z)", shown.text)}
    assert f"waiting until {until}" in shown.lines


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_cannot_be_redrawn_is_left_alone(env: dict[str, str], destination: Destination,
                                                         large: Path) -> None:
    shown = on_terminal(destination, "--folder", large, env=env)
    assert (shown.status, shown.text) == (0, "")


@pytest.mark.parametrize("option", ["--quiet", "--no-progress"])
def test_who_wants_none_gets_none(option: str, destination: Destination, large: Path) -> None:
    shown = on_terminal(destination, "--folder", large, option)
    assert (shown.status, shown.text) == (0, "")


def test_what_is_no_terminal_gets_no_escape_codes(destination: Destination, large: Path) -> None:
    result = destination("--folder", large, "--part-size", "2M", env={"TERM": "xterm"})
    assert (result.status, result.stderr) == (0, "")


def test_a_small_body_shows_where_it_is(destination: Destination, source: Path) -> None:
    """All of it is handed over at once; then nothing moves until the answer comes."""
    destination.github.faults({"method": "PUT", "times": None, "action": {"delay_ms": 1500}})
    shown = on_terminal(destination, "--folder", source)
    assert shown.status == 0
    assert any(re.fullmatch(r"sending  100%  ([\d.]+ \w+) of \1  -- B/s  ETA --", line) for line in shown.lines), shown.lines
    assert shown.redraws <= shown.seconds * 10 + 2


def test_an_interruption_takes_the_line_away(destination: Destination, large: Path) -> None:
    destination.github.faults({"method": "PUT", "times": None, "action": {"delay_ms": 20_000}})
    shown = on_terminal(destination, "--folder", large, when=("sending", signal.SIGINT))
    assert shown.status == 130
    assert re.search(r"\r\x1b\[Khealthmetric-sender: error: [^\r\x1b]*\n", shown.text), shown.text
    assert not re.search(r"ETA[^\r]*\n", shown.text)
