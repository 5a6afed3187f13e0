#!/usr/bin/env bash
# Builds the fuzz targets and runs them, two at a time, from the seeds in tests/fuzz/corpus and from
# what earlier runs found in build/fuzz/corpus. Findings are kept in build/fuzz/findings.
#
#   scripts/fuzz.sh [--seconds N] [TARGET]...     N for each target (default 10); default: all targets
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

seconds=10
all_targets=(tests/fuzz/*_fuzz.cpp)
all_targets=("${all_targets[@]#tests/fuzz/}")
all_targets=("${all_targets[@]%_fuzz.cpp}")
targets=()
while (($# > 0)); do
  case $1 in
    --seconds)
      if ! [[ ${2-} =~ ^[1-9][0-9]{0,5}$ ]]; then refuse "--seconds requires a whole number from 1 to 999999"; fi
      seconds=$2
      shift
      ;;
    -*) refuse "unknown option '$1'" ;;
    *)
      if [[ " ${all_targets[*]} " != *" $1 "* ]]; then refuse "unknown target '$1': expected ${all_targets[*]}"; fi
      targets+=("$1")
      ;;
  esac
  shift
done
if ((${#targets[@]} == 0)); then targets=("${all_targets[@]}"); fi

scripts/install-packages.sh build fuzz
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz

export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
mkdir -p build/fuzz/findings

fuzz() {
  local target=$1 seconds=$2 options=(-max_len=8192 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1)
  local corpora=("build/fuzz/corpus/$target" "tests/fuzz/corpus/$target") log=build/fuzz/$target.log
  mkdir -p "${corpora[0]}"
  case $target in
    payload_reader) options+=(-dict=tests/fuzz/payload.dict) ;;
    summary) options+=(-dict=tests/fuzz/summary.dict) ;;
    # What the receiver says of bad payloads is no news here; findings go past it.
    unpack)
      options+=(-dict=tests/fuzz/payload.dict -close_fd_mask=2)
      corpora+=(tests/fuzz/corpus/payload_reader)
      ;;
  esac
  if "build/fuzz/tests/fuzz/${target}_fuzz" "${options[@]}" -max_total_time="$seconds" \
    -artifact_prefix="build/fuzz/findings/$target-" "${corpora[@]}" > "$log" 2>&1; then
    printf '%s: %s runs, no finding\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    tail --lines=60 "$log"
    printf '%s: a finding, see build/fuzz/findings\n' "$target"
    return 1
  fi
}
export -f fuzz

# The unpacked trees are small and many: memory keeps the disk out of it, where there is some.
if [[ -d /dev/shm && -w /dev/shm ]]; then export TMPDIR=/dev/shm; fi
printf '%s\0' "${targets[@]}" |
  xargs --null --max-args=1 --max-procs=2 bash -c "fuzz \"\$1\" \"\$0\"" "$seconds"
