"""Networks between a company's machines and GitHub: proxies, authorities of their own, IPv6, links that
are slow or stand still."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import TOKEN, Destination
from fault_proxy import FaultProxy
from github_server.local_github import LocalGithub
from programs import Program
from slow_link import SlowLink

PASSWORD = "s3cret-of-the-proxy"
BAD_GATEWAY = {"method": "PUT", "times": 1, "fault": {
    "answer": {"status": 502, "headers": {"Retry-After": "0", "Via": "proxy"}}}}
REFUSAL = {"method": "PUT", "fault": {"answer": {
    "status": 403, "body": '{"message": "answered by the proxy"}'}}}


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    """A proxy that wants a password, and looks into TLS with an authority of its own."""
    options = ["--proxyauth", f"lab:{PASSWORD}", "--set", "ssl_insecure=true", "--set",
               "connection_strategy=lazy", "--set", "upstream_cert=false"]
    with FaultProxy(options=options) as running:
        yield running


def with_password(proxy: FaultProxy, password: str = PASSWORD) -> str:
    return proxy.url.replace("://", f"://lab:{password}@")


def test_through_a_proxy_with_a_password(
    destination: Destination, source: Path, proxy: FaultProxy, tmp_path: Path
) -> None:
    proxy.set(BAD_GATEWAY)
    log = tmp_path / "log"
    result = destination("--folder", source, "--proxy", with_password(proxy), "--verbose", "--log-file", log)
    assert result.status == 0, result
    result.error_line("502", "trying again")
    assert [put["status"] for put in destination.requests("PUT")] == [201], "the proxy answered the other"
    kept = [place.read_text("latin-1") for place in destination.sender.home.rglob("*") if place.is_file()]
    for text in (result.stdout, result.stderr, log.read_text(), *kept):
        assert PASSWORD not in text


@pytest.mark.parametrize("password", ["wrong-secret-of-the-proxy", ""], ids=["wrong", "none"])
def test_a_wrong_password_leaves_the_batch_in_the_outbox(
    password: str, destination: Destination, source: Path, proxy: FaultProxy, secure: FaultProxy
) -> None:
    proxy.set()
    behind = replace(destination, url=secure.https_url)
    named = with_password(proxy, password) if password else proxy.url
    result = behind("--folder", source, "--proxy", named, "--max-wait", "0", "--verbose")
    assert result.status == 7
    result.error_line("407")
    assert len(destination.waiting()) == 1
    assert "wrong-secret" not in result.stdout + result.stderr
    assert destination.requests() == []


@pytest.mark.parametrize("through_tls", [False, True], ids=["http", "https"])
def test_what_a_proxy_wants_is_said_at_once(
    through_tls: bool, destination: Destination, source: Path, proxy: FaultProxy, secure: FaultProxy
) -> None:
    proxy.set()
    behind = replace(destination, url=secure.https_url if through_tls else destination.github.url)
    result = behind("--folder", source, "--proxy", with_password(proxy, "wrong-secret-of-the-proxy"),
                    "--max-wait", "10m", "--verbose", "--json")
    assert (result.status, result.json["status"]) == (7, "queued"), result
    result.error_line("407", "it takes Basic", "--proxy")
    assert "trying again" not in result.stderr and "gave up" not in result.stderr
    assert "wrong-secret" not in result.stdout + result.stderr
    assert destination.requests() == []


@pytest.mark.parametrize("variable", ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("value", [
    "http://u:s3cret-pw@cret@host:1", "u:s3cret-pw@cret@host:1", " ", "http://u:s3cret-pw@host:70000",
    "ftp://u:s3cret-pw@host", "http://u:s3cret-pw x@host:1", "http://u:1/s3cret-pw@host",
    "http://u:s3cret-pw%0a@host:1", "http://u%01:s3cret-pw@host:1",
])
def test_a_proxy_of_the_environment_that_is_none_ends_the_run(
    value: str, variable: str, destination: Destination, source: Path, tmp_path: Path
) -> None:
    """As --proxy does, before anything is packed, and with nothing of its password anywhere."""
    for words, env in ((["--folder", source], {variable: value}),
                       (["--folder", source, "--proxy", value], {}),
                       (["outbox", "retry"], {variable: value})):
        if words[0] != "outbox":
            words = [*words, *destination.target]
        result = destination.sender(*words, "--log-file", tmp_path / "log", "--verbose",
                                    env=destination.token(TOKEN) | env)
        assert (result.status, result.stdout) == (2, ""), result
        result.error_line(variable if env else "--proxy", "invalid proxy")
        assert "s3cret" not in result.stderr
    assert not destination.sender.outbox.exists() or destination.waiting() == []
    assert not (tmp_path / "log").exists() or "s3cret" not in (tmp_path / "log").read_text()
    assert destination.requests() == []


def test_a_proxy_that_is_not_asked_is_not_looked_at(
    destination: Destination, source: Path, proxy: FaultProxy, tmp_path: Path
) -> None:
    proxy.set()
    bad = {"HTTPS_PROXY": "ftp://u:s3cret-pw@host", "HTTP_PROXY": " "}
    assert destination("--folder", source, "--dry-run", env=bad).status == 0
    assert destination.sender("--folder", source, "--output", tmp_path / "out", env=bad).status == 0
    assert destination.sender("outbox", "list", env=bad).status == 0
    assert destination("--folder", source, "--proxy", with_password(proxy), env=bad).status == 0
    assert destination("--folder", source, env={"HTTPS_PROXY": "", "HTTP_PROXY": " "}).status == 0


def test_a_password_in_a_url_is_never_shown(sender: Program, source: Path) -> None:
    result = sender("--folder", source, "--repo", "octo/data", "--api-url", "https://u:s3cret-pw@x y@host",
                    env={"GH_TOKEN": TOKEN})
    assert result.status == 2
    result.error_line("--api-url", "***@host")
    assert "s3cret" not in result.stderr


def test_https_through_a_proxy_that_looks_into_it(
    destination: Destination, source: Path, proxy: FaultProxy, secure: FaultProxy
) -> None:
    proxy.set()
    secure.set()
    behind = replace(destination, url=secure.https_url)
    words = ["--folder", source, "--proxy", with_password(proxy)]

    distrusted = behind(*words, "--json")
    assert (distrusted.status, distrusted.json["status"]) == (7, "queued")
    distrusted.error_line("certificate")
    assert destination.requests() == [], "it is not tried again, and nothing came through"

    result = behind(*words, "--ca-bundle", proxy.authority, "--json")
    assert (result.status, result.json["status"]) == (0, "sent"), result
    assert len(destination.inbox()) == 2 and destination.waiting() == []


def test_a_proxy_from_the_environment(sender: Program, source: Path, proxy: FaultProxy) -> None:
    """For a host that only the proxy could reach; it answers in its place."""
    proxy.set(REFUSAL)
    result = sender("--folder", source, "--repo", "octo/data", "--api-url", "https://github.invalid",
                    "--ca-bundle", proxy.authority, "--max-wait", "0",
                    env={"GH_ENTERPRISE_TOKEN": TOKEN, "HTTPS_PROXY": with_password(proxy)})
    assert result.status == 5, result
    result.error_line("answered by the proxy")
    assert PASSWORD not in result.stdout + result.stderr

    without = sender("--folder", source, "--repo", "octo/data", "--api-url", "https://github.invalid",
                     "--max-wait", "0", env={"GH_ENTERPRISE_TOKEN": TOKEN, "NO_PROXY": "github.invalid",
                                             "HTTPS_PROXY": with_password(proxy)})
    assert without.status == 7
    without.error_line("github.invalid")


def test_an_authority_of_the_company(destination: Destination, source: Path, secure: FaultProxy) -> None:
    secure.set()
    behind = replace(destination, url=secure.https_url)
    assert behind("--folder", source, "--ca-bundle", secure.authority).status == 0
    assert behind("--folder", source).status == 7
    missing = behind("--folder", source, "--ca-bundle", source / "none.pem")
    assert (missing.status, missing.stdout) == (2, "")
    missing.error_line("--ca-bundle", "none.pem")
    assert len(destination.inbox()) == 1


def spoilt(text: bytes) -> bytes:
    return text.replace(b"\nMII", b"\n@II", 1)


@pytest.mark.parametrize("spoil", [
    lambda pem: b"", lambda pem: b"no certificates\n", lambda pem: b"\x30\x82\x01\x00" * 300,
    lambda pem: pem.replace(b"CERTIFICATE", b"PUBLIC KEY"), lambda pem: pem[:len(pem) // 2],
    spoilt, lambda pem: pem + spoilt(pem), lambda pem: pem.decode().encode("utf-16"),
], ids=["empty", "text", "DER", "a key", "cut", "spoilt", "one of two spoilt", "UTF-16"])
def test_a_bundle_without_authorities_ends_the_run(
    spoil: Callable[[bytes], bytes], destination: Destination, source: Path, secure: FaultProxy, tmp_path: Path
) -> None:
    secure.set()
    bundle = tmp_path / "bundle.pem"
    pem = secure.authority.read_bytes()
    bundle.write_bytes(spoil(pem))
    behind = replace(destination, url=secure.https_url)
    result = behind("--folder", source, "--ca-bundle", bundle)
    assert (result.status, result.stdout) == (2, ""), result
    reason = "is UTF-16: save it as UTF-8" if bundle.read_bytes()[:2] == b"\xff\xfe" else "no certificates in PEM"
    result.error_line("--ca-bundle", "bundle.pem", reason)
    assert not destination.sender.outbox.exists()

    bundle.write_bytes(b"# ours\r\n" + pem.replace(b"\n", b"\r\n") + b"and another\n" + pem)
    assert behind("--folder", source, "--ca-bundle", bundle).status == 0


def test_ipv6(destination: Destination, source: Path) -> None:
    with FaultProxy(destination.github.url, host="::1") as server:
        result = replace(destination, url=server.url)("--folder", source)
        assert result.status == 0, result
    assert len(destination.inbox()) == len(destination.dispatched()) == 1


class TlsServer:
    """Knows no newer TLS than `newest`; remembers the versions that were agreed on."""

    def __init__(self, folder: Path, newest: ssl.TLSVersion) -> None:
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
                        self.certificate], check=True, capture_output=True)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_ciphers("ALL:@SECLEVEL=0")
        self._context.minimum_version = ssl.TLSVersion.TLSv1
        self._context.maximum_version = newest
        self._context.load_cert_chain(self.certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.agreed: list[str | None] = []

    def answer_one(self) -> threading.Thread:
        thread = threading.Thread(target=self._answer, daemon=True)
        thread.start()
        return thread

    def _answer(self) -> None:
        client, _ = self._listener.accept()
        try:
            with self._context.wrap_socket(client, server_side=True) as secured:
                self.agreed.append(secured.version())
        except OSError:
            self.agreed.append(None)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("newest, sender_agrees", [(ssl.TLSVersion.TLSv1_1, None),
                                                   (ssl.TLSVersion.TLSv1_2, "TLSv1.2")])
def test_tls_before_1_2_is_refused(
    newest: ssl.TLSVersion, sender_agrees: str | None, sender: Program, source: Path, tmp_path: Path
) -> None:
    server = TlsServer(tmp_path, newest)
    answering = server.answer_one()
    result = sender("--folder", source, "--repo", "octo/data", "--api-url", server.url, "--max-wait", "0",
                    "--ca-bundle", server.certificate, env={"GH_TOKEN": TOKEN})
    answering.join(10)
    assert result.status == 7, result
    assert server.agreed == [sender_agrees]

    # Whom old versions are good enough for, it serves.
    lenient = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lenient.set_ciphers("ALL:@SECLEVEL=0")
    lenient.minimum_version = ssl.TLSVersion.TLSv1
    lenient.check_hostname, lenient.verify_mode = False, ssl.CERT_NONE
    answering = server.answer_one()
    host, port = server.url.removeprefix("https://").split(":")
    with lenient.wrap_socket(socket.create_connection((host, int(port)))) as client:
        assert client.version() == ("TLSv1.1" if sender_agrees is None else "TLSv1.2")
    answering.join(10)


def test_no_request_expects_to_be_asked_for_its_body(destination: Destination, source: Path) -> None:
    """Servers that do not know that cost a second a request."""
    (source / "noise.png").write_bytes(os.urandom(3 << 20))
    assert destination("--folder", source).status == 0
    assert len(destination.requests()) == 2
    assert not [request for request in destination.requests() if "expect" in request["headers"]]


def test_a_transfer_that_moves_is_waited_for(destination: Destination, source: Path) -> None:
    (source / "noise.png").write_bytes(os.urandom(6 << 20))
    with SlowLink(destination.github.url, pause_s=0.1) as link:
        begin = time.monotonic()
        result = replace(destination, url=link.url)("--folder", source, "--timeout", "2", "--max-wait", "0")
        took_s = time.monotonic() - begin
    assert result.status == 0, result
    assert took_s > 3, "it took longer than the timeout"
    assert len(destination.requests("PUT")) == 1


def test_a_transfer_that_stands_still_is_not(destination: Destination, source: Path) -> None:
    (source / "noise.png").write_bytes(os.urandom(6 << 20))
    with SlowLink(destination.github.url, pause_s=0, stall_bytes=1 << 20) as link:
        begin = time.monotonic()
        result = replace(destination, url=link.url)("--folder", source, "--timeout", "1", "--max-wait", "0")
        took_s = time.monotonic() - begin
    assert result.status == 7, result
    result.error_line("too slow")
    assert took_s < 20
    assert len(destination.waiting()) == 1
