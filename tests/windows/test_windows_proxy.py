"""The proxy of the user's settings, under Wine."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import TOKEN
from fault_proxy import FaultProxy
from programs import Result
from repositories import Repository
from wine import WindowsSender, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

SETTINGS = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings"
SERVER = "https://git.nowhere.invalid"
PASSWORD = "s3cret-of-the-settings"


def pass_on(one: socket.socket, other: socket.socket) -> None:
    """Both ways, until either ends."""
    while ready := select.select([one, other], [], [], 60)[0]:
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)


class Proxy:
    """It keeps what it is asked for, and connects to the server behind it, whatever name is asked for; without one it
    answers that nothing is there."""

    def __init__(self, server: str = "") -> None:
        asked: list[str] = []
        self.asked = asked

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                asked.append(self.path)
                if not server or self.command != "CONNECT":
                    self.send_error(404)
                    return
                host, _, port = server.rpartition(":")
                with socket.create_connection((host, int(port))) as behind:
                    self.send_response(200)
                    self.end_headers()
                    pass_on(self.connection, behind)
                self.close_connection = True

            do_GET = do_PUT = do_POST = do_CONNECT = answer

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def proxies() -> Iterator[Callable[..., Proxy]]:
    made: list[Proxy] = []

    def make(server: str = "") -> Proxy:
        made.append(Proxy(server))
        return made[-1]

    yield make
    for proxy in made:
        proxy.server.shutdown()


@pytest.fixture
def settings(windows_sender: WindowsSender) -> Iterator[Callable[[str, str], None]]:
    def registry(*words: str) -> None:
        windows_sender.run_tool("reg.exe", "add", SETTINGS, "/f", "/v", *words)

    def set_to(servers: str, bypass: str = "") -> None:
        registry("ProxyEnable", "/t", "REG_DWORD", "/d", "1")
        registry("ProxyServer", "/d", servers)
        registry("ProxyOverride", "/d", bypass)

    yield set_to
    registry("ProxyEnable", "/t", "REG_DWORD", "/d", "0")


@pytest.fixture
def send(windows_sender: WindowsSender, tmp_path: Path) -> Callable[..., Result]:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/data.json").write_bytes(b"{}")

    def run(*words: str, **variables: str) -> Result:
        return windows_sender("--folder", tmp_path / "source", "--repo", "octo/data", "--api-url", SERVER,
                              "--max-wait", "0", *words, env={"GH_ENTERPRISE_TOKEN": TOKEN} | variables)
    return run


def test_a_delivery_goes_through_the_proxy_of_the_settings(
    settings: Callable[..., None], proxies: Callable[..., Proxy], repository: Repository, secure: FaultProxy
) -> None:
    secure.set()
    proxy = proxies(secure.place)
    settings(f"ftp=127.0.0.1:1;https={proxy.address}")
    result = repository.sender("--data", "1", "--repo", repository.name, "--api-url", SERVER, "--max-wait", "0",
                               "--ca-bundle", secure.authority, env={"GH_ENTERPRISE_TOKEN": TOKEN})
    assert result.status == 0, result
    assert len(repository.inbox()) == 1
    assert set(proxy.asked) == {"git.nowhere.invalid:443"}


def test_this_machine_is_reached_without_it(
    settings: Callable[..., None], proxies: Callable[..., Proxy], repository: Repository
) -> None:
    proxy = proxies()
    settings(proxy.address)
    result = repository.sender("--data", "1", *repository.words, "--max-wait", "0", env=repository.token)
    assert result.status == 0, result
    assert proxy.asked == []


@pytest.mark.parametrize("others", ["*.lan", ";".join(f"host-{number}.example.lan" for number in range(400))],
                         ids=["short list", "long list"])
def test_what_the_settings_except_is_reached_without_it(
    others: str, settings: Callable[..., None], proxies: Callable[..., Proxy], send: Callable[..., Result]
) -> None:
    proxy = proxies()
    settings(proxy.address, f"{others};*.nowhere.invalid;<local>")
    result = send()
    assert result.status == 7, result
    assert "Could not resolve host" in result.stderr
    assert proxy.asked == []


@pytest.mark.parametrize("way", ["option", "variable"])
def test_an_option_and_a_variable_come_first(
    way: str, settings: Callable[..., None], proxies: Callable[..., Proxy], send: Callable[..., Result]
) -> None:
    unwanted, wanted = proxies(), proxies()
    settings(unwanted.address)
    if way == "option":
        send("--proxy", f"http://{wanted.address}")
    else:
        send(HTTPS_PROXY=f"http://{wanted.address}")
    assert wanted.asked and unwanted.asked == []


def test_doctor_tells_where_the_proxy_is_from(
    settings: Callable[..., None], proxies: Callable[..., Proxy], windows_sender: WindowsSender
) -> None:
    proxy = proxies()
    settings(proxy.address)
    result = windows_sender("doctor", "--repo", "octo/data", "--api-url", SERVER, env={"GH_ENTERPRISE_TOKEN": TOKEN})
    line = next(line for line in result.stdout.splitlines() if line.split()[1:2] == ["proxy"])
    assert f"'{proxy.address}' from the system's settings" in line


def test_a_password_in_the_settings_is_not_printed(
    settings: Callable[..., None], proxies: Callable[..., Proxy], windows_sender: WindowsSender
) -> None:
    settings(f"lab:{PASSWORD}@{proxies().address}")
    result = windows_sender("doctor", "--repo", "octo/data", "--api-url", SERVER, env={"GH_ENTERPRISE_TOKEN": TOKEN})
    assert "from the system's settings" in result.stdout
    assert PASSWORD not in result.stdout + result.stderr
