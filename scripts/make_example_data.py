#!/usr/bin/env python3
"""Writes example_data/: an invented person's health metrics in every type that is sent by default.

Nobody's real data: curves from formulas and a seeded random generator, so the same bytes come out
each time. The images need python3-pil (scripts/install-packages.sh data), whose encoders may differ
between versions; what is committed came from Debian 12.

    daily/         one day as a wearable reports it: JSON metrics, CSV series
    exports/       an XML export as phones write it
    images/        charts and scans: PNG, JPEG (both extensions), GIF, BMP, WebP, SVG
    notes/         text, with CRLF line ends in one file: they must arrive as they are
    Ärztin Müller/ a folder with a space and letters beyond ASCII

The folder holds no README: it would be sent as well.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image, ImageDraw

TARGET = Path(__file__).parents[1] / "example_data"
MIDNIGHT = datetime(2024, 1, 15)
INK, PAPER, ACCENT = (38, 50, 56), (250, 250, 246), (198, 40, 40)


def heart_rate(minute: int, noise: random.Random) -> int:
    """Beats a minute: low at night, a run in the evening."""
    by_day = 62 + 12 * math.sin((minute - 540) / 1440 * 2 * math.pi)
    run = 75 * math.exp(-(((minute - 1110) / 25) ** 2))
    return round(by_day + run + noise.gauss(0, 2))


def series(step_minutes: int, seed: int) -> Iterator[tuple[datetime, int]]:
    noise = random.Random(seed)
    for minute in range(0, 1440, step_minutes):
        yield MIDNIGHT + timedelta(minutes=minute), heart_rate(minute, noise)


def heart_rate_csv(seed: int) -> str:
    rows = (f"{moment.isoformat()}Z,{rate}" for moment, rate in series(5, seed))
    return "\n".join(["time,heart_rate_bpm", *rows]) + "\n"


def glucose_csv(seed: int) -> str:
    noise = random.Random(seed)
    rows = []
    for quarter in range(96):
        since_meal = min((quarter - meal) % 96 for meal in (30, 50, 76))
        level = 5.1 + 2.4 * math.exp(-(((since_meal - 4) / 4) ** 2)) + noise.gauss(0, 0.1)
        rows.append(f"{(MIDNIGHT + timedelta(minutes=15 * quarter)).isoformat()}Z,{level:.1f}")
    return "\n".join(["time,glucose_mmol_per_l", *rows]) + "\n"


def daily_metrics(seed: int) -> str:
    rates = [rate for _, rate in series(5, seed)]
    noise = random.Random(seed)
    return as_json({
        "date": MIDNIGHT.date().isoformat(),
        "device": {"model": "Example Band 2", "firmware": "4.1.7"},
        "steps": 6000 + noise.randrange(5000),
        "heart_rate_bpm": {"lowest": min(rates), "highest": max(rates),
                           "mean": round(sum(rates) / len(rates), 1)},
        "sleep": {"start": "2024-01-14T22:47:00Z", "end": "2024-01-15T06:31:00Z",
                  "minutes": {"deep": 94, "rem": 108, "light": 243, "awake": 19}},
        "blood_oxygen_percent": [round(noise.uniform(95, 99), 1) for _ in range(6)],
    })


def workout() -> str:
    route = [{"second": second, "heart_rate_bpm": round(92 + 60 * (1 - math.exp(-second / 300))),
              "pace_s_per_km": round(345 - 20 * math.sin(second / 400))}
             for second in range(0, 2400, 60)]
    return as_json({"type": "running", "distance_m": 7010, "samples": route})


def as_json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def export_xml(seed: int) -> str:
    root = ElementTree.Element("HealthData", locale="de_DE")
    ElementTree.SubElement(root, "Me", dateOfBirth="1979-05-23", bloodType="0+")
    for moment, rate in series(30, seed):
        ElementTree.SubElement(root, "Record", type="HeartRate", unit="count/min",
                               startDate=f"{moment.isoformat()}Z", value=str(rate))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def curve(size: tuple[int, int], seed: int) -> list[tuple[float, float]]:
    width, height = size
    return [(minute / 1440 * width, height - (rate - 40) / 120 * height)
            for (moment, rate) in series(10, seed)
            for minute in [moment.hour * 60 + moment.minute]]


def chart(size: tuple[int, int], seed: int) -> Image.Image:
    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    for line in range(0, size[1], size[1] // 6):
        draw.line([(0, line), (size[0], line)], fill=(225, 225, 220))
    draw.line(curve(size, seed), fill=ACCENT, width=2)
    draw.rectangle([(0, 0), (size[0] - 1, size[1] - 1)], outline=INK)
    return image


def chart_svg(size: tuple[int, int], seed: int) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in curve(size, seed))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}">\n'
            f"  <title>Heart rate, {MIDNIGHT.date()}</title>\n"
            f'  <polyline fill="none" stroke="#c62828" stroke-width="2" points="{points}"/>\n</svg>\n')


def echo(x: float, y: float) -> float:
    return math.exp(-((x - 0.5) ** 2 * 9 + (y - 0.55) ** 2 * 22))


def scan(size: tuple[int, int], seed: int) -> Image.Image:
    """A bright shape on a dark, grainy ground, as ultrasound pictures look."""
    noise = random.Random(seed)
    width, height = size
    grains = [
        max(0, min(255, round(190 * echo(x / width, y / height) + noise.gauss(24, 14))))
        for y in range(height) for x in range(width)
    ]
    image = Image.new("L", size)
    image.putdata(grains)
    return image


def write_text(path: str, text: str, line_end: str = "\n") -> None:
    place(path).write_bytes(text.replace("\n", line_end).encode())


def write_image(path: str, image: Image.Image, **options: object) -> None:
    image.save(place(path), **options)


def place(path: str) -> Path:
    target = TARGET / path
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def main() -> None:
    write_text("daily/2024-01-15/metrics.json", daily_metrics(1))
    write_text("daily/2024-01-15/heart_rate.csv", heart_rate_csv(1))
    write_text("daily/2024-01-15/glucose.csv", glucose_csv(2))
    write_text("daily/2024-01-15/evening run.json", workout())
    write_text("exports/export.xml", export_xml(1))
    write_text("notes/diary.txt", "07:00 slept well\n12:30 head ache, gone by two\n18:30 easy run\n")
    write_text("notes/from_windows.txt", "Blood pressure\n08:00  121/79\n20:00  118/76\n", "\r\n")
    write_text("images/heart_rate.svg", chart_svg((720, 240), 1))
    write_image("images/heart_rate.png", chart((720, 240), 1), optimize=True)
    write_image("images/heart_rate_small.gif", chart((240, 80), 1))
    write_image("images/heart_rate.webp", chart((720, 240), 1), quality=80)
    write_image("images/skin.bmp", scan((96, 96), 3))
    write_image("images/ultrasound.jpg", scan((256, 192), 4), quality=80)
    write_image("images/ultrasound_2.jpeg", scan((256, 192), 5), quality=80)
    write_text("Ärztin Müller/Befund.json", as_json({
        "praxis": "Ärztin Müller", "datum": "2024-01-15", "befund": "unauffällig", "größe_cm": 178}))


if __name__ == "__main__":
    main()
