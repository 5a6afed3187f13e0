"""The script that installs what is missing: little to read, and what to do where it may not."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
ABSENT = ["healthmetric-absent", "healthmetric-absent-too"]
BY_HAND = ("Run this as root, then try again:\n"
           f"  apt-get update && apt-get install --yes --no-install-recommends {' '.join(ABSENT)}\n")
NOBODY = 65534


class Installer:
    """The script beside a list of packages that no distribution has, and programs in place of the system's."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.programs, self.temporary = folder, folder / "programs", folder / "temporary"
        self.programs.mkdir()
        for script in ("install-packages.sh", "usage.sh"):
            shutil.copy(SCRIPTS / script, folder)
        (folder / "packages.txt").write_text("".join(f"absent {package} for this test\n" for package in ABSENT))
        for program in ("bash", "cat", "dirname", "dpkg-query", "env", "grep", "mktemp", "rm", "sed"):
            (self.programs / program).symlink_to(shutil.which(program))
        self.temporary.mkdir()
        self.temporary.chmod(0o1777)
        folder.chmod(0o755)

    def place(self, name: str, script: str) -> None:
        (self.programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.programs / name).chmod(0o755)

    def run(self, group: str = "absent", user: int | None = None) -> subprocess.CompletedProcess[str]:
        """As `user`, where that can be chosen."""
        other = {"user": user, "group": user, "extra_groups": []} if user and os.geteuid() == 0 else {}
        return subprocess.run(["bash", self.folder / "install-packages.sh", group], text=True, capture_output=True,
                              check=False, timeout=60, **other,
                              env={"PATH": str(self.programs), "TMPDIR": str(self.temporary)})


@pytest.fixture
def installer() -> Iterator[Installer]:
    """Not below pytest's folder, where another user may not look."""
    if not shutil.which("dpkg-query"):
        pytest.skip("needs dpkg-query")
    with tempfile.TemporaryDirectory(prefix="healthmetric-install-") as folder:
        yield Installer(Path(folder))


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@needs_root
def test_a_step_is_a_line_and_nothing_stays_behind(installer: Installer) -> None:
    asked = installer.folder / "asked"
    installer.place("apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {asked}; echo much; echo more >&2')
    done = installer.run()
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Updating the lists of packages\nInstalling {' '.join(ABSENT)}\n"
    quiet = "noninteractive --quiet --quiet -o Dpkg::Use-Pty=0"
    assert asked.read_text().splitlines() == [
        f"{quiet} update", f"{quiet} install --yes --no-install-recommends {' '.join(ABSENT)}"]
    assert not list(installer.temporary.iterdir())


@needs_root
@pytest.mark.parametrize("step", ["update", "install"])
def test_when_apt_fails_all_it_said_is_shown(installer: Installer, step: str) -> None:
    installer.place("apt-get", f'echo "said by $*"; case "$*" in *{step}*) exit 100;; esac')
    done = installer.run()
    assert (done.returncode, done.stdout) == (1, "")
    assert "said by --quiet --quiet -o Dpkg::Use-Pty=0 update\n" in done.stderr
    assert done.stderr.endswith(f"install-packages: apt-get failed; its output is above\n{BY_HAND}")


def test_without_root_and_sudo_the_line_to_run_is_told(installer: Installer) -> None:
    done = installer.run(user=NOBODY)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"install-packages: must be run as root, as sudo is not installed\n{BY_HAND}"


def test_sudo_is_used_where_there_is_one(installer: Installer) -> None:
    installer.place("sudo", 'echo "nobody is not in the sudoers file" >&2; exit 1')
    done = installer.run(user=NOBODY)
    assert done.returncode == 1
    assert "nobody is not in the sudoers file\n" in done.stderr
    assert done.stderr.endswith(BY_HAND)


def test_a_group_that_is_none_is_refused(installer: Installer) -> None:
    done = installer.run("absnt")
    assert (done.returncode, done.stderr) == (
        2, "install-packages.sh: packages.txt has no group 'absnt' (see --help)\n")


def test_the_demo_installs_little(tmp_path: Path) -> None:
    """What only tests need must not stand between a newcomer and the demo."""
    groups: dict[str, set[str]] = {}
    for line in (SCRIPTS / "packages.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            group, package, _ = line.split(maxsplit=2)
            groups.setdefault(group, set()).add(package)
    assert groups["demo"] == {"curl", "jq"}
    assert 'install-packages.sh" build demo' in (SCRIPTS / "demo.sh").read_text()
