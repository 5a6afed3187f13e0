#!/usr/bin/env bash
# Checks the sources: scripts/include_map.py the includes, clang-tidy the programs, shellcheck the shell
# scripts, scripts/lint-workflows.sh the workflows, and scripts/lint-portability.sh that the programs compile
# for other systems.
#
#   scripts/lint.sh [PRESET]     the preset with the compile commands (default: release)
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

preset=
use_preset "$@"

/usr/bin/python3 scripts/include_map.py > /dev/null

# Scripts are known by their first line; not all have an extension. One to be sourced has only that.
shell_scripts() {
  local file first
  git ls-files -z --cached --others --exclude-standard --deduplicate -- \
    ':(exclude)_storage' ':(exclude)example_data' |
    while IFS= read -r -d '' file; do
      first=
      if [[ -f $file ]]; then IFS= read -r first < "$file" || true; fi
      if [[ $file == *.sh || $first =~ ^#!.*[/\ ](ba)?sh($|\ ) ]]; then printf '%s\0' "$file"; fi
    done
}

shell_scripts | xargs --null --no-run-if-empty shellcheck
scripts/lint-workflows.sh
scripts/lint-portability.sh "$preset"

cmake --preset "$preset" > /dev/null
# The compile commands are written for GCC and name warnings that Clang does not know.
options=(-quiet -extra-arg=-Wno-unknown-warning-option -p "build/$preset")
if command -v run-clang-tidy > /dev/null; then
  run-clang-tidy "${options[@]}" -j "$(nproc)" "^$PWD/(common|sender|receiver|docs/reference)/"
else
  jq --raw-output --arg folder "$PWD/" '.[].file | select(ltrimstr($folder) | test("^(common|sender|receiver|docs/reference)/"))' \
    "build/$preset/compile_commands.json" |
    xargs --delimiter='\n' --max-args=1 --max-procs="$(nproc)" clang-tidy "${options[@]}"
fi
