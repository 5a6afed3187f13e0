"""HTTP/1.1: threads, keep-alive, bodies, and the faults that happen on the wire.

http.server parses; answers are put together here, in one write each, because a status line and a
body in two segments cost a client 40 ms with Nagle's algorithm on either side.
"""

from __future__ import annotations

import re
import socket
import struct
import sys
import tempfile
import time
import traceback
import urllib.parse
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from github_server import control
from github_server.api import Api
from github_server.control import Control
from github_server.exchange_log import ExchangeLog
from github_server.faults import Action, Faults, compressed
from github_server.git_http import GitHttp
from github_server.gitea import GiteaApi
from github_server.messages import ApiError, Request, Response
from github_server.request_log import RequestLog

BODY_IN_MEMORY_BYTES = 64 << 20
DRAIN_BYTES = 256 << 20
DRAIN_TIMEOUT_S = 5
BLOCK_BYTES = 1 << 18
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")


class BodyTooLarge(Exception):
    pass


class BadFraming(Exception):
    pass


@dataclass
class Application:
    """Everything that answers, behind the sockets."""

    api: Api | GiteaApi
    git: GitHttp
    control: Control
    faults: Faults
    log: RequestLog
    exchanges: ExchangeLog
    max_request_bytes: int

    def answer(self, request: Request) -> Response:
        try:
            if self.git.serves(request):
                return self.git.answer(request)
            return self.api.answer(request)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return ApiError(500, "Server Error").response()


class GithubHttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, application: Application) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.application = application
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            traceback.print_exc(file=sys.stderr)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 300
    server: GithubHttpServer

    def _handle(self) -> None:
        application = self.server.application
        request = self._request()
        try:
            if request.raw_path.startswith(control.PREFIX):
                self._read_body(request, BODY_IN_MEMORY_BYTES)
                self._send(request, application.control.answer(request))
                return
            action = application.faults.match(request)
            if action and action.name == "reset_mid_body":
                application.log.add(request, None, action.name)
                self._reset()
                return
            is_git = application.git.serves(request)
            self._read_body(request, None if is_git else application.max_request_bytes)
        except BodyTooLarge:
            self._refuse_body(request, ApiError(413, "Request body is too large"))
        except BadFraming as error:
            self._refuse_body(request, ApiError(400, str(error)))
        else:
            self._answer(request, action)
        finally:
            request.body.close()

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = do_OPTIONS = _handle

    def _answer(self, request: Request, action: Action | None) -> None:
        application = self.server.application
        if action:
            time.sleep(action.delay_s)
            request.lose_race = action.name == "race"
        response = None
        if action is None or action.is_performed:
            response = application.answer(request)
        if action and action.answer:
            response = action.response()
        if action and action.name in ("close_before", "close_after"):
            response = None
        application.log.add(request, response, action and action.name)
        if response is not None and not application.git.serves(request):
            application.exchanges.add(request, response, bool(action and action.answer))
        if response is None:
            self.close_connection = True
        else:
            if action and action.name == "gzip":
                response = compressed(response)
            self._send(request, response, cut=bool(action and action.name == "truncate"))

    def _request(self) -> Request:
        # http.server reads the request line as Latin-1; a client may send UTF-8 unquoted.
        target = self.path.encode("latin-1").decode("utf-8", "surrogateescape")
        parts = urllib.parse.urlsplit(target if target.startswith("/") else f"/{target}")
        if "://" in target.partition("?")[0]:
            parts = urllib.parse.urlsplit(target)
        query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = headers.get("host", "")
        return Request(
            method=self.command,
            raw_path=parts.path,
            query=dict(query),
            query_text=parts.query,
            headers=headers,
            connection=f"{self.client_address[0]}:{self.client_address[1]}",
            base_url=f"http://{host}" if _HOST.fullmatch(host) else self.server.url,
        )

    def handle_expect_100(self) -> bool:
        """Not before the body is wanted: see _read_body()."""
        return True

    def _read_body(self, request: Request, limit: int | None) -> None:
        """Raises BodyTooLarge, before it is read where its length is announced, or BadFraming."""
        is_chunked = "chunked" in request.headers.get("transfer-encoding", "").lower()
        announced = request.headers.get("content-length", "0")
        if not is_chunked:
            if not (announced.isascii() and announced.isdigit()):
                raise BadFraming("Content-Length is not a number")
            if limit is not None and int(announced) > limit:
                raise BodyTooLarge
        if request.headers.get("expect", "").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body = tempfile.SpooledTemporaryFile(BODY_IN_MEMORY_BYTES)
        if is_chunked:
            self._read_chunks(request, limit)
        else:
            self._copy(request, int(announced), limit)
        request.body.seek(0)

    def _copy(self, request: Request, count: int, limit: int | None) -> None:
        if limit is not None and request.body_size + count > limit:
            raise BodyTooLarge
        while count > 0:
            block = self.rfile.read(min(count, BLOCK_BYTES))
            if not block:
                raise ConnectionResetError("the client left in the middle of its request")
            request.body.write(block)
            request.body_size += len(block)
            count -= len(block)

    def _read_chunks(self, request: Request, limit: int | None) -> None:
        while size := self._chunk_size():
            self._copy(request, size, limit)
            if self.rfile.readline(3).strip():
                raise BadFraming("a chunk is longer than it says")
        while self.rfile.readline(BLOCK_BYTES).strip():
            pass  # trailers

    def _chunk_size(self) -> int:
        digits = self.rfile.readline(1024).partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", digits):
            raise BadFraming("a chunk has no size")
        return int(digits, 16)

    def _refuse_body(self, request: Request, error: ApiError) -> None:
        """Answers without reading on. Closing with unread data would reset the connection and could
        take the answer with it, so what still comes is thrown away first."""
        self.close_connection = True
        response = error.response()
        self.server.application.log.add(request, response, None)
        self._send(request, response)
        if request.headers.get("expect"):
            return
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(DRAIN_TIMEOUT_S)
        left = DRAIN_BYTES
        while left > 0 and (block := self.rfile.read1(BLOCK_BYTES)):
            left -= len(block)

    def _send(self, request: Request, response: Response, cut: bool = False) -> None:
        length = response.length
        has_body = response.status not in (204, 304)
        head = self._head(response, length if has_body else None)
        sent = length if has_body and request.method != "HEAD" else 0
        if cut:
            self.close_connection = True
            if not sent:
                head = head[: len(head) // 2]
            sent //= 2
        blocks = response.blocks(sent)
        self.connection.sendall(head + next(blocks, b""))
        for block in blocks:
            self.connection.sendall(block)

    def _head(self, response: Response, length: int | None) -> bytes:
        try:
            phrase = HTTPStatus(response.status).phrase
        except ValueError:
            phrase = "Unknown"
        headers = {"Server": "github.com", "Date": self.date_time_string(), **response.headers}
        if length is not None:
            headers["Content-Length"] = str(length)
        if self.close_connection:
            headers["Connection"] = "close"
        fields = (f"{name}: {value}" for name, value in headers.items())
        lines = [f"HTTP/1.1 {response.status} {phrase}", *fields, "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace")

    def _reset(self) -> None:
        """Takes part of the body, if there is one, and breaks the connection off, with RST instead of FIN."""
        if self.headers.get("expect", "").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "content-length" in self.headers or "transfer-encoding" in self.headers:
            self.rfile.read1(BLOCK_BYTES)
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Not socket.close(), which waits for rfile, nor shutdown(), which would send FIN.
        socket.close(self.connection.detach())

    def log_message(self, format: str, *arguments: object) -> None:
        """The request log says it all."""
