#!/usr/bin/env bash
# Says what a program is made of, digest=…, and by which key a cache keeps it, key=…: its name, where
# it runs, and the digest. It is kept from ~/.cache/KEY: actions/cache gives back only what was kept
# from the same path, and a runner's temporary folder may have another name in each job.
#
# The digest names the sources themselves, not a version or a commit: whoever pins an action by any
# commit gets a program that was made of just these sources.
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
