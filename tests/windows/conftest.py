from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("cli", ".")]
from fault_proxy import secure  # noqa: E402, F401
from github_server.local_github import LocalGithub  # noqa: E402
from repositories import TOKEN, Repository  # noqa: E402
from wine import WindowsSender, end_windows, missing, start_windows  # noqa: E402


@pytest.fixture(scope="session")
def wine_prefix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if reason := missing():
        pytest.skip(reason)
    prefix = tmp_path_factory.mktemp("wine") / "prefix"
    start_windows(prefix)
    yield prefix
    end_windows(prefix)


@pytest.fixture
def windows_sender(wine_prefix: Path, tmp_path: Path) -> WindowsSender:
    return WindowsSender(tmp_path / "home", wine_prefix)


@pytest.fixture(scope="module")
def github() -> Iterator[LocalGithub]:
    with LocalGithub(tokens={TOKEN: "contents=write,actions=write"}) as server:
        yield server


@pytest.fixture
def repository(github: LocalGithub, windows_sender: WindowsSender, request: pytest.FixtureRequest) -> Repository:
    return Repository(github, windows_sender, request.node.name)
