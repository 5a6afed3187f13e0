#!/usr/bin/env bash
# Builds the programs for macOS on Apple's processors: the libraries, the programs, and a look at what
# they need of a Mac. They are not run here; tests/macos/native.sh does that on a Mac.
#
#   scripts/build-macos.sh
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
if (($# > 0)); then refuse "unexpected argument '$1'"; fi
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

preset=macos-arm64
scripts/macos-prefix.sh aarch64
cmake --preset "$preset"
cmake --build --preset "$preset"
tests/macos/load_commands.py "build/$preset/sender/healthmetric-sender" "build/$preset/receiver/healthmetric-receiver"
