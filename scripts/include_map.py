#!/usr/bin/env python3
"""Prints which folder includes which ("sender/pack → common/payload"), and fails where the map breaks a
rule of CONTRIBUTING.md: arrows run one way, a library's or the system's header is seen in its own room only,
no file has more than 400 lines and no function more than 60.

    scripts/include_map.py [--figures]

--figures prints sizes as well: files, functions, folders, arrows.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ("common", "receiver", "sender")
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60

ROOMS = {
    "CommonCrypto/": ["common/codec/digest_commoncrypto.cpp"],
    "CLI/": ["common/program/cli_app.hpp"],
    "curl/": ["sender/http/libcurl.hpp"],
    "fmt/": ["common/base/fmt.cpp"],
    "histedit.h": ["sender/terminal/line_editor.cpp"],
    "immintrin.h": ["common/codec/base64_avx2.cpp"],
    "modp_b64.h": ["common/codec/base64.cpp"],
    "nlohmann/": ["common/text/json.hpp"],
    "openssl/": ["common/codec/digest_openssl.cpp"],
    "spdlog/": ["common/program/log.cpp", "common/base/format.hpp"],
    "sqlite3.h": ["common/database/sqlite.cpp"],
    "toml++/": ["common/program/toml_file.cpp"],
    "utf8proc.h": ["common/base/unicode.cpp"],
    "windows.h": ["common/platform/windows.hpp"],
    "zstd": ["common/codec/zstd_stream.cpp"],
}
"""Where each library's header may be included. Any other header that ends in .h is the system's."""

SYSTEM_ROOMS = ["common/platform/"]
SYSTEM_WORD = re.compile(r"\b(getenv|environ|popen|fdopen|fileno|isatty|dlopen|signalfd)\b|\"/dev/null\"")
"""What belongs there, too, and is had from headers that are the standard's."""
STANDARD = re.compile(r"[a-z_0-9]+")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


@dataclass(frozen=True)
class Function:
    file: str
    name: str
    line: int
    lines: int


def sources() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *PROGRAMS],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted({name for name in listed.splitlines()
                   if name.endswith((".cpp", ".hpp")) and (ROOT / name).exists()})


def folder_of(name: str) -> str:
    return str(Path(name).parent)


def includes_of(name: str) -> list[tuple[str, str]]:
    """(ours, theirs): one of them is empty."""
    return INCLUDE.findall((ROOT / name).read_text())


def arrows(names: list[str]) -> dict[str, dict[str, int]]:
    """folder → folder it includes → how many includes."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name in names:
        for ours, _ in includes_of(name):
            if ours and folder_of(ours) != folder_of(name):
                found[folder_of(name)][folder_of(ours)] += 1
    return found


def circle(graph: dict[str, dict[str, int]]) -> list[str]:
    """Folders that include each other in a ring, the first again at the end; none: []."""
    done: set[str] = set()

    def search(path: list[str]) -> list[str]:
        for following in sorted(graph.get(path[-1], {})):
            if following in path:
                return [*path[path.index(following):], following]
            if following not in done and (found := search([*path, following])):
                return found
        done.add(path[-1])
        return []

    for folder in sorted(graph):
        if folder not in done and (found := search([folder])):
            return found
    return []


def wrong_rooms(names: list[str]) -> list[str]:
    found = []
    for name in names:
        for _, theirs in includes_of(name):
            if not theirs or STANDARD.fullmatch(theirs):
                continue
            rooms = next((rooms for header, rooms in ROOMS.items() if theirs.startswith(header)), SYSTEM_ROOMS)
            if not name.startswith(tuple(rooms)):
                found.append(f"{name} includes <{theirs}>, which belongs to {' and '.join(rooms)}")
    return found


def system_words(names: list[str]) -> list[str]:
    return [f"{name} says {found[0]}, which belongs to {' and '.join(SYSTEM_ROOMS)}"
            for name in names if not name.startswith(tuple(SYSTEM_ROOMS))
            for found in SYSTEM_WORD.finditer((ROOT / name).read_text())]


def functions(names: list[str]) -> list[Function]:
    """As Universal Ctags finds them."""
    listed = subprocess.run(["ctags", "--output-format=json", "--fields=+ne", "--kinds-C++=f", "--languages=C++",
                             "--langmap=C++:.cpp.hpp", "-f", "-", *names],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [Function(tag["path"], tag["name"], tag["line"], tag["end"] - tag["line"] + 1)
            for tag in map(json.loads, listed.splitlines()) if "end" in tag]


def figures(lines: dict[str, int], found: list[Function], graph: dict[str, dict[str, int]]) -> list[str]:
    sizes = [function.lines for function in found]
    return [f"{len(lines)} files, median {statistics.median(lines.values()):.0f} lines, "
            f"largest {max(lines.values())}",
            f"{len(sizes)} functions, median {statistics.median(sizes):.0f} lines, largest {max(sizes)}",
            f"{len({folder_of(name) for name in lines})} folders, {sum(map(len, graph.values()))} arrows, "
            f"{sum(sum(others.values()) for others in graph.values())} includes between folders"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="include_map.py", description="Prints which folder includes which.")
    parser.add_argument("--figures", action="store_true", help="print sizes, too")
    options = parser.parse_args()

    names = sources()
    lines = {name: len((ROOT / name).read_text().splitlines()) for name in names}
    found = functions(names)
    graph = arrows(names)
    for folder in sorted(graph):
        for other in sorted(graph[folder]):
            print(f"{folder} → {other}")
    if options.figures:
        print("\n".join(figures(lines, found, graph)))

    complaints = wrong_rooms(names) + system_words(names)
    if ring := circle(graph):
        complaints.append("a circle of folders: " + " → ".join(ring))
    complaints += [f"{name} has {count} lines; {MOST_LINES_OF_A_FILE} are the most"
                   for name, count in lines.items() if count > MOST_LINES_OF_A_FILE]
    complaints += [f"{function.file}:{function.line}: {function.name} has {function.lines} lines; "
                   f"{MOST_LINES_OF_A_FUNCTION} are the most"
                   for function in found if function.lines > MOST_LINES_OF_A_FUNCTION]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
