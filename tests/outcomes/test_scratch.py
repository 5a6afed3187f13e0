"""What tests leave behind: nothing, or what failed, in the build folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
WORK = """
import os

def test_work(tmp_path):
    (tmp_path / "locked").mkdir()
    (tmp_path / "locked/file").write_text("left")
    (tmp_path / "locked").chmod(0)
    os.mkfifo(tmp_path / "pipe")
    assert VERDICT
"""


@pytest.mark.parametrize("verdict", [True, False])
def test_a_session_leaves_nothing_but_what_failed(verdict: bool, tmp_path: Path) -> None:
    file, temporary, build = tmp_path / "test_work.py", tmp_path / "temporary", tmp_path / "build"
    file.write_text(WORK.replace("VERDICT", str(verdict)))
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "outcomes.scratch",
         "--rootdir", tmp_path, file], text=True, capture_output=True, check=False, timeout=60,
        env=os.environ | {"PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1",
                          "TMPDIR": str(temporary), "HEALTHMETRIC_BUILD": str(build)})
    assert done.returncode == (0 if verdict else 1), done
    assert not list(temporary.iterdir())
    kept = build / "failed/test_work"
    assert kept.exists() != verdict
    if not verdict:
        (kept / "test_work0/locked").chmod(0o700)
        assert (kept / "test_work0/locked/file").read_text() == "left"
        assert (kept / "test_work0/pipe").is_fifo()
        assert f"What they left is in {kept}" in done.stdout
    assert not list(tmp_path.rglob("__pycache__"))
