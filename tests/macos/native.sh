#!/usr/bin/env bash
# Runs programs built for macOS on a Mac: --version and --help; a folder is packed with --output, the receiver stores it,
# verifies and restores it, and what comes back is compared. Nothing is sent, and no network is needed.
#
#   tests/macos/native.sh SENDER RECEIVER
set -euo pipefail

if (($# != 2)); then
  echo "usage: ${0##*/} SENDER RECEIVER" >&2
  exit 2
fi
sender=$(cd -- "${1%/*}" && pwd)/${1##*/}
receiver=$(cd -- "${2%/*}" && pwd)/${2##*/}

work=$(mktemp -d "${TMPDIR:-/tmp}/healthmetric-native.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
# Nothing of this user's is read or changed.
export HOME=$work/home
mkdir "$HOME"
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME

"$sender" --version
"$receiver" --version
"$sender" --help > /dev/null
"$receiver" --help > /dev/null

# Names that are composed and not, an empty file, one that takes several reads, one that is executable.
data=$work/data
mkdir -p "$data/one/two"
printf 'steps 12345\n' > "$data/one/plain.txt"
printf 'x' > "$data/one/two/$(printf 'gr\303\274n').txt"
: > "$data/empty.bin"
dd if=/dev/urandom of="$data/one/large.bin" bs=65536 count=40 2> /dev/null
printf '#!/bin/sh\n' > "$data/run.sh"
chmod +x "$data/run.sh"

mkdir "$work/carried"
cd "$work/carried"
"$sender" --folder "$data" --all-types --batch-name native --producer mac --output .
"$receiver"
"$receiver" verify
"$receiver" list
"$receiver" restore --to "$work/restored"
"$receiver" compare --all-types "$data"
diff -r "$data" "$work/restored"
echo "what was restored is what was packed"
