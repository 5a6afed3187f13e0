"""The demo compiles several sources of a folder as one, so no name of an unnamed namespace may be there twice."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("folder", ["common", "sender", "receiver"])
def test_the_sources_of_a_folder_compile_as_one(folder: str, tmp_path: Path) -> None:
    subprocess.run(["cmake", "--preset", "demo", "-B", tmp_path / "demo", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=0"],
                   cwd=PROJECT, check=True, stdout=subprocess.DEVNULL, timeout=300)
    commands = [shlex.split(entry["command"])
                for entry in json.loads((tmp_path / "demo/compile_commands.json").read_text())
                if f"healthmetric_{folder}.dir/Unity/" in entry["file"]]
    [command] = commands
    done = subprocess.run([*command, "-fsyntax-only"], text=True, capture_output=True, check=False, timeout=1500,
                          cwd=tmp_path / "demo")
    assert done.returncode == 0, [line for line in done.stderr.splitlines() if "error" in line]
