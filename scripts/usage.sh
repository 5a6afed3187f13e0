# shellcheck shell=bash
# Sourced by the other scripts: the comment at the top of a script is its help.

# help_if_asked WORDS...: prints the help and exits if one of the words is -h or --help.
help_if_asked() {
  local word
  for word in "$@"; do
    if [[ $word == -h || $word == --help ]]; then
      sed -n '2,/^[^#]/s/^#$//p; 2,/^[^#]/s/^# //p' -- "$0"
      exit
    fi
  done
}

# use_preset [PRESET]: sets `preset`, by default to release.
use_preset() {
  if (($# > 1)); then refuse "expected one preset, not $#"; fi
  preset=${1:-release}
  if ! [[ $preset =~ ^[a-z]+$ ]]; then refuse "invalid preset '$preset'"; fi
}

# refuse MESSAGE: exits because of an invalid command line.
refuse() {
  echo "${0##*/}: $1 (see --help)" >&2
  exit 2
}
