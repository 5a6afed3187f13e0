"""The packages of a release: what is in them, and that they install and run where nothing is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PROGRAMS = ("healthmetric-sender", "healthmetric-receiver")
LONG = os.environ.get("HEALTHMETRIC_LONG") == "1"


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    assert done.returncode == 0, (command, done.stdout)
    return done.stdout


def version() -> str:
    [found] = re.findall(r"project\(healthmetric VERSION (\S+)", (PROJECT / "CMakeLists.txt").read_text())
    return found


def packed(build: Path, generator: str, folder: Path, pattern: str) -> Path:
    run("cpack", "-G", generator, "--config", build / "CPackConfig.cmake", "-B", folder)
    [package] = folder.glob(pattern)
    return package


def documented_files(page_ending: str = "") -> set[str]:
    per_program = {f"{place}{program}{ending}" for program in PROGRAMS for place, ending in (
        ("bin/", ""), ("share/man/man1/", f".1{page_ending}"), ("share/bash-completion/completions/", ""),
        ("share/zsh/site-functions/_", ""), ("share/fish/vendor_completions.d/", ".fish"))}
    return per_program | {"share/doc/healthmetric/copyright"}


@pytest.fixture(scope="module")
def deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = os.environ.get("HEALTHMETRIC_BUILD")
    if not build or not shutil.which("dpkg-shlibdeps"):
        pytest.skip("HEALTHMETRIC_BUILD names no build, or there is no dpkg-dev")
    return packed(Path(build), "DEB", tmp_path_factory.mktemp("deb"), "*.deb")


def test_a_deb_holds_programs_manuals_completions_and_licence(deb: Path) -> None:
    listed = {line.split()[5].removeprefix("./usr/") for line in run("dpkg-deb", "-c", deb).splitlines()}
    assert documented_files(".gz") <= listed
    assert {"share/doc/healthmetric/changelog.Debian.gz", "share/lintian/overrides/healthmetric"} <= listed


def test_a_deb_says_what_it_needs(deb: Path) -> None:
    assert re.fullmatch(rf"healthmetric_{re.escape(version())}_[a-z]+[0-9.]*_[a-z0-9]+\.deb", deb.name)
    needed = run("dpkg-deb", "-f", deb, "Depends")
    for library in ("libc6", "libcurl", "libmodpbase64"):
        assert library in needed
    assert run("dpkg-deb", "-f", deb, "Version").startswith(f"{version()}-1~")


def test_a_deb_keeps_to_debians_policy(deb: Path) -> None:
    """But for what the overrides that it carries give a reason for."""
    if not shutil.which("lintian"):
        pytest.skip("lintian is not installed")
    assert run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", deb) == ""


long_test = pytest.mark.skipif(not LONG, reason="takes minutes: --long")


def this_distribution() -> tuple[str, str]:
    """Where its packages come from, and its name."""
    told = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)",
               "Created-By: Packages")
    codename = run("sh", "-c", ". /etc/os-release && echo $VERSION_CODENAME").strip()
    found = {line.split()[0] for line in told.splitlines() if line.split()[1:] == [codename, "main"]}
    return found.pop(), codename


@pytest.fixture(scope="module")
def clean_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        pytest.skip("needs root and debootstrap")
    root = tmp_path_factory.mktemp("root")
    source, codename = this_distribution()
    run("debootstrap", "--variant=minbase", codename, root, source, timeout=900)
    yield root
    shutil.rmtree(root)


@long_test
def test_the_deb_installs_and_runs_in_a_clean_system(deb: Path, clean_root: Path) -> None:
    shutil.copy(deb, clean_root)
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                   "DEBIAN_FRONTEND": "noninteractive"}

    def inside(*command: str) -> str:
        return run("chroot", clean_root, *command, env=environment, timeout=900)

    inside("apt-get", "install", "--yes", "--no-install-recommends", f"/{deb.name}")
    for program in PROGRAMS:
        assert inside(program, "--version") == f"{program} {version()}\n"
    inside("sh", "-c", "mkdir /in && echo '{}' > /in/a.json")
    inside("healthmetric-sender", "--folder", "/in", "--output", "/data", "--batch-name", "clean")
    inside("healthmetric-receiver", "--storage", "/data/_storage", "--log-file", "/receiver.log")
    [stored] = (clean_root / "data/_storage/clean").iterdir()
    assert stored.read_text() == "{}\n"
    inside("apt-get", "purge", "--yes", "healthmetric")
    assert not (clean_root / "usr/bin/healthmetric-sender").exists()


@long_test
def test_the_tarballs_receiver_needs_no_more_than_a_c_library(
    clean_root: Path, tmp_path: Path
) -> None:
    """The action unpacks it on machines where none of our libraries are."""
    run("cmake", "--preset", "release", "-B", tmp_path, "-DHEALTHMETRIC_TESTS=OFF",
        "-DHEALTHMETRIC_PORTABLE=ON", cwd=PROJECT)
    run("cmake", "--build", tmp_path)
    tarball = packed(tmp_path, "TGZ", tmp_path / "packages", "*.tar.gz")
    top = f"healthmetric-{version()}-linux-{os.uname().machine}"
    assert tarball.name == f"{top}.tar.gz"
    assert {f"{top}/{file}" for file in documented_files()} <= set(
        run("tar", "--list", "--file", tarball).splitlines())
    run("tar", "--extract", "--file", tarball, "--directory", clean_root / "opt")
    # The loader finds a program's place, and from there lib/, through /proc.
    start = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
    assert run("unshare", "--mount", "sh", "-c", start, clean_root,
               f"/opt/{top}/bin/healthmetric-receiver",
               "--version") == f"healthmetric-receiver {version()}\n"
