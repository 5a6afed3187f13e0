"""Interprets the error messages of git and of the server."""

from __future__ import annotations

import re

from shown_text import on_one_line

# The server refused these commits. "[rejected]" without "remote" comes from git itself: the branch
# has moved.
_REFUSED = re.compile(rb"^!\t[^\t]*\t\[remote rejected\] \((.*)\)$", re.MULTILINE)
_TOO_LARGE_FOR_HTTP = re.compile(rb"RPC failed; HTTP 413.*")
# Temporary: the same push may be accepted a moment later.
_PASSING = re.compile("cannot lock ref|failed to update ref|incorrect old value|"
                      "internal server error|timeout|timed out", re.IGNORECASE)

# Authentication or permission: trying again does not help.
_DENIED = re.compile(r"(?:returned error:|HTTP) 4(?!08|13|29)\d\d|Authentication failed|denied|"
                     r"could not read (?:Username|Password)|read[ -]only|repository\b.*\bnot found",
                     re.IGNORECASE)

_KEY_MAY_ONLY_READ = re.compile(r"key you are authenticating with has been marked as read only", re.IGNORECASE)


def words_of(stderr: bytes) -> str:
    """On one line."""
    return on_one_line(_text_of(stderr)) or "failed without an error message"


def refusal_in(report: bytes, stderr: bytes) -> str | None:
    """The server's reason for refusing a push permanently, on one line; else None.

    `report` is what `git push --porcelain` prints.
    """
    found = _REFUSED.search(report) or _TOO_LARGE_FOR_HTTP.search(stderr)
    if not found:
        return None
    said = [line.removeprefix("remote:") for line in _text_of(stderr).splitlines()
            if line.startswith("remote:")]
    text = " ".join([*said, _text_of(found[found.lastindex or 0])])
    return None if _PASSING.search(text) else on_one_line(text)


def denial_in(stderr: bytes) -> str | None:
    """git's message if the server denied access before looking at the push; else None."""
    text = _text_of(stderr)
    if _KEY_MAY_ONLY_READ.search(text):
        return "the deploy key may only read: allow write access for it in the settings of the repository, Deploy keys"
    return on_one_line(text) if _DENIED.search(text) and not _PASSING.search(text) else None


def _text_of(said: bytes) -> str:
    return said.decode(errors="replace")
