"""What a small batch costs: mostly the start of a program, and two requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import contestants, trees
from bench.laboratory import Laboratory
from bench.processes import Command, Word, run, seconds_of
from bench.rows import Kind, Row, Unit
from bench.sink import Sink, Upload, contents_url, dispatches_url, free_port

SECTION = "Start-up and small batches"
QUIETLY = ("--silent", "--show-error", "--fail")
JSON = ("--header", "Content-Type: application/json")


def rows(laboratory: Laboratory) -> Iterator[Row]:
    yield from _versions(laboratory)
    sends, curls = [], []
    with trees.written(trees.T, laboratory.folder) as source:
        for _ in range(laboratory.effort.start_turns):
            with laboratory.room() as room:
                seconds, upload = _send(source, laboratory, room)
                sends.append(seconds)
                curls.append(_curl(upload, laboratory, room))
    yield Row(SECTION, "send T: PUT and dispatch", Unit.SECONDS, sends, "curl, the same two requests",
              curls, Kind.RATIO)


def _versions(laboratory: Laboratory) -> Iterator[Row]:
    """The one with a network beside curl, the other beside cp."""
    programs = laboratory.programs
    commands: dict[str, Word] = {"sender": programs.sender, "curl": "curl", "receiver": programs.receiver, "cp": "cp"}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    with laboratory.room() as room:
        for _ in range(laboratory.effort.start_turns):
            for name, program in commands.items():
                command = Command([program, "--version"], contestants.plain_environment(room))
                seconds[name].append(seconds_of(command, room))
    for ours, theirs in (("sender", "curl"), ("receiver", "cp")):
        yield Row(SECTION, f"healthmetric-{ours} --version", Unit.SECONDS, seconds[ours],
                  f"`{theirs} --version`", seconds[theirs], Kind.RATIO)


def _send(source: Path, laboratory: Laboratory, room: Path) -> tuple[float, Upload]:
    with Sink(laboratory.programs.sink, room, free_port()) as sink:
        seconds = seconds_of(laboratory.programs.send(source, sink.url, room), room)
    sink.upload.put_into_storage(room)
    run(laboratory.programs.unpack(room), room)
    trees.check_same_files(source, contestants.stored_files(room))
    return seconds, sink.upload


def _curl(upload: Upload, laboratory: Laboratory, room: Path) -> float:
    body = room / "body"
    body.write_bytes(upload.body)
    with Sink(laboratory.programs.sink, room, free_port()) as sink:
        words = ["curl", *QUIETLY, *JSON, "--upload-file", body, contents_url(sink.url), "--next", *QUIETLY, *JSON,
                 "--data", '{"event_type":"data_update","client_payload":{}}', dispatches_url(sink.url)]
        seconds = seconds_of(Command(words, contestants.plain_environment(room)), room)
    if sink.upload != upload:
        raise RuntimeError("the server received something else than curl sent")
    return seconds
