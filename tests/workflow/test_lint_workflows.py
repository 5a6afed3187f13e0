"""The lint finds what it is there for, and nothing in the project's own workflows."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from openapi import judged
from project import PROJECT, why_skipped

LINT = Path(__file__).parent / "lint/lint_workflows.mjs"
GOOD = """
on: push
permissions:
  contents: read
jobs:
  job:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: echo "$NAME"
        env:
          NAME: ${{ github.event.head_commit.message }}
"""


def lint(*files: Path) -> tuple[int, str]:
    if reason := why_skipped():
        pytest.skip(reason)
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    done = subprocess.run([judged.NODE, LINT, *files], text=True, capture_output=True,
                          timeout=120, check=False)
    assert done.stderr == "", done
    return done.returncode, done.stdout


def test_the_workflow_of_an_inbox_repository_is_clean_and_starts_with_no_push(tmp_path: Path) -> None:
    """And uses nothing but this project's actions, which take no file of the workspace."""
    text = (PROJECT / "docs/inbox-repository.yml").read_text()
    assert "push" not in text.split("permissions:")[0].split("\non:\n")[1].replace("Do everything but the push", "")
    used = [line.split("uses: ")[1] for line in text.splitlines() if "uses: " in line]
    assert used == [f"OWNER/REPOSITORY/.github/actions/{name}@COMMIT # v0.1.0" for name in ("setup-receiver", "receive")]
    (tmp_path / "workflow.yml").write_text(text.replace("COMMIT", "0" * 40))
    assert lint(tmp_path / "workflow.yml") == (0, "")


def test_the_watching_workflow_of_a_data_repository_is_clean(tmp_path: Path) -> None:
    text = (PROJECT / "docs/data-watch.yml").read_text()
    (tmp_path / "workflow.yml").write_text(text.replace("COMMIT", "0" * 40))
    assert lint(tmp_path / "workflow.yml") == (0, "")


def test_the_projects_own_workflows_are_clean() -> None:
    files = [*(PROJECT / ".github/workflows").glob("*.yml"),
             *(PROJECT / ".github/actions").glob("*/action.yml")]
    assert len(files) == 7
    assert lint(*files) == (0, "")


@pytest.mark.parametrize(("good", "bad", "words"), [
    ("$NAME", "${{ github.event.client_payload.batch_name }}", "in a script"),
    ("$NAME", "${{ inputs.verbose }}", "in a script"),
    ("$NAME", "${{ github.head_ref }}", "in a script"),
    ('"$NAME"', "$NAME", "SC2086"),
    ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "is not pinned"),
    ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
     "@3d3c42e5aac5ba805825da76410c181273ba90b1", "is not pinned"),
    ("permissions:\n  contents: read\n", "", "no permissions"),
    ("ubuntu-24.04", "ubuntu-latest", "changes by itself"),
    ("    timeout-minutes: 5\n", "", "no timeout-minutes"),
    ("on: push", "on: pushed", "pushed"),
    ("github.event.head_commit.message }}", "github.event.head_commit.message( }}", "Unexpected"),
    ("runs-on", "runs_on", "runs_on"),
], ids=lambda value: ascii(value)[:30])
def test_what_is_wrong_is_found(tmp_path: Path, good: str, bad: str, words: str) -> None:
    assert good in GOOD
    file = tmp_path / "workflow.yml"
    file.write_text(GOOD.replace(good, bad))
    status, said = lint(file)
    assert status == 1 and words in said, said


def test_a_sound_workflow_passes(tmp_path: Path) -> None:
    (tmp_path / "workflow.yml").write_text(GOOD)
    assert lint(tmp_path / "workflow.yml") == (0, "")


def test_actions_are_looked_at_as_well(tmp_path: Path) -> None:
    (tmp_path / "action.yml").write_text(
        "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: echo ${{ inputs.name }}\n")
    status, said = lint(tmp_path / "action.yml")
    assert status == 1 and "inputs.name" in said
