"""What the sender is told to send, and what it says when that makes no sense."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
from conftest import TOKEN, Destination, Output, Unprivileged
from programs import Program, git
from trees import write_tree

REPO = ["--repo", "octo/data"]


def test_a_missing_folder_is_named(output: Output) -> None:
    result = output("--folder", "no such folder")
    assert (result.status, result.stdout) == (2, "")
    result.error_line("'no such folder'", "there is no folder")
    assert output.payload_files() == []


def test_a_file_in_place_of_a_folder_is_named(output: Output, source: Path) -> None:
    result = output("--folder", source / "data.json")
    assert (result.status, result.stdout) == (2, "")
    result.error_line("data.json", "is not a folder", "--file")


def test_a_folder_that_cannot_be_read_is_named(unprivileged: Unprivileged) -> None:
    folder = unprivileged.folder / "locked"
    folder.mkdir()
    unprivileged.own(folder)
    folder.chmod(0)

    result = unprivileged.sender("--folder", folder, "--output", unprivileged.folder / "out")

    assert (result.status, result.stdout) == (2, "")
    result.error_line("locked", "Permission denied")


@pytest.mark.parametrize("text", [" ", "{", '{"a": 1,}', "{'a': 1}", '{"a": 1} x', "nothing"])
def test_broken_json_is_refused(text: str, output: Output) -> None:
    result = output("--data", text)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("the JSON to send is")
    assert output.payload_files() == []


@pytest.mark.parametrize("words, named", [
    (["--unknown"], "--unknown"), (["--folder"], "--folder"), (["surplus"], "surplus"),
    (["--trigger", "sometimes"], "--trigger"), (["--compress", "gzip"], "--compress"),
    (["--part-size", "63K"], "--part-size"), (["--part-size", "many"], "--part-size"),
    (["--part-size", "-1"], "--part-size"), (["--part-size", "1e99"], "--part-size"),
    (["--max-file-size", "0"], "--max-file-size"), (["--max-files", "0"], "--max-files"),
    (["--max-batch-size", "x"], "--max-batch-size"), (["--max-wait", "soon"], "--max-wait"),
    (["--max-wait", "-1"], "--max-wait"), (["--branch", "a..b"], "--branch"),
    (["--branch", "-x"], "--branch"), (["--branch", "a b"], "--branch"),
    (["--branch", "x.lock"], "--branch"), (["--quiet", "--verbose"], "--quiet"),
])
def test_a_bad_option_is_named(words: list[str], named: str, output: Output, source: Path) -> None:
    result = output("--folder", source, *words)
    assert (result.status, result.stdout) == (2, "")
    assert named in result.error_line("error: ")
    assert output.payload_files() == []


@pytest.mark.parametrize("words, option", [
    (["--exclude", ""], "--exclude"), (["--exclude=", "--dry-run"], "--exclude"),
    (["--exclude", "--dry-run"], "--exclude"), (["--exclude", "--json=true"], "--exclude"),
    (["--batch-name=", "--no-identity"], "--batch-name"), (["--wait=", "--dry-run"], "--wait"),
    (["--output=", "--dry-run"], "--output"), (["--repo", ""], "--repo"), (["--branch="], "--branch"),
    (["--data", ""], "--data"),
    (["outbox", "--state-dir=", "list"], "--state-dir"),
])
def test_an_option_takes_neither_nothing_nor_the_next_option_for_its_value(
    words: list[str], option: str, destination: Destination, source: Path
) -> None:
    """It is what an unset variable leaves in a script: a dry run would send."""
    result = destination(*(["--folder", source] if "outbox" not in words else []), *words)
    assert (result.status, result.stdout) == (2, "")
    line = result.error_line(f"error: {option}: ")
    assert "the value is empty" in line or "requires a value" in line
    assert destination.payload_history() == {}
    assert not Path("--dry-run").exists()


def test_a_value_may_look_like_an_option_where_it_is_joined_to_its_own(output: Output, tmp_path: Path) -> None:
    write_tree(tmp_path / "in", {"--hidden": b"1", "a.json": b"2"})
    assert output("--folder", tmp_path / "in", "--all-types", "--exclude=--hidden").status == 0
    assert set(output.payload()["files"]) == {"a.json"}


@pytest.mark.parametrize("words, named", [
    (["--repo", "data"], "'data'"), (["--repo", "octo/"], "'octo/'"), (["--repo", "a/b/c"], "'a/b/c'"),
    (["--repo", "octo/.."], "'octo/..'"), (["--repo", "octo/da ta"], "'octo/da ta'"),
    (["--repo", "https://gitlab.com/octo/data"], "not GitHub"), ([], "--repo"),
    (["--repo", "https://me:pw@ghe.example.com/octo/data"], "--api-url https://ghe.example.com/api/v3"),
    ([*REPO, "--api-url", "ftp://127.0.0.1"], "--api-url"), ([*REPO, "--api-url", "nowhere"], "--api-url"),
    ([*REPO, "--api-url", "http://me:pw@127.0.0.1"], "--api-url"),
    ([*REPO, "--token-file", "no such file"], "no such file"),
])
def test_a_bad_target_is_named(words: list[str], named: str, sender: Program, source: Path) -> None:
    result = sender("--folder", source, *words, env={"GH_TOKEN": TOKEN})
    assert (result.status, result.stdout) == (2, "")
    assert named in result.error_line("error: ")


@pytest.mark.parametrize("pasted", ["{repo}.git", "{repo}/", "{url}/{repo}", "{url}/{repo}.git", "{url}/{repo}/tree/main",
                                    "git@127.0.0.1:{repo}.git"])
def test_a_repository_is_taken_as_people_paste_it(pasted: str, destination: Destination, source: Path) -> None:
    text = pasted.format(repo=destination.repo, url=destination.github.url)
    result = destination.sender("--folder", source, "--repo", text, "--api-url", destination.github.url, "--json",
                                env={"GH_TOKEN": TOKEN})
    assert (result.status, result.json["status"], result.json["target"]) == (0, "sent", destination.repo)
    assert list(destination.inbox()) == result.json["payloads"]


def test_a_repository_elsewhere_never_queues(sender: Program, source: Path) -> None:
    for text in ("https://me:pw@gitlab.com/octo/data", "https://me:pw@ghe.example.com/octo/data.git"):
        result = sender("--folder", source, "--repo", text, env={"GH_TOKEN": TOKEN})
        assert (result.status, result.stdout) == (2, "")
        assert "pw" not in result.error_line("error: --repo: 'octo/data' is on ")
    assert not list(sender.outbox.glob("2*"))


def test_no_source_says_how_to_name_one(sender: Program) -> None:
    result = sender(*REPO)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("--folder", "--file", "--data")


@pytest.mark.parametrize("words", [
    ["--folder", ".", "--file", "x"], ["--folder", ".", "--data", "{}"], ["--file", "x", "--data", "{}"],
])
def test_two_sources_are_refused(words: list[str], output: Output) -> None:
    result = output(*words)
    assert (result.status, result.stdout) == (2, "")
    result.error_line(words[0], words[2])


def test_an_empty_folder_has_nothing_to_send(output: Output, tmp_path: Path) -> None:
    (tmp_path / "empty/nested").mkdir(parents=True)
    result = output("--folder", tmp_path / "empty")
    assert (result.status, result.stdout) == (3, f"nothing to send in '{tmp_path / 'empty'}'\n")
    assert output.payload_files() == []


def test_an_empty_folder_sends_no_request(destination: Destination, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = destination("--folder", tmp_path / "empty", "--json")
    assert result.status == 3
    assert (result.json["status"], result.json["batch_id"]) == ("empty", None)
    assert destination.requests() == []


def test_a_file_named_by_hand_may_be_of_any_type(output: Output, tmp_path: Path) -> None:
    names = ["report.pdf", "no extension", ".hidden", "archive.tar.gz"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())

    result = output(*(word for name in names for word in ("--file", tmp_path / name)))

    assert (result.status, result.stderr) == (0, "")
    assert sorted(output.payload()["files"]) == sorted(names)


def test_a_link_is_not_followed_even_when_it_is_named_by_hand(output: Output, source: Path) -> None:
    (source / "link.csv").symlink_to("data.json")
    result = output("--file", source / "link.csv")
    assert (result.status, result.stdout) == (2, "")
    result.error_line("link.csv", "it is a symbolic link")
    assert output.payload_files() == []


def test_two_files_of_one_name_are_refused(output: Output, source: Path, tmp_path: Path) -> None:
    (tmp_path / "data.json").write_bytes(b"[]")
    result = output("--file", source / "data.json", "--file", tmp_path / "data.json")
    assert (result.status, result.stdout) == (2, "")
    result.error_line("'data.json'", str(source / "data.json"))
    assert output.payload_files() == []


def test_a_missing_file_among_others_is_named(output: Output, source: Path) -> None:
    result = output("--file", source / "data.json", "--file", source / "gone.json")
    assert result.status == 4
    result.error_line("gone.json", "No such file")
    assert list(output.payload()["files"]) == ["data.json"]


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "device", "socket"])
def test_a_file_that_is_none_is_named(kind: str, output: Output, tmp_path: Path) -> None:
    place = tmp_path / "odd.json"
    listener = socket.socket(socket.AF_UNIX)
    if kind == "folder":
        place.mkdir()
    elif kind == "fifo":
        os.mkfifo(place)
    elif kind == "device":
        place = Path("/dev/zero")
    elif kind == "socket":
        listener.bind(os.path.relpath(place))

    result = output("--file", place, timeout=20)

    listener.close()
    assert (result.status, result.stdout) == (2, "")
    result.error_line(place.name)


def test_json_is_sent_as_data_json(output: Output) -> None:
    result = output("--data", ' {"rate": 61, "unit": "ü"}\n', "--batch-name", "inline")
    assert result.status == 0
    payload = output.payload()
    assert payload["files"]["data.json"]["content"] == "IHsicmF0ZSI6IDYxLCAidW5pdCI6ICLDvCJ9Cg=="
    assert payload["batch_metadata"]["batch_name"] == "inline"
    assert payload["batch_metadata"]["source_folder"] == ""


def test_json_comes_from_standard_input(output: Output) -> None:
    document = json.dumps(list(range(100_000))).encode()
    result = output("--data", "-", "--json", input=document)
    assert (result.status, result.json["bytes"]) == (0, len(document))


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe{}"])
def test_broken_json_from_standard_input_is_refused(text: bytes, output: Output) -> None:
    result = output("--data", "-", input=text)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("error: ")


def test_more_json_than_a_file_may_hold_is_refused(output: Output) -> None:
    result = output("--data", "-", "--max-file-size", "1K", input=json.dumps("x" * 2000).encode())
    assert (result.status, result.stdout) == (2, "")
    result.error_line("standard input", "1.0 KiB")
    assert output.payload_files() == []


def test_the_environment_stands_in_for_options(sender: Program, source: Path, tmp_path: Path) -> None:
    (source / "series.csv").write_bytes(b"1,61\n" * 5000)
    result = sender(env={
        "HEALTHMETRIC_FOLDER": str(source), "HEALTHMETRIC_OUTPUT": str(tmp_path / "out"),
        "HEALTHMETRIC_BATCH_NAME": "from the environment", "HEALTHMETRIC_COMPRESS": "zstd",
        "HEALTHMETRIC_NO_IDENTITY": "1", "HEALTHMETRIC_JSON": "true",
    })
    assert result.status == 0, result
    [payload] = map(Path, result.json["payloads"])
    document = json.loads(payload.read_bytes())
    assert document["batch_metadata"]["batch_name"] == "from the environment"
    sender_of_batch = document["batch_metadata"]["sender"]
    assert (sender_of_batch["host"], sender_of_batch["user"]) == ("", "")
    assert "content_zstd" in document["files"]["series.csv"]


def test_an_option_beats_the_environment(output: Output, source: Path) -> None:
    result = output("--folder", source, "--batch-name", "flag",
                    env={"HEALTHMETRIC_BATCH_NAME": "variable", "HEALTHMETRIC_TRIGGER": "none"})
    assert result.status == 0
    assert output.payload()["batch_metadata"]["batch_name"] == "flag"


@pytest.mark.parametrize("variable, value", [
    ("HEALTHMETRIC_PART_SIZE", "1"), ("HEALTHMETRIC_TRIGGER", "x"), ("HEALTHMETRIC_MAX_WAIT", "x"),
])
def test_a_bad_value_in_the_environment_is_refused(
    variable: str, value: str, output: Output, source: Path
) -> None:
    result = output("--folder", source, env={variable: value})
    assert (result.status, result.stdout) == (2, "")
    assert variable.removeprefix("HEALTHMETRIC_") in result.stderr.upper().replace("-", "_")


def test_an_empty_variable_counts_as_unset(output: Output, source: Path) -> None:
    result = output("--folder", source, env={"HEALTHMETRIC_PART_SIZE": "", "HEALTHMETRIC_DATA": ""})
    assert result.status == 0


def test_the_repository_comes_from_the_environment_or_the_remote(
    destination: Destination, source: Path
) -> None:
    words = ["--folder", source, "--api-url", destination.github.url, "--json"]
    for variable, is_told in [("HEALTHMETRIC_REPO", False), ("GITHUB_REPOSITORY", True)]:
        result = destination.sender(*words, env={"GH_TOKEN": TOKEN, variable: destination.repo})
        assert (result.status, result.json["target"]) == (0, destination.repo)
        assert (f"no --repo given: using {destination.repo}, {variable}" in result.stderr) == is_told
        assert ("no --repo" in result.stderr) == is_told
    both = {"HEALTHMETRIC_REPO": destination.repo, "GITHUB_REPOSITORY": "octo/other"}
    result = destination.sender(*words, env={"GH_TOKEN": TOKEN} | both)
    assert (result.status, result.json["target"]) == (0, destination.repo)


def test_the_remote_of_the_clone_is_taken_and_told_of(
    destination: Destination, source: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "init", "--quiet", clone)
    git(clone, "remote", "add", "origin", f"{destination.github.url}/{destination.repo}.git")
    result = destination.sender("--folder", source, "--api-url", destination.github.url, "--json", cwd=clone,
                                env={"GH_TOKEN": TOKEN})
    assert (result.status, result.json["target"]) == (0, destination.repo)
    assert f"no --repo given: using {destination.repo}, the remote 'origin' of the clone here" in result.stderr


@pytest.mark.parametrize("words, said", [
    (["--data", "@pulse.json"], "'@FILE' is not supported: give the file name without '@' to --file, or use --data -"),
    (["doctr"], "there is no file or folder 'doctr': did you mean 'healthmetric-sender doctor'?"),
    (["setpu"], "did you mean 'healthmetric-sender setup'?"),
    (["outbx", "list"], "did you mean 'healthmetric-sender outbox'?"),
    (["list"], "did you mean 'healthmetric-sender outbox list'?"),
    (["help"], "did you mean 'healthmetric-sender --help'?"),
    (["--data", "1", "--part-size", "20"], "20 means 20 bytes: did you mean 20M?"),
    (["--data", "1", "--ca-bundle", "/no/where.pem"], "--ca-bundle: there is no file '/no/where.pem'"),
    (["--data", "1", "--ca-bundle", "/"], "--ca-bundle: there is no file '/'"),
])
def test_a_habit_from_elsewhere_gets_a_hint(words: list[str], said: str, output: Output) -> None:
    result = output(*words)
    assert (result.status, result.stdout) == (2, ""), result
    assert result.stderr.count("\n") == 1
    result.error_line(said)


def test_a_size_with_its_unit_gets_no_such_hint(output: Output) -> None:
    assert "did you mean" not in output("--data", "1", "--part-size", "4K").stderr


def test_a_file_or_folder_of_a_commands_name_is_sent(output: Output, tmp_path: Path) -> None:
    (tmp_path / "list").mkdir()
    (tmp_path / "list/a.json").write_bytes(b"1")
    assert output("list", cwd=tmp_path).status == 0


def test_a_file_that_is_named_twice_goes_once(output: Output, source: Path) -> None:
    result = output("data.json", "./data.json", "--file", "data.json", cwd=source)
    assert (result.status, result.stderr) == (0, ""), result
    assert list(output.payload()["files"]) == ["data.json"]


@pytest.mark.parametrize("option, status", [(["--folder"], 10), ([], 2)])
def test_a_folder_that_may_not_be_entered_is_not_called_missing(
    unprivileged: Unprivileged, option: list[str], status: int
) -> None:
    closed = unprivileged.folder / "closed"
    (closed / "data").mkdir(parents=True)
    unprivileged.own(closed)
    closed.chmod(0)
    result = unprivileged.sender(*option, closed / "data", "--output", unprivileged.folder / "out")
    assert result.status == status
    result.error_line(str(closed / "data"), "Permission denied")
