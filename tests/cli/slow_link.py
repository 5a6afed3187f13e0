"""A link that is slow, or stands still: TCP, passed on to a server a piece at a time."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from urllib.parse import urlsplit

PIECE_BYTES = 256 << 10


class SlowLink:
    """`pause_s` after each piece that goes to the server; after `stall_bytes` nothing moves any more."""

    def __init__(self, upstream: str, pause_s: float, stall_bytes: int | None = None) -> None:
        self._upstream = (urlsplit(upstream).hostname, urlsplit(upstream).port)
        self._pause_s, self._stall_bytes = pause_s, stall_bytes
        self._listener = socket.socket()
        # As little as possible waits in buffers, where it would look as if it had arrived.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        self._listener.bind(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> SlowLink:
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._upstream)
            threading.Thread(target=self._carry_slowly, args=(client, server), daemon=True).start()
            threading.Thread(target=_carry, args=(server, client), daemon=True).start()

    def _carry_slowly(self, client: socket.socket, server: socket.socket) -> None:
        carried = 0
        while self._stall_bytes is None or carried < self._stall_bytes:
            try:
                piece = client.recv(PIECE_BYTES)
                server.sendall(piece)
            except OSError:
                return
            if not piece:
                server.shutdown(socket.SHUT_WR)
                return
            carried += len(piece)
            time.sleep(self._pause_s * len(piece) / PIECE_BYTES)
        self._stopped.wait()
        client.close()
        server.close()


def _carry(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(PIECE_BYTES):
            target.sendall(piece)
    except OSError:
        pass
