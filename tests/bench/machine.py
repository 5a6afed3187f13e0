"""The facts without which a figure says nothing."""

from __future__ import annotations

import os
import platform
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

from bench.processes import output_of

TELLING_FLAGS = ("sha_ni", "avx2", "avx512bw", "vaes", "hypervisor")
PACKAGES = {"libcurl": "libcurl", "OpenSSL": "openssl", "zstd": "libzstd"}


def facts(place: Path) -> dict[str, str]:
    cpu = Path("/proc/cpuinfo").read_text()
    flags = set(_field(cpu, "flags").split())
    found = {
        "command": " ".join(["./scripts/bench.sh", *sys.argv[1:]]),
        "CPU": _field(cpu, "model name"),
        "CPU flags": " ".join(flag for flag in TELLING_FLAGS if flag in flags),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
        "day": datetime.now(timezone.utc).date().isoformat(),
        "file system": output_of("stat", "--file-system", "--format=%T", place),
        "compiler": _first_line(os.environ.get("CXX", "c++"), "--version"),
        "coreutils": _first_line("cp", "--version"),
        "curl": _first_line("curl", "--version").partition(" (")[0],
        "restic": _first_line("restic", "version").partition(" compiled")[0],
        "rclone": _first_line("rclone", "version"),
        "git": _first_line("git", "--version"),
        "Python": sys.version.split()[0],
    }
    return found | {name: output_of("pkg-config", "--modversion", package) for name, package in PACKAGES.items()}


def _field(text: str, name: str) -> str:
    match = re.search(rf"^{name}\s*: (.*)$", text, re.MULTILINE)
    return match[1].strip() if match else ""


def _first_line(*words: str) -> str:
    return output_of(*words).partition("\n")[0]
