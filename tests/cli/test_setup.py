"""`healthmetric-sender setup` in a real pseudo-terminal: from nothing to a sender that sends."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import TOKEN, Destination, new_destination
from doctor_stage import FINE, READING, UNKNOWN, Stage, ready_stage
from github_server.local_github import LocalGithub
from programs import Program
from pseudo_terminal import Terminal, squeezed
from receiver_workflow import WORKFLOW
from system_calls import TRACED, Answer, answered, needs_strace

CTRL_C, CTRL_D, CTRL_U = b"\x03", b"\x04", b"\x15"
ASKS_REPOSITORY = "Repository (owner/name, or its address): "
ASKS_TOKEN = "Token (it is not shown): "
ASKS_CONSENT = "Write both? (yes or no) [yes]: "
ASKS_ROUNDTRIP = "wait until it is stored? (yes or no) [yes]: "
ASKS_PROFILE = "Name of the profile ["

Begin = Callable[..., Terminal]


@pytest.fixture(scope="module")
def github() -> Iterator[LocalGithub]:
    with LocalGithub(tokens={FINE: "contents=write", READING: "contents=read"}) as server:
        yield server


@pytest.fixture
def stage(github: LocalGithub, sender: Program, tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    return ready_stage(new_destination(github, sender, request), tmp_path)


@pytest.fixture
def begin(stage: Stage) -> Begin:
    return lambda *words, **options: Terminal(stage.sender, "setup", "--api-url", stage.github.url, *words, **options)


def config_of(stage: Stage) -> Path:
    return stage.sender.home / ".config/healthmetric/sender.toml"


def files_in(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() if path.is_file() else b"" for path in home.rglob("*")}


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def named(stage: Stage) -> str:
    """The program, as the commands that are printed call it."""
    path = stage.sender.path.resolve()
    return path.name if path.parent in map(Path, ("/usr/local/bin", "/usr/bin", "/bin")) else str(path)


def send(stage: Stage, *words: str) -> None:
    """With nothing but what setup wrote."""
    folder = stage.tmp / "exports"
    folder.mkdir(exist_ok=True)
    (folder / "a.json").write_bytes(b"1")
    result = stage.sender("--folder", folder, *words)
    assert result.status == 0 and f"to {stage.repo}" in result.stdout, result


def test_from_nothing_to_a_sender_that_sends(begin: Begin, stage: Stage) -> None:
    terminal = begin()
    terminal.answer(ASKS_REPOSITORY, stage.repo.encode() + b"\r")
    terminal.wait_for(f"Make one at {stage.github.url}/settings/personal-access-tokens/new")
    terminal.wait_for(f"for the repository {stage.repo} alone, with the permission Contents: read and write")
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    token = config_of(stage).with_name("token")
    terminal.wait_for(f"The token goes to '{token}', readable by you alone.")
    terminal.wait_for(f"This will be the file '{config_of(stage)}': repo = \"{stage.repo}\" token-file = \"{token}\"")
    assert not token.parent.exists()
    terminal.answer(ASKS_CONSENT, b"\r")
    terminal.answer(ASKS_ROUNDTRIP, b"no\r")
    status, stdout = terminal.end()
    assert status == 0, terminal.plain
    assert re.search(r"^ok    token-write +the token may write", stdout, re.MULTILINE)
    assert "FAIL" not in stdout
    assert f"  {named(stage)} --folder FOLDER\n" in stdout
    assert stdout.endswith(f"  30 2 * * * {named(stage)} --folder FOLDER --changed-only --quiet\n")
    assert FINE not in terminal.text + stdout
    assert (token.read_text(), mode_of(token), mode_of(config_of(stage))) == (FINE + "\n", 0o600, 0o600)
    assert config_of(stage).read_text() == (
        f'repo = "{stage.repo}"\ntoken-file = "{token}"\napi-url = "{stage.github.url}"\n')
    assert sorted(path.name for path in token.parent.iterdir()) == ["sender.toml", "token"]
    send(stage)


def test_a_round_trip_is_made(receiving: Destination, tmp_path: Path) -> None:
    stage = Stage(receiving, tmp_path, TOKEN)
    stage.put(".github/workflows/data-receiver.yml", WORKFLOW)
    terminal = Terminal(stage.sender, "setup", "--api-url", stage.github.url, "--repo", stage.repo)
    terminal.answer(ASKS_TOKEN, TOKEN.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"yes\r")
    terminal.answer(ASKS_ROUNDTRIP, b"\r")
    status, stdout = terminal.end()
    assert status == 0, (stdout, terminal.plain)
    assert re.search(r"^ok    roundtrip +\S+-doctor-\S+: uploaded in .* s, stored after ", stdout, re.MULTILINE)
    assert ASKS_REPOSITORY not in terminal.plain


@pytest.mark.parametrize("form", ["{url}/{repo}", "{url}/{repo}.git", "git@127.0.0.1:{repo}.git", "{url}/{repo}/actions"])
def test_an_address_is_a_repository(form: str, begin: Begin, stage: Stage) -> None:
    terminal = begin()
    terminal.answer(ASKS_REPOSITORY, form.format(url=stage.github.url, repo=stage.repo).encode() + b"\r")
    terminal.wait_for(f"for the repository {stage.repo} alone")
    terminal.answer(ASKS_TOKEN, CTRL_D)
    assert terminal.end() == (130, "")


def test_what_is_no_answer_is_asked_for_again(begin: Begin, stage: Stage) -> None:
    terminal = begin()
    terminal.answer(ASKS_REPOSITORY, b"nonsense\r")
    terminal.wait_for("invalid repository 'nonsense': expected owner/name")
    terminal.answer(ASKS_REPOSITORY, b"https://ghe.example.com/octo/data\r")
    terminal.wait_for("add --api-url https://ghe.example.com/api/v3")
    terminal.answer(ASKS_REPOSITORY, stage.repo.encode() + b"\r")
    terminal.answer(ASKS_TOKEN, b"\r")
    terminal.wait_for("The token is empty")
    terminal.answer(ASKS_TOKEN, f"GH_TOKEN={FINE}\r".encode())
    terminal.wait_for("The token begins with 'GH_TOKEN='")
    terminal.answer(ASKS_TOKEN, b"wrong" + CTRL_U + FINE.encode() + b"x\x7f\r")
    terminal.answer(ASKS_CONSENT, b"no\r")
    assert terminal.end() == (0, "nothing was written\n")
    assert not config_of(stage).parent.exists()
    assert FINE not in terminal.text


def go_to_consent(terminal: Terminal) -> None:
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.wait_for(ASKS_CONSENT)


@pytest.mark.parametrize("keys", [b"\0\r", b"\0\0\r", b"\0yes\r", b"ye\0s\r", b"\x1cyes\r"])
def test_control_characters_are_no_part_of_an_answer(keys: bytes, begin: Begin, stage: Stage) -> None:
    terminal = begin("--repo", stage.repo)
    go_to_consent(terminal)
    os.write(terminal.leader, keys)
    terminal.answer(ASKS_ROUNDTRIP, b"no\r")
    assert terminal.end()[0] == 0 and config_of(stage).exists()


@pytest.mark.parametrize("keys", [b"yes\x16\x07\r", b"\x16\x01\r", b"y" * 20_000 + b"\r", b"maybe\r"])
def test_what_is_neither_yes_nor_no_is_no_consent(keys: bytes, begin: Begin, stage: Stage) -> None:
    terminal = begin("--repo", stage.repo)
    go_to_consent(terminal)
    for at in range(0, len(keys), 1000):  # as much as a terminal takes at a time
        os.write(terminal.leader, keys[at:at + 1000])
        terminal.read_for(0.05)
    terminal.wait_for("the line is longer than 16000 characters: please give a shorter answer" if len(keys) > 100
                      else "Please answer yes or no.")
    terminal.answer(ASKS_CONSENT, CTRL_D)
    status, stdout = terminal.end()
    assert (status, stdout) == (130, "") and "the input ended; nothing was written" in terminal.plain
    assert not config_of(stage).parent.exists()


def test_a_token_is_never_cut(begin: Begin, stage: Stage) -> None:
    terminal = begin("--repo", stage.repo)
    terminal.wait_for(ASKS_TOKEN)
    for _ in range(5):
        os.write(terminal.leader, b"x" * 1000)
        terminal.read_for(0.05)
    os.write(terminal.leader, b"\r")
    terminal.wait_for("the line is longer than 4096 bytes: please give a shorter answer")
    terminal.answer(ASKS_TOKEN, b"a\0b\r")
    terminal.wait_for("contains characters that tokens never contain")
    terminal.answer(ASKS_TOKEN, b"\x1c" + CTRL_D)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end()[0] == 143
    assert not config_of(stage).parent.exists()


DIALOGUE = [(ASKS_REPOSITORY, None), (ASKS_TOKEN, FINE.encode()), (ASKS_CONSENT, b"yes")]


def go_to(terminal: Terminal, question: int, repo: str) -> None:
    for words, answer in DIALOGUE[:question]:
        terminal.answer(words, (repo.encode() if answer is None else answer) + b"\r")
    terminal.wait_for(DIALOGUE[question][0])


@pytest.mark.parametrize("how", ["ctrl-c", "ctrl-d", "SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("question", range(3))
def test_who_leaves_leaves_nothing_behind(question: int, how: str, begin: Begin, stage: Stage) -> None:
    before = files_in(stage.sender.home)
    terminal = begin()
    go_to(terminal, question, stage.repo)
    if how.startswith("ctrl"):
        os.write(terminal.leader, CTRL_C if how == "ctrl-c" else CTRL_D)
        status, stdout = terminal.end()
        assert (status, stdout) == (130, "")
        assert "nothing was written" in terminal.plain
    elif how == "SIGTERM":
        terminal.process.send_signal(signal.SIGTERM)
        status, stdout = terminal.end()
        assert (status, stdout) == (143, "")
        assert "nothing was written" in terminal.plain
    else:
        terminal.process.kill()
        terminal.process.wait(10)
    assert files_in(stage.sender.home) == before
    assert stage.destination.requests() == []
    assert FINE not in terminal.text


def test_who_leaves_later_is_told_that_it_is_written(begin: Begin, stage: Stage) -> None:
    terminal = begin("--repo", stage.repo)
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"\r")
    terminal.answer(ASKS_ROUNDTRIP, CTRL_C)
    assert terminal.end()[0] == 130
    assert squeezed(f"'{config_of(stage)}' is written") in squeezed(terminal.plain)
    send(stage)


def test_what_is_wrong_is_shown(begin: Begin, stage: Stage) -> None:
    terminal = begin("--repo", stage.repo)
    terminal.answer(ASKS_TOKEN, READING.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"\r")
    status, stdout = terminal.end()
    assert status == 5
    assert re.search(r"^FAIL  token-write .*lacks the permission Contents: read and write", stdout, re.MULTILINE)
    assert squeezed(f"then check again: {named(stage)} doctor") in squeezed(terminal.plain)
    assert ASKS_ROUNDTRIP not in terminal.plain
    assert stage.sender("doctor", "--quiet").status == 5
    assert READING not in terminal.text + stdout


def test_a_wrong_token_is_corrected_by_the_next_one(begin: Begin, stage: Stage) -> None:
    terminal = begin("--repo", stage.repo)
    terminal.answer(ASKS_TOKEN, UNKNOWN.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"\r")
    status, stdout = terminal.end()
    token = config_of(stage).with_name("token")
    assert status == 5 and "FAIL  token-accepted" in stdout and "crontab" not in stdout
    assert squeezed(f"The token is in '{token}'; this replaces it: {named(stage)} setup") in squeezed(terminal.plain)
    written = config_of(stage).read_text()
    again = Terminal(stage.sender, "setup")
    again.answer(ASKS_REPOSITORY, stage.repo.encode() + b"\r")
    again.answer("already. Enter a new token for it? (yes or no) [yes]: ", b"\r")
    again.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    again.wait_for(f"The token goes to '{token}', readable by you alone, in place of the one there.")
    assert token.read_text() == UNKNOWN + "\n"
    again.answer("Write it? (yes or no) [yes]: ", b"\r")
    again.answer(ASKS_ROUNDTRIP, b"no\r")
    status, stdout = again.end()
    assert status == 0 and "crontab -e" in stdout, (stdout, again.plain)
    assert (token.read_text(), mode_of(token), config_of(stage).read_text()) == (FINE + "\n", 0o600, written)
    assert sorted(path.name for path in token.parent.iterdir()) == ["sender.toml", "token"]
    send(stage)


@pytest.mark.parametrize("is_named", [False, True])
def test_the_token_of_a_profile_is_corrected(is_named: bool, begin: Begin, stage: Stage) -> None:
    token = stage.tmp / "secret"
    config = stage.configure(f'[profile.lab]\nrepo = "{stage.repo}"\ntoken-file = "{token}"\n'
                             f'api-url = "{stage.github.url}/"\n')
    before = config.read_text()
    terminal = begin("--repo", stage.repo, *(["--profile", "lab"] if is_named else []))
    terminal.answer("already, with --profile lab. Enter a new token for it? (yes or no) [yes]: ", b"\r")
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.answer("Write it? (yes or no) [yes]: ", b"\r")
    if is_named:
        terminal.answer(ASKS_ROUNDTRIP, b"no\r")
    status, stdout = terminal.end()
    assert status == 0 and (is_named or stdout.endswith(f"  {named(stage)} doctor --profile lab\n")), stdout
    assert (token.read_text(), mode_of(token), config.read_text()) == (FINE + "\n", 0o600, before)
    send(stage, "--profile", "lab")


@pytest.mark.parametrize("section", ['repo = "octo/other"\ntoken-file = "t"', 'repo = "{repo}"',
                                     'repo = "{repo}"\ntoken-file = "t"\napi-url = "https://ghe.example.com/api/v3"'])
def test_another_target_is_not_corrected(section: str, begin: Begin, stage: Stage) -> None:
    stage.configure("[profile.other]\n" + section.format(repo=stage.repo) + "\n")
    terminal = begin("--repo", stage.repo)
    terminal.answer(ASKS_PROFILE, CTRL_C)
    assert terminal.end()[0] == 130 and "already. " not in terminal.plain and "already, with" not in terminal.plain


EXISTING = '# mine\nbatch-name = "daily"  # keep\n\n[profile.nightly]\nfolder = "/srv/a"\nexclude = [\n  "raw",\n]\n'


def test_a_configuration_that_is_there_gets_a_profile(begin: Begin, stage: Stage) -> None:
    config = stage.configure(EXISTING)
    terminal = begin("--repo", stage.repo)
    terminal.wait_for("exists already: a profile is added to it")
    terminal.answer(ASKS_PROFILE, b"bad name\r")
    terminal.wait_for("Please use letters")
    terminal.answer(ASKS_PROFILE, b"lab\r")
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.wait_for("This goes into")
    terminal.wait_for("[profile.lab]")
    assert config.read_text() == EXISTING
    terminal.answer(ASKS_CONSENT, b"\r")
    terminal.answer(ASKS_ROUNDTRIP, b"no\r")
    status, stdout = terminal.end()
    assert status == 0 and f"  {named(stage)} --profile lab --folder FOLDER\n" in stdout
    added = config.read_text().removeprefix(EXISTING)
    assert added == (f'\n[profile.lab]\nrepo = "{stage.repo}"\ntoken-file = "{config.parent}/token-lab"\n'
                     f'api-url = "{stage.github.url}"\n')
    send(stage, "--profile", "lab")


@pytest.mark.parametrize("agrees", [False, True])
def test_a_profile_is_replaced_with_consent_alone(agrees: bool, begin: Begin, stage: Stage) -> None:
    config = stage.configure(EXISTING + '[profile.lab]\nrepo = "octo/old"\nquiet = true\n[profile.z]\nhidden = true\n')
    before = config.read_text()
    terminal = begin("--repo", stage.repo, "--profile", "lab")
    terminal.answer("There is a profile lab. Replace it? (yes or no) [no]: ", b"yes\r" if agrees else b"\r")
    if not agrees:
        terminal.answer(ASKS_PROFILE, CTRL_C)
        assert terminal.end()[0] == 130
        assert config.read_text() == before and sorted(os.listdir(config.parent)) == ["sender.toml"]
        return
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"\r")
    terminal.answer(ASKS_ROUNDTRIP, b"no\r")
    assert terminal.end()[0] == 0
    text = config.read_text()
    assert text.startswith(EXISTING + "[profile.z]\nhidden = true\n\n[profile.lab]\n") and "octo/old" not in text
    send(stage, "--profile", "lab")


def test_a_profile_that_cannot_be_replaced_safely_is_left_alone(begin: Begin, stage: Stage) -> None:
    config = stage.configure('[profile]\nlab = { repo = "octo/old" }\n')
    before = config.read_text()
    terminal = begin("--repo", stage.repo, "--profile", "lab")
    terminal.answer("Replace it? (yes or no) [no]: ", b"yes\r")
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    status, stdout = terminal.end()
    assert (status, stdout) == (2, "") and "edit the file" in terminal.plain
    assert config.read_text() == before and sorted(os.listdir(config.parent)) == ["sender.toml"]


def test_a_configuration_with_a_mistake_is_left_alone(begin: Begin, stage: Stage) -> None:
    stage.configure("colour = 1\n")
    terminal = begin()
    status, stdout = terminal.end()
    assert (status, stdout) == (2, "") and "unknown key 'colour'" in terminal.plain


def test_a_link_to_the_configuration_stays_one(begin: Begin, stage: Stage) -> None:
    kept = stage.tmp / "dotfiles.toml"
    kept.write_text('quiet = true\n')
    config_of(stage).parent.mkdir(parents=True)
    config_of(stage).symlink_to(kept)
    terminal = begin("--repo", stage.repo, "--profile", "lab")
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"\r")
    terminal.answer(ASKS_ROUNDTRIP, b"no\r")
    assert terminal.end()[0] == 0
    assert config_of(stage).is_symlink() and "[profile.lab]" in kept.read_text()


def test_another_file_can_be_named(begin: Begin, stage: Stage) -> None:
    file = stage.tmp / "conf/lab.toml"
    terminal = begin("--repo", stage.repo, "--config", str(file))
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"\r")
    terminal.answer(ASKS_ROUNDTRIP, b"no\r")
    status, stdout = terminal.end()
    assert status == 0 and f"  {named(stage)} --config '{file}' --folder FOLDER\n" in stdout
    assert not config_of(stage).exists()
    send(stage, "--config", str(file))


def set_up(terminal: Terminal) -> tuple[int, str]:
    """Agrees to all; the way to the server may be broken."""
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"\r")
    return terminal.end()


AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.mark.skipif(not AUTHORITIES.exists(), reason="there is no bundle of certificate authorities")
def test_what_was_needed_is_written_down(begin: Begin, stage: Stage) -> None:
    place = stage.tmp / "here"
    place.mkdir()
    (place / "ca.pem").write_bytes(AUTHORITIES.read_bytes())
    proxy = "http://me:s3cr%40t@127.0.0.1:9"
    terminal = begin("--repo", stage.repo, "--proxy", proxy, "--ca-bundle", "ca.pem", "--state-dir", "state/../mine",
                     "--timeout", "90", cwd=place, env={"HEALTHMETRIC_MAX_WAIT": "2m"})
    status, stdout = set_up(terminal)
    assert status == 4 and "FAIL  network" in stdout
    lines = config_of(stage).read_text().splitlines()
    assert lines[2:] == [f'api-url = "{stage.github.url}"', f'proxy = "{proxy}"', f'ca-bundle = "{place}/ca.pem"',
                         f'state-dir = "{place}/mine"', 'timeout = "90s"', 'max-wait = "120s"']
    assert squeezed('proxy = "http://***@127.0.0.1:9"') in squeezed(terminal.plain)
    assert "s3cr" not in terminal.text + stdout
    # What was written is enough, from anywhere.
    found = stage.sender("doctor", "--json", cwd=stage.tmp)
    assert "127.0.0.1:9' from --proxy" in found.stdout and f"{place}/mine" in found.stdout, found


def test_a_profile_has_what_the_rest_of_the_file_has_not(begin: Begin, stage: Stage) -> None:
    proxy = 'proxy = "http://127.0.0.1:9"\n'
    config = stage.configure(proxy + '\n[profile.lab]\nbranch = "lab"\ntimeout = "5m"\n')
    terminal = begin("--repo", stage.repo, "--profile", "lab", "--outbox-limit", "1G")
    terminal.answer("Replace it? (yes or no) [no]: ", b"yes\r")
    assert set_up(terminal)[0] == 4
    before, _, section = config.read_text().partition("[profile.lab]\n")
    assert before.startswith(proxy)
    assert section.splitlines()[2:] == [f'api-url = "{stage.github.url}"', 'branch = "lab"', 'timeout = "300s"',
                                        'outbox-limit = "1073741824"']


@needs_strace
def test_what_a_kill_left_is_removed_by_the_next_one(stage: Stage) -> None:
    words = ("setup", "--api-url", stage.github.url, "--repo", stage.repo)
    folder = config_of(stage).parent
    for nth, name in (("1", "token"), ("2", "sender.toml")):
        terminal = Terminal(answered(stage.sender, Answer("rename", signal="KILL", when=nth)), *words, env=TRACED)
        terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
        terminal.answer(ASKS_CONSENT, b"\r")
        terminal.process.wait(30)
        left = [path for path in folder.iterdir() if path.name.startswith(name + ".tmp-")]
        assert len(left) == 1 and mode_of(left[0]) == 0o600, list(folder.iterdir())
    kept = folder / "kept"
    kept.mkdir()
    for name in ("token.tmp-xyz", "token.tmp-0123456", "mine.tmp-01234567", "token.tmp-0123456G"):
        (folder / name).write_text("")
    (folder / "token.tmp-11111111").mkdir()
    (folder / "token.tmp-22222222").symlink_to(kept)
    (folder / "token.tmp-33333333").write_text("")
    (kept / "second").hardlink_to(folder / "token.tmp-33333333")
    (folder / "token-lab.tmp-0123abcd").write_text(FINE)
    expected = {path.name for path in folder.iterdir()} - {"token-lab.tmp-0123abcd"} - {
        path.name for path in folder.iterdir() if path.is_file() and FINE in path.read_text()} - {
        path.name for path in folder.iterdir() if path.name.startswith("sender.toml.tmp-")}
    terminal = Terminal(stage.sender, *words)
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"\r")
    terminal.answer(ASKS_ROUNDTRIP, b"no\r")
    assert terminal.end()[0] == 0, terminal.plain
    assert {path.name for path in folder.iterdir()} == expected | {"token", "sender.toml"}


def test_without_a_terminal_it_says_so(stage: Stage) -> None:
    result = stage.sender("setup", stdin=subprocess.DEVNULL)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("setup asks questions, and there is no terminal")
    assert not config_of(stage).exists()


def test_it_is_offered_where_nothing_is_set_up(stage: Stage) -> None:
    env = {"GITHUB_API_URL": stage.github.url}
    terminal = Terminal(stage.sender, env=env)
    terminal.answer("Set the sender up now? (yes or no) [yes]: ", b"\r")
    terminal.answer(ASKS_REPOSITORY, stage.repo.encode() + b"\r")
    terminal.answer(ASKS_TOKEN, FINE.encode() + b"\r")
    terminal.answer(ASKS_CONSENT, b"\r")
    terminal.answer(ASKS_ROUNDTRIP, b"no\r")
    assert terminal.end()[0] == 0
    send(stage)
    terminal = Terminal(stage.sender, env=env)
    terminal.answer("JSON [folder]: ", CTRL_C)
    assert terminal.end()[0] == 130
    assert "Set the sender up" not in terminal.plain
