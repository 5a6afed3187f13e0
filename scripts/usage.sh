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

# refuse MESSAGE: exits because of an invalid command line.
refuse() {
  echo "${0##*/}: $1 (see --help)" >&2
  exit 2
}
