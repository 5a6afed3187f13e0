"""Manual pages and completions say what the programs' own --help says, and shells take them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from programs import Program, REPOSITORY, options_of

PROGRAMS = ["healthmetric-sender", "healthmetric-receiver"]


def build() -> Path:
    return Path(os.environ.get("HEALTHMETRIC_BUILD") or REPOSITORY / "build/release")


def run(*words: str | Path, check: bool = True, **options: object) -> str:
    result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, **options)
    assert not check or result.returncode == 0, result.stdout
    return result.stdout


def needs(program: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prefix = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", build(), "--prefix", prefix)
    return prefix


def bash_complete(installed: Path, program: str, *words: str, cwd: Path | None = None) -> list[str]:
    file = installed / "share/bash-completion/completions" / program
    script = f"""
        source {file}
        COMP_WORDS=({program} "$@") COMP_CWORD=$#
        _{program.replace("-", "_")}
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return [line for line in run("bash", "-c", script, "bash", *words, cwd=cwd).split("\n") if line]


def test_everything_is_installed_beside_the_programs(installed: Path) -> None:
    for program in PROGRAMS:
        assert os.access(installed / "bin" / program, os.X_OK)
        for place in (f"share/man/man1/{program}.1", f"share/bash-completion/completions/{program}",
                      f"share/zsh/site-functions/_{program}", f"share/fish/vendor_completions.d/{program}.fish"):
            assert (installed / place).stat().st_size > 0


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_has_exactly_the_options_of_the_program(program: str, installed: Path, sender: Program,
                                                     receiver: Program) -> None:
    options = options_of(sender if program.endswith("sender") else receiver)
    assert len(options) > 10
    page = (installed / f"share/man/man1/{program}.1").read_text().replace("\\-", "-")
    assert set(re.findall(r"^\.TP\n(?:\\fB-\w\\fR, )?\\fB--([\w-]+)\\fR", page, re.MULTILINE)) == options
    assert {word.removeprefix("--") for word in bash_complete(installed, program, "--")} == options
    zsh = (installed / f"share/zsh/site-functions/_{program}").read_text()
    assert set(re.findall(r"'\*--([\w-]+)", zsh)) == options
    fish = (installed / f"share/fish/vendor_completions.d/{program}.fish").read_text()
    assert set(re.findall(r" -l ([\w-]+)", fish)) == options


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_option_is_described_in_the_documents(program: str, sender: Program, receiver: Program) -> None:
    text = (REPOSITORY / "docs/options.md").read_text()
    part = text.partition("\n## Receiver\n")[0 if program.endswith("sender") else 2]
    rows = [line.split(" | ")[0] for line in part.splitlines() if line.startswith("| `")]
    described = {option for row in rows for option in re.findall(r"--([\w-]+)", row)}
    options = options_of(sender if program.endswith("sender") else receiver)
    assert described == options - {"help", "version"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_manual_page_is_without_fault(program: str, installed: Path) -> None:
    needs("mandoc")
    page = installed / f"share/man/man1/{program}.1"
    assert run("mandoc", "-T", "lint", "-W", "warning", page, check=False) == ""
    text = run("mandoc", "-T", "utf8", "-O", "width=100", page)
    for section in ("NAME", "SYNOPSIS", "OPTIONS", "ENVIRONMENT", "EXIT STATUS", "FILES", "EXAMPLES", "SEE ALSO"):
        assert re.search(rf"^.?{section}|^{section}", re.sub(r".\x08", "", text), re.MULTILINE), section


def test_the_senders_page_has_its_commands(installed: Path) -> None:
    page = (installed / "share/man/man1/healthmetric-sender.1").read_text().replace("\\-", "-")
    assert ".SH COMMANDS" in page
    for term in ("\\fBoutbox list\\fR\n", "\\fBoutbox retry\\fR \\fI[ID]...\\fR\n",
                 "\\fBoutbox drop\\fR \\fIID...\\fR\n", "\\fB--wait\\fR[=\\fITIME\\fR]\n"):
        assert ".TP\n" + term in page, term


def listed(text: str) -> dict[str, bool]:
    """The options that --help lists, and whether each takes a value."""
    return {name: bool(value) for name, value in re.findall(r"^  (?:-\w,)?--([\w-]+)((?: |\[=)[A-Z]+)?", text, re.MULTILINE)}


@pytest.mark.parametrize("program, words", [("receiver", "verify"), ("sender", "outbox list"), ("sender", "outbox retry"),
                                            ("sender", "outbox drop")])
def test_help_of_a_command_lists_what_it_takes(program: str, words: str, installed: Path, sender: Program,
                                               receiver: Program) -> None:
    run_program = sender if program == "sender" else receiver
    takes = listed(run_program(*words.split(), "--help").stdout)
    assert {"help", "json", "log-file"} <= takes.keys() < listed(run_program("--help").stdout).keys()
    page = (installed / f"share/man/man1/healthmetric-{program}.1").read_text().replace("\\-", "-")
    [sentence] = re.findall(rf"^\.TP\n\\fB{words}\\fR.*\n.*\n(It takes .*)$", page, re.MULTILINE)
    assert set(re.findall(r"--([\w-]+)", sentence)) == takes.keys() - {"help"}


def test_verify_refuses_what_its_help_does_not_list(receiver: Program) -> None:
    takes = listed(receiver("verify", "--help").stdout)
    others = {name: value for name, value in listed(receiver("--help").stdout).items() if name not in takes | {"version": False}}
    assert len(others) > 8
    for name, has_value in others.items():
        choices = {"git-blob-ids": "auto", "durability": "none"}
        result = receiver("verify", f"--{name}={choices.get(name, 1)}" if has_value else f"--{name}")
        assert result.status == 2
        result.error_line(f"verify does not take --{name} (healthmetric-receiver verify --help)")


def test_bash_completes_options_choices_and_places(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "my folder").mkdir()
    (tmp_path / "my file.json").write_bytes(b"")
    complete = lambda *words: bash_complete(installed, "healthmetric-sender", *words, cwd=tmp_path)  # noqa: E731
    assert complete("--tr") == ["--trigger"]
    assert complete("--folder", "x", "--compress", "") == ["none", "zstd"]
    assert complete("--trigger", "=", "d") == ["dispatch"]
    assert complete("--trigger", "=") == ["dispatch", "push", "workflow", "none"]
    assert complete("--folder", "my") == ["my folder"]
    assert sorted(complete("--file", "my")) == ["my file.json", "my folder"]
    assert complete("--repo", "") == []
    assert complete("--folder=my") == ["--folder=my folder"]
    assert complete("--trigger=d") == ["--trigger=dispatch"]
    assert complete("out") == ["outbox"]
    assert complete("outbox", "") == ["list", "retry", "drop"]


PROFILES = 'folder = "[profile.none]"\n[profile.nightly]\n  [ profile . "my prof" ] # why\n[other.x]\n'


def test_bash_offers_the_profiles(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "healthmetric").mkdir()
    (tmp_path / "healthmetric/sender.toml").write_text(PROFILES)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert bash_complete(installed, "healthmetric-sender", "--profile", "") == ["nightly", "my prof"]
    assert bash_complete(installed, "healthmetric-sender", "--profile=n") == ["--profile=nightly"]
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    assert bash_complete(installed, "healthmetric-sender", "--profile", "") == []


def test_the_manual_pages_say_what_concerns_their_program(installed: Path) -> None:
    page = {program: (installed / f"share/man/man1/{program}.1").read_text() for program in PROGRAMS}
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "NO_COLOR"):
        assert variable in page["healthmetric-sender"]
    statuses = {program: re.findall(r"^\\fB(\d+)\\fR$", text, re.MULTILINE) for program, text in page.items()}
    assert statuses["healthmetric-receiver"] == ["0", "1", "2", "4", "9", "10", "130", "143"]
    assert set(statuses["healthmetric-sender"]) >= {"5", "6", "7", "8", "11"}
    assert "outbox" not in page["healthmetric-receiver"]


def test_fish_completes_options_and_choices(installed: Path, tmp_path: Path) -> None:
    needs("fish")
    file = installed / "share/fish/vendor_completions.d/healthmetric-sender.fish"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    (tmp_path / "my folder").mkdir()
    (tmp_path / ".config/healthmetric").mkdir(parents=True)
    (tmp_path / ".config/healthmetric/sender.toml").write_text(PROFILES)

    def complete(line: str) -> list[str]:
        script = f"source {file}; complete -C {line!r}"
        return [found.split("\t")[0] for found in run("fish", "-c", script, env=environment, cwd=tmp_path).splitlines()]

    # fish 4 offers what has the letters in that order anywhere, behind what begins with them.
    assert complete("healthmetric-sender --tri")[0] == "--trigger"
    assert complete("healthmetric-sender outb")[0] == "outbox"
    assert sorted(complete("healthmetric-sender outbox ")) == ["drop", "list", "retry"]
    assert sorted(complete("healthmetric-sender --compress ")) == ["none", "zstd"]
    assert sorted(complete("healthmetric-sender --profile ")) in (["my\\ prof", "nightly"], ["my prof", "nightly"])
    assert "my\\ folder/" in complete("healthmetric-sender --folder my") or \
        "my folder/" in complete("healthmetric-sender --folder my")


WAITING = "20240115T103000Z-test_batch-3f9a1c07"


@pytest.fixture
def listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sender: Program) -> Path:
    """A sender on the PATH in whose outbox a batch waits."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/healthmetric-sender").symlink_to(sender.path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / f"state/healthmetric/outbox/{WAITING}").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("command", ["drop", "retry"])
def test_ids_of_waiting_batches_are_completed(command: str, listing: Path, installed: Path) -> None:
    assert bash_complete(installed, "healthmetric-sender", "outbox", command, "") == [WAITING]
    assert bash_complete(installed, "healthmetric-sender", "outbox", command, WAITING, "2024") == [WAITING]
    assert bash_complete(installed, "healthmetric-sender", "outbox", command, "x") == []
    assert bash_complete(installed, "healthmetric-sender", "outbox", "list", "", cwd=listing / "bin") != [WAITING]


@pytest.mark.parametrize("command", ["drop", "retry"])
def test_fish_and_zsh_complete_ids(command: str, listing: Path, installed: Path) -> None:
    needs("fish")
    needs("zsh")
    file = installed / "share/fish/vendor_completions.d/healthmetric-sender.fish"
    found = run("fish", "-c", f"source {file}; complete -C 'healthmetric-sender outbox {command} '", cwd=listing)
    assert [line.split("\t")[0] for line in found.splitlines()] == [WAITING]
    assert WAITING in zsh_offers(installed, listing, f"healthmetric-sender outbox {command} ", WAITING)


def test_a_path_is_completed(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    assert bash_complete(installed, "healthmetric-sender", "exp", cwd=tmp_path) == ["exports"]
    assert "exports" not in bash_complete(installed, "healthmetric-receiver", "", cwd=tmp_path)


def zsh_offers(installed: Path, home: Path, line: str, wanted: str) -> str:
    """What the real completion system adds for the line, in a pseudo-terminal as zsh wants it."""
    script = home / "complete.zsh"
    script.write_text(f"""
        zmodload zsh/zpty
        zpty shell zsh -f -i
        ask() {{ zpty -w shell "$1"; }}
        ask 'PS1= ; fpath=({installed}/share/zsh/site-functions $fpath); autoload -U compinit; compinit -u'
        ask 'compadd() {{ local found; builtin compadd -O found "$@"; print -rl -- "<"${{^found}}">"; builtin compadd "$@"; }}'
        ask 'print READY-$((40+2))'
        zpty -r -m shell line '*READY-42*'
        zpty -w -n shell $'{line}\\t'
        zpty -r -m shell line '*<{wanted}>*' && print -r -- "$line"
        zpty -d shell
    """)
    return run("timeout", "50", "zsh", "-f", script, env=os.environ | {"HOME": str(home), "TERM": "xterm"})


def test_zsh_completes_options_and_choices(installed: Path, tmp_path: Path) -> None:
    needs("zsh")
    assert "<zstd>" in zsh_offers(installed, tmp_path, "healthmetric-sender --compress ", "zstd")
    for program in PROGRAMS:
        run("zsh", "-n", installed / f"share/zsh/site-functions/_{program}")
