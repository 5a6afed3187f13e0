#!/usr/bin/env bash
# Builds the libraries of the programs for macOS, static, with zig and from the distribution's source packages, and
# copies the headers of the others beside them: what `cmake --preset macos-arm64` and `macos-x86_64` link. libcurl and
# libedit are those that macOS has. The result is kept by the versions of the packages in HEALTHMETRIC_MACOS_PREFIXES
# (default: ~/.cache/healthmetric-macos), and build/macos-prefix-PROCESSOR becomes a link to it; a second run finds it
# there. The sources come from where this machine takes its packages from, and apt checks their signatures; no list of
# apt's on this machine is changed.
#
#   scripts/macos-prefix.sh [PROCESSOR]...     aarch64 and x86_64 (default: both)
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
for processor in "$@"; do
  if [[ $processor != aarch64 && $processor != x86_64 ]]; then refuse "unexpected argument '$processor'"; fi
done
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/library_prefix.sh
source scripts/library_prefix.sh

# What scripts/library_prefix.sh needs.
# shellcheck disable=SC2034
{
  system=macOS
  zig=$PWD/build/test-tools/bin/zig
  archiver=("$zig" ar --format=darwin)
  prefixes=${HEALTHMETRIC_MACOS_PREFIXES:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/healthmetric-macos}
  toolchain=$PWD/cmake/macos_toolchain.cmake
  copied+=(libcurl4-openssl-dev libedit-dev)
  prefix_variable=HEALTHMETRIC_MACOS_PREFIX
}

if [[ ! -x $zig ]]; then scripts/install-test-tools.sh; fi
check_tools "$zig"
if (($# == 0)); then set -- aarch64 x86_64; fi
for processor in "$@"; do
  # In a shell of its own, which cleans up behind itself.
  (
    compiler=("$zig" cc -target "$processor-macos.13.0")
    cmake_options=("-DHEALTHMETRIC_MACOS_PROCESSOR=$processor")
    link=build/macos-prefix-$processor
    make_prefix "$processor $("$zig" version)"
  )
done
