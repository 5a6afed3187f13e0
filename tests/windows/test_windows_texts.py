"""Names and words in any script, in what the sender for Windows prints into a pipe. Under Wine."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import Repository
from trees import write_tree
from wine import WindowsSender, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

SCRIPTS = {"Latin": "Befund \u00fc\u00df\u0142", "Greek": "\u03ba\u03b1\u03c1\u03b4\u03b9\u03ac",
           "Cyrillic": "\u043f\u0443\u043b\u044c\u0441", "Hebrew": "\u05d3\u05d5\u05e4\u05e7",
           "Thai": "\u0e2b\u0e31\u0e27\u0e43\u0e08", "Chinese": "\u5fc3\u62cd\u6570",
           "past 16 bits": "\U0001f493\U00020bb7"}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=list(SCRIPTS))
def test_names_are_told_as_they_are(windows_sender: WindowsSender, tmp_path: Path, text: str) -> None:
    folder = write_tree(tmp_path / text, {f"{text}.json": b"{}", f"{text}/{text}.exe": b"MZ"})
    plan = windows_sender("--dry-run", "--folder", folder)
    assert plan.status == 0, plan
    assert f"{text}.json" in plan.stdout
    plan = windows_sender("--dry-run", "--json", "--folder", folder)
    assert [file["path"] for file in plan.json["files"]] == [f"{text}.json"]

    refused = windows_sender("--folder", tmp_path / f"no {text}")
    assert (refused.status, refused.stdout) == (2, "")
    assert f"no {text}'" in refused.error_line("error: ")
    assert text in windows_sender(f"--{text}").error_line("error: ")


def test_a_pipe_has_results_and_no_progress(repository: Repository, tmp_path: Path) -> None:
    text = SCRIPTS["Chinese"]
    folder = write_tree(tmp_path / text, {f"{number} {text}.json": b"0" * 400_000 for number in range(5)})
    result = repository.sender(*repository.words, "--folder", folder, env=repository.token)
    assert result.status == 0, result
    assert result.stdout.startswith("sent ")
    for written in (result.stdout, result.stderr):
        assert not set(written) & set("\r\b\x1b")
        assert "%" not in written
