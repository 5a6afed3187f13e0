#!/usr/bin/env bash
# Does the work of the data-receiver workflow on this machine: clone, receive, commit, push. The local
# GitHub calls it as its runner, with the variables that Actions would set.
#
#   scripts/receive-locally.sh RECEIVER WORK-DIRECTORY [OPTION]...
#
# WORK-DIRECTORY then has the clone, with receiver.log in it, and summary.md. It can be used again. Options,
# such as --retry-rejected, are those of receive_and_commit.py.
set -euo pipefail

# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
if (($# < 2)); then refuse "expected the receiver program and a working directory"; fi
receiver=$(realpath -- "$1")
work=$(realpath -- "$2")
shift 2
source=${GITHUB_REPO_DIR:?"set it to the bare repository"}
scripts=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../.github/scripts")

# A batch for the default branch names none.
branch=
inbox=
if [[ -r ${GITHUB_EVENT_PATH-} ]]; then
  branch=$(jq --raw-output '.client_payload.ref // .ref // ""' "$GITHUB_EVENT_PATH")
  inbox=$(jq --raw-output '.client_payload.inbox // ""' "$GITHUB_EVENT_PATH")
fi
inbox=${inbox:-${HEALTHMETRIC_INBOX_BRANCH-}}
branch=${branch#refs/heads/}
branch=${branch:-$(git -C "$source" symbolic-ref --short HEAD)}

# A clone that was broken off is none, so it gets its name when it is whole.
if [[ ! -d $work/clone ]]; then
  rm -rf -- "$work/clone.new"
  git clone --quiet --no-checkout -- "$source" "$work/clone.new"
  mv -T -- "$work/clone.new" "$work/clone"
fi
cd -- "$work/clone"
exec "$scripts/receive_and_commit.py" --receiver "$receiver" --branch="$branch" \
  ${inbox:+"--inbox-branch=$inbox"} --summary-markdown "$work/summary.md" "$@"
