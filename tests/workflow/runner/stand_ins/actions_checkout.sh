#!/usr/bin/env bash
# Stands in for actions/checkout: the same git commands, as far as our workflows use its inputs.
set -euo pipefail

url=${HEALTHMETRIC_REPO_URL:?}
ref=${INPUT_REF:-$GITHUB_REF}
branch=${ref#refs/heads/}
credentials=$(sed -n 's,^[a-z]*://\(.*\)@.*,\1,p' <<< "$url" | tr -d '\n' | base64 --wrap=0)

git init --quiet --initial-branch=main .
git remote add origin "${url/"://"*@/"://"}"
git config --local gc.auto 0
git config --local "http.$GITHUB_SERVER_URL/.extraheader" "AUTHORIZATION: basic $credentials"

options=(--no-tags --prune --no-recurse-submodules --depth="${INPUT_FETCH_DEPTH:-1}")
if [[ ${INPUT_FILTER-} ]]; then options+=(--filter="$INPUT_FILTER"); fi
git -c protocol.version=2 fetch --quiet "${options[@]}" origin \
  "+refs/heads/$branch:refs/remotes/origin/$branch"

if [[ ${INPUT_SPARSE_CHECKOUT-} ]]; then
  mapfile -t folders <<< "${INPUT_SPARSE_CHECKOUT%$'\n'}"
  git sparse-checkout set "${folders[@]}"
fi
git checkout --quiet --force -B "$branch" "refs/remotes/origin/$branch"
if [[ ${INPUT_PERSIST_CREDENTIALS:-true} != true ]]; then
  git config --local --unset "http.$GITHUB_SERVER_URL/.extraheader"
fi
