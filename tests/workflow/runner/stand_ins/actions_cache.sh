#!/usr/bin/env bash
# Stands in for actions/cache, with one path: restores; actions_cache.post.sh saves.
set -euo pipefail

kept=$STAND_IN_STORE/cache/$(sha256sum <<< "$GITHUB_REPOSITORY ${INPUT_KEY:?}" | cut -c1-64)
if [[ -d $kept ]]; then
  mkdir -p -- "${INPUT_PATH:?}"
  cp -a -- "$kept/." "$INPUT_PATH"
  echo "cache-hit=true" >> "$GITHUB_OUTPUT"
fi
