#!/usr/bin/env bash
# Compiles the sources of the programs for Linux with another C library (musl) and for macOS, with the compiler,
# system headers and C++ library of zig. Warnings are errors. Nothing is linked or run: this shows that the code
# is valid on these systems, not that it works; scripts/build-macos.sh links, too, and takes longer. The headers of the
# libraries come from the installed packages.
#
#   scripts/lint-portability.sh [PRESET]     the preset with the generated headers (default: release)
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

preset=
use_preset "$@"

targets=(x86_64-linux-musl aarch64-macos)
tools=build/test-tools
zig=$tools/bin/zig
work=build/portability
headers=$work/include
flags=(-std=c++20 -fexperimental-library # for std::jthread
  -D_LIBCPP_REMOVE_TRANSITIVE_INCLUDES   # each source includes what it uses
  -g0 -fno-sanitize=undefined            # which zig would add
  -I. "-Ibuild/$preset/common/generated" -isystem "$headers"
  -D_FILE_OFFSET_BITS=64 -DOPENSSL_API_COMPAT=10101
  -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL -DTOML_HEADER_ONLY=0)

fail() {
  echo "lint-portability: $1" >&2
  exit 1
}

sources() {
  git ls-files --cached --others --exclude-standard --deduplicate -- common/\*.cpp sender/\*.cpp receiver/\*.cpp \
    ':(exclude)*_windows.cpp'
}

# is_for TARGET SOURCE: of the two libraries for digests, each system has one.
is_for() {
  case "$1 $2" in
    *-macos\ *_openssl.cpp | *-musl\ *_commoncrypto.cpp) return 1 ;;
  esac
}

# Only the headers of the libraries: /usr/include has those of the C library, too.
copy_headers() {
  local packages
  mapfile -t packages <<< "$(sed -n 's/^build  *\([^ ]*-dev\) .*/\1/p' scripts/packages.txt)"
  mkdir -p "$headers"
  dpkg-query --listfiles "${packages[@]}" | grep -E '^/usr/include/.*\.(h|hpp|inl)$' |
    tar --create --absolute-names --transform='s|^/usr/include/\([^/]*-linux-gnu[^/]*/\)\{0,1\}||' --files-from=- |
    tar --extract --directory="$headers"
}

# write FILE: writes standard input to the file, unless that is what it contains.
write() {
  mkdir -p "${1%/*}"
  cat > "$1.new"
  if cmp --quiet "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; fi
}

# The headers that take most of the time, to be parsed once for each target.
write_prefix() {
  {
    sources | xargs --delimiter='\n' sed -n 's/^\(#include <[a-z_]*>\)$/\1/p'
    printf '#include <nlohmann/json.hpp>\n#include <fmt/format.h>\n'
  } | LC_ALL=C sort --unique | write "$work/prefix.hpp"
}

# The warnings of the build.
warnings() { grep -oE -- ' -W[a-z0-9=-]+' "build/$preset/compile_commands.json" | LC_ALL=C sort --unique; }

# write_options TARGET: the options with which zig runs the front end of Clang. zig c++ -fsyntax-only would link.
write_options() {
  local all
  # shellcheck disable=SC2046 # words
  all=$("$zig" c++ "${flags[@]}" $(warnings) -Wno-unknown-warning-option -target "$1" -### \
    -c -x c++ -o "$work/out" "$work/prefix.hpp" 2>&1 | sed -n 's/^ "[^"]*" "-cc1"//p')
  if [[ $all != *' "-emit-obj"'*' "-o" '* ]]; then fail "unexpected output of zig c++ -### for $1"; fi
  all=${all/ \"-emit-obj\"/}
  write "$work/$1/options" <<< "${all% \"-o\" *}"
}

# build_rules TARGET: the part of build.ninja for the target. The sources in common/platform are compiled without the
# precompiled headers, which could hide that they do not include a system header.
build_rules() {
  local target=$1 folder=$work/$1 source
  cat << NINJA
rule header-$target
  command = $zig clang -cc1 @$folder/options -fpch-instantiate-templates -emit-pch -o \$out -dependency-file \$out.d -sys-header-deps -MT \$out -x c++-header \$in
  depfile = \$out.d
  deps = gcc
  description = $target: \$in
rule source-$target
  command = $zig clang -cc1 @$folder/options \$prefix -fsyntax-only -dependency-file \$out.d -sys-header-deps -MT \$out -x c++ \$in && touch \$out
  depfile = \$out.d
  deps = gcc
  description = $target: \$in
build $folder/prefix.pch: header-$target $work/prefix.hpp | $folder/options $tools/python/requirements.txt
NINJA
  while IFS= read -r source; do
    if ! is_for "$target" "$source"; then continue; fi
    printf 'build %s: source-%s %s | %s\n' "$folder/$source.ok" "$target" "$source" "$folder/prefix.pch"
    if [[ $source != common/platform/* ]]; then printf '  prefix = -include-pch %s\n' "$folder/prefix.pch"; fi
  done <<< "$(sources)"
}

scripts/install-test-tools.sh
if [[ ! -x $zig ]]; then fail "zig is missing: scripts/install-test-tools.sh could not install it"; fi
mkdir -p "$work"
export ZIG_GLOBAL_CACHE_DIR=$PWD/$work/zig ZIG_LOCAL_CACHE_DIR=$PWD/$work/zig
cmake --preset "$preset" > /dev/null
copy_headers
write_prefix
for target in "${targets[@]}"; do write_options "$target"; done
{
  echo "builddir = $work"
  for target in "${targets[@]}"; do build_rules "$target"; done
} > "$work/build.ninja"
ninja --quiet -f "$work/build.ninja" -j "$(nproc)" -k 0
printf 'all sources compiled for %s in %d:%02d min\n' "${targets[*]}" "$((SECONDS / 60))" "$((SECONDS % 60))"
