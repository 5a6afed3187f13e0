#!/usr/bin/env bash
# Installs the packages of the groups given (build, demo, test, bench, lint, windows, macos, fuzz, data;
# default: build) if they are missing. Prints a line for each step, apt's output only if it fails, and
# nothing if no package is missing. A package with a question mark after its group may be missing in a
# distribution: a message says so, and the tests that need it are skipped.
#
#   scripts/install-packages.sh [GROUP]...
set -euo pipefail

# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
list=$(dirname -- "${BASH_SOURCE[0]}")/packages.txt

packages_of() {
  local group package _ wanted
  while read -r group package _; do
    for wanted in "$@"; do
      if [[ ${group%\?} == "$wanted" ]]; then printf '%s\n' "$package"; fi
    done
  done < "$list"
}

is_group() { grep -q "^$1 " "$list"; }

may_lack() { grep -q "^[a-z]*? *$1 " "$list"; }

# available_of PACKAGES...: without those that may lack and that no list of apt's has.
available_of() {
  local package
  for package in "$@"; do
    if may_lack "$package" && [[ $(apt-cache policy "$package") != *'Candidate: '[0-9]* ]]; then
      echo "install-packages: this distribution does not package $package; tests that need it will be skipped" >&2
    else
      printf '%s\n' "$package"
    fi
  done
}

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

# What a person does instead, where this script cannot or may not.
tell_how() {
  echo "Run this as root, then try again:" >&2
  echo "  apt-get update && apt-get install --yes --no-install-recommends $*" >&2
}

as_root() {
  if ((EUID == 0)); then
    DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

# apt_get WHAT PACKAGES...: its many lines are kept until it fails. The lists and the packages make
# one story: what the first could not fetch explains what the second does not find.
apt_get() {
  # shellcheck disable=SC2024 # the log is the user's
  as_root apt-get --quiet --quiet -o Dpkg::Use-Pty=0 "$@" < /dev/null >> "$log" 2>&1
}

install_all() {
  local available
  log=$(mktemp -t install-packages.XXXXXX)
  trap 'rm -f -- "$log"' EXIT
  echo "Updating the lists of packages" >&2
  if apt_get update; then
    mapfile -t available <<< "$(available_of "$@")"
    echo "Installing ${available[*]}" >&2
    if apt_get install --yes --no-install-recommends "${available[@]}"; then return; fi
  fi
  cat -- "$log" >&2
  echo "install-packages: apt-get failed; its output is above" >&2
  tell_how "$@"
  exit 1
}

groups=("$@")
if ((${#groups[@]} == 0)); then groups=(build); fi
for group in "${groups[@]}"; do
  if ! [[ $group =~ ^[a-z]+$ ]] || ! is_group "$group"; then
    refuse "packages.txt has no group '$group'"
  fi
done

if ! command -v dpkg-query > /dev/null; then
  echo "install-packages: this is neither Debian nor Ubuntu: install the packages listed in packages.txt" >&2
  exit 1
fi
# No process substitution here: it needs /dev/fd, which a bare chroot does not have.
mapfile -t wanted <<< "$(packages_of "${groups[@]}")"
missing=$(missing_of "${wanted[@]}")
if [[ -z $missing ]]; then exit 0; fi
mapfile -t missing_packages <<< "$missing"

if ((EUID != 0)) && ! command -v sudo > /dev/null; then
  echo "install-packages: must be run as root, as sudo is not installed" >&2
  tell_how "${missing_packages[@]}"
  exit 1
fi
install_all "${missing_packages[@]}"
