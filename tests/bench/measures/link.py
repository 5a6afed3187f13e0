"""A realistic batch over a slow link, beside the method of the Python peer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import contestants, trees
from bench.contestants import PEER
from bench.health_data import HealthData
from bench.laboratory import Laboratory
from bench.link import Link, opened
from bench.processes import Command, run, seconds_of
from bench.rows import Goal, Kind, Row, Unit
from bench.sink import Sink, Upload, contents_url, free_port

SECTION = "A realistic batch at 100 ms and 50 Mbit/s"
TESTS = Path(__file__).resolve().parents[2]
STOP_TIMEOUT_S = 30
GOALS = {("bytes", "zstd"): Goal(1 / 4, 1 / 6), ("time", "zstd"): Goal(1 / 3, 1 / 4)}
COMPRESSIONS = ("zstd", "none")


def rows(laboratory: Laboratory) -> Iterator[Row]:
    health = HealthData(laboratory.effort.health_bytes)
    sent: dict[str, list[float]] = defaultdict(list)
    seconds: dict[str, list[float]] = defaultdict(list)
    with trees.written(health, laboratory.folder) as source, opened() as link:
        for _ in range(laboratory.effort.link_turns):
            for name in (*COMPRESSIONS, "peer"):
                with laboratory.room() as room:
                    before = link.sent_bytes()
                    seconds[name].append(_send(name, source, link, laboratory, room))
                    sent[name].append(link.sent_bytes() - before)
        section = SECTION + link.remark
    for compression in COMPRESSIONS:
        for what, unit, figures in (("bytes", Unit.BYTES, sent), ("time", Unit.SECONDS, seconds)):
            yield Row(section, f"{what}, --compress {compression}", unit, figures[compression],
                      "GET and PUT by the peer", figures["peer"], Kind.RATIO, GOALS.get((what, compression)))


def _send(name: str, source: Path, link: Link, laboratory: Laboratory, room: Path) -> float:
    """From the folder to the server, with the program's own start."""
    certificate, key = _certificate(link.client_address[0], room)
    port = free_port()
    url = f"https://{link.client_address[0]}:{link.client_address[1]}"
    with Sink(laboratory.programs.sink, room, port, link.server_prefix) as sink, \
            _tls_front(link, port, certificate, key):
        if name == "peer":
            words = [sys.executable, PEER, "send", source, contents_url(url), certificate]
            command = Command(words, contestants.plain_environment(room))
        else:
            command = laboratory.programs.send(source, url, room, "--compress", name, "--ca-bundle", certificate)
        words = [*link.client_prefix, *command.words]
        seconds = seconds_of(Command(words, command.environment), room)
    _check(name, sink.upload, source, laboratory, room)
    return seconds


def _check(name: str, upload: Upload, source: Path, laboratory: Laboratory, room: Path) -> None:
    if name == "peer":
        (room / "peer.json").write_bytes(upload.payload)
        run(contestants.peer_unpack(room), room)
        trees.check_same_files(source, room / "peer")
        return
    upload.put_into_storage(room)
    run(laboratory.programs.unpack(room), room)
    trees.check_same_files(source, contestants.stored_files(room))


def _certificate(host: str, room: Path) -> tuple[Path, Path]:
    certificate, key = room / "certificate.pem", room / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc",
             "-days", "2", "-subj", "/CN=bench", "-addext", f"subjectAltName=IP:{host}", "-keyout", key,
             "-out", certificate]
    run(Command(words, contestants.plain_environment(room)), room)
    return certificate, key


@contextmanager
def _tls_front(link: Link, upstream_port: int, certificate: Path, key: Path) -> Iterator[None]:
    address = f"{link.server_address[0]}:{link.server_address[1]}"
    words = [*link.server_prefix, sys.executable, "-m", "bench.tls_front", address, str(upstream_port),
             certificate, key]
    front = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(TESTS)}, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    try:
        assert front.stdout
        if front.stdout.readline() != b"ready\n":
            raise RuntimeError("the TLS front did not start")
        yield
    finally:
        front.communicate(timeout=STOP_TIMEOUT_S)
