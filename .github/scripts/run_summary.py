"""The result of a run as Markdown: for the summary of a step and for a comment on a commit.

IDs, names and reasons come from outside. To keep Markdown, HTML and GitHub's own notation (@name, #1) from
interpreting them, they are written as code, with a character reference for everything but letters, digits,
dashes and slashes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from batch_report import BatchReport

MAX_BYTES = 200_000
"""GitHub's limit is 1 MiB for a step; it discards a larger summary."""
MAX_COMMENT_BYTES = 50_000
"""GitHub's limit is 65,536 characters."""
MAX_CELL_CHARACTERS = 300
TITLE = "## Health metrics received"
HEAD = "| Batch | Status | Files | Size | Commit | Reason |\n| --- | --- | ---: | ---: | --- | --- |\n"
_MARKUP = re.compile(r"[!-,.:-@[-`{-~]")
_IMPORTANCE = ("rejected", "waiting", "stored", "verified", "repeated")


def to_markdown(result: dict[str, Any], max_bytes: int = MAX_BYTES, commits_url: str = "") -> str:
    batches = sorted(result["batches"], key=lambda batch: _IMPORTANCE.index(batch["status"]))
    text = f"{TITLE}\n\n{counts_in_words(result.get('counts') or Counter(each['status'] for each in batches))}\n"
    if result["dry_run"]:
        text += "\nThis was a dry run: nothing was pushed.\n"
    if result["failure"]:
        text += (f"\n**The run failed:** {code(result['failure'])}\n\n"
                 "Nothing is lost: payloads that are not listed as stored are still in the inbox.\n")
    return text + _table(batches, max_bytes - len(text.encode()), commits_url)


def code(text: str) -> str:
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    if len(shown) > MAX_CELL_CHARACTERS:
        shown = shown[:MAX_CELL_CHARACTERS] + "…"
    return f"<code>{_MARKUP.sub(lambda odd: f'&#{ord(odd[0])};', shown)}</code>"


def counts_in_words(counts: Mapping[str, int]) -> str:
    """Of batches, by their status."""
    words = []
    for status in _IMPORTANCE:
        if number := counts.get(status):
            words.append(f"{number} {'batch' if number == 1 else 'batches'} {status}")
    return ", ".join(words) + "." if words else "The inbox was empty."


def _table(batches: list[BatchReport], max_bytes: int, commits_url: str) -> str:
    if not batches:
        return ""
    table = "\n" + HEAD
    for shown, batch in enumerate(batches):
        row = _row(batch, commits_url)
        rest = f"\n… and {len(batches) - shown} more.\n"
        if len((table + row + rest).encode()) > max_bytes:
            return table + rest
        table += row
    return table


def _row(batch: BatchReport, commits_url: str) -> str:
    name = code(batch["batch_id"] or batch["payloads"][0])
    commit = (batch["commit"] or "")[:10]
    if commit and commits_url:
        commit = f"[{commit}]({commits_url}/{batch['commit']})"
    reason = code(batch["reason"]) if batch["reason"] else ""
    return (f"| {name} | {batch['status']} | {batch['files']} | {_size(batch['bytes'])} "
            f"| {commit} | {reason} |\n")


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{count}&nbsp;B" if unit == "B" else f"{size:.1f}&nbsp;{unit}"
        size /= 1024
    return f"{size:.1f}&nbsp;GiB"
