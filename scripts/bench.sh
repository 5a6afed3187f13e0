#!/usr/bin/env bash
# Measures both programs beside `cp -r`, curl and a plain Python peer, and prints a table.
# tests/bench/README.md says what is measured and how.
#
#   scripts/bench.sh [--quick] [--output DIR] [--update-docs] [--folder-for-trees DIR] [MEASURE]...
#
#   --quick                 two minutes at most, instead of eleven
#   --output DIR            where results.json, report.md and chart.svg go (default: build/bench)
#   --update-docs           measure everything, and put it into docs/performance.md and .svg, too
#   --folder-for-trees DIR  where the files are that are carried (default: /dev/shm, if it has 6 GiB free)
#   MEASURE                 only this one (--help lists them)
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

scripts/install-packages.sh build bench
cmake --preset bench > /dev/null
cmake --build --preset bench > /dev/null
PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 exec python3 -m bench "$@"
