#!/usr/bin/env bash
# Measures both programs in comparison with `cp -r`, curl, restic, rclone and a simple Python peer, and prints a table.
# tests/bench/README.md describes what is measured and how.
#
#   scripts/bench.sh [--quick] [--output DIR] [--update-docs] [--folder-for-trees DIR] [MEASURE]...
#
#   --quick                 two minutes, instead of twenty
#   --output DIR            write results.json, report.md and the charts to DIR (default: build/bench)
#   --update-docs           update docs/performance.md and its charts, too; of single MEASUREs only their tables
#   --folder-for-trees DIR  put the files to be sent into DIR (default: /dev/shm, if it has 6 GiB free)
#   MEASURE                 only this one of copying, restoring, start, upload, memory, link, history, growth,
#                           listing, page, backlog, codecs
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

bench=(env PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 python3)
# Words that cannot be meant are told before anything is installed.
if command -v python3 > /dev/null; then "${bench[@]}" -c 'from bench.__main__ import parse; parse()' "$@"; fi

scripts/install-packages.sh build bench
cmake --preset bench > /dev/null
cmake --build --preset bench > /dev/null
exec "${bench[@]}" -m bench "$@"
