"""A link with a round trip of 100 ms and 50 Mbit/s: real packets where the kernel lets us, else a relay.

The first is two network namespaces whose only way to each other is a pair of tunnels that we carry the
packets between, late. So connecting, slow start and congestion control are the kernel's own. It needs root
and /dev/net/tun. The relay is for where these are missing: it carries bytes, and adds the round trip that
connecting costs; its TCP knows no distance, so what slow start costs is missing."""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from bench.delays import Direction
from bench.sink import free_port

ROUND_TRIP_S = 0.1
BYTES_PER_S = 50e6 / 8
FRONT_PORT = 8443


class Link(Protocol):
    """Servers and clients are started behind the words that put them at their end."""

    remark: str  #: to be read behind a figure
    server_prefix: Sequence[str]
    client_prefix: Sequence[str]
    server_address: tuple[str, int]  #: where the server listens
    client_address: tuple[str, int]  #: where the client finds it

    def sent_bytes(self) -> int: ...


def _direction() -> Direction[bytes]:
    return Direction(ROUND_TRIP_S / 2, BYTES_PER_S)


@contextmanager
def opened() -> Iterator[Link]:
    if os.geteuid() == 0 and os.path.exists("/dev/net/tun"):
        try:
            tunnels = _Tunnels()
        except (OSError, subprocess.CalledProcessError):
            tunnels = None
        if tunnels:
            with tunnels.carrying():
                yield tunnels
            return
    relay = _Relay()
    threading.Thread(target=relay.serve, daemon=True).start()
    yield relay


class _Tunnels:
    TUNSETIFF = 0x400454CA
    IFF_TUN_NO_PI = 0x1001
    PACKET_BYTES = 2048
    BURST = 64

    def __init__(self) -> None:
        self.remark = ""
        spaces = [f"bench{os.getpid()}{end}" for end in "cs"]
        self._spaces, self._files = spaces, []
        addresses = ("10.213.7.1", "10.213.7.2")
        self.client_prefix, self.server_prefix = (("ip", "netns", "exec", space) for space in spaces)
        self.server_address = self.client_address = (addresses[1], FRONT_PORT)
        self._directions = [_direction(), _direction()]
        try:
            for space, own, other in zip(spaces, addresses, reversed(addresses)):
                self._files.append(self._tunnel(space, own, other))
        except BaseException:
            self._remove()
            raise

    def _tunnel(self, space: str, own: str, other: str) -> int:
        file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(file, self.TUNSETIFF, struct.pack("16sH", space.encode(), self.IFF_TUN_NO_PI))
        for words in (f"netns add {space}", f"link set {space} netns {space}", f"-n {space} link set lo up",
                      f"-n {space} addr add {own}/32 peer {other} dev {space}",
                      f"-n {space} link set {space} mtu 1500 txqueuelen 5000 up"):
            subprocess.run(["ip", *words.split()], check=True, stderr=subprocess.PIPE)
        return file

    def _remove(self) -> None:
        for file in self._files:
            os.close(file)
        for space in self._spaces:
            subprocess.run(["ip", "netns", "del", space], check=False, stderr=subprocess.DEVNULL)

    def sent_bytes(self) -> int:
        return self._directions[0].carried_bytes

    @contextmanager
    def carrying(self) -> Iterator[None]:
        stop_here, stop_there = os.pipe()
        carrier = threading.Thread(target=self._carry, args=(stop_here,))
        carrier.start()
        try:
            yield
        finally:
            os.close(stop_there)
            carrier.join()
            os.close(stop_here)
            self._remove()

    def _carry(self, stop: int) -> None:
        while True:
            waits = [wait for wait in (way.wait_s() for way in self._directions) if wait is not None]
            ready = select.select([*self._files, stop], [], [], min(waits, default=None))[0]
            if stop in ready:
                return
            for file, way in zip(self._files, self._directions):
                if file in ready:
                    self._take(file, way)
            for file, way in zip(reversed(self._files), self._directions):
                for packet in way.arrived():
                    os.write(file, packet)

    def _take(self, file: int, way: Direction[bytes]) -> None:
        for _ in range(self.BURST):
            try:
                packet = os.read(file, self.PACKET_BYTES)
            except BlockingIOError:
                return
            way.put(packet, len(packet))


@dataclass
class _Pipe:
    """One way of one connection through the relay."""

    source: socket.socket
    target: socket.socket
    way: Direction[bytes]

    def carry(self, ready_at: float) -> None:
        try:
            time.sleep(max(0.0, ready_at - time.monotonic()))
            while True:
                wait = self.way.wait_s()
                if select.select([self.source], [], [], wait)[0]:
                    piece = self.source.recv(8 << 10)
                    self.way.put(piece, len(piece))
                    if not piece:
                        break
                self._deliver()
            while (wait := self.way.wait_s()) is not None:
                time.sleep(wait)
                self._deliver()
            self.target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one end hung up

    def _deliver(self) -> None:
        for piece in self.way.arrived():
            self.target.sendall(piece)


class _Relay:
    def __init__(self) -> None:
        self.remark = " (relay)"
        self.server_prefix: Sequence[str] = ()
        self.client_prefix: Sequence[str] = ()
        self.server_address = ("127.0.0.1", free_port())
        self._listener = socket.socket()
        # What waits in buffers would look as if it had been sent.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.client_address = self._listener.getsockname()
        self._up: list[Direction[bytes]] = []

    def sent_bytes(self) -> int:
        return sum(way.carried_bytes for way in self._up)

    def serve(self) -> None:
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection(self.server_address)
            self._up.append(_direction())
            connected_at = time.monotonic() + ROUND_TRIP_S
            for pipe in (_Pipe(client, server, self._up[-1]), _Pipe(server, client, _direction())):
                threading.Thread(target=pipe.carry, args=(connected_at,), daemon=True).start()
