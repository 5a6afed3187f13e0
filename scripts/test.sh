#!/usr/bin/env bash
# Builds everything and runs all tests; installs missing packages first. At the end it prints which tests
# were skipped, and why, what the random test did, and how many passed and failed.
#
#   scripts/test.sh [--long] [--preset NAME]
#
#   --long          also run the tests that take minutes, and with the preset release scripts/test-windows.sh
#   --preset NAME   release (the default), debug or asan
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

preset=release
selection=(--label-exclude '^(long|windows)$')
export HEALTHMETRIC_LONG=0
while (($# > 0)); do
  case $1 in
    --long) HEALTHMETRIC_LONG=1 selection=(--label-exclude '^windows$') ;;
    --preset)
      if [[ -z ${2-} ]]; then refuse "--preset requires a name"; fi
      preset=$2
      shift
      ;;
    *) refuse "unknown option '$1'" ;;
  esac
  shift
done

scripts/install-packages.sh build test
scripts/install-test-tools.sh
cmake --preset "$preset"
cmake --build --preset "$preset"

rm -rf -- "build/$preset/outcomes"
status=0
# One more than there are cores: many tests wait for a server or a git of their own.
ctest --preset "$preset" --output-on-failure --output-junit ctest.xml \
  --parallel "$(($(nproc) + 1))" "${selection[@]}" || status=$?
PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 python3 -m outcomes "build/$preset"
if [[ $HEALTHMETRIC_LONG == 1 && $preset == release ]]; then scripts/test-windows.sh || status=$?; fi
exit "$status"
