#!/usr/bin/env bash
# Sends a batch on this machine only, from the source to the storage: with a local GitHub and the real
# sender, receiver and git. At the end, what is stored is restored and compared with its source.
#
#   scripts/demo.sh [--keep] [FOLDER]
#
#   FOLDER   the folder to send (default: example_data)
#   --keep   keep the working directory, with the repository and all logs, and print its path
#
# It writes only to build/, and leaves a page about what is stored there: demo-page.html. HEALTHMETRIC_BUILD=DIR
# uses the programs built in DIR.
set -euo pipefail

# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
top=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/..")
keep=no
folders=()
for argument in "$@"; do
  case $argument in
    --keep) keep=yes ;;
    -*) refuse "unknown option '$argument'" ;;
    *) folders+=("$argument") ;;
  esac
done
if ((${#folders[@]} > 1)); then
  refuse "expected one folder, not ${#folders[@]}"
fi
folder=${folders[0]:-$top/example_data}
if [[ ! -d $folder ]]; then refuse "there is no folder '$folder'"; fi
folder=$(realpath -- "$folder")

repository=demo/health
token=demo-token
built_before=${HEALTHMETRIC_BUILD-}
unset HEALTHMETRIC_BUILD # to the programs it would be a misspelt option
build=${built_before:-$top/build/demo}
receiver=$build/receiver/healthmetric-receiver
sender=$build/sender/healthmetric-sender
shown_lines=60
mkdir -p "$top/build"
work=$(mktemp --directory "$top/build/demo-run.XXXXXX")
server_pid=

clean_up() {
  if [[ $server_pid ]]; then
    kill "$server_pid" 2> /dev/null || true
    wait "$server_pid" 2> /dev/null || true
  fi
  if [[ $keep == yes ]]; then
    echo "Everything is kept in $work"
  else
    rm -rf -- "$work"
  fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n> %s\n' "$*"; }

fail() {
  printf '\ndemo: %s\n' "$*" >&2
  exit 1
}

# Ninja's lines as one that counts, or where nobody looks, a line each tenth of the way.
show_progress() {
  local percent rest tenth=-1
  while read -r percent rest; do
    printf '%s %s\n' "$percent" "$rest" >> "$work/build.log"
    if ! [[ $percent =~ ^[0-9]+%$ ]]; then continue; fi
    if [[ -t 1 ]]; then
      printf '\r%4s built' "$percent"
    elif ((${percent%\%} / 10 > tenth)); then
      tenth=$((${percent%\%} / 10))
      printf '%4s built\n' "$percent"
    fi
  done
  if [[ -t 1 ]]; then printf '\n'; fi
}

build() {
  if [[ $built_before ]]; then return; fi
  say "Building both programs (a minute or two, the first time)"
  if ! (cd -- "$top" && cmake --preset demo > "$work/build.log" 2>&1 &&
    NINJA_STATUS='%p ' cmake --build --preset demo 2>&1 | show_progress); then
    cat "$work/build.log" >&2
    fail "the build failed"
  fi
}

# Sets server_pid and url. The server says where it listens; its next words go to a log.
start_github() {
  local runner words line
  runner=$(jq --null-input --raw-output '$ARGS.positional | @sh' \
    --args "$top/scripts/receive-locally.sh" "$receiver" "$work")
  mkfifo "$work/words"
  PYTHONPATH=$top/tests PYTHONDONTWRITEBYTECODE=1 python3 -m github_server \
    --root "$work/github" --create "$repository" --token "$token:contents=write" \
    --on-dispatch "$runner" > "$work/words" 2>&1 &
  server_pid=$!
  exec {words}< "$work/words"
  while IFS= read -r -t 20 -u "$words" line; do
    printf '%s\n' "$line" >> "$work/github.log"
    if [[ $line == 'listening on '* ]]; then break; fi
  done
  cat <&"$words" >> "$work/github.log" &
  url=${line#listening on }
  if [[ $url != http://* ]]; then
    cat "$work/github.log" >&2
    fail "the local GitHub did not start"
  fi
}

# Sends; a folder with a file that cannot be sent is partly done (4), and goes on.
send() {
  send_status=0
  GH_TOKEN=$token XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config "$sender" \
    --folder "$folder" --batch-name demo --repo "$repository" --api-url "$url" \
    --trigger dispatch || send_status=$?
  if ((send_status != 0 && send_status != 4)); then exit "$send_status"; fi
}

wait_for_run() {
  curl --fail --silent --show-error --output /dev/null --data '{"timeout_s": 120}' \
    "$url/_control/wait_idle"
}

stored_git() { git -C "$work/github/$repository.git" -c core.quotePath=false "$@"; }

# A folder's content two columns to the right of its name.
as_tree() {
  stored_git ls-tree -r -t --format='%(path) %(objecttype)' main _storage/ |
    sed -e 's|[^/]*/|  |g' -e 's| tree$|/|' -e 's| blob$||'
}

first_lines() {
  awk -v most="$shown_lines" 'NR <= most; END { if (NR > most) print "... and " NR - most " more lines" }'
}

show() {
  say "The commits"
  stored_git log --reverse --format='%n%h %s' --stat=100 --stat-count=4 main
  say "The summary on the page of the run"
  PYTHONDONTWRITEBYTECODE=1 python3 "$top/scripts/markdown_as_text.py" < "$work/summary.md" | first_lines
  say "The contents of the repository"
  as_tree | first_lines
}

# It stays, for a browser.
make_page() {
  say "Making a page of what is stored"
  "$receiver" page --storage "$work/stored/_storage" --output "$top/build/demo-page.html"
}

tell_what_next() {
  say "Next, with data of your own"
  cat << END
See it stored on this machine:      $0 FOLDER
See it in a browser:                $top/build/demo-page.html
See what would be sent, and why:    ${sender#"$PWD/"} --folder FOLDER --dry-run
Send it to a repository of yours:   "Quick start with a real repository" in README.md
END
}

summary_of_the_batch() {
  local summary
  summary=$(stored_git ls-tree -r --name-only main _storage/summaries/)
  stored_git show "main:$summary" > "$work/summary.json"
  if [[ $(jq --raw-output .status "$work/summary.json") != stored ]]; then
    fail "the batch was not stored: $(jq .reason "$work/summary.json")"
  fi
}

# From a fresh clone. What was sent has to come back; what was skipped is only in the source.
restore_and_compare() {
  local count status=0 differences
  summary_of_the_batch
  count=$(jq '.files | length' "$work/summary.json")
  git -c core.autocrlf=false clone --quiet "$work/github/$repository.git" "$work/stored"
  say "Restoring it from a clone"
  "$receiver" restore --storage "$work/stored/_storage" --to "$work/restored"
  say "Asking whether everything in $folder is stored"
  XDG_STATE_HOME=$work/state "$receiver" compare "$folder" --storage "$work/stored/_storage" \
    --only '*+-!' --ignore-unconsidered || status=$?
  if ((status != send_status)); then fail "compare ended with $status"; fi
  differences=$(LC_ALL=C diff --recursive --no-dereference -- "$folder" "$work/restored" |
    grep --invert-match --fixed-strings "Only in $folder") || true
  if [[ $differences ]]; then fail "$differences"; fi
  if (($(find "$work/restored" -type f -printf . | wc --bytes) != count)); then
    fail "not all files were restored"
  fi
  say "Compared with their sources: $count of $count stored files are the same, byte for byte."
}

"$top/scripts/install-packages.sh" build demo
build
say "Starting a local GitHub with the repository $repository"
start_github
echo "$url"
say "Sending $folder"
send
say "Waiting for the run that the dispatch started"
wait_for_run
if [[ ! -e $work/summary.md ]]; then
  cat -- "$work"/github/.runs/*/output.log >&2
  fail "the run did not finish"
fi
show
restore_and_compare
make_page
tell_what_next
