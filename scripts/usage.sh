# shellcheck shell=bash
# For the other scripts to source: the comment at the head of a script is its help.

# help_if_asked WORDS...: shows the help and ends, where one of the words asks for it.
help_if_asked() {
  local word
  for word in "$@"; do
    if [[ $word == -h || $word == --help ]]; then
      sed -n '2,/^[^#]/s/^#$//p; 2,/^[^#]/s/^# //p' -- "$0"
      exit
    fi
  done
}

# refuse WHAT: for words that cannot be meant.
refuse() {
  echo "${0##*/}: $1 (--help tells how to use it)" >&2
  exit 2
}
