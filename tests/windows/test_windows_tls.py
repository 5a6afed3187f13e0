"""The sender for Windows and TLS, which is Schannel's, under Wine. Wine's Schannel trusts every server where no
--ca-bundle is named: what Windows says then is not to be seen here."""

from __future__ import annotations

from pathlib import Path

import pytest
from fault_proxy import FaultProxy
from programs import Result
from repositories import Repository
from wine import missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

NOT_DELIVERED = 7


def deliver(repository: Repository, url: str, bundle: Path) -> Result:
    return repository.sender("--data", "1", "--repo", repository.name, "--api-url", url, "--max-wait", "0",
                             "--ca-bundle", bundle, env=repository.token)


@pytest.mark.parametrize("name", ["authority.pem", "Beh\u00f6rde \u5fc3.pem", "a long name/" * 25 + "authority.pem"],
                         ids=["plain", "any script", "past 260 characters"])
def test_an_authority_in_a_bundle_is_trusted(repository: Repository, secure: FaultProxy, tmp_path: Path,
                                             name: str) -> None:
    secure.set()
    bundle = tmp_path / name
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.write_bytes(secure.authority.read_bytes().replace(b"\n", b"\r\n"))
    result = deliver(repository, secure.https_url, bundle)
    assert result.status == 0, result
    assert len(repository.inbox()) == 1


def test_an_unknown_authority_is_refused_and_the_batch_waits(repository: Repository, secure: FaultProxy) -> None:
    secure.set(authority="stranger")
    result = deliver(repository, secure.https_url, secure.authority)
    assert result.status == NOT_DELIVERED, result
    result.error_line(f"PUT {secure.https_url}: SSL certificate problem: ", "--ca-bundle names a file")
    assert repository.github.requests() == []

    secure.set()
    result = deliver(repository, secure.https_url, secure.authority)
    assert result.status == 0, result
    assert len(repository.inbox()) == 2


def test_a_certificate_for_another_host_is_refused(repository: Repository, secure: FaultProxy) -> None:
    secure.set()
    address = secure.https_url.replace("localhost", "127.0.0.1")
    result = deliver(repository, address, secure.authority)
    assert result.status == NOT_DELIVERED, result
    line = result.error_line(f"PUT {address}: SSL certificate problem: ", "127.0.0.1")
    assert "--ca-bundle names" not in line
    assert repository.github.requests() == []


def test_what_is_no_bundle_is_refused(repository: Repository, secure: FaultProxy, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(b"no certificates\r\n")
    result = deliver(repository, secure.https_url, bundle)
    assert (result.status, result.stdout) == (2, "")
    result.error_line("--ca-bundle", "bundle.pem", "no certificates in PEM")
    result = deliver(repository, secure.https_url, tmp_path / "none.pem")
    assert (result.status, result.stdout) == (2, "")
    result.error_line("--ca-bundle", "none.pem")
