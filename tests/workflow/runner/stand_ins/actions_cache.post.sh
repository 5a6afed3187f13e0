#!/usr/bin/env bash
# What actions/cache does when the job has succeeded. A key is written once.
set -euo pipefail

kept=$STAND_IN_STORE/cache/$(sha256sum <<< "$GITHUB_REPOSITORY ${INPUT_KEY:?}" | cut -c1-64)
if [[ ! -d $kept ]]; then
  mkdir -p -- "$STAND_IN_STORE/cache"
  cp -a -- "${INPUT_PATH:?}" "$kept"
fi
