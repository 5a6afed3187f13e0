"""The first commands somebody types: paths alone, standard input, and the usual slips, which are told in
words that say what to do. Each slip is tried on the command line; where it can stand elsewhere, there too."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import TOKEN, Destination, Output, Unprivileged
from programs import Program, Result, commands_of, options_of
from pseudo_terminal import Terminal
from trees import write_tree


@pytest.fixture
def exports(sender: Program) -> Path:
    """Below the folder in which the sender runs."""
    return write_tree(sender.home / "exports", {"a.json": b"1", "sub/b.csv": b"2", "c.bin": b"3"})


def test_a_folder_is_sent_by_its_path_alone(output: Output, exports: Path) -> None:
    result = output("exports")
    assert (result.status, result.stderr) == (0, "")
    payload = output.payload()
    assert sorted(payload["files"]) == ["a.json", "sub/b.csv"]
    assert payload["batch_metadata"]["batch_name"] == "exports"


def test_files_are_sent_by_their_paths_whatever_their_type(output: Output, exports: Path) -> None:
    assert output("exports/a.json", "exports/c.bin", "--batch-name", "some").status == 0
    assert sorted(output.payload()["files"]) == ["a.json", "c.bin"]


def test_more_files_may_follow_an_option(output: Output, exports: Path) -> None:
    """As a shell makes of `--file *.json`."""
    assert output("--file", "exports/a.json", "exports/c.bin").status == 0
    assert sorted(output.payload()["files"]) == ["a.json", "c.bin"]


def test_a_path_behind_a_bare_wait_is_a_path(sender: Program, exports: Path) -> None:
    for words in (["--wait", "exports"], ["exports", "--wait"], ["--wait", "5m", "exports"], ["--", "exports"]):
        assert "send      a.json" in sender("--dry-run", *words).stdout


@pytest.mark.parametrize("option", ["--wait", "--heartbeat"])
def test_a_time_that_is_a_name_as_well_is_not_guessed(option: str, sender: Program, exports: Path) -> None:
    exports.rename(exports.with_name("2024"))
    result = sender("--dry-run", option, "2024")
    assert (result.status, result.stdout) == (2, "")
    result.error_line(f"{option}: '2024' is a time, and the name of something here: write {option}=2024 for the time, "
                      "or ./2024 for the file or folder")
    for words in ([option, "./2024"], [f"{option}=2024", "2024"], [option, "2025", "2024"], ["2024", option]):
        assert "send      a.json" in sender("--dry-run", *words).stdout, words


def test_a_path_wins_over_the_source_of_a_file(output: Output, exports: Path, sender: Program) -> None:
    config = sender.home / "sender.toml"
    for source in ('folder = "/nowhere"', 'file = ["/nowhere"]', 'data = "1"', 'files-from = "/nowhere"\nnull = true',
                   'stdin-name = "x"'):
        config.write_text(source + "\n")
        assert output("--config", config, "exports/a.json", "--dry-run").stdout.startswith("send      a.json")


def test_standard_input_is_sent_under_a_name(output: Output) -> None:
    content = bytes(range(256)) * 10
    result = output("--stdin-name", "scan.dcm", "--json", input=content)
    assert (result.status, result.json["bytes"]) == (0, len(content))
    assert list(output.payload()["files"]) == ["scan.dcm"]


@pytest.mark.parametrize("words, says", [
    (["\u2014folder", "exports"], "did you mean --folder?"), (["\u2013\u2013folder=exports"], "did you mean --folder?"),
    (["\u2212-dry-run"], "did you mean --dry-run?"),
    (["-folder", "exports"], "did you mean --folder?"), (["--exlude", "x"], "did you mean --exclude?"),
    (["--token", "ghp_secret"], "--token-file FILE, or set GH_TOKEN"), (["--token=ghp_secret"], "--token-file"),
    (["--tokenfile=ghp_secret"], "did you mean --token-file?"),
    (["My", "Exports"], 'put quotes around a name with spaces: "My Exports"'),
    (["--folder", "My", "Exports"], "a name with a space"),
    (["--folder", "'exports'"], "quotes"), (["--folder", "\u201cexports\u201d"], "quotes"), (["'exports'"], "quotes"),
    (["--exclude", '"*.csv"', "exports"], "quotes"), (["--repo", '"octo/data"', "exports"], "quotes"),
    (["--output=~lab/x", "exports"], "'~/'"), (["~lab/exports"], "'~/'"), (["--log-file", "~lab/x", "exports"], "'~/'"),
    (["exports", "My Exports"], "one folder at a time"), (["exports", "--max-files", "1.5"], "whole number"),
    (["exports", "--hidden=maybe"], "expected true or false"), (["-"], "--data -"), ([""], "empty"),
    (["outbox", "retyr"], "did you mean retry?"), (["--data", "1", "--compress", "gzip"], "expected none or zstd"),
])
def test_a_slip_is_told_in_words_that_say_what_to_do(words: list[str], says: str, sender: Program, exports: Path) -> None:
    write_tree(sender.home / "My Exports", {"a.json": b"1"})
    result = sender(*words)
    assert (result.status, result.stdout) == (2, ""), result
    assert "secret" not in result.error_line("error: ", says)
    assert result.stderr.count("\n") == 1
    assert not list(sender.home.glob("~*")) and not sender.outbox.exists()


@pytest.mark.parametrize("option, value, says", [
    ("repo", "'octo/data'", "quotes"), ("folder", "~lab/x", "'~/'"), ("trigger", "often", "expected dispatch"),
    ("branch", "a..b", "invalid branch name"), ("timeout", "0", "at least one second"), ("part-size", "1K", "smallest part size is 64K"),
    ("hidden", "perhaps", "expected true or false"), ("exclude", "/", "invalid pattern"), ("max-files", "many", "whole number"),
    ("stdin-name", "../x", "invalid file name"),
])
def test_it_is_told_the_same_wherever_it_stands(option: str, value: str, says: str, sender: Program) -> None:
    config, variable = sender.home / "sender.toml", "HEALTHMETRIC_" + option.upper().replace("-", "_")
    config.write_text(f'{option} = "{value}"\n')
    data = [] if option in ("folder", "stdin-name") else ["--data", "1"]
    there = sender(*data, env={variable: value})
    told = [sender(*data, f"--{option}={value}"), there, sender(*data, "--config", config)]
    assert [result.status for result in told] == [2, 2, 2]
    texts = [re.search(rf"--{option}: .*?(?= \(healthmetric-sender --help|$)", result.error_line(says))[0] for result in told]  # type: ignore[index]
    assert len(set(texts)) == 1
    told[1].error_line(f"{variable}: ")
    told[2].error_line("sender.toml", f"{option}: ")


@pytest.mark.parametrize("words", [[], ["outbox"], ["outbox", "drop"], ["outbox", "retry"]])
def test_the_help_fits_a_terminal_and_has_groups(words: list[str], sender: Program) -> None:
    text = sender(*words, "--help").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("Usage: healthmetric-sender")
    if not words:
        for group in ("What to send", "Which files of a folder", "Where to", "Delivery", "Configuration", "General", "Commands"):
            assert f"\n{group}:\n" in text
        assert "--token " not in text


def test_the_help_of_the_receiver_does_too(receiver: Program) -> None:
    assert ["verify"] in commands_of(receiver)
    for words in commands_of(receiver):
        text = receiver(*words, "--help").stdout
        assert max(map(len, text.splitlines())) <= 80
    assert "did you mean --keep-payloads?" in receiver("--keep-payload").stderr
    assert "quotes" in receiver("--storage", "'x'").stderr
    assert "whole number" in receiver("--incomplete-after", "soon").stderr
    assert "did you mean verify?" in receiver("verfy").stderr


def test_unknown_variables_are_told_and_those_of_the_other_program_are_not(
    output: Output, receiver: Program, exports: Path, tmp_path: Path
) -> None:
    result = output("exports", env={"HEALTHMETRIC_EXLUDE": "*.csv", "HEALTHMETRIC_COLOUR": "red", "HEALTHMETRIC_REJECT_LIST": "x"})
    assert (result.status, result.stderr.splitlines()) == (0, [
        "healthmetric-sender: warning: unknown variable HEALTHMETRIC_COLOUR",
        "healthmetric-sender: warning: unknown variable HEALTHMETRIC_EXLUDE: did you mean HEALTHMETRIC_EXCLUDE?"])
    assert output("exports", "--quiet", env={"HEALTHMETRIC_COLOUR": "red"}).stderr == ""
    names = {program: options_of(program) for program in (output.sender, receiver)}
    (tmp_path / "_storage").mkdir()
    others = {f"HEALTHMETRIC_{name.upper().replace('-', '_')}": "1" for name in names[output.sender] - names[receiver]}
    assert receiver("--storage", tmp_path / "_storage", "--dry-run", env=others).stderr == ""
    others = {f"HEALTHMETRIC_{name.upper().replace('-', '_')}": "1" for name in names[receiver] - names[output.sender]}
    assert output("exports", env=others).stderr == ""
    assert "did you mean HEALTHMETRIC_STORAGE?" in receiver(env={"HEALTHMETRIC_STORGE": "x"}, cwd=tmp_path).stderr


@pytest.mark.parametrize("text, says", [
    (f'"{TOKEN}"', "has quotes around it"), (f"GH_TOKEN={TOKEN}", "begins with 'GH_TOKEN='"),
    (f"export GITHUB_TOKEN='{TOKEN}'", "begins with 'GITHUB_TOKEN='"), (f"Bearer {TOKEN}", "characters that tokens never contain"),
])
def test_a_token_that_is_more_than_one_is_told_without_it(text: str, says: str, destination: Destination, source: Path,
                                                          tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text(text + "\n")
    for result in (destination("--folder", source, "--token-file", file, token=None), destination("--folder", source, token=text)):
        assert (result.status, result.stdout) == (2, "")
        assert TOKEN not in result.error_line(says)
    assert destination.requests() == [] and destination.waiting() == []


def test_a_secret_that_others_can_read_is_told(destination: Destination, source: Path, tmp_path: Path) -> None:
    token, config = tmp_path / "token", tmp_path / "sender.toml"
    token.write_text(TOKEN)
    config.write_text(f'token-file = "{token}"\nproxy = "http://me:pw@127.0.0.1:9"\n')
    for mode, is_told in ((0o644, True), (0o600, False)):
        token.chmod(mode)
        config.chmod(mode)
        result = destination("--folder", source, "--config", config, "--max-wait", "0", token=None)
        for file in (token, config):
            assert (f"in '{file}': run 'chmod go-rwx {file}'" in result.stderr) == is_told, result
        assert "pw" not in result.stderr
    result = destination("--folder", source, "--proxy", "http://me:pw@127.0.0.1:9", "--max-wait", "0")
    result.error_line("warning: --proxy: its password is visible in the list of processes")


def test_a_state_directory_of_root_is_told(unprivileged: Unprivileged) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make something root's")
    exports = write_tree(unprivileged.folder / "exports", {"a.json": b"1"})
    unprivileged.own(exports)
    state = unprivileged.folder / "state"
    for name in ("outbox/refused", "outbox", ""):
        place = state / name
        place.mkdir(parents=True, exist_ok=True)
        for parent in (state, state / "outbox"):
            os.chown(parent, 65534, 65534) if parent.exists() else None
        os.chown(place, 0, 0)
        result = unprivileged.sender("--folder", exports, "--repo", "octo/data", "--state-dir", state, env={"GH_TOKEN": TOKEN})
        assert (result.status, result.stdout) == (10, "")
        result.error_line(f"cannot write '{place}'".rstrip("/"), "belongs to root", f"sudo chown -R 65534 {state}", "--state-dir")


@pytest.mark.parametrize("words, typed", [(["--data", "-"], b"61\n"), (["--files-from", "-", "--folder", "exports"], b"a.json\n"),
                                          (["--stdin-name", "x.csv"], b"1,2\n")])
def test_who_is_to_type_is_told(words: list[str], typed: bytes, sender: Program, exports: Path, tmp_path: Path) -> None:
    terminal = Terminal(sender, *words, "--output", tmp_path / "out")
    terminal.answer(f"{words[0]}: reading from the terminal; end with Ctrl-D on a line of its own", typed + b"\x04")
    status, stdout = terminal.end()
    assert (status, "1 file" in stdout) == (0, True)


def listed(output: Output, names: bytes, *words: str) -> Result:
    return output("--folder", "exports", "--files-from", "-", *words, input=names)


def test_a_list_that_counts_from_elsewhere_is_told(output: Output, exports: Path) -> None:
    result = listed(output, b"exports/a.json\nexports/sub/b.csv\n")
    assert (result.status, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    result.error_line("error: --files-from: 2 names in the list, and none can be sent from 'exports'; 'exports/a.json': ",
                      "names in a list are relative to --folder; omit --folder")
    assert output("--files-from", "-", input=b"exports/a.json\n").status == 0
    result = listed(output, b"exports/a.json\na.json\n")
    assert result.status == 4
    result.error_line("skipped 'exports/a.json'", "there is one here")
    assert listed(output, b"gone.json\n").error_line("1 name in the list", "'gone.json': No such file or directory").count(";") == 1
    assert listed(output, b"").status == 3


def test_nothing_to_send_says_where_and_what_would_send_it(output: Output, tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "in", {"a.ndjson": b"", "b.ndjson": b"", "c.FIT": b"", "d": b"", ".e.json": b"", "f.csv": b""})
    for words in ([], ["--dry-run"]):
        result = output(folder, "--exclude", "f.csv", *words)
        assert result.status == 3
        assert result.stdout.splitlines()[-1] == (
            f"nothing to send in '{folder}'; skipped 4 (.fit, .ndjson, no type): use --all-types to send them; "
            "skipped 1 hidden: use --hidden to send them; skipped 1 by --include and --exclude")


@pytest.mark.parametrize("text, says", [("{rate: 61}", "it has no double quotes"), ("[a]", "it has no double quotes"),
                                        ("'{\"a\": 1}'", "leave the single quotes around it out")])
def test_json_without_its_quotes_is_told(text: str, says: str, output: Output) -> None:
    assert output("--data", text).error_line("the JSON to send is not valid", says)


def test_a_misspelt_key_is_told(sender: Program) -> None:
    config = sender.home / "sender.toml"
    for text, near in (('exlude = "x"', "exclude"), ('token = "x"', "token-file"), ('[profile.x]\nbatch_name = "x"', "batch-name")):
        config.write_text(text + "\n")
        assert sender("--data", "1", "--config", config).error_line("sender.toml", f"did you mean {near}?")


def test_the_outbox_is_looked_at_for_one_repository(destination: Destination, source: Path) -> None:
    destination.github.faults({"method": "PUT", "times": None, "action": {"status": 502}})
    own = destination("--folder", source, "--max-wait", "0", "--json").json["batch_id"]
    other = destination.sender("--folder", source, "--repo", "octo/other", "--api-url", destination.github.url, "--max-wait", "0",
                               "--json", env={"GH_TOKEN": TOKEN}).json["batch_id"]
    destination.github.clear_faults()

    def shown(*words: str, **run: object) -> list[str]:
        return [batch["batch_id"] for batch in destination.sender("outbox", "list", "--json", *words, **run).json["batches"]]

    assert sorted(shown()) == sorted([own, other]) == sorted(shown(env={"HEALTHMETRIC_REPO": "octo/other"}))
    assert shown("--repo", destination.repo.upper()) == [own] == shown("--repo", f"https://github.com/{destination.repo}.git")
    assert destination.sender("outbox", "list", "--repo", "nonsense").status == 2
    retried = destination("outbox", "retry", "--json")
    assert [batch["batch_id"] for batch in retried.json["batches"]] == [own]
    assert destination.waiting() == [other]
