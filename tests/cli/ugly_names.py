"""The ugliest names a file can have."""

from __future__ import annotations

import random

PIECES = ["a", "A", "é", "é", "ß", "SS", "ſ", "İ", "ı", "K", "心", "💓", "\u200b", "\u202e", " ", "  ", ".", "..", "...", "~2", "~",
          "-", "--help", "$(x)", "`x`", "%s", "%2e", "'", '"', "*", "?", "<", ">", "|", ":x", "#", "##[error]", "::error::",
          "{batch}", "CON", "nul", "COM1", "lpt²", ".json", ".JSON", ".tar.gz", ".git", ".gitmodules", "git~1", "inbox",
          "summaries", "rejected", ".staging", ".trigger", "_processed_", "processing_summary", "&lt;", "[x](y)", "\u0301", "x" * 90]


def ugly_name(rng: random.Random) -> str:
    name = "".join(rng.choices(PIECES, k=rng.choice([1, 1, 2, 3, 5])))
    name = name.encode()[:255].decode(errors="ignore")
    forbidden = name in (".", "..", ".healthmetricignore") or name.lower() == ".git" or name[1:2] == ":"
    return f"_{name[:60]}" if forbidden else name
