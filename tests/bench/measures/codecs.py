"""The codecs alone, in cache, by Google Benchmark: bounds of what the programs can reach."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

from bench import contestants
from bench.laboratory import Laboratory
from bench.processes import Command, run
from bench.rows import Row, Unit

SECTION = "Codecs alone"
REPETITIONS = 5


def rows(laboratory: Laboratory) -> Iterator[Row]:
    speeds: dict[str, list[float]] = defaultdict(list)
    with laboratory.room() as room:
        report = room / "codecs.json"
        words = [laboratory.programs.codecs, f"--benchmark_out={report}", "--benchmark_out_format=json",
                 f"--benchmark_repetitions={REPETITIONS}",
                 f"--benchmark_min_time={laboratory.effort.codec_seconds / REPETITIONS}"]
        run(Command(words, contestants.plain_environment(room)), room)
        for benchmark in json.loads(report.read_text())["benchmarks"]:
            if benchmark.get("error_occurred"):
                raise RuntimeError(f"{benchmark['name']}: {benchmark['error_message']}")
            if benchmark["run_type"] == "iteration":
                speeds[benchmark["run_name"]].append(benchmark["bytes_per_second"])
    for name, figures in speeds.items():
        codec, _, size = name.partition("/")
        yield Row(SECTION, f"{codec.replace('_', ' ')}, {_size(int(size))}", Unit.BYTES_PER_SECOND, figures)


def _size(size: int) -> str:
    return f"{size} bytes" if size < 1024 else f"{size // 1024} KiB"
