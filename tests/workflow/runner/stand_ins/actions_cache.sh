#!/usr/bin/env bash
# Stands in for actions/cache, with one path: restores; actions_cache.post.sh saves. As with the real
# one, an entry is known by its key and by the path as it was written, and "~" is the home folder.
set -euo pipefail

entry="$GITHUB_REPOSITORY ${INPUT_KEY:?} ${INPUT_PATH:?}"
kept=$STAND_IN_STORE/cache/$(sha256sum <<< "$entry" | cut -c1-64)
path=${INPUT_PATH/#\~/$HOME}
if [[ -d $kept ]]; then
  mkdir -p -- "$path"
  cp -a -- "$kept/." "$path"
  echo "cache-hit=true" >> "$GITHUB_OUTPUT"
fi
