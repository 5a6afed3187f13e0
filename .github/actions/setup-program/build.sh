#!/usr/bin/env bash
# Builds a program with its libraries beside it, in a folder that a cache keeps under $KEY.
#
#   build.sh PROGRAM
set -euo pipefail

program=$1
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.."
build=${RUNNER_TEMP:?}/healthmetric-build

scripts/install-packages.sh build
cmake --preset release -B "$build" -DHEALTHMETRIC_TESTS=OFF -DHEALTHMETRIC_PORTABLE=ON
cmake --build "$build" --target "$program"
for component in "$program" libraries; do
  cmake --install "$build" --component "$component" --prefix ~/.cache/"${KEY:?}" --strip
done
