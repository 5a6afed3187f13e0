"""Ends TLS and passes on what was in it, as the edge of a service does: `python3 -m bench.tls_front
HOST:PORT UPSTREAM-PORT CERTIFICATE KEY`, until standard input ends."""

from __future__ import annotations

import socket
import ssl
import sys
import threading

PIECE_BYTES = 64 << 10


def serve(listener: socket.socket, upstream_port: int, context: ssl.SSLContext) -> None:
    while True:
        raw, _ = listener.accept()
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_answer, args=(raw, upstream_port, context), daemon=True).start()


def _answer(raw: socket.socket, upstream_port: int, context: ssl.SSLContext) -> None:
    try:
        with context.wrap_socket(raw, server_side=True) as client, \
                socket.create_connection(("127.0.0.1", upstream_port)) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_carry, args=(server, client), daemon=True).start()
            _carry(client, server)
    except OSError:
        pass  # it hung up; its own exit status tells


def _carry(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(PIECE_BYTES):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def main(address: str, upstream_port: str, certificate: str, key: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    host, _, port = address.rpartition(":")
    listener = socket.create_server((host, int(port)))
    threading.Thread(target=serve, args=(listener, int(upstream_port), context), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
