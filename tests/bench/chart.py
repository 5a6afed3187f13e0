"""The rows that have goals as an SVG image: a bar each, with its goals and its spread.

Written by hand, because it is little, and because a stylesheet in it lets it suit light and dark pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bench import table
from bench.rows import Kind, Reached, Row, Unit

WIDTH = 880
MARGIN = 24
LABELS = 320  #: room for names, left of the bars
VALUES = 130  #: and for figures, right of them
LINE = 26
BAR = 14
HEADING = 44
TOP = 74
LEGEND_WIDTH = 190
HEADROOM = 1.08  #: of the scale over the longest bar

STYLE = """
  .page { fill: #ffffff; stroke: #d0d7de; } text { fill: #1f2328; font: 13px system-ui, sans-serif; }
  .title { font-size: 18px; font-weight: 600; } .heading { font-weight: 600; } .small { fill: #59636e; font-size: 12px; }
  .value { font-variant-numeric: tabular-nums; } .track { fill: #eff2f5; } .one { stroke: #818b98; stroke-dasharray: 3 3; }
  .aim { fill: #2da44e; } .must { fill: #218bff; } .neither { fill: #e16f24; }
  .must-mark, .aim-mark { stroke: #1f2328; stroke-width: 2; } .aim-mark { stroke-dasharray: 2 2; } .spread { stroke: #1f2328; opacity: 0.55; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; } text { fill: #f0f6fc; } .small { fill: #9198a1; } .track { fill: #1c2128; }
    .aim { fill: #3fb950; } .must { fill: #4493f8; } .neither { fill: #f0883e; }
    .must-mark, .aim-mark, .spread { stroke: #f0f6fc; }
  }
"""

CLASSES = {Reached.AIM: "aim", Reached.MUST: "must", Reached.NEITHER: "neither"}
LEGEND = ((Reached.AIM, "reaches the aim"), (Reached.MUST, "reaches what it must"),
          (Reached.NEITHER, "reaches neither"))
DIRECTIONS = {Kind.RATIO: "time or bytes as a multiple of theirs; less is better",
              Kind.SPEEDUP: "times faster than theirs; more is better", Kind.VALUE: "less is better"}


@dataclass(frozen=True)
class Scale:
    """From figures to places in the picture."""

    longest: float

    def length(self, value: float) -> float:
        return (WIDTH - 2 * MARGIN - LABELS - VALUES) * value / (self.longest * HEADROOM)

    def x(self, value: float) -> float:
        return MARGIN + LABELS + self.length(value)


def svg(rows: Sequence[Row], subtitle: str) -> str:
    sections: dict[str, list[Row]] = {}
    for row in rows:
        if row.goal:
            sections.setdefault(row.section, []).append(row)
    body, y = [], float(TOP)
    for name, of_it in sections.items():
        body += _section(name, of_it, y)
        y += HEADING + LINE * len(of_it)
    body += _legend(y + MARGIN)
    height = y + 3 * MARGIN + 8
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
            f'aria-label="Measures and their goals"><style>{STYLE}</style>\n'
            f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="6"/>\n'
            + _text(MARGIN, 34, "healthmetric: measures and their goals", "title")
            + _text(MARGIN, 56, subtitle, "small"))
    return head + "".join(body) + "</svg>\n"


def _section(name: str, rows: Sequence[Row], y: float) -> Iterator[str]:
    longest: dict[tuple[Kind, Unit], float] = defaultdict(float)  # seconds and bytes have no scale in common
    for row in rows:
        if row.goal:
            bounds = (row.figure, row.spread[1], row.goal.must, row.goal.aim or 0)
            longest[row.kind, row.unit] = max(longest[row.kind, row.unit], *bounds)
    yield _text(MARGIN, y + 20, name.replace("`", ""), "heading")
    yield _text(MARGIN + LABELS, y + 20, DIRECTIONS[rows[0].kind], "small")
    y += HEADING - LINE / 2
    for number, row in enumerate(rows):
        yield from _bar(row, Scale(longest[row.kind, row.unit]), y + LINE * number)
    if len(longest) == 1 and rows[0].kind is Kind.RATIO and max(longest.values()) >= 1:
        yield _upright("one", Scale(max(longest.values())).x(1), y - 4, y + LINE * len(rows) - 4)


def _bar(row: Row, scale: Scale, y: float) -> Iterator[str]:
    assert row.goal
    begin, middle = scale.x(0), y + BAR / 2
    yield _text(MARGIN, y + BAR - 3, row.measure, "name")
    yield _box("track", begin, y, scale.length(scale.longest * HEADROOM))
    yield _box(CLASSES[row.reached], begin, y, scale.length(row.figure))
    low, high = row.spread
    if high > low:
        yield f'<path class="spread" d="M{scale.x(low):.1f} {middle}H{scale.x(high):.1f}"/>\n'
    for kind, bound in (("must-mark", row.goal.must), ("aim-mark", row.goal.aim)):
        if bound is not None:
            yield _upright(kind, scale.x(bound), y - 3, y + BAR + 3)
    yield _text(WIDTH - MARGIN - VALUES + 10, y + BAR - 3, table.figure(row.figure, row), "value")


def _legend(y: float) -> Iterator[str]:
    x = float(MARGIN)
    for reached, words in LEGEND:
        yield _box(CLASSES[reached], x, y - BAR + 3, BAR)
        yield _text(x + BAR + 6, y, words, "small")
        x += LEGEND_WIDTH
    y, x = y + MARGIN, float(MARGIN)
    for kind, words in (("must-mark", "what it must reach"), ("aim-mark", "what it aims at")):
        yield _upright(kind, x + BAR / 2, y - BAR + 1, y + 4)
        yield _text(x + BAR + 6, y, words, "small")
        x += LEGEND_WIDTH
    yield f'<path class="spread" d="M{x:.1f} {y - 4:g}h{BAR}"/>\n'
    yield _text(x + BAR + 6, y, "the middle half of the turns", "small")


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>\n'


def _box(kind: str, x: float, y: float, width: float) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{BAR}" rx="2"/>\n'


def _upright(kind: str, x: float, top: float, bottom: float) -> str:
    return f'<path class="{kind}" d="M{x:.1f} {top:g}V{bottom:g}"/>\n'
