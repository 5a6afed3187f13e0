#!/usr/bin/env bash
# Takes a program from the release of this version, if that was made of the sources that $KEY names,
# and says origin=release. Where there is no such release, or it may not be read, or does not run
# here, that is no failure: the program can be built.
#
#   take-release.sh PROGRAM
set -euo pipefail

program=$1
repository=${REPOSITORY:?}
source=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../../..")
room=$(mktemp --directory --tmpdir="${RUNNER_TEMP:?}")
trap 'rm -rf -- "$room"' EXIT

go_without() {
  echo "No release is taken: $*" >&2
  exit 0
}

# The token goes to the server itself alone: a release may keep its files elsewhere.
authorization() {
  if [[ $1 == "${GITHUB_API_URL:?}"/* || $1 == "${GITHUB_SERVER_URL:?}"/* ]]; then
    printf 'Authorization: Bearer %s\n' "${GH_TOKEN:?}"
  fi
}

# download URL FILE TYPE: not from a connection on which nothing moves for a minute, and not for
# longer than ten.
download() {
  authorization "$1" | curl --silent --show-error --fail --location --proto '=https,http' \
    --connect-timeout 30 --speed-limit 1 --speed-time "${GIT_HTTP_LOW_SPEED_TIME:-60}" --max-time 600 \
    --header @- --header "Accept: $3" --output "$room/$2" -- "$1"
}

# An asset of GitHub's is read through the API, which takes the token for a private repository, too.
# Gitea and Forgejo have one address for browser and token.
fetch() {
  local url
  url=$(jq --raw-output --arg name "$1" \
    '.assets[] | select(.name == $name) | .url // .browser_download_url' "$room/release.json")
  [[ $url ]] && download "$url" "$1" application/octet-stream
}

for needed in curl jq; do
  command -v "$needed" > /dev/null || go_without "there is no $needed here"
done
version=$(sed -n 's/^project(healthmetric VERSION \([0-9.]*\) .*/\1/p' "$source/CMakeLists.txt")
asset=healthmetric-$version-linux-$(uname -m).tar.gz
sources=${program#healthmetric-}-sources.txt

download "$GITHUB_API_URL/repos/$repository/releases/tags/v$version" release.json application/json ||
  go_without "there is none of v$version in $repository"
fetch "$sources" || go_without "it does not say what $program was made of"
if [[ $(< "$room/$sources") != "${KEY##*-}" ]]; then
  go_without "v$version was made of other sources than these"
fi
fetch SHA256SUMS || go_without "it has no SHA256SUMS"
fetch "$asset" || go_without "it has no $asset"
(cd -- "$room" && sha256sum --check --strict --ignore-missing SHA256SUMS) >&2 ||
  go_without "$asset is damaged"
grep --quiet --fixed-strings "  $asset" "$room/SHA256SUMS" ||
  go_without "no digest of $asset is published"

mkdir -- "$room/unpacked"
tar --extract --gzip --file "$room/$asset" --directory "$room/unpacked" --strip-components=1
"$room/unpacked/bin/$program" --version >&2 || go_without "it does not run here"
mkdir -p -- ~/.cache/"$KEY"
cp --recursive --remove-destination -- "$room/unpacked/." ~/.cache/"$KEY"
echo "origin=release"
