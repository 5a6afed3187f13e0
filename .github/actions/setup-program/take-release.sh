#!/usr/bin/env bash
# Installs a program from the release of this version, if that was built from the sources that $KEY names,
# and prints origin=release. If there is no such release, or it cannot be read or does not run here, it
# exits with 0: the program can be built instead.
#
#   take-release.sh PROGRAM
set -euo pipefail

program=$1
source=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../../..")
room=$(mktemp --directory --tmpdir="${RUNNER_TEMP:?}")
trap 'rm -rf -- "$room"' EXIT

go_without() {
  echo "Not using a release: $*" >&2
  exit 0
}

# The token is only sent to the server itself; the files of a release may be on another host.
authorization() {
  if [[ $1 == "${GITHUB_API_URL:?}"/* || $1 == "${GITHUB_SERVER_URL:?}"/* ]]; then
    printf 'Authorization: Bearer %s\n' "${GH_TOKEN:?}"
  fi
}

# download URL FILE TYPE: gives up after a minute without data, and after ten minutes in any case.
download() {
  authorization "$1" | curl --silent --show-error --fail --location --proto '=https,http' \
    --connect-timeout 30 --speed-limit 1 --speed-time "${GIT_HTTP_LOW_SPEED_TIME:-60}" --max-time 600 \
    --header @- --header "Accept: $3" --output "$room/$2" -- "$1"
}

# On GitHub, assets are read through the API, which also accepts the token for a private repository.
# Gitea and Forgejo use the address for browsers.
fetch() {
  local url
  url=$(jq --raw-output --arg name "$1" \
    '.assets[] | select(.name == $name) | .url // .browser_download_url' "$room/release.json")
  [[ $url ]] && download "$url" "$1" application/octet-stream
}

# GitHub does not name the repository of an action that is in the workflow's own checkout. In any other case
# the workflow's repository is not asked: whoever may write there can publish releases, too.
repository=${REPOSITORY-}
if [[ ! $repository && ${GITHUB_WORKSPACE-} && $source/ == "$(realpath -- "$GITHUB_WORKSPACE")"/* ]]; then
  repository=${GITHUB_REPOSITORY:?}
fi
[[ $repository ]] || go_without "the repository of this action is not known"

for needed in curl jq; do
  command -v "$needed" > /dev/null || go_without "$needed is not installed"
done
version=$(sed -n 's/^project(healthmetric VERSION \([0-9.]*\) .*/\1/p' "$source/CMakeLists.txt")
asset=healthmetric-$version-linux-$(uname -m).tar.gz
sources=${program#healthmetric-}-sources.txt

download "$GITHUB_API_URL/repos/$repository/releases/tags/v$version" release.json application/json ||
  go_without "$repository has no release v$version"
fetch "$sources" || go_without "cannot read its $sources"
if [[ $(< "$room/$sources") != "${KEY##*-}" ]]; then
  go_without "v$version was built from other sources"
fi
fetch SHA256SUMS || go_without "cannot read its SHA256SUMS"
fetch "$asset" || go_without "cannot read its $asset"
(cd -- "$room" && sha256sum --check --strict --ignore-missing SHA256SUMS) >&2 ||
  go_without "$asset is damaged"
grep --quiet --fixed-strings "  $asset" "$room/SHA256SUMS" ||
  go_without "SHA256SUMS does not list $asset"

mkdir -- "$room/unpacked"
tar --extract --gzip --file "$room/$asset" --directory "$room/unpacked" --strip-components=1
"$room/unpacked/bin/$program" --version >&2 || go_without "it does not run here"
mkdir -p -- ~/.cache/"$KEY"
cp --recursive --remove-destination -- "$room/unpacked/." ~/.cache/"$KEY"
echo "origin=release"
