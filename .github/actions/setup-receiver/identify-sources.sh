#!/usr/bin/env bash
# Says what the receiver is made of and where it would run: digest=… and system=…
#
# The digest names the sources themselves, not a version or a commit: whoever pins this action by
# any commit gets a receiver that was made of just these sources.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.."

digest=$(find CMakeLists.txt CMakePresets.json cmake common receiver -type f -print0 |
  LC_ALL=C sort --zero-terminated | xargs --null sha256sum | sha256sum)
# shellcheck source=/dev/null
system=$(. /etc/os-release && printf '%s' "$ID${VERSION_ID-}")
echo "digest=${digest%% *}"
echo "system=$system-$(uname -m)"
