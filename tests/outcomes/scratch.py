"""A pytest plugin. A session works in a temporary folder that is gone in the end. It lies outside the project,
for whatever lies below that is in a git repository. What a session that failed left there is moved to
failed/ in the build folder HEALTHMETRIC_BUILD."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_room = pytest.StashKey[Path]()
_failed = pytest.StashKey[bool]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not config.option.basetemp:
        config.stash[_room] = Path(tempfile.mkdtemp(prefix="healthmetric-tests-"))
        config.option.basetemp = str(config.stash[_room])


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.stash[_failed] = session.testsfailed > 0


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    room = config.stash.get(_room, None)
    if room is None:
        return
    build = os.environ.get("HEALTHMETRIC_BUILD")
    if build and config.stash.get(_failed, False):
        kept = Path(build) / "failed" / "-".join(Path(argument).stem for argument in config.args)[-200:]
        _remove(kept)
        kept.parent.mkdir(parents=True, exist_ok=True)
        # Not shutil.move, which stops at a FIFO.
        subprocess.run(["mv", "--", room, kept], check=False)
        print(f"What they left is in {kept}")
    _remove(room)


def _remove(folder: Path) -> None:
    """Tests take permissions away."""
    for directory, names, _ in os.walk(folder):
        for place in (Path(directory, name) for name in names):
            if not place.is_symlink():
                place.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
