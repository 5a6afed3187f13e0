"""The same work as the two programs do, in the plain way of the first generation: Python's json and
base64, a whole payload in memory. The benchmark compares against it.

    peer.py pack FOLDER PAYLOAD
    peer.py unpack PAYLOAD FOLDER
"""

from __future__ import annotations

import base64
import json
import mimetypes
import sys
from datetime import datetime, timezone
from pathlib import Path


def pack(folder: Path, payload: Path) -> None:
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
    payload.write_text(json.dumps({"batch_metadata": metadata, "files": files}, indent=2))


def unpack(payload: Path, folder: Path) -> None:
    for relative, entry in json.loads(payload.read_text())["files"].items():
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(base64.b64decode(entry["content"]))


if __name__ == "__main__":
    {"pack": pack, "unpack": unpack}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
