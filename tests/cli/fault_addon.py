"""For mitmdump: what happens between a sender and the server behind it, as `fault_proxy.py` says line
by line on standard input. Each line is a JSON object and is answered with a line once it holds.

    {"rules": [{"method": "PUT", "path": "regex", "times": 1, "fault": "reset_before"}],
     "listens": true, "authority": "own"}

A rule acts on the next `times` requests that match (null: on all). Its fault is one of

    {"answer": {"status": 502, "headers": {}, "body": ""}}   this answer; the server hears nothing
    "silence"           no answer, until the client goes away; the server hears nothing
    "reset_before"      RST before anything is passed on
    "reset_mid_body"    RST in the middle of the request's body, or of the answer's where it has none
    "reset_after"       the server acts, and instead of its answer comes RST
    "truncate"          the server acts, and half of its answer arrives, as if that were all
    "refuse_next"       this answer passes; then nobody listens any more
    "distrust_next"     this answer passes; then another authority signs the certificates
"""

import asyncio
import json
import re
import socket
import struct
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mitmproxy import certs, ctx, http
from mitmproxy.proxy import mode_specs

RESET = struct.pack("ii", 1, 0)
KEY_BITS = 2048


@dataclass
class Rule:
    method: str
    path: str
    times: int | None
    fault: Any

    def takes(self, request: http.Request) -> bool:
        if self.times == 0 or request.method != self.method or not re.search(self.path, request.path):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    def __init__(self) -> None:
        self.rules: list[Rule] = []

    async def running(self) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        self.own = ctx.master.addons.get("tlsconfig").certstore
        self.task = loop.create_task(self.obey(reader))
        say("ready")

    async def obey(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            order = json.loads(line)
            self.rules = [Rule(**rule) for rule in order["rules"]]
            self.trust(order["authority"])
            await listen(order["listens"])
            say("done")
        ctx.master.shutdown()

    def trust(self, authority: str) -> None:
        store = self.own if authority == "own" else self.stranger
        ctx.master.addons.get("tlsconfig").certstore = store

    @cached_property
    def stranger(self) -> certs.CertStore:
        return certs.CertStore.from_store(Path(ctx.options.confdir) / "stranger", "stranger", KEY_BITS)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        rule = next((rule for rule in self.rules if rule.takes(flow.request)), None)
        fault = flow.metadata["fault"] = rule and rule.fault
        if fault == "reset_before":
            reset(flow)
            flow.kill()
        elif fault == "reset_mid_body" and flow.request.method != "GET":
            flow.request.stream = resetting(flow)
        if fault is None:  # where a redirect led; GitHub's API knows no such parameter
            flow.request.path = re.sub(r"[?&]moved=1$", "", flow.request.path)

    async def request(self, flow: http.HTTPFlow) -> None:
        fault = flow.metadata["fault"]
        if fault == "silence":
            while flow.client_conn.connected:
                await asyncio.sleep(0.05)
            flow.kill()
        elif isinstance(fault, dict):
            answer = fault["answer"]
            flow.response = http.Response.make(answer["status"], answer.get("body", ""),
                                               answer.get("headers", {}))

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if flow.metadata["fault"] == "reset_mid_body":
            flow.response.stream = resetting(flow)

    async def response(self, flow: http.HTTPFlow) -> None:
        fault = flow.metadata["fault"]
        if fault == "reset_after":
            reset(flow)
            flow.kill()
        elif fault == "truncate":
            flow.response.content = flow.response.content[: len(flow.response.content) // 2]
        elif fault in ("refuse_next", "distrust_next"):
            flow.response.headers["Connection"] = "close"
            if fault == "refuse_next":
                await listen(False)
            else:
                self.trust("stranger")


async def listen(wanted: bool) -> None:
    modes = [mode_specs.ProxyMode.parse(mode) for mode in ctx.options.mode] if wanted else []
    await ctx.master.addons.get("proxyserver").servers.update(modes)


def resetting(flow: http.HTTPFlow) -> Any:
    """Passes half of the first bytes on, and then no more."""
    was_reset = False

    def pass_on(content: bytes) -> bytes:
        nonlocal was_reset
        if was_reset:
            return b""
        was_reset = True
        reset(flow)
        return content[: len(content) // 2]

    return pass_on


def reset(flow: http.HTTPFlow) -> None:
    """Ends the client's connection with RST instead of FIN."""
    handlers = ctx.master.addons.get("proxyserver").connections.values()
    [writer] = [handler.transports[handler.client].writer for handler in handlers
                if handler.client is flow.client_conn]
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


def say(word: str) -> None:
    print(word, flush=True)


addons = [Faults()]
