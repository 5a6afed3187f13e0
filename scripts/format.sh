#!/usr/bin/env bash
# Formats the C++ sources with clang-format. With --check it changes nothing, and fails if a file would
# change.
#
#   scripts/format.sh [--check]
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

action=(-i)
for word in "$@"; do
  if [[ $word != --check ]]; then refuse "unknown option '$word'"; fi
  action=(--dry-run -Werror)
done

git ls-files -z --cached --others --exclude-standard --deduplicate -- '*.cpp' '*.hpp' |
  xargs --null --no-run-if-empty clang-format "${action[@]}"
