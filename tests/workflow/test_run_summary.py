"""The page that tells what became of the batches."""

from __future__ import annotations

from typing import Any

import pytest
import run_summary


def batch(**members: Any) -> dict[str, Any]:
    return {"batch_id": "20240115T103000Z-a-00000001", "batch_name": "a", "status": "stored", "files": 1,
            "bytes": 1536, "reason": None, "summary": None, "payloads": ["inbox/x.json"],
            "rejected": [], "commit": "0123456789abcdef", **members}


def result(*batches: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"status": 0, "dry_run": False, "failure": None, "batches": list(batches), **members}


def test_what_needs_a_look_comes_first() -> None:
    page = run_summary.to_markdown(result(
        batch(), batch(status="waiting", commit=None, reason="part 2"),
        batch(status="rejected", reason="no"), batch(status="repeated")))
    rows = [line.split(" | ")[1] for line in page.splitlines() if line.startswith("| <code>")]
    assert rows == ["rejected", "waiting", "stored", "repeated"]
    assert "1 batch rejected, 1 batch waiting, 1 batch stored, 1 batch repeated." in page


def test_a_commit_is_linked_where_its_page_is_known() -> None:
    assert "| 0123456789 |" in run_summary.to_markdown(result(batch()))
    linked = run_summary.to_markdown(result(batch()), commits_url="https://x/o/r/commit")
    assert "| [0123456789](https://x/o/r/commit/0123456789abcdef) |" in linked


def test_a_payload_without_identity_goes_by_its_path() -> None:
    assert "<code>inbox/x&#46;json</code>" in run_summary.to_markdown(result(batch(batch_id=None)))


@pytest.mark.parametrize("text", ["|", "`", "<b>", "*x*", "_x_", "[x](y)", "www.x.org", "http://x", "#1",
                                  "@x", "a\nb", "\u202ex", "\x1b[31m", "&lt;", "~~x~~", "\\", ":tada:"])
def test_no_mark_up_survives(text: str) -> None:
    shown = run_summary.code(text)
    inner = shown.removeprefix("<code>").removesuffix("</code>")
    left = inner.replace("&#", "").replace(";", "")
    assert all(c.isalnum() or c in "/ -" for c in left), shown


@pytest.mark.parametrize("limit", [run_summary.MAX_BYTES, run_summary.MAX_COMMENT_BYTES, 2000])
def test_a_page_is_bounded_and_says_what_it_leaves_out(limit: int) -> None:
    many = [batch(batch_id="é|" * 200, status="rejected", reason="<&\U0001f600" * 1000)] * 3000
    page = run_summary.to_markdown(result(*many), limit)
    assert len(page.encode()) <= limit
    shown = page.count("\n| <code>")
    assert f"… and {3000 - shown} more." in page
    assert "3000 batches rejected." in page


def test_a_failure_says_that_nothing_is_lost() -> None:
    page = run_summary.to_markdown(result(batch(), failure="RemoteFailure: <no>"))
    assert "**The run failed:** <code>RemoteFailure&#58; &#60;no&#62;</code>" in page
    assert "still in the inbox" in page and "1 batch stored." in page
