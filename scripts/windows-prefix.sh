#!/usr/bin/env bash
# Builds the libraries of the sender for Windows, static, from the distribution's source packages, and copies the
# header-only ones beside them: what `cmake --preset windows` links. The result is kept by the versions of the packages
# in HEALTHMETRIC_WINDOWS_PREFIXES (default: ~/.cache/healthmetric-windows), and build/windows-prefix becomes a link to
# it; a second run finds it there. The sources come from where this machine takes its packages from, and apt checks
# their signatures; no list of apt's on this machine is changed.
#
#   scripts/windows-prefix.sh
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
if (($# > 0)); then refuse "unexpected argument '$1'"; fi
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/library_prefix.sh
source scripts/library_prefix.sh

system=Windows
host=x86_64-w64-mingw32
compiler=("$host-gcc-posix")
archiver=("$host-ar")
prefixes=${HEALTHMETRIC_WINDOWS_PREFIXES:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/healthmetric-windows}
link=build/windows-prefix
toolchain=$PWD/cmake/windows_toolchain.cmake
cmake_options=()
prefix_variable=HEALTHMETRIC_WINDOWS_PREFIX
compiled+=(libcurl4-openssl-dev)

# HTTP and HTTPS alone, with the system's TLS and the system's trust.
build_curl() {
  with_cmake "$work/curl" -DCURL_USE_SCHANNEL=ON -DHTTP_ONLY=ON -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF \
    -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF -DUSE_NGHTTP2=OFF -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF \
    -DCURL_ZSTD=OFF -DUSE_LIBIDN2=OFF -DUSE_WIN32_IDN=ON -DCURL_DISABLE_LDAP=ON -DENABLE_MANUAL=OFF
}

check_tools "${compiler[0]}"
make_prefix "$("${compiler[0]}" -dumpfullversion)"
