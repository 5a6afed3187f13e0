"""Rows and facts about the machine as the documents that are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import table
from bench.rows import Row

#: Between these, docs/performance.md is not written by hand.
BEGIN, END = "<!-- written by scripts/bench.sh -->\n", "<!-- until here -->\n"


def markdown(rows: Sequence[Row], facts: Mapping[str, str]) -> str:
    known = "\n".join(f"| {name} | {value} |" for name, value in facts.items() if value)
    return f"{table.markdown(rows)}\n### The machine\n\n| what | which |\n|---|---|\n{known}\n"


def document(rows: Sequence[Row], facts: Mapping[str, str]) -> str:
    return json.dumps({"machine": facts, "rows": [row.document() for row in rows]}, indent=1) + "\n"


def one_line(facts: Mapping[str, str]) -> str:
    return f"{facts['CPU']} ({facts['CPU flags']}), {facts['cores']} cores, {facts['system']}, {facts['day']}"


def put_into(page: Path, text: str) -> None:
    """In place of what stands between the marks."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise RuntimeError(f"{page} has no place for the table: {BEGIN.strip()} and {END.strip()}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}")
