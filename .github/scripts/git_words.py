"""What git and the server behind it say when something did not work, read for what it means."""

from __future__ import annotations

import re

MAX_REFUSAL_CHARACTERS = 1000
# The server would not take these commits. "[rejected]" without "remote" is git's own word for a
# branch that has moved.
_REFUSED = re.compile(rb"^!\t[^\t]*\t\[remote rejected\] \((.*)\)$", re.MULTILINE)
_TOO_LARGE_FOR_HTTP = re.compile(rb"RPC failed; HTTP 413.*")
# Says nothing about the commits: the same push may be taken a moment later.
_PASSING = re.compile("cannot lock ref|failed to update ref|incorrect old value|"
                      "internal server error|timeout|timed out", re.IGNORECASE)

# Whoever we are to the server may not push, and trying again makes nobody else of us.
_DENIED = re.compile(r"(?:returned error:|HTTP) 4(?!08|13|29)\d\d|Authentication failed|denied|"
                     r"could not read (?:Username|Password)|read[ -]only|repository\b.*\bnot found",
                     re.IGNORECASE)


def words_of(stderr: bytes) -> str:
    return stderr.decode(errors="replace").strip() or "failed without a word"


def refusal_in(report: bytes, stderr: bytes) -> str | None:
    """Why the server refused a push for good, in its own words and on one line; else None.

    `report` is what `git push --porcelain` prints.
    """
    found = _REFUSED.search(report) or _TOO_LARGE_FOR_HTTP.search(stderr)
    if not found:
        return None
    said = [line.removeprefix("remote:") for line in words_of(stderr).splitlines()
            if line.startswith("remote:")]
    text = " ".join([*said, found[found.lastindex or 0].decode(errors="replace")])
    return None if _PASSING.search(text) else _on_one_line(text)


def denial_in(stderr: bytes) -> str | None:
    """What git says of a push that was not even looked at, for want of the right to; else None."""
    text = words_of(stderr)
    return _on_one_line(text) if _DENIED.search(text) and not _PASSING.search(text) else None


def _on_one_line(text: str) -> str:
    """Without rulers and what a terminal would obey."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(word for word in shown.split() if not re.fullmatch(r"[^\w()/]{3,}", word))
    return line[:MAX_REFUSAL_CHARACTERS]
