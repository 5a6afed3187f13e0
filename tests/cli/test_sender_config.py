"""sender.toml and its profiles: a crontab line needs nothing but the program and a profile."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from conftest import TOKEN, Destination
from programs import Program, Result, Word, finished
from trees import write_tree


@pytest.fixture
def config(sender: Program) -> Path:
    """The default configuration file."""
    file = sender.home / ".config/healthmetric/sender.toml"
    file.parent.mkdir(parents=True)
    return file


def plan(sender: Program, *words: Word, **run: object) -> dict[str, object]:
    result = sender("--dry-run", "--json", *words, **run)
    assert result.status == 0, result
    return result.json


def refused(result: Result, *words: str) -> None:
    assert (result.status, result.stdout) == (2, "")
    result.error_line(*words)
    assert result.stderr.count("\n") == 1


def test_a_profile_is_all_that_a_crontab_needs(destination: Destination, config: Path, source: Path) -> None:
    token = config.with_name("token")
    token.write_text(TOKEN)
    token.chmod(0o600)
    config.write_text(f'''
        api-url = "{destination.github.url}"   # for all profiles
        repo = "octo/elsewhere"
        [profile.nightly]
        repo = "{destination.repo}"
        folder = "{source}"
        batch-name = "night"
        token-file = '{token}'
        quiet = true
    ''')
    result = destination.sender("--profile", "nightly")
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    [name] = destination.inbox()
    assert "-night-" in name


def test_flag_beats_environment_beats_profile_beats_file(sender: Program, config: Path) -> None:
    config.write_text('repo = "of/file"\nbranch = "file"\nbatch-name = "file"\n'
                      '[profile.lab]\nrepo = "of/profile"\nbranch = "profile"\nbatch-name = "profile"\n')
    words = ["--data", "1"]
    assert plan(sender, *words)["target"] == "of/file"
    assert plan(sender, *words, "--profile", "lab")["target"] == "of/profile"
    environment = {"HEALTHMETRIC_REPO": "of/environment", "HEALTHMETRIC_PROFILE": "lab",
                   "HEALTHMETRIC_BRANCH": "environment"}
    assert plan(sender, *words, env=environment)["target"] == "of/environment"
    found = plan(sender, *words, "--repo", "of/flag", env=environment)
    assert (found["target"], found["branch"], found["batch_name"]) == ("of/flag", "environment", "profile")


def test_another_file_can_be_named(sender: Program, config: Path, tmp_path: Path) -> None:
    config.write_text('repo = "of/default"\n')
    other = tmp_path / "other.toml"
    other.write_text('repo = "of/other"\n')
    assert plan(sender, "--data", "1", "--config", other)["target"] == "of/other"
    assert plan(sender, "--data", "1", env={"HEALTHMETRIC_CONFIG": str(other)})["target"] == "of/other"
    xdg = {"XDG_CONFIG_HOME": str(tmp_path / "nothing-there")}
    assert plan(sender, "--data", "1", env=xdg)["target"] is None


def test_lists_keep_their_order_and_the_command_line_has_the_last_word(sender: Program, config: Path,
                                                                       tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    for name in ("a.csv", "b.csv", "c.json"):
        (folder / name).write_bytes(b"1")
    config.write_text(f'folder = "{folder}"\nexclude = ["a.*", "c.*"]\n')
    paths = lambda *words: [file["path"] for file in plan(sender, *words)["files"]]  # noqa: E731
    assert paths() == ["b.csv"]
    assert paths("--exclude", "x", "--include", "a.*") == ["a.csv", "b.csv"]
    assert paths("--include", "a.*") == ["a.csv"]  # who begins with include wants nothing else


def test_a_source_on_the_command_line_takes_the_place_of_the_files(sender: Program, config: Path) -> None:
    config.write_text('folder = "/srv/metrics"\nrepo = "a/b"\n')
    assert plan(sender, "--data", "1")["files"] == [{"path": "data.json", "bytes": 1}]


@pytest.mark.parametrize("text, words", [
    ('colour = "red"\n', ["unknown key 'colour'"]),
    ('[profile.a]\ncolour = "red"\n', ["unknown key 'profile.a.colour'"]),
    ('[other]\nrepo = "a/b"\n', ["unknown section [other]"]),
    ('token = "ghp_x"\n', ["unknown key 'token'"]),
    ('config = "x"\n', ["'config' cannot be set in a configuration file"]),
    ('profile = "x"\n', ["unknown key 'profile'"]),
    ('help = true\n', ["unknown key 'help'"]),
    ('batch_name = "x"\n', ["unknown key 'batch_name'"]),
    ('trigger = "often"\n', ["trigger:", "often"]),
    ('[profile.a]\nmax-wait = "soon"\n', ["max-wait in [profile.a]"]),
    ('just some words\n', ["sender.toml"]),
    ('exclude = ["", "a.json"]\n', ["sender.toml", "exclude", "the value is empty"]),
])
def test_what_cannot_be_meant_is_refused_by_name(text: str, words: list[str], sender: Program,
                                                 config: Path) -> None:
    config.write_text(text)
    refused(sender("--data", "1", "--dry-run", *(["--profile", "a"] if "[profile.a]" in text else [])),
            "sender.toml", *words)


def test_a_secret_that_was_put_into_the_file_is_not_repeated(sender: Program, config: Path) -> None:
    config.write_text(f'token = "{TOKEN}"\n')
    result = sender("--data", "1", "--dry-run")
    assert result.status == 2
    assert TOKEN not in result.stdout + result.stderr


def test_a_profile_that_is_not_there_is_refused_with_those_that_are(sender: Program, config: Path) -> None:
    refused(sender("--data", "1", "--profile", "lab"), "--profile", "sender.toml")
    config.write_text('[profile.day]\nquiet = true\n[profile.night]\nquiet = true\n')
    refused(sender("--data", "1", "--profile", "lab"), "[profile.lab]", "day, night")


def test_a_file_that_cannot_be_read_is_refused(sender: Program, tmp_path: Path) -> None:
    refused(sender("--data", "1", "--config", tmp_path / "gone.toml"), "--config", "gone.toml")
    refused(sender("--data", "1", "--config", tmp_path), "--config", str(tmp_path))
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (1 << 20) + b"\n")
    refused(sender("--data", "1", "--config", large), "large.toml", "larger than")


def test_every_option_is_a_key_and_a_variable(sender: Program, config: Path, source: Path,
                                              tmp_path: Path) -> None:
    """None is refused as unknown, whichever of the two it comes from."""
    text = sender("--help").stdout.replace("[=", " [=")
    options = {line.split()[0].split(",")[-1].removeprefix("--") for line in text.splitlines()
               if line.startswith("  -")} - {"help", "version", "config", "profile"}
    assert len(options) > 25
    values = {"folder": source, "file": source / "data.json", "files-from": "/dev/null", "trigger": "none",
              "compress": "none", "max-wait": 1, "part-size": "1M", "max-file-size": "1M", "max-files": 7,
              "max-batch-size": "1M", "repo": "a/b", "data": 1, "api-url": "https://x.invalid",
              "log-file": tmp_path / "log", "branch": "b", "include": "*", "exclude": "x"}
    flags = {line.split()[0].split(",")[-1].removeprefix("--") for line in text.splitlines()
             if line.startswith("  -") and line.split()[1][0].isupper() and not line.split()[1].isupper()}
    for option in sorted(options):
        value = "true" if option in flags else str(values.get(option, "x"))
        config.write_text(f"{option} = {json.dumps(value)}\n")
        words = ["--dry-run"] if option in ("folder", "file", "data", "files-from") else ["--dry-run", "--data", "1"]
        from_file = sender(*words)
        config.write_text("")
        from_variable = sender(*words, env={"HEALTHMETRIC_" + option.upper().replace("-", "_"): value})
        assert "unknown key" not in from_file.stderr, option
        assert (from_file.status, from_file.stdout) == (from_variable.status, from_variable.stdout), option


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "tree", {"a.csv": b"1", "b.json": b"2", "raw/c.csv": b"3", "a#b/d.csv": b"4"})


def paths(sender: Program, *words: Word, **run: object) -> list[str]:
    return [file["path"] for file in plan(sender, *words, **run)["files"]]


def test_patterns_are_one_list_in_the_order_they_are_written(sender: Program, config: Path, tree: Path) -> None:
    config.write_text(f'folder = "{tree}"\n[profile.a]\ninclude = ["*.csv"]\nexclude = ["raw"]\n'
                      '[profile.b]\nexclude = ["raw"]\ninclude = ["c.csv"]\n')
    assert paths(sender, "--profile", "a") == ["a#b/d.csv", "a.csv"]
    assert paths(sender, "--profile", "b") == ["a#b/d.csv", "a.csv", "b.json", "raw/c.csv"]


def test_a_more_specific_pattern_has_the_last_word(sender: Program, config: Path, tree: Path) -> None:
    config.write_text(f'folder = "{tree}"\nexclude = ["*.csv"]\n[profile.a]\ninclude = ["a.csv"]\n'
                      '[profile.b]\nexclude = ["b.json"]\n')
    only_a = ["a.csv"]
    assert paths(sender, "--profile", "a") == only_a
    assert paths(sender) == ["b.json"]
    assert paths(sender, "--profile", "b", env={"HEALTHMETRIC_INCLUDE": "a.*"}) == only_a
    assert paths(sender, "--profile", "b", "--exclude", "x", "--include", "a.*") == only_a
    assert paths(sender, "--exclude", "x", "--include", "a.*") == ["a.csv", "b.json"]
    assert paths(sender, "--profile", "b", "--include", "a.*", env={"HEALTHMETRIC_EXCLUDE": "a.csv"}) == only_a
    result = sender("--dry-run", "--profile", "a", "--exclude", "a.csv")
    assert result.status == 3, result


def test_a_variable_has_a_pattern_a_line(sender: Program, tree: Path) -> None:
    assert paths(sender, "--folder", tree, env={"HEALTHMETRIC_EXCLUDE": "raw\na#b\nb.*\n"}) == ["a.csv"]


def test_quiet_and_verbose_displace_and_exclude_each_other(sender: Program, config: Path, tree: Path) -> None:
    config.write_text("quiet = true\n")
    assert sender("--folder", tree, "--dry-run", "--quiet=false", "--verbose").status == 0
    refused(sender("--folder", tree, "--dry-run", "--quiet", "--verbose"), "--verbose cannot be used with --quiet")


def test_a_hash_within_a_text_is_no_comment(sender: Program, config: Path, tree: Path) -> None:
    config.write_text(f'folder = "{tree}" # here one begins\nexclude = ["a#b", "raw"]\n'
                      '[profile.x] # and here\nexclude = ["*"]\nbranch = "of-x"\n')
    assert paths(sender) == ["a.csv", "b.json"]
    assert plan(sender)["branch"] is None


@pytest.mark.parametrize("text", [
    'exclude = [\n  "raw", # why\n  "a#b",\n]\nbatch-name = "wanted"\n',
    '[ profile.x ]\nbatch-name = "wanted"\nexclude = ["raw", "a#b"]\n',
    '[profile . "x"]\nbatch-name = "wanted"\nexclude = ["raw", "a#b"]\n',
    'profile.x.batch-name = "wanted"\nprofile.x.exclude = ["raw", "a#b"]\n',
    '\ufeffbatch-name = "wanted"\nexclude = ["raw", "a#b"]\n',
    'batch-name = "w\\u0061nted"\r\nexclude = ["""raw""", \'a#b\']\r\n',
])
def test_toml_is_read_as_toml(text: str, sender: Program, config: Path, tree: Path) -> None:
    config.write_text(text + ('' if "profile" in text else '[profile.x]\n'))
    found = plan(sender, "--folder", tree, "--profile", "x")
    assert found["batch_name"] == "wanted"
    assert [file["path"] for file in found["files"]] == ["a.csv", "b.json"]


def test_a_profile_may_have_any_name(sender: Program, config: Path) -> None:
    config.write_text('[profile."my prof"]\nbatch-name = "wanted"\n')
    assert plan(sender, "--data", "1", "--profile", "my prof")["batch_name"] == "wanted"


@pytest.mark.parametrize("text, words", [
    ('exclude = ["raw"\n', ["invalid TOML"]),
    ('batch-name = night\n', ["line 1", "invalid TOML"]),
    ('\nbranch\n', ["line 2", "invalid TOML"]),
    ('branch = "a"\nbranch = "b"\n', ["line 2: branch is set twice: remove one of them"]),
    ('[profile.x]\n[profile.x]\n', ["line 2: [profile.x] is defined twice: put all its keys in one section"]),
    ('[default]\nbranch = "a"\n', ["unknown section [default]"]),
    ('[[profile.x]]\nbranch = "a"\n', ["line 1", "profiles are sections"]),
    ('[profile]\nbranch = "a"\n', ["line 2", "profiles are sections"]),
    ('[profile.x.y]\nbranch = "a"\n', ["unknown key 'profile.x.y'"]),
    ('branch = 2024-01-15\n', ["line 1", "'branch' is neither a text"]),
    ('exclude = [["a"]]\n', ["line 1", "'exclude' is neither a text"]),
    ('folder = "a"\nfile = "b"\n', ["sender.toml", "--folder cannot be used with --file"]),
])
def test_broken_toml_is_refused(text: str, words: list[str], sender: Program, config: Path) -> None:
    config.write_text(text)
    refused(sender("--dry-run", *([] if text.startswith("folder") else ["--data", "1"])), "sender.toml", *words)


def test_the_command_line_takes_the_place_of_a_profiles_source(sender: Program, config: Path, tree: Path) -> None:
    (tree.parent / "names").write_bytes(b"gone.json\0")
    config.write_text(f'[profile.x]\nfiles-from = "{tree.parent}/names"\nnull = true\nfolder = "/nowhere"\n')
    words = ["--profile", "x"]
    assert paths(sender, *words, "--data", "1") == ["data.json"]
    assert paths(sender, *words, "--file", tree / "a.csv") == ["a.csv"]
    assert "b.json" in paths(sender, *words, "--folder", tree)
    lines = ["--files-from", "-", "--folder", tree]
    assert paths(sender, *words, *lines, input=b"a.csv\nraw/c.csv\n") == ["a.csv", "raw/c.csv"]
    assert paths(sender, *words, *lines, "--null", input=b"a.csv\0raw/c.csv") == ["a.csv", "raw/c.csv"]


def test_a_switch_of_a_profile_can_be_turned_off(sender: Program, config: Path, tree: Path) -> None:
    (tree / ".hidden.json").write_bytes(b"1")
    config.write_text(f'folder = "{tree}"\nhidden = true\n')
    assert ".hidden.json" in paths(sender)
    assert ".hidden.json" not in paths(sender, "--hidden=false")


def test_without_a_home_the_place_of_the_file_is_unknown(sender: Program) -> None:
    refused(sender("--profile", "nightly", "--dry-run", "--data", "1", env={"HOME": ""}),
            "neither XDG_CONFIG_HOME nor HOME", "--config")


def test_a_default_file_that_cannot_be_read_is_no_missing_one(sender: Program, config: Path) -> None:
    """What it says not to send would be sent."""
    config.symlink_to("gone.toml")
    refused(sender("--dry-run", "--data", "1"), "cannot read", "sender.toml")


def test_configuration_may_be_a_link_or_a_pipe(sender: Program, config: Path, tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text('batch-name = "wanted"\n')
    config.symlink_to(tmp_path / "real.toml")
    assert plan(sender, "--data", "1")["batch_name"] == "wanted"
    assert plan(sender, "--data", "1", "--config", "/dev/stdin", input=b'branch = "piped"\n')["branch"] == "piped"
    endless = sender("--data", "1", "--config", "/dev/zero")
    refused(endless, "--config", "larger than 1.0 MiB")
    refused(sender("--data", "1", "--config", tmp_path), "--config", "Is a directory")


def test_a_token_may_come_through_a_link_or_a_pipe(destination: Destination, source: Path, tmp_path: Path) -> None:
    (tmp_path / "real").write_text(TOKEN + "\n")
    (tmp_path / "link").symlink_to("real")
    words = ["--folder", source, "--token-file"]
    assert destination(*words, tmp_path / "link", token=None).status == 0
    assert destination(*words, "/dev/stdin", token=None, input=TOKEN.encode()).status == 0
    assert len(destination.inbox()) == 2


def test_a_pipe_nobody_writes_to_can_be_interrupted(destination: Destination, source: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = destination.sender.start(*destination.target, "--folder", source, "--token-file", pipe)
    writer = os.open(pipe, os.O_WRONLY)  # once the sender reads
    process.send_signal(signal.SIGTERM)
    result = finished(process)
    os.close(writer)
    assert (result.status, result.stdout) == (143, "")


@pytest.mark.parametrize("text, line, key", [
    (r'folder = "a\u0000y"', 1, "folder"), (r'quiet = "\u0000"', 1, "quiet"),
    ('repo = "octo/data"\n' + r'exclude = ["*.tmp", "a\u0000"]', 2, "exclude"),
    ("[profile.night]\n" + r'branch = "main\u0000"', 2, "profile.night.branch"),
])
def test_a_value_with_a_nul_character_is_refused(text: str, line: int, key: str, sender: Program, config: Path) -> None:
    """A file's name ends there: what is before it would be sent."""
    config.write_text(text)
    (sender.home / "a").mkdir()
    refused(sender("--dry-run"), f"sender.toml', line {line}: '{key}' has a NUL character")
