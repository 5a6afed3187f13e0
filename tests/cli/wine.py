"""The sender for Windows, run by Wine: in an environment of its own, in a Windows that is made for tests."""

from __future__ import annotations

import fcntl
import functools
import os
import re
import subprocess
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from programs import REPOSITORY, Program, Word

EXECUTABLE = Path(os.environ.get("HEALTHMETRIC_WINDOWS_SENDER")
                  or REPOSITORY / "build/windows/sender/healthmetric-sender.exe")
STARTUP_S = 300
"""Making a Windows takes Wine ten seconds, and much more on a busy machine."""

FIXED_ADDRESSES = ("setarch", "--addr-no-randomize")
"""Wine needs a page at 0x7ffe0000. One start in some hundreds, a random address lies there, and Wine ends with 1."""

TOOL_S = 120

IDLE_S = 30
"""So long what Wine started along waits for the next program."""

FOLDERS = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "HEALTHMETRIC_OUTPUT")
"""They name folders. Wine gives LOCALAPPDATA and APPDATA values of its own."""

SHOWN_PATH = re.compile(r"\b[Zz]:(?=[\\/])((?:[\\/][^\\/'\"\n:;,]*)+)")


LEFT_OUT = Path(__file__).with_name("not-under-wine.txt")


def left_out() -> dict[str, str]:
    """The patterns of tests that the program cannot be put to under Wine, and why."""
    lines = [line for line in LEFT_OUT.read_text().splitlines() if line and not line.startswith("#")]
    return dict(re.split("  +", line, maxsplit=1) for line in lines)


def is_meant(test: str, pattern: str) -> bool:
    """`test` is the node of a test of this folder. Brackets are parameters of a test, not sets of characters."""
    return fnmatchcase(test.removeprefix("tests/cli/"), pattern.replace("[", "[[]"))


def why_left_out(test: str) -> str:
    """Nothing when it can be run."""
    return next((reason for pattern, reason in left_out().items() if is_meant(test, pattern)), "")


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


def as_elsewhere(output: bytes) -> bytes:
    """The paths in what was printed, as this system has them; in JSON each backslash is two."""
    text = output.decode(errors="surrogateescape")
    text = SHOWN_PATH.sub(lambda match: re.sub(r"\\\\|\\", "/", match[1]), text)
    return text.encode(errors="surrogateescape")


class WineProcess(subprocess.Popen[bytes]):
    """What it prints, with the paths that the test knows."""

    def communicate(self, *words: Any, **options: Any) -> tuple[Any, Any]:
        return tuple(part and as_elsewhere(part) for part in super().communicate(*words, **options))


class WindowsSender(Program):
    """Paths among the words are given as Windows has them. What is in state/ and .config/ of the home folder is there
    for both systems' programs."""

    def __init__(self, home: Path, prefix: Path, path: Path = EXECUTABLE) -> None:
        wine = wine_program()
        assert wine
        super().__init__(path, home, [*FIXED_ADDRESSES, str(wine)])
        self.wine_prefix = prefix

    @property
    def environment(self) -> dict[str, str]:
        own = {"WINEPREFIX": str(self.wine_prefix), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=",
               "XDG_CONFIG_HOME": str(self.home / ".config")}
        return windows_folders(super().environment | own)

    @property
    def appdata(self) -> Path:
        return self.home / ".config"

    def command(self, *words: Word) -> list[Word]:
        return super().command(*(windows_path(word) if isinstance(word, Path) and word.is_absolute() else word
                                 for word in words))

    def start(self, *words: Word, env: Mapping[str, str] | None = None, **popen: Any) -> subprocess.Popen[bytes]:
        return super().start(*words, env=windows_folders(dict(env or {})), **popen)

    def run_tool(self, *words: str) -> None:
        """A program of Windows. It gets no pipes, which the console that Wine makes for it would hold for seconds."""
        subprocess.run([*self.prefix, *words], env=self.environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=TOOL_S, check=True)

    def popen(self, *words: Any, **popen: Any) -> subprocess.Popen[bytes]:
        return WineProcess(*words, **popen)


def windows_folders(environment: Mapping[str, str]) -> dict[str, str]:
    """With those that name folders as Windows has them. Wine decodes words by a locale, which Windows does not have: a
    test's own is not set."""
    return {name: windows_path(Path(value)) if name in FOLDERS and value.startswith("/") else value
            for name, value in environment.items()} | {"LC_ALL": "C.UTF-8"}


def wineserver(prefix: Path, *words: str) -> None:
    places = map(Path, ("/usr/lib/wine/wineserver", "/usr/bin/wineserver"))
    server = next((place for place in places if place.exists()), None)
    if server:
        subprocess.run([server, *words], env={"WINEPREFIX": str(prefix), "PATH": os.environ["PATH"]},
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def start_windows(prefix: Path) -> None:
    """Makes its registry and folders where there are none. What Wine starts along with the first program has the
    streams of that one and stays: not the pipes that a test reads to their end."""
    wineserver(prefix, f"--persistent={IDLE_S}")
    sender = WindowsSender(prefix.with_name("home"), prefix)
    process = subprocess.Popen([*sender.prefix, "wineboot.exe", "--init"], env=sender.environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.wait(STARTUP_S)


@functools.cache
def shared_windows() -> Path:
    """One that all tests of a build use, beside the .exe."""
    folder = EXECUTABLE.parents[1] / "wine"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        start_windows(folder / "prefix")
    return folder / "prefix"


def end_windows(prefix: Path) -> None:
    """What Wine keeps running for the next program."""
    wineserver(prefix, "--kill")
