"""Makes text from git, a server or a program safe to print on one line of a log.

It cannot move the cursor, begin a line or a workflow command, or reveal a secret. The two programs do the
same (common/base/printable.hpp, common/text/redact.hpp).
"""

from __future__ import annotations

import re

MAX_CHARACTERS = 1000
MASK = "***"
# User and password, up to the last "@" before a blank or a quote: they may hold what no URL may.
_USER_INFO = re.compile(r"""(?<=://)[^\s'"<>]*(?=@)""")
# GitHub, "Token formats".
_TOKEN = re.compile(r"(?:gh[pousr]_|github_pat_)[A-Za-z0-9._-]{20,}")
_RULER = re.compile(r"[^\w()/]{3,}")


def on_one_line(text: str) -> str:
    """Without decoration, control characters and workflow commands, and shortened."""
    masked = _TOKEN.sub(MASK, _USER_INFO.sub(MASK, text))
    shown = "".join(c if c.isprintable() else " " for c in masked)
    words = [word for word in shown.split() if word == MASK or not _RULER.fullmatch(word)]
    return " ".join(words)[:MAX_CHARACTERS].replace("##[", r"##\x5b")
