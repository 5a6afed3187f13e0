"""Rows and facts about the machine as the documents that are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import table
from bench.rows import Row

#: Between these, docs/performance.md is not written by hand.
BEGIN, END = "<!-- written by scripts/bench.sh -->\n", "<!-- until here -->\n"
MACHINE = "The machine"


def markdown(rows: Sequence[Row], facts: Mapping[str, str]) -> str:
    known = "\n".join(f"| {name} | {value} |" for name, value in facts.items() if value)
    return f"{table.markdown(rows)}\n### {MACHINE}\n\n| what | which |\n|---|---|\n{known}\n"


def document(rows: Sequence[Row], facts: Mapping[str, str]) -> str:
    return json.dumps({"machine": facts, "rows": [row.document() for row in rows]}, indent=1) + "\n"


def one_line(facts: Mapping[str, str]) -> str:
    return f"{facts['CPU']} ({facts['CPU flags']}), {facts['cores']} cores, {facts['system']}, {facts['day']}"


def put_into(page: Path, text: str) -> None:
    """In place of what stands between the marks."""
    before, _, after = _parts(page)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def put_sections_into(page: Path, rows: Sequence[Row], facts: Mapping[str, str]) -> None:
    """In place of the sections of the same names, each with a line about when that was. New ones come before the
    one about the machine, and the others stay as they are."""
    _, old, _ = _parts(page)
    sections = _sections(old)
    machine = {name: sections.pop(name) for name in [MACHINE] if name in sections}
    line = (f"Measured by itself on {facts['day']} with `{facts['command']}`; the machine's load before was "
            f"{facts['load before']}.")
    for name, body in _sections(table.markdown(rows)).items():
        sections[name] = f"{body}\n\n{line}"
    put_into(page, "\n\n".join(f"### {name}\n\n{body}" for name, body in (sections | machine).items()) + "\n")


def _parts(page: Path) -> tuple[str, str, str]:
    """Before the marks, between them, and after them."""
    before, begin, rest = page.read_text().partition(BEGIN)
    text, end, after = rest.partition(END)
    if not begin or not end:
        raise RuntimeError(f"{page} has no place for the table: {BEGIN.strip()} and {END.strip()}")
    return before, text, after


def _sections(text: str) -> dict[str, str]:
    _, *found = re.split(r"^### ", text, flags=re.MULTILINE)
    return {name: body.strip() for name, _, body in (section.partition("\n") for section in found)}
