"""Receipts put into a repository by hand, as if a receiver had written them."""

from __future__ import annotations

import json
import subprocess
import time

from conftest import Destination


def dispatched(destination: Destination, process: subprocess.Popen[bytes]) -> str:
    """The batch, as soon as the sender has dispatched it."""
    while not (batches := destination.dispatched()):
        assert process.poll() is None
    [batch_id] = batches
    return batch_id


def process(destination: Destination, batch_id: str, text: bytes) -> None:
    """As the receiver does on an inbox branch: a receipt comes, and the payloads go."""
    destination.put_file(receipt_path(batch_id), text)
    for name, blob in destination.inbox().items():
        if name.startswith(batch_id):
            destination.delete_file(f"inbox/{name}", blob)


def receipt_path(batch_id: str) -> str:
    """On an inbox branch, of today."""
    return f"receipts/{time.strftime('%Y-%m-%d', time.gmtime())}/{batch_id}.json"


def receipt(status: str, *payloads: str) -> bytes:
    listed = [{"path": f"inbox/{name}", "size": 1} for name in payloads]
    return json.dumps({"status": status, "reason": None if status == "stored" else "it was so", "payloads": listed}).encode()
