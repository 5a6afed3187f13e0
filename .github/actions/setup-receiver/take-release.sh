#!/usr/bin/env bash
# Takes the receiver from the release of this version, if that was made of the sources that $DIGEST
# names, and says origin=release. Where there is no such release, or it may not be read, or does not
# run here, that is no failure: the receiver can be built.
set -euo pipefail

source=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../../..")
target=${RUNNER_TEMP:?}/healthmetric
download=$(mktemp --directory)
trap 'rm -rf -- "$download"' EXIT

# gh takes the one variable for github.com, the other for every other host.
export GH_ENTERPRISE_TOKEN=${GH_TOKEN:?} GH_HOST=${GITHUB_SERVER_URL#*://}

go_without() {
  echo "No release is taken: $*" >&2
  rm -rf -- "$target"
  exit 0
}

fetch() {
  local url
  url=$(jq --raw-output --arg name "$1" '.assets[] | select(.name == $name) | .url' \
    "$download/release.json")
  [[ $url ]] && gh api --header 'Accept: application/octet-stream' "$url" > "$download/$1"
}

version=$(sed -n 's/^project(healthmetric VERSION \([0-9.]*\) .*/\1/p' "$source/CMakeLists.txt")
asset=healthmetric-$version-linux-$(uname -m).tar.gz
repository=${REPOSITORY:?}

gh api "$GITHUB_API_URL/repos/$repository/releases/tags/v$version" > "$download/release.json" ||
  go_without "there is none of v$version in $repository"
fetch receiver-sources.txt || go_without "it does not say what it was made of"
if [[ $(< "$download/receiver-sources.txt") != "${DIGEST:?}" ]]; then
  go_without "v$version was made of other sources than these"
fi
fetch SHA256SUMS || go_without "it has no SHA256SUMS"
fetch "$asset" || go_without "it has no $asset"
(cd -- "$download" && sha256sum --check --strict --ignore-missing SHA256SUMS) >&2 ||
  go_without "$asset is damaged"
grep --quiet --fixed-strings "  $asset" "$download/SHA256SUMS" ||
  go_without "no digest of $asset is published"

mkdir -p -- "$target"
tar --extract --gzip --file "$download/$asset" --directory "$target" --strip-components=1
"$target/bin/healthmetric-receiver" --version >&2 || go_without "it does not run here"
echo "origin=release"
