from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NUMBERS = itertools.count(1)  # names that differ in odd characters only would become one
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / ".github/scripts")]
import project as workflow_project  # noqa: E402
from forge import Forge  # noqa: E402
from github_server.local_github import LocalGithub  # noqa: E402
from inbox_repository import Repositories, on_a_local_github  # noqa: E402
from openapi.judged import judged_exchanges, pytest_terminal_summary  # noqa: E402, F401
from project import FILES, PROJECT, Project  # noqa: E402
from sending import Sender  # noqa: E402
from sshd import why_no_sshd  # noqa: E402
from watch_runs import DAILY, Watched  # noqa: E402


def built(variable: str) -> Path:
    program = os.environ.get(variable)
    if not program:
        pytest.skip(f"{variable} does not name the program to test with")
    return Path(program).absolute()


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path, built("HEALTHMETRIC_RECEIVER"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def github(store: Path) -> Iterator[LocalGithub]:
    if reason := workflow_project.why_skipped():
        pytest.skip(reason)
    with workflow_project.start_github(store) as server:
        yield server


@pytest.fixture
def bare_project(github: LocalGithub, store: Path, request: pytest.FixtureRequest) -> Project:
    """With the project's files, and no receiver but what can be built of them."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", request.node.name)[:70]
    made = Project(github, store, f"octo/{name}-{next(NUMBERS)}")
    made.install(PROJECT, FILES)
    return made


@pytest.fixture
def project(bare_project: Project) -> Project:
    """With a release to take the receiver from as well."""
    bare_project.release(built("HEALTHMETRIC_RECEIVER"))
    return bare_project


@pytest.fixture
def repositories(tmp_path: Path) -> Iterator[Repositories]:
    if reason := workflow_project.why_skipped() or why_no_sshd():
        pytest.skip(reason)
    with on_a_local_github(tmp_path, built("HEALTHMETRIC_RECEIVER")) as made:
        yield made


@pytest.fixture
def sender(tmp_path: Path) -> Sender:
    return Sender(built("HEALTHMETRIC_SENDER"), tmp_path / "sender")


@pytest.fixture
def repository(github: LocalGithub, tmp_path: Path) -> Watched:
    github.clear_faults()
    return Watched(github, f"octo/watched-{next(NUMBERS)}", tmp_path, built("HEALTHMETRIC_RECEIVER"))


@pytest.fixture
def daily(repository: Watched) -> Watched:
    """Of ws-12 a batch is expected each day, and the last one came four days ago."""
    repository.settings(DAILY)
    repository.contacts("ws-12", 6, 5, 4)
    return repository
