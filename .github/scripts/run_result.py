"""The result of one run, as text, Markdown and JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import run_summary
from batch_report import BatchReport, label_of
from committing import BatchCommit
from failures import RemoteFailure
from shown_text import on_one_line

WITHHELD = "the reason may name batches or files; to see it in the log, start the workflow by hand with verbose"


@dataclass
class RunResult:
    dry_run: bool = False
    without_names: bool = False
    """Whether document() and what is made of it have counts alone."""
    status: int = 0
    failure: str | None = None
    """Why the run ended early."""
    unchanged: list[BatchReport] = field(default_factory=list)
    """The batches that were not changed."""
    warnings: list[str] = field(default_factory=list)
    left: list[dict[str, str]] = field(default_factory=list)
    """The inboxes that another run should finish, as the client_payload of an event."""
    _settled: list[tuple[BatchReport, str]] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _public_failure: str | None = None

    def add(self, commit: BatchCommit) -> None:
        for change in commit.changes:
            batch = change.batch
            if batch:
                self._settled.append((batch, commit.commit))
            self._lines.append(f"{batch['status']}: {label_of(batch)}" if batch else change.message.lower())

    def fail(self, status: int, failure: Exception) -> None:
        self.status, self.failure = status, on_one_line(f"{type(failure).__name__}: {failure}")
        is_public = isinstance(failure, RemoteFailure) and failure.is_public
        self._public_failure = self.failure if is_public else f"{type(failure).__name__}: {WITHHELD}"

    def warn(self, words: str) -> None:
        self.warnings.append(on_one_line(words))

    def has_rejected(self) -> bool:
        return any(batch["status"] == "rejected" for batch in self.batches())

    def lines(self) -> list[str]:
        return self._lines + [f"{each['status']}: {label_of(each)}" for each in self.unchanged]

    def batches(self) -> list[BatchReport]:
        """Each as the receiver reports it, with the commit that stores, rejects or removes it, if any."""
        settled = [{**batch, "commit": None if self.dry_run else commit}
                   for batch, commit in self._settled]
        return settled + [{**batch, "commit": None} for batch in self.unchanged]

    def document(self) -> dict[str, Any]:
        batches = self.batches()
        return {"status": self.status, "dry_run": self.dry_run,
                "failure": self._public_failure if self.without_names else self.failure,
                "warnings": self.warnings, "left": self.left, "counts": Counter(each["status"] for each in batches),
                "batches": [] if self.without_names else batches}

    def json_text(self) -> str:
        return json.dumps(self.document()) + "\n"

    def markdown(self) -> str:
        return run_summary.to_markdown(self.document())
