"""Links between the documents lead somewhere, and the README begins with a list of what is in it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(PROJECT / name for name in ("README.md", *(
    place.relative_to(PROJECT) for pattern in ("docs/*.md", "tests/**/README.md") for place in PROJECT.glob(pattern))))
LINK = re.compile(r"\]\(([^()\s]+)\)")


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$|``.+?``|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors_of(document: Path) -> set[str]:
    """As GitHub makes them: of a heading its letters and digits, with dashes for blanks."""
    text = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    anchors = set(re.findall(r'<a id="([^"]+)"', text))
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w -]", "", words).replace(" ", "-")
        number = 0
        while (name := f"{anchor}-{number}" if number else anchor) in anchors:
            number += 1
        anchors.add(name)
    return anchors


def broken_links(document: Path) -> list[str]:
    broken = []
    for link in LINK.findall(without_code(document.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    return broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(PROJECT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    assert broken_links(document) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# One *two*\n[x](#one-two) [y](#three) [z](b.md) [u](https://example.invalid/) `[v](c.md)`\n")
    assert broken_links(document) == ["#three", "b.md"]


def test_the_readme_begins_with_its_contents() -> None:
    """Each part but what stands around them, in their order, before the first of them."""
    text = (PROJECT / "README.md").read_text()
    before, _, rest = text.partition("\n## ")
    headings = [line.removeprefix("## ") for line in f"## {rest}".splitlines() if line.startswith("## ")]
    listed = re.findall(r"\]\(#([^)]+)\)", before)
    expected = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
    assert [anchor for anchor in listed if anchor in expected] == expected
    assert len(text.splitlines()) < 420
