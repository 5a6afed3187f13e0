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

host=x86_64-w64-mingw32
compiler=$host-gcc-posix
prefixes=${HEALTHMETRIC_WINDOWS_PREFIXES:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/healthmetric-windows}
link=build/windows-prefix
toolchain=$PWD/cmake/windows_toolchain.cmake

# The packages of what is compiled, from their source packages.
compiled=(libzstd-dev libutf8proc-dev libmodpbase64-dev libsqlite3-dev libcurl4-openssl-dev)
# Those that are headers only, or can be used so.
copied=(nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libspdlog-dev libfmt-dev)

fail() {
  echo "windows-prefix: $1" >&2
  exit 1
}

check_tools() {
  local program
  for program in "$compiler" tclsh dpkg-source cmake ninja; do
    if ! command -v "$program" > /dev/null; then
      fail "$program is missing: ./scripts/install-packages.sh build windows"
    fi
  done
}

# versions PACKAGES...: "source-package version" of each, as installed.
versions() {
  local installed
  installed=$(dpkg-query --show --showformat '${source:Package} ${source:Version}\n' "$@" 2> /dev/null) ||
    fail "a library of the Linux build is missing: ./scripts/install-packages.sh build windows"
  LC_ALL=C sort --unique <<< "$installed"
}

# apt_source TOOL WORDS...: runs it with a list of sources of its own, and without anything of this machine's.
apt_source() {
  local tool=$1
  shift
  "$tool" --quiet --quiet -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$prefixes/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Sandbox::User=root "$@"
}

# Where this machine takes its packages from, it takes their sources from.
write_sources() {
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT) #$(ORIGIN)' 'Created-By: Packages' |
    sed -n -E 's/ #(Debian|Ubuntu)$//p' | LC_ALL=C sort --unique > "$work/sources.list"
  if [[ ! -s $work/sources.list ]]; then
    fail "apt knows no archive of Debian or Ubuntu: run apt-get update"
  fi
  mkdir -p "$prefixes/lists/partial"
  apt_source apt-get update
}

# fetch SOURCE VERSION: unpacks it as $work/SOURCE. An archive may lack an update's sources; then those of the version
# before are taken, and said.
fetch() {
  local source=$1 wanted=$2 version folder=$work/fetch-$1
  for version in "$wanted" $(apt_source apt-cache showsrc "$source" | sed -n 's/^Version: //p' | sort --version-sort --reverse); do
    rm -rf "$folder"
    mkdir "$folder"
    if (cd "$folder" && apt_source apt-get --only-source --download-only source "$source=$version") &>> "$work/log"; then
      # Its hash is that in the list, which is signed; whose key signed the file itself matters no more.
      dpkg-source --no-check --extract "$folder"/*.dsc "$work/$source" &>> "$work/log"
      echo "$source $version" >> "$new/versions"
      if [[ $version != "$wanted" ]]; then
        echo "windows-prefix: the archive has no sources of $source $wanted: $version is built instead" >&2
      fi
      return
    fi
  done
  tail --lines=20 "$work/log" >&2
  fail "the sources of $source cannot be fetched; the end of apt's output is above"
}

# with_cmake FOLDER OPTIONS...: configures, builds and installs.
with_cmake() {
  local folder=$1
  shift
  cmake -S "$folder" -B "$folder/build-windows" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DHEALTHMETRIC_WINDOWS_PREFIX="$new" -DCMAKE_INSTALL_PREFIX="$new" \
    -DBUILD_SHARED_LIBS=OFF "$@"
  cmake --build "$folder/build-windows"
  cmake --install "$folder/build-windows"
}

# archive_of NAME SOURCE OPTIONS...: compiles a C source into a static library.
archive_of() {
  local name=$1 source=$2
  shift 2
  "$compiler" "$@" -DNDEBUG -I"${source%/*}" -c "$source" -o "${source%.c}.o"
  rm -f "$new/lib/lib$name.a"
  "$host-ar" rcs "$new/lib/lib$name.a" "${source%.c}.o"
}

build_libzstd() {
  with_cmake "$work/libzstd/build/cmake" -DZSTD_BUILD_SHARED=OFF -DZSTD_BUILD_PROGRAMS=OFF -DZSTD_BUILD_TESTS=OFF \
    -DZSTD_LEGACY_SUPPORT=OFF
}

build_utf8proc() { with_cmake "$work/utf8proc"; }

# Its tables are written by a program that runs here.
build_stringencoders() {
  local folder=$work/stringencoders/src
  gcc -O1 -o "$folder/tables" "$folder/modp_b64_gen.c" "$folder/arraytoc.c"
  "$folder/tables" > "$folder/modp_b64_data.h"
  : > "$folder/config.h" # which would say that the processor is big-endian
  archive_of modpbase64 "$folder/modp_b64.c" -O2
  cp "$folder"/modp_b64*.h "$folder"/extern_c_*.h "$folder/modp_stdint.h" "$new/include/"
}

build_sqlite3() {
  local folder=$work/sqlite3
  (cd "$folder" && ./configure --disable-readline --disable-shared && make sqlite3.c)
  archive_of sqlite3 "$folder/sqlite3.c" -Os -DSQLITE_OMIT_LOAD_EXTENSION
  cp "$folder/sqlite3.h" "$new/include/"
}

# HTTP and HTTPS alone, with the system's TLS and the system's trust.
build_curl() {
  with_cmake "$work/curl" -DCURL_USE_SCHANNEL=ON -DHTTP_ONLY=ON -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF \
    -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF -DUSE_NGHTTP2=OFF -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF \
    -DCURL_ZSTD=OFF -DUSE_LIBIDN2=OFF -DUSE_WIN32_IDN=ON -DCURL_DISABLE_LDAP=ON -DENABLE_MANUAL=OFF
}

copy_headers() {
  dpkg-query --listfiles "${copied[@]}" | grep -E '^/usr/include/.*\.(h|hpp|inl)$' |
    tar --create --absolute-names --transform='s|^/usr/include/\([^/]*-linux-gnu[^/]*/\)\{0,1\}||' --files-from=- |
    tar --extract --directory="$new/include"
}

# The libraries side by side.
build_all() {
  local source version
  local -A builds=()
  mkdir -p "$new/include" "$new/lib"
  write_sources
  while read -r source version; do
    fetch "$source" "$version"
    echo "Building $source for Windows" >&2
    "build_$source" &> "$work/$source.log" &
    builds[$source]=$!
  done <<< "$(versions "${compiled[@]}")"
  for source in "${!builds[@]}"; do
    if wait "${builds[$source]}"; then continue; fi
    tail --lines=40 "$work/$source.log" >&2
    fail "$source cannot be built; the end of its output is above"
  done
  copy_headers
  versions "${copied[@]}" >> "$new/versions"
}

check_tools
key=$({ versions "${compiled[@]}" "${copied[@]}" && cat scripts/windows-prefix.sh "$toolchain" && "$compiler" -dumpfullversion; } | sha256sum)
prefix=$prefixes/${key:0:16}
if [[ ! -f $prefix/versions ]]; then
  mkdir -p "$prefixes"
  work=$(mktemp --directory "${TMPDIR:-/var/tmp}/healthmetric-windows.XXXXXX")
  new=$prefixes/.new-$$
  trap 'rm -rf -- "$work" "$new"' EXIT
  SECONDS=0
  build_all
  # Another run may have been faster.
  mv --no-target-directory "$new" "$prefix" 2> /dev/null || [[ -f $prefix/versions ]]
  printf 'The libraries for Windows, built in %d:%02d min\n' "$((SECONDS / 60))" "$((SECONDS % 60))" >&2
fi
mkdir -p "${link%/*}"
ln -sfn "$prefix" "$link"
