"""A real SSH server on this machine, with repositories that are reached with deploy keys."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from github_server.git_environment import git_environment

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
PRIVILEGE_SEPARATION = Path("/run/sshd")
START_TIMEOUT_S, ATTEMPTS = 20, 5
HOST = "127.0.0.1"
READ_ONLY = "ERROR: The key you are authenticating with has been marked as read only."
# As GitHub: a deploy key is of one repository, and may write there or not.
SERVE = """#!/bin/sh
case $SSH_ORIGINAL_COMMAND in
  "git-upload-pack '/$1.git'") service=git-upload-pack ;;
  "git-receive-pack '/$1.git'") service=git-receive-pack ;;
  *) echo 'ERROR: Repository not found.' >&2; exit 1 ;;
esac
echo "$service $1 $2" >> {served}
if [ "$service $2" = 'git-receive-pack read' ]; then echo '{read_only}' >&2; exit 1; fi
export {environment}
exec git-shell -c "$service '{root}/$1.git'"
"""
CONFIGURATION = """\
Port {port}
ListenAddress {host}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
AuthenticationMethods publickey
PermitRootLogin forced-commands-only
AcceptEnv GIT_PROTOCOL
StrictModes no
UsePAM no
PidFile none
LogLevel VERBOSE
"""


def why_no_sshd() -> str | None:
    if not SSHD or not shutil.which("git-shell"):
        return "sshd is not installed"
    if needs_place() and subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        return f"sshd needs {PRIVILEGE_SEPARATION}, and we are not allowed to mount here"
    return None


def needs_place() -> bool:
    """As root it will not start without this folder, which the system makes when it is booted."""
    return os.geteuid() == 0 and not PRIVILEGE_SEPARATION.exists()


@dataclass(frozen=True)
class KeyPair:
    private: str
    public: str


def make_key(folder: Path) -> KeyPair:
    """Nothing of it stays in the folder."""
    file = folder / "new_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file], check=True)
    made = KeyPair(file.read_text(), file.with_suffix(".pub").read_text().strip())
    file.unlink()
    file.with_suffix(".pub").unlink()
    return made


class Sshd:
    """Of the repositories below `root`. Used as a context."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)
        self.host_key = make_key(folder)
        _private(folder / "host_key", self.host_key.private)
        _private(folder / "authorized_keys", "")
        self._served = folder / "served"
        self._served.touch()
        settings = {name: value for name, value in git_environment().items()
                    if name.startswith("GIT_") and os.environ.get(name) != value}
        environment = " ".join(f"{name}={shlex.quote(value)}" for name, value in settings.items())
        serve = folder / "serve"
        serve.write_text(SERVE.format(served=self._served, read_only=READ_ONLY, environment=environment, root=root))
        serve.chmod(0o700)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> Sshd:
        for _ in range(ATTEMPTS):
            if self._start():
                return self
        raise RuntimeError(f"sshd did not start: {self.log()}")

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()

    @property
    def known_hosts(self) -> str:
        return self.known_host(self.host_key)

    def known_host(self, key: KeyPair) -> str:
        return f"[{HOST}]:{self.port} {key.public}"

    def url(self, repo: str) -> str:
        return f"ssh://{getpass.getuser()}@{HOST}:{self.port}/{repo}.git"

    def allow(self, key: KeyPair, repo: str, access: str = "write") -> None:
        command = f'restrict,command="{self.folder}/serve {repo} {access}"'
        with (self.folder / "authorized_keys").open("a") as keys:
            keys.write(f"{command} {key.public}\n")

    def served(self, repo: str) -> list[str]:
        """The services that were used, and with which access."""
        lines = (line.split(" ") for line in self._served.read_text().splitlines())
        return [f"{service} {access}" for service, name, access in lines if name == repo]

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def _start(self) -> bool:
        """False where somebody else took the port meanwhile."""
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        configuration = self.folder / "sshd_config"
        configuration.write_text(CONFIGURATION.format(port=self.port, host=HOST, folder=self.folder))
        command = [str(SSHD), "-D", "-e", "-f", str(configuration)]
        if needs_place():
            # Its own, so that nothing is made on this machine.
            make = f"mount -t tmpfs tmpfs /run && mkdir -m 755 {PRIVILEGE_SEPARATION}"
            command = ["unshare", "--mount", "sh", "-c", f'{make} && exec "$0" "$@"', *command]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        ends_at = time.monotonic() + START_TIMEOUT_S
        while self._process.poll() is None and time.monotonic() < ends_at:
            try:
                with socket.create_connection((HOST, self.port), timeout=START_TIMEOUT_S) as connection:
                    return connection.recv(4) == b"SSH-"
            except OSError:
                time.sleep(0.02)
        return False


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
