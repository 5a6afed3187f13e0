"""Receipts put into a repository by hand, as if a receiver had written them."""

from __future__ import annotations

import json
import subprocess

from conftest import Destination


def dispatched(destination: Destination, process: subprocess.Popen[bytes]) -> str:
    """The batch, as soon as the sender has dispatched it."""
    while not (batches := destination.dispatched()):
        assert process.poll() is None
    [batch_id] = batches
    return batch_id


def receipt(status: str) -> bytes:
    return json.dumps({"status": status, "payloads": []}).encode()
