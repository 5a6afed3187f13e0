"""--warn-after: batches wait, and nothing was delivered for so long."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from conftest import TOKEN, Destination
from programs import Result

DAY_S = 86_400
OFFLINE = ("--max-wait", "0", "--proxy", "http://127.0.0.1:1")


def offline(destination: Destination, source: Path, *words: str) -> Result:
    return destination("--folder", source, "--changed-only", *OFFLINE, *words)


def is_overdue(result: Result) -> bool:
    return "(--warn-after)" in result.stderr


def delivered(destination: Destination, days_ago: float) -> None:
    assert destination("--data", "0").status == 0
    [file] = (destination.sender.home / "state/healthmetric/contact").glob("*.json")
    then = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days_ago * DAY_S))
    file.write_text(json.dumps({"delivered_at": then}))


def queued(destination: Destination, days_ago: float) -> None:
    """The batches of the queue, as if they were so old."""
    for name in destination.waiting():
        note = destination.sender.outbox / name / "entry.json"
        entry = json.loads(note.read_bytes())
        note.write_text(json.dumps(entry | {"queued_at_us": int((time.time() - days_ago * DAY_S) * 1_000_000)}))


def test_a_batch_that_waits_since_the_last_delivery_is_told(destination: Destination, source: Path) -> None:
    delivered(destination, 4)
    result = offline(destination, source, "--warn-after", "3d", "--quiet")
    assert result.status == 7, "a greater status stays"
    result.error_line(f"error: nothing was delivered to {destination.repo} for 4 days (--warn-after), and 1 batch waits "
                      "in the outbox: 'healthmetric-sender outbox list' shows why")
    assert not is_overdue(offline(destination, source, "--warn-after", "5d"))
    assert not is_overdue(offline(destination, source))


def test_without_a_delivery_the_oldest_batch_counts(destination: Destination, source: Path) -> None:
    assert not is_overdue(offline(destination, source, "--warn-after", "1h"))
    queued(destination, 2.5)
    assert "for 2 days (--warn-after)" in offline(destination, source, "--warn-after", "2d").stderr
    assert not is_overdue(offline(destination, source, "--warn-after", "3d"))
    queued(destination, -2)
    assert not is_overdue(offline(destination, source, "--warn-after", "1s")), "of a clock that was set back nothing follows"


def test_a_run_that_delivers_it_has_nothing_to_tell(destination: Destination, source: Path) -> None:
    offline(destination, source)
    queued(destination, 30)
    result = destination("--folder", source, "--changed-only", "--warn-after", "3d")
    assert (result.status, is_overdue(result)) == (0, False), result


def test_where_nothing_waits_nothing_is_overdue(destination: Destination, source: Path) -> None:
    delivered(destination, 400)
    (source / "data.json").unlink()
    result = destination("--folder", source, "--warn-after", "1d")
    assert (result.status, is_overdue(result)) == (3, False), result


def test_the_status_is_at_least_4(destination: Destination, source: Path) -> None:
    """What waits goes by another trigger: nothing fails in this run, and nothing is delivered either."""
    assert destination("--data", "1", "--trigger", "none", *OFFLINE).status == 7
    queued(destination, 4)
    (source / "data.json").unlink()
    result = destination("--folder", source, "--warn-after", "3d", "--quiet")
    assert (result.status, is_overdue(result)) == (4, True), result
    assert destination("--folder", source).status == 3


def test_another_repository_is_none_of_it(destination: Destination, source: Path) -> None:
    offline(destination, source)
    queued(destination, 30)
    destination.github.create_repo("octo/other-one")
    result = destination.sender("--folder", source, "--repo", "octo/other-one", "--api-url", destination.github.api_url,
                                "--inbox-branch", "main", "--branch", "main", "--warn-after", "1d", env={"GH_TOKEN": TOKEN})
    assert (result.status, is_overdue(result)) == (0, False), result


def test_from_the_configuration(destination: Destination, source: Path, tmp_path: Path) -> None:
    config = tmp_path / "sender.toml"
    config.write_text('warn-after = "3d"\n')
    delivered(destination, 4)
    assert is_overdue(offline(destination, source, "--config", str(config)))


@pytest.mark.parametrize("text", ["often", "400d", ""])
def test_a_time_that_is_none_is_usage(text: str, destination: Destination) -> None:
    assert destination("--data", "1", "--warn-after", text).status == 2
