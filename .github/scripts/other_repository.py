"""Storing in another repository than the one whose workflow runs: the way there, and the clone this takes.

It is reached over SSH with a deploy key and nothing else: no configuration, agent or key of the machine is
used, and no host key is accepted but those that are given. The key is only in a file in a room, which is
removed when the run ends; the programs that are started here do not find it in their environment.

The repository of the workflow is a second remote of the clone. Nothing of it is checked out, so git reads no
attributes, configuration or hooks of it, and nothing in it is executed.
"""

from __future__ import annotations

import base64
import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import child_process
from failures import RemoteFailure
from git_plumbing import SILENCE_S
from git_words import words_of
from watched_command import FellSilent, run_watched

STORE_IN, KEY, KNOWN_HOSTS = "HEALTHMETRIC_STORE_IN", "HEALTHMETRIC_DEPLOY_KEY", "HEALTHMETRIC_KNOWN_HOSTS"
DATA, INBOX = "origin", "inbox"
"""The remotes of the clone."""
GITHUB_KNOWN_HOSTS = Path(__file__).with_name("github_known_hosts")
"""GitHub's keys as https://docs.github.com/authentication shows them ("GitHub's SSH key fingerprints")."""
_WITHHELD = {STORE_IN, KEY, KNOWN_HOSTS, "GH_TOKEN", "SSH_AUTH_SOCK", "SSH_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND",
             "GIT_SSH_VARIANT"}
"""Not for programs that are started here. git has a token and a key of its own, and the receiver needs none."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+")


class BadSetting(RuntimeError):
    """The workflow does not say where to store, or not with what."""


@dataclass(frozen=True)
class OtherRepository:
    name: str
    """As it was given: OWNER/NAME, or an address."""
    url: str
    known_hosts: str
    key: str = field(repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.url

    def clone_into(self, room: Path, environment: Mapping[str, str]) -> Path:
        """Only the last commit and no contents. `environment` is that of the workflow's step. Throws BadSetting and
        RemoteFailure."""
        key, known_hosts, clone = room / "key", room / "known_hosts", room / "clone"
        _write_private(key, self.key)
        _write_private(known_hosts, self.known_hosts)
        _check_key(key)
        command = ["git", "clone", "--progress", "--no-checkout", "--depth=1", "--filter=blob:none", "--no-tags",
                   "--template=", f"--origin={DATA}", "--config", f"core.sshCommand={ssh_command(key, known_hosts)}",
                   "--", self.url, str(clone)]
        told = without_secrets(environment) | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        try:
            done = run_watched(command, told, SILENCE_S)
        except FellSilent as failure:
            raise RemoteFailure(f"git clone of {self.name}: {failure}", is_public=True) from failure
        if done.returncode != 0:
            raise RemoteFailure(self._why(done.stderr), is_public=True)
        with (clone / ".git/config").open("a", encoding="utf-8") as config:
            config.write(_inbox_remote(environment))
        return clone

    def _why(self, stderr: bytes) -> str:
        """Of a clone that failed, with what to do about it."""
        said = stderr.decode(errors="replace")
        if "Host key verification failed" in said:
            return (f"{self.host} has another host key than those in known-hosts: nothing was sent. If the server's "
                    "key was replaced, put the new one there, from a source you trust")
        if "Permission denied" in said:
            return (f"{self.host} does not accept the deploy key: add its public half in the settings of "
                    f"{self.name}, under Deploy keys, with write access")
        if re.search(r"repository\b.*\bnot found|does not exist", said, re.IGNORECASE):
            return f"{self.name} does not exist, or the deploy key is one of another repository"
        return f"git clone of {self.name}: {words_of(stderr)}"


def other_repository(environment: Mapping[str, str]) -> OtherRepository | None:
    """None where the workflow stores in its own repository."""
    name, key = environment.get(STORE_IN, "").strip(), environment.get(KEY, "").replace("\r\n", "\n").strip()
    if not name:
        if key or STORE_IN in environment:
            raise BadSetting("store-in is empty: name the repository to store in, as OWNER/NAME")
        return None
    url = _url(name, environment)
    if not key:
        raise BadSetting(f"there is no deploy key for {name}: the secret that deploy-key names is missing or empty")
    known_hosts = environment.get(KNOWN_HOSTS, "").replace("\r\n", "\n").strip()
    if not known_hosts:
        if urlsplit(url).hostname not in ("github.com", "ssh.github.com"):
            raise BadSetting(f"known-hosts is empty: give the host keys of {urlsplit(url).hostname}, as ssh-keyscan "
                             "prints them, after comparing them with what its administrator publishes")
        known_hosts = GITHUB_KNOWN_HOSTS.read_text(encoding="ascii").strip()
    return OtherRepository(name, url, known_hosts + "\n", key + "\n")


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in _WITHHELD}


def ssh_command(key: Path, known_hosts: Path) -> str:
    """For git, which has a shell read it."""
    options = {
        "IdentitiesOnly": "yes", "IdentityFile": _quoted_path(key), "IdentityAgent": "none",
        "StrictHostKeyChecking": "yes", "UserKnownHostsFile": _quoted_path(known_hosts),
        "GlobalKnownHostsFile": "/dev/null", "UpdateHostKeys": "no", "BatchMode": "yes",
        "PreferredAuthentications": "publickey", "ConnectTimeout": str(SILENCE_S),
        "ServerAliveInterval": str(SILENCE_S), "ServerAliveCountMax": "1"}
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return shlex.join(["ssh", "-F", "/dev/null", *words])


def _quoted_path(path: Path) -> str:
    """ssh would split it at spaces and expand percent signs."""
    return '"' + str(path).replace("%", "%%") + '"'


def _url(name: str, environment: Mapping[str, str]) -> str:
    if _NAME.fullmatch(name):
        host = urlsplit(environment["GITHUB_SERVER_URL"]).hostname
        return f"ssh://git@{host}/{name}.git"
    if name.startswith("ssh://") and name.isprintable() and " " not in name and urlsplit(name).hostname:
        return name
    raise BadSetting(f"store-in is neither OWNER/NAME nor an address that begins with ssh://: {ascii(name)[:100]}")


def _write_private(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(file, "w", encoding="utf-8") as opened:
        opened.write(text)


def _check_key(key: Path) -> None:
    try:
        asked = child_process.run(["ssh-keygen", "-y", "-P", "", "-f", key], stderr=subprocess.DEVNULL,
                                  env=without_secrets(os.environ))
    except FileNotFoundError as error:
        raise BadSetting("ssh is not installed on this runner") from error
    if asked.returncode != 0:
        raise BadSetting("the deploy key is not a private key without a passphrase: put the whole file that "
                         "ssh-keygen made into the secret, from -----BEGIN to END-----")


def _inbox_remote(environment: Mapping[str, str]) -> str:
    """As lines of git's configuration. The token is sent to that server alone."""
    server, repository = environment["GITHUB_SERVER_URL"], environment["GITHUB_REPOSITORY"]
    lines = [f"[remote {_quoted(INBOX)}]", f"url = {_quoted(f'{server}/{repository}.git')}", "promisor = true",
             "partialclonefilter = blob:none"]
    if token := environment.get("GH_TOKEN"):
        credentials = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        lines += [f"[http {_quoted(f'{server}/')}]", f"extraheader = {_quoted(f'AUTHORIZATION: basic {credentials}')}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
