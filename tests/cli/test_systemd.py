"""In a systemd unit: the folders that it names, and the unit of the documentation."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import TOKEN, Destination, Output
from programs import REPOSITORY, Program

GUIDE = REPOSITORY / "docs/day-to-day.md"


def unit(name: str) -> str:
    text = GUIDE.read_text().partition(f"`/etc/systemd/system/healthmetric.{name}`:")[2]
    return text.partition("```ini\n")[2].partition("```")[0]


def test_the_outbox_is_in_the_state_directory(destination: Destination, source: Path, tmp_path: Path) -> None:
    for variable, place in ((str(tmp_path / "one"), "one"), (f"{tmp_path}/two:{tmp_path}/three", "two")):
        result = destination("--folder", source, "--json", env={"STATE_DIRECTORY": variable})
        assert result.status == 0, result
        listed = destination.sender("outbox", "list", "--json", env={"STATE_DIRECTORY": variable}).json["batches"]
        assert [batch["batch_id"] for batch in listed] == [result.json["batch_id"]]
        assert (tmp_path / place / "outbox/delivered" / result.json["batch_id"]).is_dir()
    assert not (tmp_path / "three").exists() and not (destination.sender.home / "state").exists()


def test_what_is_named_comes_first(destination: Destination, source: Path, tmp_path: Path) -> None:
    environment = {"STATE_DIRECTORY": str(tmp_path / "unit"), "LOGS_DIRECTORY": str(tmp_path)}
    words = ("--state-dir", tmp_path / "named", "--log-file", tmp_path / "named.log")
    assert destination("--folder", source, *words, env=environment).status == 0
    assert (tmp_path / "named/outbox").is_dir() and (tmp_path / "named.log").exists()
    assert not (tmp_path / "unit").exists() and not (tmp_path / "sender.log").exists()


@pytest.mark.parametrize("value", ["", "relative", ":"])
def test_what_is_no_folder_is_passed_over(value: str, destination: Destination, source: Path) -> None:
    environment = {"STATE_DIRECTORY": value, "LOGS_DIRECTORY": value}
    assert destination("--folder", source, env=environment).status == 0
    assert destination.sender.outbox.is_dir()


def test_no_home_is_needed(destination: Destination, source: Path, tmp_path: Path) -> None:
    environment = {"HOME": "", "XDG_STATE_HOME": "", "STATE_DIRECTORY": str(tmp_path / "state")}
    assert destination("--folder", source, env=environment).status == 0


def test_the_log_is_in_the_logs_directory(destination: Destination, output: Output, source: Path, tmp_path: Path) -> None:
    environment = {"LOGS_DIRECTORY": f"{tmp_path}/logs:{tmp_path}/other"}
    (tmp_path / "logs").mkdir()
    assert output("--folder", source, "--dry-run", env=environment).status == 0
    assert list((tmp_path / "logs").iterdir()) == []
    result = destination("--folder", source, env=environment)
    assert result.status == 0
    assert result.stdout.strip() in (tmp_path / "logs/sender.log").read_text()


def test_the_unit_of_the_documentation_works(destination: Destination, source: Path, tmp_path: Path) -> None:
    service = unit("service")
    [command] = re.findall(r"^ExecStart=/usr/bin/healthmetric-sender (.+)$", service, re.MULTILINE)
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "token").chmod(0o600)
    words = [word.replace("/srv/metrics", str(source)).replace("${CREDENTIALS_DIRECTORY}", str(tmp_path))
             for word in shlex.split(command)]
    at = words.index("--repo")
    del words[at:at + 2]
    environment = {"STATE_DIRECTORY": str(tmp_path / "state"), "LOGS_DIRECTORY": str(tmp_path)}
    first = destination(*words, token=None, env=environment)
    assert (first.status, first.stderr) == (0, ""), first
    second = destination(*words, "--json", token=None, env=environment)
    assert (second.status, second.json["status"], second.json["unchanged"]) == (0, "empty", 1)
    assert first.stdout.strip() in (tmp_path / "sender.log").read_text()


def test_systemd_takes_the_units_of_the_documentation(sender: Program, tmp_path: Path) -> None:
    """As far as its own check goes, where it is installed."""
    service, timer = unit("service"), unit("timer")
    assert "StateDirectory=" in service and "OnCalendar=" in timer
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    (tmp_path / "healthmetric.service").write_text(
        service.replace("/usr/bin/healthmetric-sender", str(sender.path)).replace("User=lab\n", ""))
    (tmp_path / "healthmetric.timer").write_text(timer)
    checked = subprocess.run([analyze, "verify", "--man=no", tmp_path / "healthmetric.service", tmp_path / "healthmetric.timer"],
                             capture_output=True, text=True, timeout=60)
    ours = [line for line in checked.stderr.splitlines() if "healthmetric" in line]
    assert ours == [], checked.stderr
