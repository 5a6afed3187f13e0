"""What the receiver says: results, messages, logs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hostile import parts
from payloads import BATCH_ID, Payload, batch_id_now, encoded, stored_path, summary_path
from programs import Program, Result
from receiving import OTHER_ID, RATE, only_batch

SECRET = b"pulse 61, seen by nobody"


def test_the_result_is_one_line_for_people(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    Payload(batch_id=OTHER_ID, damage={"size": 1}).put_into(storage)
    result = receive()
    assert result.stdout.count("\n") == 1
    assert "stored 1 batch" in result.stdout and "rejected 1 batch" in result.stdout


def test_json_output_of_nothing_is_an_object_too(receive: Callable[..., Result]) -> None:
    result = receive("--json")
    assert (result.status, result.json) == (
        0, {"batches": [], "triggers_removed": [], "retried": [], "not_retried": []})


def test_quiet_prints_errors_alone(receive: Callable[..., Result], storage: Path) -> None:
    Payload().put_into(storage)
    Payload(batch_id=OTHER_ID, damage={"size": 1}).put_into(storage)
    parts(2, batch_id_now("cut"))[0].put_into(storage)
    result = receive("--quiet")
    assert (result.status, result.stdout) == (4, "")
    [line] = result.stderr.splitlines()
    assert f"error: rejected {OTHER_ID}" in line


def test_a_name_with_a_line_end_forges_no_line_of_the_log(
    receiver: Program, receive: Callable[..., Result], storage: Path
) -> None:
    forged = "2024-01-01T00:00:00Z info stored everything.json"
    (storage / "inbox" / f"x\n{forged}").write_bytes(b"{}")
    Payload({f"a\n{forged}": b"1"}).put_into(storage)
    Payload(batch_id=OTHER_ID, metadata={"batch_name": f"x\n{forged}", "timestamp": f"\n{forged}"}
            ).put_into(storage)
    result = receive("--verbose")
    for said in [result.stderr, (receiver.home / "receiver.log").read_text()]:
        assert not [line for line in said.splitlines() if line.startswith("2024-01-01")]


def test_the_log_grows_from_run_to_run(
    receiver: Program, receive: Callable[..., Result], storage: Path
) -> None:
    for batch_id in [BATCH_ID, OTHER_ID]:
        Payload(batch_id=batch_id).put_into(storage)
        assert receive("--quiet").status == 0
    log = (receiver.home / "receiver.log").read_text()
    assert f"stored {BATCH_ID}" in log and f"stored {OTHER_ID}" in log


def test_json_output_is_one_object_and_quiet_prints_nothing(
    receive: Callable[..., Result], storage: Path
) -> None:
    Payload().put_into(storage)
    result = receive("--quiet")
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    Payload(batch_id=OTHER_ID).put_into(storage)
    result = receive("--quiet", "--json")
    assert only_batch(result)["payloads"] == [f"inbox/{OTHER_ID}.json"]


def test_verbose_says_more_than_the_default(receive: Callable[..., Result], storage: Path) -> None:
    """--help: "Print each step to stderr"."""
    said = []
    for words in [[], ["--verbose"]]:
        Payload().put_into(storage)
        said.append(receive("--keep-payloads", *words).stderr.splitlines())
        (storage / summary_path(BATCH_ID)).unlink()
    usual, verbose = said
    assert usual and set(usual) < set(verbose)


def test_the_log_has_what_happened_and_never_a_byte_of_content(
    receive: Callable[..., Result], receiver: Program, storage: Path, tmp_path: Path
) -> None:
    Payload({"a.txt": SECRET}).put_into(storage)
    Payload({"b.txt": SECRET}, OTHER_ID, damage={"size": 1}).put_into(storage)
    (storage / "inbox/bad.json").write_bytes(SECRET)
    assert receive("--log-file", tmp_path / "own.log", "--verbose").status == 4
    assert not (receiver.home / "receiver.log").exists()
    log = (tmp_path / "own.log").read_text()
    assert f"stored {BATCH_ID}" in log and f"rejected {OTHER_ID}" in log
    for said in [log, *(p.read_text() for p in storage.rglob("*.reason.json"))]:
        assert SECRET.decode() not in said and encoded(SECRET) not in said and "pulse" not in said


def test_the_log_lies_in_the_current_directory_unless_named(
    receive: Callable[..., Result], receiver: Program, storage: Path
) -> None:
    Payload().put_into(storage)
    assert receive().status == 0
    [line] = [line for line in (receiver.home / "receiver.log").read_text().splitlines()
              if f"stored {BATCH_ID}" in line]
    assert line[10] == "T" and line[19:26] == "Z info ", line


def test_a_log_file_that_cannot_be_written_is_an_io_error(
    receive: Callable[..., Result], storage: Path, tmp_path: Path
) -> None:
    place = Payload().put_into(storage)
    (tmp_path / "file").write_text("")
    result = receive("--log-file", tmp_path / "file/x.log")
    assert result.status == 10
    result.error_line("x.log")
    assert place.exists()
