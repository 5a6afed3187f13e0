"""Many at once: senders that upload through the API while receivers push through git over HTTP."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import built
from forge import SCRIPT
from github_server.git_environment import git_environment
from github_server.local_github import LocalGithub
from project import TOKEN, Project
from sending import Sender

SENDERS, BATCHES_EACH, RECEIVERS = 5, 4, 3


@pytest.fixture
def quiet_project(tmp_path: Path) -> Iterator[Project]:
    """Where no event starts anything."""
    with LocalGithub(tokens={TOKEN: "contents=write"}) as github:
        yield Project(github, tmp_path, "octo/race")


def clone(project: Project, folder: Path) -> Path:
    url = project.github.url.replace("://", f"://x:{TOKEN}@") + f"/{project.repo}.git"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", "--filter=blob:none", "--no-checkout",
                    url, folder], check=True, env=git_environment())
    return folder


def overtaken_receiver(project: Project, folder: Path) -> Path:
    """The receiver, which the first time ends only when somebody has moved the branch."""
    wrapper = folder / "overtaken-receiver"
    tip = f'git -C "{project.github.repo_path(project.repo)}" rev-parse main'
    wrapper.write_text(f"""#!/bin/bash
before=$({tip})
"{built("HEALTHMETRIC_RECEIVER")}" "$@"; status=$?
if [ ! -e "{folder}/overtaken" ]; then
  touch "{folder}/overtaken"
  for _ in {{1..600}}; do [ "$({tip})" = "$before" ] || break; sleep 0.05; done
fi
exit $status
""")
    wrapper.chmod(0o755)
    return wrapper


def receive(clone: Path, receiver: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, "--receiver", receiver,
                           "--log-file", clone / "receiver.log"],
                          cwd=clone, env=git_environment(), text=True, capture_output=True,
                          timeout=300, check=False)


def test_five_senders_and_three_receivers(quiet_project: Project, tmp_path: Path) -> None:
    program = built("HEALTHMETRIC_SENDER")
    sent: list[str] = []
    runs: list[subprocess.CompletedProcess[str]] = []

    def send_all(number: int) -> None:
        sender = Sender(program, tmp_path / f"sender-{number}")
        for batch in range(BATCHES_EACH):
            files = {f"{number}-{batch}.txt": b"%d %d" % (number, batch), "same.txt": b"the same"}
            sent.append(sender.send(quiet_project, files, "--trigger", "none",
                                    batch_name=f"of-{number}"))

    def receive_all(folder: Path, receiver: Path) -> None:
        while True:
            is_last = all(each.done() for each in senders)
            runs.append(receive(folder, receiver))
            if is_last:
                return

    receivers = [overtaken_receiver(quiet_project, tmp_path)]
    receivers += [built("HEALTHMETRIC_RECEIVER")] * (RECEIVERS - 1)
    clones = [clone(quiet_project, tmp_path / f"clone-{number}") for number in range(RECEIVERS)]
    with ThreadPoolExecutor(SENDERS + RECEIVERS) as pool:
        senders = [pool.submit(send_all, number) for number in range(SENDERS)]
        receiving = [pool.submit(receive_all, *each) for each in zip(clones, receivers, strict=True)]
        for each in senders + receiving:
            each.result()

    assert [run.returncode for run in runs] == [0] * len(runs), [run.stderr for run in runs]
    assert any("starting again" in run.stderr for run in runs)
    assert len(sent) == len(set(sent)) == SENDERS * BATCHES_EACH
    assert not [path for path in quiet_project.files() if path.startswith("_storage/inbox/2")]
    stored = Counter(message.split()[2] for message in quiet_project.messages()
                     if message.startswith("Store batch "))
    assert stored == Counter(sent)
    for batch_id in sent:
        receipt = quiet_project.receipt(batch_id)
        assert receipt["status"] == "stored"
        for file in receipt["files"]:
            stored = quiet_project.github.read(quiet_project.repo, f"_storage/{file['stored_path']}", "main")
            assert hashlib.sha256(stored).hexdigest() == file["sha256"]
