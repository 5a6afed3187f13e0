"""Sending beside curl, which sends a body that lies ready, to the same server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import contestants, trees
from bench.laboratory import Laboratory
from bench.processes import Command, run, seconds_of
from bench.rows import Goal, Kind, Row, Unit
from bench.sink import Sink, Upload, contents_url, free_port, url_of

SECTION = "Beside curl"

# What makes a body of 40 MB: its base64 in a payload, and the payload's base64 in the request.
SOURCE = trees.Tree("U", 9, 2_500_000)


def rows(laboratory: Laboratory) -> Iterator[Row]:
    deliveries, sends, curls = [], [], []
    with trees.written(SOURCE, laboratory.folder) as source:
        for _ in range(laboratory.effort.upload_turns):
            with laboratory.room() as room:
                seconds, upload = _deliver(source, laboratory, room)
                deliveries.append(seconds)
                curls.append(_curl(upload, laboratory, room))
            with laboratory.room() as room:
                sends.append(_send(source, laboratory, room))
    yield Row(SECTION, "PUT of 40 MB that wait in the outbox", Unit.SECONDS, deliveries, "`curl -T`", curls,
              Kind.RATIO, Goal(1.2, 1.05))
    yield Row(SECTION, "the same, packed and queued first", Unit.SECONDS, sends, "`curl -T`", curls, Kind.RATIO)


def _deliver(source: Path, laboratory: Laboratory, room: Path) -> tuple[float, Upload]:
    """The payload is packed while there is no server; what counts is to bring it there."""
    programs, port = laboratory.programs, free_port()
    options = ("--trigger", "none", "--max-wait", "0")
    run(programs.send(source, url_of(port), room, *options, statuses=frozenset({7})), room)
    with Sink(programs.sink, room, port) as sink:
        seconds = seconds_of(programs.deliver_waiting(sink.url, room), room)
    _check(sink.upload, source, laboratory, room)
    return seconds, sink.upload


def _send(source: Path, laboratory: Laboratory, room: Path) -> float:
    with Sink(laboratory.programs.sink, room, free_port()) as sink:
        send = laboratory.programs.send(source, sink.url, room, "--trigger", "none")
        seconds = seconds_of(send, room)
    _check(sink.upload, source, laboratory, room)
    return seconds


def _curl(upload: Upload, laboratory: Laboratory, room: Path) -> float:
    body = room / "body"
    body.write_bytes(upload.body)
    with Sink(laboratory.programs.sink, room, free_port()) as sink:
        words = ["curl", "--silent", "--show-error", "--fail", "--upload-file", body, contents_url(sink.url)]
        seconds = seconds_of(Command(words, contestants.plain_environment(room)), room)
    if sink.upload != upload:
        raise RuntimeError("the server received something else than curl sent")
    return seconds


def _check(upload: Upload, source: Path, laboratory: Laboratory, room: Path) -> None:
    upload.put_into_storage(room)
    run(laboratory.programs.unpack(room), room)
    trees.check_same_files(source, contestants.stored_files(room))
