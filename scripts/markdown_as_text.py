#!/usr/bin/env python3
"""Shows the Markdown of a run's summary as somebody reads it who has no browser at hand: tables as columns,
without marks. Reads standard input."""

from __future__ import annotations

import html
import re
import sys

RULE = re.compile(r"\|[-|: ]+\|")
MARKS = re.compile(r"^#+ |\*\*|</?code>|\[([^\]]*)\]\([^)]*\)")


def plain(text: str) -> str:
    return html.unescape(MARKS.sub(lambda mark: mark[1] or "", text)).replace("\N{NO-BREAK SPACE}", " ").strip()


def as_columns(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def as_text(markdown: str) -> list[str]:
    shown: list[str] = []
    table: list[list[str]] = []
    for line in [*markdown.splitlines(), ""]:
        if line.startswith("|"):
            if not RULE.fullmatch(line):
                table.append([plain(cell) for cell in line.strip("|").split(" | ")])
            continue
        if table:
            shown += as_columns(table)
            table = []
        shown.append(plain(line))
    return shown[:-1]


if __name__ == "__main__":
    print(*as_text(sys.stdin.read()), sep="\n")
