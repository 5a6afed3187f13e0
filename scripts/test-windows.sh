#!/usr/bin/env bash
# Builds the sender for Windows and tests it under Wine, against the receiver of the preset release: tests/windows,
# and the tests of the sender for Linux but for what tests/cli/not-under-wine.txt lists. Installs missing packages
# first, and builds the libraries where no earlier run did. At the end it prints what was skipped, and how many tests
# passed and failed.
#
#   scripts/test-windows.sh [--sample]
#
#   --sample   only some minutes of it
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

tests=python/
case ${1-} in
  '') ;;
  --sample) tests='^python/(windows/|cli-under-wine/(receipts|sender_(delivery|input|output|plan))$)' ;;
  *) refuse "unexpected argument '$1'" ;;
esac

scripts/install-packages.sh build test windows
scripts/install-test-tools.sh
scripts/windows-prefix.sh
cmake --preset windows
cmake --build --preset windows
cmake --preset release
cmake --build --preset release --target healthmetric-sender healthmetric-receiver

rm -rf -- build/windows/outcomes
status=0
ctest --preset release --label-regex '^windows$' --tests-regex "$tests" --output-on-failure \
  --output-junit "$PWD/build/windows/ctest.xml" --parallel "$(($(nproc) + 1))" || status=$?
PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 python3 -m outcomes build/windows
exit "$status"
