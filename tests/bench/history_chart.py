"""How a repository grows, as an SVG image: a panel for each kind of files, a line for each way they got there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bench.rows import Row, Unit
from bench.table import quantity

WIDTH, HEIGHT, MARGIN = 880, 470, 24
TOP = 84  #: room for the title
PLOT_WIDTH, PLOT_HEIGHT = 350, 220
AXIS = 44  #: room for figures, left of a plot
LEGEND_LINE = 22
STEPS = (1, 2, 5, 10)
MIB = 1 << 20
MOST_TICKS = 6

#: Told apart by more than colours.
STYLE = """
  .page { fill: #ffffff; stroke: #d0d7de; } text { fill: #1f2328; font: 13px system-ui, sans-serif; }
  .title { font-size: 18px; font-weight: 600; } .heading { font-weight: 600; } .small { fill: #59636e; font-size: 12px; }
  .right { text-anchor: end; } .middle { text-anchor: middle; } .value { font-variant-numeric: tabular-nums; text-anchor: end; }
  .grid { stroke: #d1d9e0; } .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
  .way-0 { stroke: #59636e; stroke-dasharray: 2 4; } .way-1 { stroke: #bc4c00; } .way-2 { stroke: #0969da; stroke-dasharray: 9 4; }
  .way-3 { stroke: #1a7f37; stroke-width: 3.5; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; } text { fill: #f0f6fc; } .small { fill: #9198a1; } .grid { stroke: #3d444d; }
    .way-0 { stroke: #9198a1; } .way-1 { stroke: #f0883e; } .way-2 { stroke: #4493f8; } .way-3 { stroke: #3fb950; }
  }
"""


@dataclass(frozen=True)
class Panel:
    """`x` and `y` are the plot's corner, at the top left."""

    title: str
    ways: Sequence[tuple[str, Row]]
    x: float
    y: float = TOP + 20

    @property
    def days(self) -> int:
        return max(day for _, row in self.ways for day, _ in row.course)

    @property
    def highest(self) -> float:
        return max(value for _, row in self.ways for _, value in row.course)

    def place(self, day: float, value: float) -> tuple[float, float]:
        return (self.x + PLOT_WIDTH * day / self.days,
                self.y + PLOT_HEIGHT * (1 - value / (self.step * math.ceil(self.highest / self.step))))

    @property
    def step(self) -> float:
        """Of the scale: 1, 2 or 5 of some power of ten, in MiB."""
        least = self.highest / MIB / MOST_TICKS
        power = 10 ** math.floor(math.log10(least))
        return MIB * power * next(step for step in STEPS if step * power >= least)


def svg(rows: Sequence[Row], subtitle: str) -> str:
    """Of the rows that have a course; "" where none has. Their names are `kind, way: what`."""
    kinds: dict[str, list[tuple[str, Row]]] = {}
    for row in rows:
        if row.course:
            kind, _, rest = row.measure.partition(", ")
            kinds.setdefault(kind, []).append((rest.partition(":")[0], row))
    if not kinds:
        return ""
    between = WIDTH / len(kinds)
    panels = [Panel(kind, ways, MARGIN + AXIS + number * between) for number, (kind, ways) in enumerate(kinds.items())]
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="Growth of a repository"><style>{STYLE}</style>\n'
            f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="6"/>\n'
            + _text(MARGIN, 34, "The whole repository, packed, as daily batches come in", "title")
            + _text(MARGIN, 56, subtitle, "small"))
    return head + "".join(part for panel in panels for part in _panel(panel)) + "</svg>\n"


def _panel(panel: Panel) -> Iterator[str]:
    yield _text(panel.x, TOP + 4, panel.title, "heading")
    yield from _scales(panel)
    for number, (_, row) in enumerate(panel.ways):
        points = [panel.place(0, 0), *(panel.place(day, value) for day, value in row.course)]
        yield _line(number, "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
    yield from _legend(panel)


def _scales(panel: Panel) -> Iterator[str]:
    left, right = panel.x, panel.x + PLOT_WIDTH
    for tick in range(math.ceil(panel.highest / panel.step) + 1):
        _, y = panel.place(0, tick * panel.step)
        yield f'<path class="grid" d="M{left:.1f} {y:.1f}H{right:.1f}"/>\n'
        yield _text(left - 8, y + 4, f"{tick * panel.step / MIB:g}", "small right")
    yield _text(left - 8, panel.y - 12, "MiB", "small right")
    bottom = panel.y + PLOT_HEIGHT
    for day in (0, panel.days / 2, panel.days):
        yield _text(panel.place(day, 0)[0], bottom + 18, f"{day:g}" if day else "day 0", "small middle")


def _legend(panel: Panel) -> Iterator[str]:
    """With what each way came to in the end."""
    y = panel.y + PLOT_HEIGHT + 44
    for number, (way, row) in enumerate(panel.ways):
        yield _line(number, f"M{panel.x:.1f} {y - 4:g}h34")
        yield _text(panel.x + 44, y, way, "name")
        yield _text(panel.x + PLOT_WIDTH, y, quantity(row.course[-1][1], Unit.BYTES), "value")
        y += LEGEND_LINE


def _line(number: int, path: str) -> str:
    return f'<path class="line way-{number % 4}" d="{path}"/>\n'


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>\n'
