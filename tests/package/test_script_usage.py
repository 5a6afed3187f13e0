"""Every script tells how it is used, and refuses what cannot be meant before it does anything."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from bench.measures import MEASURES

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(place.name for place in (PROJECT / "scripts").glob("*.sh")
                 if place.name not in {"usage.sh", "library_prefix.sh"})
REFUSED = {
    "bench.sh": [["--quik"], ["copyin"], ["--update-docs", "--quick"]],
    "build-macos.sh": [["--unknown"], ["x"]],
    "demo.sh": [["--kep"], ["a", "b"], ["/nowhere/at/all"]],
    "format.sh": [["--chek"], ["--check", "x"]],
    "fresh-root.sh": [[], ["debian:11", "true"], ["--unknown"], ["debian:12"]],
    "fuzz.sh": [["--second", "1"], ["--seconds"], ["--seconds", "nan"], ["--seconds", "0"], ["unpak"]],
    "install-packages.sh": [["--unknown"], ["absnt"]],
    "install-test-tools.sh": [["--unknown"]],
    "lint-portability.sh": [["--unknown"], ["release", "debug"]],
    "lint-workflows.sh": [["--unknown"]],
    "lint.sh": [["--unknown"], ["release", "debug"]],
    "macos-prefix.sh": [["--unknown"], ["arm"]],
    "make-screenshots.sh": [["--unknown"], ["release", "debug"]],
    "receive-locally.sh": [[], ["--unknown"]],
    "test-systems.sh": [["--unknown"], ["debian:11"]],
    "test-windows.sh": [["--unknown"], ["x"]],
    "test.sh": [["--lang"], ["release"], ["--preset"]],
    "windows-prefix.sh": [["--unknown"]],
}


def run(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROJECT / "scripts" / script, *words], cwd="/", text=True, capture_output=True,
                          timeout=60, check=False)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_is_the_comment_at_its_head(script: str, word: str) -> None:
    done = run(script, word)
    assert (done.returncode, done.stderr) == (0, "")
    head = (PROJECT / "scripts" / script).read_text().partition("\nset ")[0].splitlines()[1:]
    assert done.stdout.splitlines() == [line.removeprefix("#").removeprefix(" ") for line in head]


@pytest.mark.parametrize(("script", "words"), [(script, words) for script in SCRIPTS for words in REFUSED[script]])
def test_words_that_cannot_be_meant_are_refused_in_a_line(script: str, words: list[str]) -> None:
    done = run(script, *words)
    assert (done.returncode, done.stdout) == (2, ""), done
    line = done.stderr.splitlines()[-1]
    assert line.startswith((f"{script}: ", "scripts/bench.sh: error: ")), done.stderr


def test_the_help_of_the_benchmark_names_what_it_measures() -> None:
    assert ", ".join(MEASURES) in " ".join(run("bench.sh", "--help").stdout.split())
