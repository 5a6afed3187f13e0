#!/usr/bin/env bash
# Lays out the C++ sources by .clang-format. With --check it changes nothing, and fails where it
# would.
#
#   scripts/format.sh [--check]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

action=(-i)
case ${1-} in
  '') ;;
  --check) action=(--dry-run -Werror) ;;
  *)
    echo "usage: scripts/format.sh [--check]" >&2
    exit 2
    ;;
esac

git ls-files -z --cached --others --exclude-standard --deduplicate -- '*.cpp' '*.hpp' |
  xargs --null --no-run-if-empty clang-format "${action[@]}"
