#!/usr/bin/env bash
# Times both programs beside `cp -r` and a plain Python peer, and prints a table. Needs about 8 GiB
# in /dev/shm and a few minutes.
#
#   scripts/bench.sh [--turns N] [TREE]...     1G, B, C, T (default: all)
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

scripts/install-packages.sh build test
cmake --preset release > /dev/null
cmake --build --preset release --target healthmetric-sender healthmetric-receiver > /dev/null
exec python3 tests/bench/compare.py --sender "$PWD/build/release/sender/healthmetric-sender" \
  --receiver "$PWD/build/release/receiver/healthmetric-receiver" "$@"
