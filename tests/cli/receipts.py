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


def receipt(status: str, *payloads: str) -> bytes:
    listed = [{"path": f"inbox/{name}", "size": 1} for name in payloads]
    return json.dumps({"status": status, "reason": None if status == "stored" else "it was so", "payloads": listed}).encode()
