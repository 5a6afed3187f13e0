"""The producers as Markdown, for the summary of the step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from producer_status import IMPORTANCE, Producer, Status, day_and_time, span
from run_summary import MAX_BYTES, code

TITLE = "## Producers"
HEAD = ("| Producer | State | Last contact | Last new file | Expected every | Sender | Token ends | Issue |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n")


def to_markdown(status: Status, done: Sequence[str], issues: Mapping[str, str], warnings: Sequence[str]) -> str:
    """`done` is what was done in this run, `issues` links by producer. All of them are Markdown already."""
    text = f"{TITLE}\n\n{counts_in_words(status)}\n"
    if done:
        text += "\n" + "".join(f"- {each}\n" for each in done)
    notes = "".join(f"\n{each}\n" for each in [*_notes(status), *warnings])
    return text + _table(status.producers, issues, MAX_BYTES - len((text + notes).encode())) + notes


def counts_in_words(status: Status) -> str:
    counts = Counter(each.state for each in status.producers)
    words = [f"{counts[state]} {shown(state)}" for state in [*IMPORTANCE, *sorted(counts.keys() - {*IMPORTANCE})]
             if counts[state]]
    return ", ".join(words) + "." if words else "No producer has sent anything."


def shown(state: str) -> str:
    return state.replace("_", " ")


def _notes(status: Status) -> list[str]:
    notes = []
    if status.rejected:
        notes.append(f"Rejected: {_number(status.rejected, 'batch', 'batches')}.")
    if status.waiting:
        since = f", the first of them since {day_and_time(status.waiting_since)}" if status.waiting_since else ""
        notes.append(f"Waiting in the inbox: {_number(status.waiting, 'batch', 'batches')}{since}.")
    if status.unreadable:
        notes.append(f"Not readable: {_number(status.unreadable, 'summary', 'summaries')}; the log names them.")
    if status.from_the_future:
        notes.append(f"Not counted: {_number(status.from_the_future, 'summary', 'summaries')} from the future.")
    return notes + [f"Not looked at: {code(each)}." for each in status.not_looked_at]


def _table(producers: Sequence[Producer], issues: Mapping[str, str], max_bytes: int) -> str:
    if not producers:
        return ""
    rows, size = [], len(HEAD)
    for number, producer in enumerate(producers):
        row = _row(producer, issues.get(producer.name, ""))
        size += len(row.encode())
        if size > max_bytes:
            return f"\n{HEAD}{''.join(rows)}\n… and {len(producers) - number} more.\n"
        rows.append(row)
    return f"\n{HEAD}{''.join(rows)}"


def _row(producer: Producer, issue: str) -> str:
    every = span(producer.every_s) if producer.every_s else ""
    if every and producer.rhythm == "learned":
        every += " (learned)"
    cells = [code(producer.name), shown(producer.state) if producer.state in IMPORTANCE else code(producer.state),
             *(day_and_time(each) if each else "" for each in (producer.last_contact, producer.last_file)), every,
             code(producer.sender_version) if producer.sender_version else "",
             day_and_time(producer.token_expires) if producer.token_expires else "", issue]
    return f"| {' | '.join(cells)} |\n"


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
