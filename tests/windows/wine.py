"""The sender for Windows, run by Wine: in an environment of its own, in a Windows that is made for these tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from programs import REPOSITORY, TIMEOUT_S, Program, Result, Word, finished  # noqa: E402

EXECUTABLE = Path(os.environ.get("HEALTHMETRIC_WINDOWS_SENDER")
                  or REPOSITORY / "build/windows/sender/healthmetric-sender.exe")
STARTUP_S = 300
"""Making a Windows takes Wine half a minute, more on a busy machine."""


def wine_program() -> Path | None:
    """Not /usr/bin/wine of Debian, a script that asks for 32 bits."""
    places = [Path(name) for name in ("/usr/lib/wine/wine64", "/usr/bin/wine64", "/usr/bin/wine")]
    return next((place for place in places if place.exists()), None)


def missing() -> str:
    """Why these tests cannot run here; nothing when they can."""
    if not EXECUTABLE.exists():
        return f"{EXECUTABLE} is not built: scripts/windows-prefix.sh && cmake --preset windows && " \
               "cmake --build --preset windows"
    return "" if wine_program() else "Wine is not installed: scripts/install-packages.sh windows"


def windows_path(path: Path) -> str:
    """Where Wine shows it: the drive Z: is the root."""
    return "Z:" + str(path).replace("/", "\\")


class WindowsSender(Program):
    """Paths among the words are given as Windows has them."""

    def __init__(self, home: Path, prefix: Path) -> None:
        wine = wine_program()
        assert wine
        super().__init__(EXECUTABLE, home, [str(wine)])
        self.wine_prefix = prefix

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.home),
                "WINEPREFIX": str(self.wine_prefix), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=",
                "APPDATA": windows_path(self.appdata), "LOCALAPPDATA": windows_path(self.home / "local")}

    @property
    def appdata(self) -> Path:
        return self.home / "roaming"

    @property
    def outbox(self) -> Path:
        return self.home / "local/healthmetric/outbox"

    def start(self, *words: Word, env: Mapping[str, str] | None = None, **popen: Any) -> subprocess.Popen[bytes]:
        given = [windows_path(word) if isinstance(word, Path) else word for word in words]
        return super().start(*given, env=env, **popen)


def make_windows(prefix: Path) -> None:
    """Its registry and folders, once for all tests."""
    sender = WindowsSender(prefix.with_name("home"), prefix)
    process = subprocess.Popen([sender.prefix[0], "wineboot.exe", "--init"], env=sender.environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.wait(STARTUP_S)


def end_windows(prefix: Path) -> None:
    """What Wine keeps running for the next program."""
    server = next((place for place in map(Path, ("/usr/lib/wine/wineserver", "/usr/bin/wineserver"))
                   if place.exists()), None)
    if server:
        subprocess.run([server, "--kill"], env={"WINEPREFIX": str(prefix), "PATH": os.environ["PATH"]}, check=False)


__all__ = ["EXECUTABLE", "TIMEOUT_S", "Program", "Result", "WindowsSender", "end_windows", "finished",
           "make_windows", "missing", "windows_path", "wine_program"]
