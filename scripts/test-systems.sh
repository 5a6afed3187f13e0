#!/usr/bin/env bash
# Runs the README's two set-up commands, ./scripts/demo.sh and ./scripts/test.sh, each in a new clone on a
# new system, as on a machine without the dependencies. Prints the time and the counts of each, and keeps
# the whole output in build/systems/.
#
#   scripts/test-systems.sh [SYSTEM]...     debian:12, debian:13 (default: both)
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

systems=("$@")
for system in "$@"; do
  if ! [[ $system =~ ^debian:(12|13)$ ]]; then refuse "invalid system '$system': expected debian:12 or debian:13"; fi
done
if ((${#systems[@]} == 0)); then systems=(debian:12 debian:13); fi
logs=build/systems
mkdir -p "$logs"
failed=0

# try SYSTEM COMMAND: a line that says how it went. A trial that failed shows the end of its log.
try() {
  local system=$1 command=$2 log verdict=passed
  log=$logs/${system/:/-}-$(basename "$command" .sh).log
  SECONDS=0
  if ! scripts/fresh-root.sh "$system" "$command" > "$log" 2>&1; then
    verdict=FAILED failed=1
    tail --lines=60 "$log"
  fi
  printf '%-10s %-20s %s in %d:%02d min, all downloads and the system itself among it\n' "$system" "$command" \
    "$verdict" "$((SECONDS / 60))" "$((SECONDS % 60))"
  sed -n 's/^\(skipped: .*\|[0-9]* passed, .*\|[0-9]* more tests\{0,1\} .*\|.* files are the same, .*\)$/    \1/p' "$log"
}

for system in "${systems[@]}"; do
  try "$system" ./scripts/demo.sh
  try "$system" ./scripts/test.sh
done
exit "$failed"
