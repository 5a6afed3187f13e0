"""Tells a switch outside, such as Healthchecks, that the watch itself works. If it stops, that one calls.

The address is a secret: it is not among the arguments of a program, and nothing that names it is printed.
"""

from __future__ import annotations

import re
import subprocess

import child_process

TIME_LIMIT_S = 30
_ADDRESS = re.compile(r"https?://[!#-\[\]-~]+")
"""Without what has a meaning in curl's configuration."""


def ping(address: str) -> str | None:
    """Returns why it failed."""
    if not _ADDRESS.fullmatch(address):
        return "the address is not a URL that begins with https:// or http://"
    command = ["curl", "--config", "-", "--silent", "--fail", "--output", "/dev/null", "--globoff",
               "--write-out", "%{http_code}", "--proto", "=https,http", "--max-time", str(TIME_LIMIT_S)]
    try:
        done = child_process.run(command, f'url = "{address}"\n'.encode(), 2 * TIME_LIMIT_S, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return "curl is not installed"
    except (OSError, subprocess.TimeoutExpired):
        return "curl could not be run"
    if done.returncode == 0:
        return None
    status = done.stdout.decode("ascii", "replace").strip("0")
    return f"the answer was HTTP {done.stdout.decode()}" if status else f"no answer (curl {done.returncode})"
