#!/usr/bin/env bash
# Builds the receiver so that it runs without our libraries installed, for a cache to keep.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.."
build=${RUNNER_TEMP:?}/healthmetric-build

scripts/install-packages.sh build
cmake --preset release -B "$build" -DHEALTHMETRIC_TESTS=OFF -DHEALTHMETRIC_PORTABLE=ON
cmake --build "$build" --target healthmetric-receiver
cmake --install "$build" --component receiver --prefix "$RUNNER_TEMP/healthmetric" --strip
