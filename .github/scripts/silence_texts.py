"""The words of issues and comments. Names are escaped; nothing else in them comes from producers."""

from __future__ import annotations

import re

from producer_status import Producer, day_and_time, span
from run_summary import code
from silence_issues import Reason, Step

MAX_TITLE_NAME = 100


def label_of(producer: Producer) -> str:
    """The name, without what is special to GitHub or a log: summaries of the first generation have any text there."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", producer.name)[:MAX_TITLE_NAME]


def title(producer: Producer) -> str:
    return f"{label_of(producer)} is silent" if producer.last_contact else f"{label_of(producer)} was never seen"


def sentence(producer: Producer, days: int) -> str:
    """For a log: what is known of a silent one."""
    return f"{label_of(producer)}: {_silence(producer, days)}{_expectation(producer)}"


def issue_text(producer: Producer, days: int, run_url: str) -> str:
    paragraphs = [f"{code(producer.name)}: {_silence(producer, days)}{_expectation(producer)}.", *_hints(producer),
                  "On that machine, `healthmetric-sender doctor` says what is wrong, `healthmetric-sender outbox list` "
                  "shows what waits and why, and the log of its cron job or timer shows whether it runs at all.",
                  f"This issue is closed when {code(producer.name)} sends again. If you close it before that, it stays "
                  "closed until then. To watch this producer no longer, or with another rhythm, change "
                  "`.github/healthmetric.toml`. The workflow finds the issue by the comment in its first line: leave "
                  "that in place when you edit the text.",
                  f"[The run that opened it]({run_url})"]
    return "\n\n".join(paragraphs) + "\n"


def comment_text(step: Step, days: int, run_url: str) -> str:
    return f"{_what_happened(step, days)} ([run]({run_url}))\n"


def _what_happened(step: Step, days: int) -> str:
    producer = step.producer
    name = code(producer.name)
    contact = f" Its last batch came at {day_and_time(producer.last_contact)}." if producer.last_contact else ""
    if step.reason == Reason.BACK:
        return f"{name} is back.{contact}"
    if step.reason == Reason.LATE:
        return f"{name} counts as late now, not as silent{_expectation(producer)}.{contact}"
    if step.reason == Reason.NOT_EXPECTED:
        return f"{name} does not count as silent any more: the settings have changed{_expectation(producer)}.{contact}"
    if step.reason == Reason.IGNORED:
        return f"{name} is not watched any more: the settings say `ignore = true`."
    return f"{name} is silent again: {_silence(producer, days)}{_expectation(producer)}."


def _silence(producer: Producer, days: int) -> str:
    if producer.last_contact:
        return f"nothing came since {day_and_time(producer.last_contact)}"
    return f"nothing came in the last {days} days"


def _expectation(producer: Producer) -> str:
    if producer.every_s is None:
        return ""
    source = "as learned from its batches" if producer.rhythm == "learned" else "as the settings say"
    grace = f" and {span(producer.grace_s)} of grace" if producer.grace_s else ""
    return f"; expected every {span(producer.every_s)}{grace}, {source}"


def _hints(producer: Producer) -> list[str]:
    hints = []
    if producer.token_expires:
        hints.append(f"When it sent last, its token was to end at {day_and_time(producer.token_expires)}. "
                     "[A new one](https://github.com/settings/personal-access-tokens) may be all it needs.")
    return hints
