"""Has `healthmetric-receiver page` make the page of a storage; docs/page.md describes it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import child_process
from shown_text import on_one_line

TIME_LIMIT_S = 300
_SOMETHING_IS_DAMAGED = 4


def make(receiver: str, storage: Path, inbox: Path | None, page: Path) -> str | None:
    """Returns why it failed. What a summary that is damaged would tell is not on the page, and is printed."""
    command = [receiver, "page", "--quiet", f"--storage={storage}", f"--output={page}"]
    if inbox:
        command.append(f"--inbox={inbox}")
    try:
        done = child_process.run(command, timeout_s=TIME_LIMIT_S, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        return f"it took longer than {TIME_LIMIT_S} s"
    said = on_one_line(done.stderr.decode(errors="replace"))
    if done.returncode in (0, _SOMETHING_IS_DAMAGED):
        print(said or f"made {page.name}", flush=True)
        return None
    return said or f"{receiver} page ended with status {done.returncode}"
