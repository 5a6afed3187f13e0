# Sourced by scripts/windows-prefix.sh and scripts/macos-prefix.sh, which set:
#   system         whose libraries these are, for messages
#   compiler       with its first options
#   archiver       of static libraries
#   prefixes       the folder of what is kept
#   link           what becomes a link to the result
#   toolchain      of CMake
#   cmake_options  for CMake with that toolchain, which has the prefix in prefix_variable
# and then call make_prefix.
# shellcheck shell=bash disable=SC2154 # set there

# The packages of what is compiled, from their source packages.
compiled=(libzstd-dev libutf8proc-dev libmodpbase64-dev libsqlite3-dev)
# Those of which the headers are all that is needed.
copied=(nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libspdlog-dev libfmt-dev)

fail() {
  echo "${0##*/}: $1" >&2
  exit 1
}

# check_tools PROGRAMS...: those, and what is needed for every system.
check_tools() {
  local program
  for program in "$@" tclsh dpkg-source cmake ninja; do
    if ! command -v "$program" > /dev/null; then
      fail "$program is missing: ./scripts/install-packages.sh build ${system,,}"
    fi
  done
}

# versions PACKAGES...: "source-package version" of each, as installed.
versions() {
  local installed
  installed=$(dpkg-query --show --showformat '${source:Package} ${source:Version}\n' "$@" 2> /dev/null) ||
    fail "a library of the Linux build is missing: ./scripts/install-packages.sh build ${system,,}"
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
        echo "${0##*/}: the archive has no sources of $source $wanted: $version is built instead" >&2
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
  cmake -S "$folder" -B "$folder/build-$system" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_TOOLCHAIN_FILE="$toolchain" \
    "-D$prefix_variable=$new" "${cmake_options[@]}" -DCMAKE_INSTALL_PREFIX="$new" \
    -DBUILD_SHARED_LIBS=OFF "$@"
  cmake --build "$folder/build-$system"
  cmake --install "$folder/build-$system"
}

# archive_of NAME SOURCE OPTIONS...: compiles a C source into a static library.
archive_of() {
  local name=$1 source=$2
  shift 2
  "${compiler[@]}" "$@" -DNDEBUG -I"${source%/*}" -c "$source" -o "${source%.c}.o"
  rm -f "$new/lib/lib$name.a"
  "${archiver[@]}" rcs "$new/lib/lib$name.a" "${source%.c}.o"
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

copy_headers() {
  dpkg-query --listfiles "${copied[@]}" | grep -E '^/usr/include/.*\.(h|hpp|inl)$' |
    tar --create --absolute-names --transform='s|^/usr/include/\([^/]*-linux-gnu[^/]*/\)\{0,1\}||' --files-from=- |
    tar --extract --directory="$new/include"
}

# The libraries side by side, each in a group of processes, which clean_up ends with all that it started.
build_all() {
  local source version
  mkdir -p "$new/include" "$new/lib"
  write_sources
  while read -r source version; do
    fetch "$source" "$version"
    echo "Building $source for $system" >&2
    set -m
    "build_$source" &> "$work/$source.log" &
    set +m
    builds[$source]=$!
  done <<< "$(versions "${compiled[@]}")"
  for source in "${!builds[@]}"; do
    if wait "${builds[$source]}"; then
      unset "builds[$source]"
      continue
    fi
    tail --lines=40 "$work/$source.log" >&2
    fail "$source cannot be built; the end of its output is above"
  done
  # They name the folder that this is moved from.
  rm -rf -- "${new:?}/lib/cmake" "${new:?}/lib/pkgconfig" "${new:?}/bin"
  copy_headers
  versions "${copied[@]}" >> "$new/versions"
}

clean_up() {
  local group
  for group in "${builds[@]}"; do kill -TERM -- "-$group" 2> /dev/null || true; done
  wait
  rm -rf -- "$work" "$new"
}

# make_prefix COMPILER-VERSION: builds what is not kept yet, and makes the link.
make_prefix() {
  local key prefix
  key=$({ versions "${compiled[@]}" "${copied[@]}" && cat "scripts/${0##*/}" scripts/library_prefix.sh "$toolchain" && echo "$1"; } | sha256sum)
  prefix=$prefixes/${key:0:16}
  if [[ ! -f $prefix/versions ]]; then
    mkdir -p "$prefixes"
    work=$(mktemp --directory "${TMPDIR:-/var/tmp}/healthmetric-libraries.XXXXXX")
    new=$prefixes/.new-$$
    declare -gA builds=()
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    SECONDS=0
    build_all
    # Another run may have been faster.
    mv --no-target-directory "$new" "$prefix" 2> /dev/null || [[ -f $prefix/versions ]]
    printf 'The libraries for %s, built in %d:%02d min\n' "$system" "$((SECONDS / 60))" "$((SECONDS % 60))" >&2
  fi
  mkdir -p "${link%/*}"
  ln -sfn "$prefix" "$link"
}
