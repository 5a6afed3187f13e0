#!/usr/bin/env bash
# Installs the packages of the groups given (build, test, bench, lint, fuzz, data; default: build) as
# far as they are missing. Silent and quick when none is.
#
#   scripts/install-packages.sh [GROUP]...
set -euo pipefail

list=$(dirname -- "${BASH_SOURCE[0]}")/packages.txt

packages_of() {
  local group package _ wanted
  while read -r group package _; do
    for wanted in "$@"; do
      if [[ $group == "$wanted" ]]; then printf '%s\n' "$package"; fi
    done
  done < "$list"
}

is_group() { grep -q "^$1 " "$list"; }

missing_of() {
  local installed package
  # dpkg-query fails as soon as one package is unknown; the others are listed all the same.
  installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" \
    2> /dev/null) || true
  installed=$'\n'$(sed -n 's/^installed //p' <<< "$installed")$'\n'
  for package in "$@"; do
    if [[ $installed != *$'\n'"$package"$'\n'* ]]; then printf '%s\n' "$package"; fi
  done
}

as_root() {
  if ((EUID == 0)); then
    DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo > /dev/null; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    echo "install-packages: only root can install them, and there is no sudo" >&2
    exit 1
  fi
}

groups=("$@")
if ((${#groups[@]} == 0)); then groups=(build); fi
for group in "${groups[@]}"; do
  if ! [[ $group =~ ^[a-z]+$ ]] || ! is_group "$group"; then
    echo "install-packages: there is no group '$group' in packages.txt" >&2
    exit 2
  fi
done

if ! command -v dpkg-query > /dev/null; then
  echo "install-packages: this is neither Debian nor Ubuntu; packages.txt says what is needed" >&2
  exit 1
fi
# No process substitution here: it needs /dev/fd, which a bare chroot does not have.
mapfile -t wanted <<< "$(packages_of "${groups[@]}")"
missing=$(missing_of "${wanted[@]}")
if [[ -z $missing ]]; then exit 0; fi
mapfile -t missing_packages <<< "$missing"

echo "Installing ${missing_packages[*]}" >&2
as_root apt-get update --quiet --quiet
as_root apt-get install --quiet --quiet --yes --no-install-recommends "${missing_packages[@]}" \
  < /dev/null >&2
