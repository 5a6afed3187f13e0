#!/usr/bin/env bash
# Runs a command in a new clone of this checkout's last commit, in the root file system of a Debian made for
# this run, so that missing dependencies are noticed. Requires root, debootstrap and Linux namespaces.
#
#   scripts/fresh-root.sh debian:12|debian:13 COMMAND...
#
# The root is entered with pivot_root in new mount and PID namespaces; when their first process ends, all
# others end. It shares the kernel, the devices and the network with this machine, and the settings by which
# apt, pip and npm find their packages. Downloads are kept in HEALTHMETRIC_DOWNLOADS (default:
# ~/.cache/healthmetric-downloads).
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "${@:1:1}"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

clone=/srv/healthmetric
shm_size=8g # the benchmark's folders

case ${1-} in
  debian:12) suite=bookworm ;;
  debian:13) suite=trixie ;;
  '') refuse "name a system, debian:12 or debian:13, and a command" ;;
  *) refuse "invalid system '$1': expected debian:12 or debian:13" ;;
esac
shift
if (($# == 0)); then refuse "name a command to run there"; fi
if ((EUID != 0)); then
  echo "fresh-root: must be run as root" >&2
  exit 1
fi
if ! command -v debootstrap > /dev/null; then
  echo "fresh-root: debootstrap is missing: ./scripts/install-packages.sh test" >&2
  exit 1
fi

downloads=${HEALTHMETRIC_DOWNLOADS:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/healthmetric-downloads}
mkdir -p "$downloads/$suite" "$downloads/pip" "$downloads/npm"
root=$(mktemp --directory "${TMPDIR:-/var/tmp}/healthmetric-root.XXXXXX")
chmod 755 "$root" # apt fetches as a user of its own

# Loop devices outlive the processes that made them. This root's are those whose file lies in it.
detach_loop_devices() {
  local device inode
  while read -r device inode; do
    if [[ $inode && $(find "$root" -xdev -inum "$inode" -print -quit) ]]; then losetup --detach "$device" || true; fi
  done <<< "$(losetup --list --noheadings --output NAME,BACK-INO)"
}

# The mounts were the namespace's, and are gone with it.
clean_up() {
  detach_loop_devices
  cp --link --no-clobber -- "$root"/var/cache/apt/archives/*.deb "$downloads/$suite" 2> /dev/null || true
  rm -rf --one-file-system -- "$root"
}
trap clean_up EXIT

# archive PATTERN: where this machine takes Debian's packages from; nothing where it is no Debian.
archive() {
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2> /dev/null |
    sed -n "s/^Debian $1 //p" | head --lines=1
}

write_sources() {
  local mirror=$1 security=$2 sources=$root/etc/apt/sources.list
  if [[ $mirror ]]; then
    printf 'deb %s %s main\n' "$mirror" "$suite" "$mirror" "$suite-updates" > "$sources"
  fi
  if [[ $security ]]; then printf 'deb %s %s-security main\n' "$security" "$suite" >> "$sources"; fi
}

# How this machine reaches packages: proxies, certificates, and options of pip and npm.
copy_configuration() {
  local file
  apt-config dump | grep -E '^Acquire::(https?|Retries)' > "$root/etc/apt/apt.conf.d/50-of-the-machine" || true
  cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
  printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' > "$root/etc/hosts"
  cp --recursive /usr/local/share/ca-certificates "$root/usr/local/share/" 2> /dev/null || true
  # A temporary folder of this machine is not there.
  if ! env --unset=TMPDIR chroot "$root" update-ca-certificates > "$root.log" 2>&1; then
    cat "$root.log" >&2
    rm -f "$root.log"
    echo "fresh-root: update-ca-certificates failed; its output is above" >&2
    exit 1
  fi
  rm -f "$root.log"
  for file in /etc/pip.conf /root/.config/pip/pip.conf /root/.npmrc; do
    if [[ -f $file ]]; then install -D -m 600 "$file" "$root$file"; fi
  done
}

make_root() {
  local mirror security log=$root.log
  mirror=$(archive '[a-z]*')
  security=$(archive '[a-z]*-security')
  if ! debootstrap --variant=minbase --include=ca-certificates,git --cache-dir="$downloads/$suite" \
    "$suite" "$root" ${mirror:+"$mirror"} > "$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "fresh-root: debootstrap failed; its output is above" >&2
    exit 1
  fi
  rm -f "$log"
  write_sources "$mirror" "$security"
  copy_configuration
  # It is removed after the run, so nothing needs to be synced to the disk.
  echo force-unsafe-io > "$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
  cp --link --no-clobber -- "$downloads/$suite"/*.deb "$root/var/cache/apt/archives/" 2> /dev/null || true
  mkdir -p "$root/var/cache/pip" "$root/var/cache/npm"
  git clone --quiet --no-hardlinks "file://$PWD" "$root$clone"
}

# Prints the environment variables for pip, npm and their TLS.
environment() {
  local name
  echo "HOME=/root"
  echo "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  echo "PIP_CACHE_DIR=/var/cache/pip"
  echo "npm_config_cache=/var/cache/npm"
  for name in CI PIP_CERT PIP_INDEX_URL PIP_DEFAULT_TIMEOUT npm_config_registry NODE_EXTRA_CA_CERTS \
    http_proxy https_proxy no_proxy; do
    if [[ ${!name-} ]]; then echo "$name=${!name}"; fi
  done
}

# The first process of the namespaces.
enter() {
  local root=$1 downloads=$2 clone=$3 shm_size=$4
  shift 4
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount --bind /dev "$root/dev"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
  mount -t tmpfs -o "mode=1777,size=$shm_size" tmpfs "$root/dev/shm"
  mount --bind "$downloads/pip" "$root/var/cache/pip"
  mount --bind "$downloads/npm" "$root/var/cache/npm"
  cd "$root"
  mkdir .machine
  pivot_root . .machine
  umount --lazy /.machine
  rmdir /.machine
  cd "$clone"
  trap : INT TERM # the first process of a namespace gets no signal that it has not asked for
  env --ignore-environment "$@"
}

if [[ $(git status --porcelain --untracked-files=no) ]]; then
  echo "fresh-root: uncommitted changes are not in the clone" >&2
fi
SECONDS=0
make_root
echo "A fresh root of $suite, made in $SECONDS s" >&2
mapfile -t variables <<< "$(environment)"
# In the background, since unshare passes no signal on; what runs there is to know Ctrl-C all the same.
env --default-signal=INT,QUIT unshare --mount --pid --fork --kill-child --propagation private -- \
  bash -euo pipefail -c "$(declare -f enter); enter \"\$@\"" enter \
  "$root" "$downloads" "$clone" "$shm_size" "${variables[@]}" "$@" &
namespaces=$!
trap 'kill -KILL "$namespaces"; exit 130' INT
trap 'kill -KILL "$namespaces"; exit 143' TERM
wait "$namespaces"
