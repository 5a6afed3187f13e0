#!/usr/bin/env bash
# Builds everything and runs all tests; installs what is missing for that.
#
#   scripts/test.sh [--long] [--preset NAME]
#
#   --long          also the tests that take minutes
#   --preset NAME   release (the default), debug or asan
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

preset=release
selection=(--label-exclude '^long$')
export HEALTHMETRIC_LONG=0
while (($# > 0)); do
  case $1 in
    --long) HEALTHMETRIC_LONG=1 selection=() ;;
    --preset)
      preset=${2:?"--preset needs a name"}
      shift
      ;;
    *)
      echo "usage: scripts/test.sh [--long] [--preset NAME]" >&2
      exit 2
      ;;
  esac
  shift
done

scripts/install-packages.sh build test
scripts/install-test-tools.sh
cmake --preset "$preset"
cmake --build --preset "$preset"
# One more than there are cores: many tests wait for a server or a git of their own.
exec ctest --preset "$preset" --output-on-failure --parallel "$(($(nproc) + 1))" "${selection[@]}"
