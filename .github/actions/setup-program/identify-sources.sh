#!/usr/bin/env bash
# Prints the digest of a program's sources, digest=…, and the key for the cache, key=…: the program's name,
# the system, and the digest. The program is kept in ~/.cache/KEY: actions/cache only restores files to the
# path that they were saved from, and a runner's temporary folder may have another name in each job.
#
# The digest identifies the sources themselves, not a version or a commit: an action that is pinned to any
# commit gets a program built from exactly the sources of that commit.
#
#   identify-sources.sh PROGRAM
set -euo pipefail
program=$1
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.."

digest=$(find CMakeLists.txt CMakePresets.json cmake common "${program#healthmetric-}" -type f -print0 |
  LC_ALL=C sort --zero-terminated | xargs --null sha256sum | sha256sum)
digest=${digest%% *}
# shellcheck source=/dev/null
system=$(. /etc/os-release && printf '%s' "$ID${VERSION_ID-}")
echo "digest=$digest"
echo "key=$program-$system-$(uname -m)-$digest"
