"""What another program does on Windows: helper.c, compiled once."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from wine import WindowsSender, windows_path

SOURCE = Path(__file__).with_name("helper.c")
WAIT_S = 120


def compiled_helper(folder: Path) -> Path:
    helper = folder / "helper.exe"
    if not helper.exists():
        subprocess.run(["x86_64-w64-mingw32-gcc", "-municode", "-Wall", "-Wextra", "-Werror", "-O1", "-o", helper,
                        SOURCE], check=True)
    return helper


def start_helper(sender: WindowsSender, *words: str | Path,
                 env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Runs until its standard input ends; it is ready when this returns."""
    helper = compiled_helper(sender.wine_prefix.parent)
    given = [windows_path(word) if isinstance(word, Path) else word for word in words]
    process = subprocess.Popen([*sender.prefix, helper, *given], env=sender.environment | dict(env or {}),
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline().strip() == b"ready", process.communicate(timeout=WAIT_S)
    return process


@contextmanager
def held_by_another(sender: WindowsSender, file: Path) -> Iterator[None]:
    """Nobody else may open the file."""
    process = start_helper(sender, "hold", file)
    try:
        yield
    finally:
        process.communicate(timeout=WAIT_S)
    assert process.returncode == 0
