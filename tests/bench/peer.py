"""The same work as the two programs do, in the plain way of the first generation: Python's json and
base64, a whole payload in memory. The benchmark compares against it.

    peer.py pack FOLDER PAYLOAD
    peer.py unpack PAYLOAD FOLDER
    peer.py send FOLDER URL CERTIFICATE
"""

from __future__ import annotations

import base64
import http.client
import json
import mimetypes
import ssl
import sys
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlsplit


def payload_of(folder: Path) -> str:
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        relative = path.relative_to(folder).as_posix()
        files[relative] = {
            "filename": path.name,
            "relative_path": relative,
            "size": len(content),
            "extension": path.suffix,
            "content_type": mimetypes.guess_type(path.name)[0] or "application/octet-stream",
            "content": base64.b64encode(content).decode("ascii"),
        }
    metadata = {
        "timestamp": datetime.now(timezone.utc).isoformat(),
        "source_folder": str(folder),
        "total_files": len(files),
        "total_size": sum(entry["size"] for entry in files.values()),
        "files": [{k: e[k] for k in ("filename", "size", "extension")} for e in files.values()],
    }
    return json.dumps({"batch_metadata": metadata, "files": files}, indent=2)


def pack(folder: str, payload: str) -> None:
    Path(payload).write_text(payload_of(Path(folder)))


def unpack(payload: str, folder: str) -> None:
    for relative, entry in json.loads(Path(payload).read_text())["files"].items():
        target = Path(folder) / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(base64.b64decode(entry["content"]))


def send(folder: str, url: str, certificate: str) -> None:
    """One connection for both requests, which the first generation did not have."""
    place = urlsplit(url)
    context = ssl.create_default_context(cafile=certificate)
    connection = http.client.HTTPSConnection(place.hostname, place.port, context=context)
    connection.request("GET", place.path)
    connection.getresponse().read()
    content = base64.b64encode(payload_of(Path(folder)).encode()).decode("ascii")
    connection.request("PUT", place.path, json.dumps({"message": "Add batch", "content": content}))
    if connection.getresponse().status != 201:
        raise SystemExit("the upload was refused")


if __name__ == "__main__":
    {"pack": pack, "unpack": unpack, "send": send}[sys.argv[1]](*sys.argv[2:])
