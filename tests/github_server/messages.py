"""What travels between the HTTP layer and the endpoints: requests, responses and refusals."""

from __future__ import annotations

import io
import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO

JSON_TYPE = "application/json; charset=utf-8"
DOCS = "https://docs.github.com/rest"


def unquote(text: str) -> str:
    """Bytes that are no UTF-8 become lone surrogates, as os.fsdecode() has it for file names."""
    return urllib.parse.unquote(text, errors="surrogateescape")


def quote_path(path: str) -> str:
    return urllib.parse.quote(path, safe="/", errors="surrogateescape")


@dataclass
class Response:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | BinaryIO = b""

    @property
    def length(self) -> int:
        if isinstance(self.body, bytes):
            return len(self.body)
        return self.body.seek(0, io.SEEK_END)

    def blocks(self, limit: int):
        """The first `limit` bytes of the body, in blocks."""
        source = io.BytesIO(self.body) if isinstance(self.body, bytes) else self.body
        source.seek(0)
        while limit > 0 and (block := source.read(min(limit, 1 << 18))):
            limit -= len(block)
            yield block


def json_response(status: int, document: Any, headers: Mapping[str, str] | None = None) -> Response:
    # ASCII only: a lone surrogate in a file name would not encode as UTF-8.
    body = json.dumps(document, separators=(",", ":")).encode("ascii")
    return Response(status, {"Content-Type": JSON_TYPE, **(headers or {})}, body)


class ApiError(Exception):
    """A refusal. `errors` are the entries of GitHub's validation-error schema."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        documentation: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})
        self.documentation = documentation

    def response(self, documentation: str = "") -> Response:
        document: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            document["errors"] = self.errors
        page = documentation if self.documentation is None else self.documentation
        document["documentation_url"] = DOCS + page
        document["status"] = str(self.status)
        return json_response(self.status, document, self.headers)


def not_found() -> ApiError:
    return ApiError(404, "Not Found")


def invalid(complaint: str, errors: list[dict[str, Any]] | None = None) -> ApiError:
    """What GitHub says when a body does not have the documented form."""
    return ApiError(422, f"Invalid request.\n\n{complaint}", errors)


@dataclass
class Request:
    method: str
    raw_path: str
    query: dict[str, str]
    headers: Mapping[str, str]  # names in lower case
    connection: str  # the client's end, the same for all requests on one connection
    base_url: str
    query_text: str = ""  # as it came
    body: BinaryIO = field(default_factory=io.BytesIO)
    body_size: int = 0
    lose_race: bool = False  # set by a fault: somebody else writes to the branch first

    @property
    def path(self) -> str:
        return unquote(self.raw_path)

    @cached_property
    def document(self) -> Any:
        """The body as JSON. Raises ApiError 400."""
        self.body.seek(0)
        try:
            return json.loads(self.body.read().decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise ApiError(400, "Problems parsing JSON") from None

    def body_object(self) -> dict[str, Any]:
        document = self.document if self.body_size else None
        if not isinstance(document, dict):
            raise invalid(f"For 'links/0/schema', {describe(document)} is not an object.")
        return document


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def describe(value: Any) -> str:
    """A JSON value as GitHub's complaints quote it."""
    if value is None:
        return "nil"
    return json.dumps(value, ensure_ascii=False)[:200]


def require(document: Mapping[str, Any], *names: str) -> None:
    missing = [f'"{name}"' for name in names if document.get(name) is None]
    if missing:
        verb = "wasn't" if len(missing) == 1 else "weren't"
        errors = [
            {"resource": "Request", "field": name.strip('"'), "code": "missing_field"}
            for name in missing
        ]
        raise invalid(f"{', '.join(missing)} {verb} supplied.", errors)


def require_type(document: Mapping[str, Any], kind: type, *names: str) -> None:
    """Of those that are there."""
    words = {str: "a string", dict: "an object", list: "an array"}
    for name in names:
        value = document.get(name)
        if value is not None and not isinstance(value, kind):
            errors = [{"resource": "Request", "field": name, "code": "invalid"}]
            raise invalid(f"For 'properties/{name}', {describe(value)} is not {words[kind]}.", errors)
