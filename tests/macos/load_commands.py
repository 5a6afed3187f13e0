#!/usr/bin/env python3
"""Reads the load commands of programs for macOS (<mach-o/loader.h>), prints the libraries they need, and fails where
one needs another library than those that every Mac has and that it is meant to need.

    tests/macos/load_commands.py PROGRAM...
"""

import struct
import sys
from pathlib import Path

ALLOWED = {"/usr/lib/libSystem.B.dylib", "/usr/lib/libedit.3.dylib"}
MAGIC_64 = 0xFEEDFACF
PROCESSORS = {0x0100000C: "arm64", 0x01000007: "x86_64"}
EXECUTABLE = 2
LIBRARY_COMMANDS = {0xC, 0x80000018, 0x8000001F, 0x20, 0x80000023}
"""LC_LOAD_DYLIB and its weak, re-exported, lazy and upward forms."""
HEADER = struct.Struct("<8I")
COMMAND = struct.Struct("<2I")


class NotAProgram(Exception):
    pass


def libraries_of(program: bytes) -> tuple[str, list[str]]:
    """The processor that a program is for, and the libraries it names."""
    try:
        magic, processor, _, kind, count, _, _, _ = HEADER.unpack_from(program)
        if magic != MAGIC_64 or kind != EXECUTABLE or processor not in PROCESSORS:
            raise NotAProgram("it is no program for macOS")
        libraries = []
        at = HEADER.size
        for _ in range(count):
            command, size = COMMAND.unpack_from(program, at)
            if size < COMMAND.size:
                raise NotAProgram("a load command has no size")
            if command in LIBRARY_COMMANDS:
                (name_at,) = struct.unpack_from("<I", program, at + COMMAND.size)
                libraries.append(program[at + name_at:at + size].split(b"\0")[0].decode())
            at += size
    except struct.error as error:
        raise NotAProgram("it ends too early") from error
    return PROCESSORS[processor], libraries


def main(programs: list[str]) -> int:
    if not programs:
        print(__doc__.strip().splitlines()[-1].strip(), file=sys.stderr)
        return 2
    status = 0
    for program in programs:
        try:
            processor, libraries = libraries_of(Path(program).read_bytes())
        except (OSError, NotAProgram) as error:
            print(f"load_commands.py: {program}: {error}", file=sys.stderr)
            status = 1
            continue
        print(f"{program}: {processor}, {Path(program).stat().st_size} bytes, needs {' '.join(libraries)}")
        for library in sorted(set(libraries) - ALLOWED):
            print(f"load_commands.py: {program} needs {library}, which it should not", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
