"""docs/messages.md, held to: each row of its table is produced by the real programs, which print the
row's message and end with the row's status."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import receipts
from conftest import READER, TOKEN, Destination, unprivileged_user
from github_server.local_github import LocalGithub
from living_files import growing
from payloads import BATCH_ID, Payload, flat_summary_path, stored_path, summary_path
from programs import REPOSITORY, Program, Result, Word, finished
from pseudo_terminal import Terminal
from system_calls import TRACED, Answer
from system_calls import answered as answered_by_system
from trees import write_tree

TABLE = REPOSITORY / "docs/messages.md"
PAGE = "text/html; charset=utf-8"
ONE_BRANCH = ("--branch", "main", "--inbox-branch", "main")


@dataclass(frozen=True)
class Row:
    name: str
    message: str
    status: int

    @property
    def pattern(self) -> re.Pattern[str]:
        """Words in angle brackets stand for anything."""
        parts = re.split(r"<[a-z ]+>", self.message)
        return re.compile(".+".join(map(re.escape, parts)))


def rows() -> list[Row]:
    """Of `| <a id="name"></a>cause | `message` | status | what to do |`."""
    found = re.findall(r'^\| <a id="([a-z0-9-]+)"></a>[^|]+ \| `((?:[^`|]|\\\|)+)` \| (\d+) \| [^|]+ \|$',
                       TABLE.read_text(), re.MULTILINE)
    return [Row(name, message.replace("\\|", "|"), int(status)) for name, message, status in found]


@dataclass(frozen=True)
class Stage:
    """What a scenario needs."""

    destination: Destination
    sender: Program
    receiver: Program
    source: Path
    tmp: Path

    def fault(self, method: str, action: Any, times: int | None = None) -> None:
        self.destination.github.faults({"method": method, "times": times, "action": action})

    def answer(self, status: int, message: str = "Words of GitHub", method: str = "PUT",
               headers: dict[str, str] | None = None, options: tuple[str, ...] = ("--max-wait", "0")) -> Result:
        body = '{"message": "%s"}' % message
        self.fault(method, {"status": status, "headers": headers or {}, "body": body})
        return self.send(*options)

    def send(self, *words: Word, **run: Any) -> Result:
        return self.destination("--folder", self.source, *words, **run)

    def url(self, url: str, *words: Word, env: dict[str, str] | None = None) -> Result:
        return self.sender("--folder", self.source, "--repo", "octo/data", "--api-url", url, "--max-wait", "0",
                           *words, env={"GH_TOKEN": TOKEN, "GH_ENTERPRISE_TOKEN": TOKEN} | (env or {}))


Scenario = Callable[[Stage], Result]
SCENARIOS: dict[str, Scenario] = {}


def scenario(run: Scenario) -> Scenario:
    SCENARIOS[run.__name__.replace("_", "-")] = run
    return run


def simple(name: str, *words: Word) -> None:
    SCENARIOS[name] = lambda stage: stage.sender(*[
        str(word).replace("SOURCE", str(stage.source)).replace("TMP", str(stage.tmp)) for word in words])


@scenario
def time_or_name(stage: Stage) -> Result:
    (stage.sender.home / "2024").mkdir()
    return stage.sender("--wait", "2024")


simple("no-source")
simple("unknown-option", "--colour")
simple("bad-choice", "--data", "1", "--trigger", "often")
simple("bad-size", "--data", "1", "--part-size", "many")
simple("bare-word", "exports")
simple("misspelt-option", "--foldr", "SOURCE")
simple("long-dash", "\u2014folder", "SOURCE")
simple("token-option", "--data", "1", "--token", "x")
simple("kept-quotes", "--folder", "'exports'")
simple("tilde-kept", "--folder", "~lab/exports")
simple("bad-switch", "--data", "1", "--json=perhaps")
simple("bad-number", "--data", "1", "--max-files", "many")
simple("word-beside-folder", "--folder", "SOURCE", "Exports")
simple("folder-among-others", "SOURCE", "SOURCE/data.json")
simple("dash-alone", "-")
simple("bad-stdin-name", "--stdin-name", "../x.csv")
simple("empty-input", "--stdin-name", "x.csv")
simple("list-takes-nothing", "outbox", "list", "20240115T103000Z-test_batch-3f9a1c07")
simple("option-twice", "--folder", "SOURCE", "--folder", "SOURCE")
simple("option-without-value", "--data", "1", "--batch-name")
simple("option-for-a-value", "--data", "1", "--exclude", "--dry-run")
simple("empty-value", "--data", "1", "--output", "")
simple("two-sources", "--data", "1", "--folder", "SOURCE")
simple("no-folder", "--folder", "TMP/gone")
simple("no-file", "--file", "TMP/gone.json")
simple("bad-json", "--data", "{61")
simple("data-is-a-file", "--data", "SOURCE/data.json")
simple("bad-period", "--data", "1", "--heartbeat=2y")
simple("bad-producer", "--data", "1", "--producer", "my laptop")
simple("bad-branch", "--data", "1", "--branch", "a..b")
simple("branch-with-refs", "--data", "1", "--branch", "refs/heads/main")
simple("long-branch", "--data", "1", "--branch", "b" * 245)
simple("inbox-of-a-push", "--data", "1", "--inbox-branch", "in", "--trigger", "push")
simple("no-repository", "--folder", "SOURCE")
simple("bad-repository", "--folder", "SOURCE", "--repo", "nonsense")
simple("repository-elsewhere", "--data", "1", "--repo", "https://ghe.example.com/octo/data")
simple("repository-no-github", "--data", "1", "--repo", "git@gitlab.com:octo/data.git")
simple("no-config", "--data", "1", "--config", "TMP/gone.toml")
simple("no-token", "--folder", "SOURCE", "--repo", "octo/data")
simple("setup-without-terminal", "setup")
simple("doctor-fails", "doctor", "--repo", "octo/data", "--api-url", "http://127.0.0.1:9")
simple("no-token-file", "--folder", "SOURCE", "--repo", "octo/data", "--token-file", "TMP/gone")


def spaced(stage: Stage) -> Result:
    (stage.source / "My Exports").mkdir()
    return stage.sender(stage.source / "My", "Exports")


SCENARIOS["name-with-a-space"] = spaced


@scenario
def empty_folder(stage: Stage) -> Result:
    (stage.source / "data.json").unlink()
    return stage.send()


@scenario
def nothing_of_a_type(stage: Stage) -> Result:
    (stage.source / "data.json").rename(stage.source / "data.ndjson")
    return stage.send()


@scenario
def list_from_elsewhere(stage: Stage) -> Result:
    return stage.send("--files-from", "-", input=b"source/data.json\n", cwd=stage.source.parent)


@scenario
def missed_list(stage: Stage) -> Result:
    return stage.send("--files-from", "-", input=b"gone.json\n")


@scenario
def unknown_variable(stage: Stage) -> Result:
    return stage.send(env={"HEALTHMETRIC_EXLUDE": "x"})


def with_token(stage: Stage, text: str, mode: int = 0o600) -> Result:
    (stage.tmp / "token").write_text(text)
    (stage.tmp / "token").chmod(mode)
    return stage.send("--token-file", stage.tmp / "token", token=None)


SCENARIOS["token-in-quotes"] = lambda stage: with_token(stage, f"'{TOKEN}'")
SCENARIOS["token-assigned"] = lambda stage: with_token(stage, f"GH_TOKEN={TOKEN}")
SCENARIOS["token-open"] = lambda stage: with_token(stage, TOKEN, 0o644)
PROXY = "http://me:pw@127.0.0.1:9"


@scenario
def proxy_password_open(stage: Stage) -> Result:
    (stage.tmp / "sender.toml").write_text(f'proxy = "{PROXY}"\n')
    (stage.tmp / "sender.toml").chmod(0o644)
    return stage.send("--config", stage.tmp / "sender.toml", "--output", stage.tmp / "out")


@scenario
def proxy_password_shown(stage: Stage) -> Result:
    return stage.send("--proxy", PROXY, "--output", stage.tmp / "out")


@scenario
def state_of_root(stage: Stage) -> Result:
    if os.geteuid() != 0:
        pytest.skip("only root can make something root's")
    with unprivileged_user() as user:
        (user.folder / "state").mkdir()
        return user.sender("--data", "1", "--repo", "octo/data", "--state-dir", user.folder / "state", env={"GH_TOKEN": TOKEN})


@scenario
def too_large(stage: Stage) -> Result:
    (stage.source / "large.json").write_bytes(b"1" * 2000)
    return stage.send("--max-file-size", "1K")


@scenario
def too_large_for_all(stage: Stage) -> Result:
    (stage.source / "large.json").touch()
    os.truncate(stage.source / "large.json", (100 << 20) + 1)
    return stage.send()


@scenario
def a_proxy_asks_who(stage: Stage) -> Result:
    """Each proxy looks the same from here: one that answers 407 to whatever comes."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        def answer() -> None:
            with proxy.accept()[0] as client:
                client.recv(1 << 16)
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                               b"Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
        thread = threading.Thread(target=answer)
        thread.start()
        result = stage.url("https://github.example.com", "--proxy", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        thread.join(10)
        return result


@scenario
def ca_bundle_without_authorities(stage: Stage) -> Result:
    (stage.tmp / "bundle.pem").write_text("none\n")
    return stage.send("--ca-bundle", stage.tmp / "bundle.pem")


@scenario
def batch_too_large(stage: Stage) -> Result:
    return stage.send("--max-batch-size", "5")


@scenario
def listed_file_is_gone(stage: Stage) -> Result:
    return stage.send("--files-from", "-", input=b"data.json\ngone.json\n")


@scenario
def empty_token_file(stage: Stage) -> Result:
    (stage.tmp / "token").write_text("\n")
    return stage.send("--token-file", stage.tmp / "token", token=None)


@scenario
def odd_own_file(stage: Stage) -> Result:
    stage.sender.outbox.mkdir(parents=True)
    os.mkfifo(stage.sender.outbox / "lock")
    return stage.send()


@scenario
def ignore_line_says_nothing(stage: Stage) -> Result:
    (stage.source / ".healthmetricignore").write_text("*.tmp\nraw\\\n")
    return stage.send()


@scenario
def state_not_writable(stage: Stage) -> Result:
    (stage.tmp / "file").write_text("")
    return stage.send("--state-dir", stage.tmp / "file")


@scenario
def token_unencrypted(stage: Stage) -> Result:
    return stage.url("http://github.example.com")


@scenario
def connection_refused(stage: Stage) -> Result:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return stage.url(f"http://127.0.0.1:{unused.getsockname()[1]}")


@scenario
def unknown_host(stage: Stage) -> Result:
    return stage.url("https://api.nowhere.invalid")


@scenario
def unknown_authority(stage: Stage) -> Result:
    key, certificate = stage.tmp / "key.pem", stage.tmp / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-subj", "/CN=localhost", "-days", "1"], check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        def serve() -> None:
            try:
                connection, _ = server.accept()
                context.wrap_socket(connection, server_side=True)
            except OSError:
                pass
        thread = threading.Thread(target=serve)
        thread.start()
        result = stage.url(f"https://127.0.0.1:{server.getsockname()[1]}")
        thread.join(10)
        return result


@scenario
def another_sender(stage: Stage) -> Result:
    state = stage.sender.home / "state/healthmetric"
    (state / "outbox").mkdir(parents=True)
    lock = state / "outbox/lock"
    lock.write_text(f"{os.getpid()}\n")
    with lock.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return stage.send()


def configured(name: str, text: str, *words: Word) -> None:
    """With `text` in a configuration file."""
    def run(stage: Stage) -> Result:
        (stage.tmp / "sender.toml").write_text(text)
        return stage.sender("--data", "1", "--config", stage.tmp / "sender.toml", *words)
    SCENARIOS[name] = run


configured("unknown-key", "colour = 1\n")
configured("misspelt-key", "exlude = 'x'\n")
configured("unknown-section", "[other]\n")
configured("bad-toml", "batch-name = night\n")
configured("bad-value-kind", "branch = 2024-01-15\n")
configured("value-with-nul", 'folder = "a\\u0000y"\n')
configured("no-profile", "[profile.nightly]\n", "--profile", "weekly")
simple("profile-without-file", "--data", "1", "--profile", "nightly")
simple("null-alone", "--data", "1", "--null")
simple("bad-pattern", "--folder", "SOURCE", "--exclude", "/")
simple("parts-in-bytes", "--data", "1", "--part-size", "20")
simple("misspelt-command", "doctr")
simple("word-of-a-command", "list")
simple("command-behind-dashes", "outbox", "--", "list")
simple("data-with-an-at-sign", "--data", "@SOURCE/data.json")
configured("key-for-the-command-line", "config = 'x'\n")
simple("small-parts", "--data", "1", "--part-size", "4K")
simple("bad-url", "--data", "1", "--repo", "octo/data", "--api-url", "example.com")
simple("url-encoding", "--data", "1", "--repo", "octo/data", "--api-url", "https://example.com/\udcff")
simple("url-port", "--data", "1", "--repo", "octo/data", "--api-url", "https://example.com:99999/")
simple("url-with-query", "--data", "1", "--repo", "octo/data", "--api-url", "https://example.com/?a=b")
simple("url-with-password", "--data", "1", "--repo", "octo/data", "--api-url", "https://me:secret@example.com")
simple("log-not-writable", "--data", "1", "--log-file", "TMP")
simple("folder-is-file", "--folder", "SOURCE/data.json")
simple("no-list", "--files-from", "TMP/gone")
simple("json-without-quotes", "--data", "{pulse: 61}")
simple("empty-json", "--data", "-")
def faulty(action: Any) -> Scenario:
    """An upload that meets with that, sent without patience."""
    def run(stage: Stage) -> Result:
        stage.fault("PUT", action)
        return stage.send("--max-wait", "0")
    return run


SCENARIOS |= {
    "a-stranger-says-ok": faulty({"status": 200, "body": "{}"}),
    "a-proxy-forbids": faulty({"status": 403, "headers": {"Content-Type": PAGE}, "body": "<html>Blocked</html>"}),
    "a-portal-says-ok": faulty({"status": 200, "headers": {"Content-Type": PAGE}, "body": "<html>Please log in</html>"}),
    "a-proxy-has-a-limit": faulty({"status": 413, "headers": {"Content-Type": PAGE}, "body": "<html>Too large</html>"}),
    "an-answer-cut-off": faulty("truncate"),
    "connection-lost": faulty("close_before"),
}


SCENARIOS |= {
    "profile-without-home": lambda stage: stage.sender("--data", "1", "--profile", "nightly", env={"HOME": ""}),
    "no-state-place": lambda stage: stage.sender("--data", "1", env={"HOME": "", "XDG_STATE_HOME": ""}),
    "url-of-the-environment": lambda stage: stage.sender(
        "--data", "1", "--repo", "octo/data", env={"GITHUB_API_URL": "example.com"}),
    "bad-variable": lambda stage: stage.sender("--data", "1", env={"HEALTHMETRIC_TRIGGER": "often"}),
    "listed-elsewhere": lambda stage: stage.send("--files-from", "-", input=b"data.json\n/etc/hostname\n"),
    "question-interrupted": lambda stage: answered(stage, b"\x03"),
    "question-input-ended": lambda stage: answered(stage, b"\x04"),
    "receiver-unknown-field": lambda stage: stage.receiver("--name-template", "{batch}/{name}"),
    "receiver-ambiguous-template": lambda stage: stage.receiver("--name-template", "{batch}/{stem}"),
    "receiver-unsafe-template": lambda stage: stage.receiver("--name-template", "../{stem}{id}"),
}


@scenario
def log_incomplete(stage: Stage) -> Result:
    return stage.send("--log-file", "/dev/full")


@scenario
def default_log_not_writable(stage: Stage) -> Result:
    (stage.tmp / "_storage").mkdir()
    (stage.tmp / "receiver.log").mkdir()
    return stage.receiver(cwd=stage.tmp)


@scenario
def no_temporary_place(stage: Stage) -> Result:
    folder = stage.tmp / "many"
    folder.mkdir()
    for number in range(4000):
        (folder / f"{number:060}.csv").touch()
    return stage.sender("--folder", folder, "--output", stage.tmp / "out", env={"TMPDIR": str(stage.tmp / "gone")})


@scenario
def no_libcurl(stage: Stage) -> Result:
    (stage.tmp / "libcurl.so.4").touch()
    return stage.send(env={"LD_LIBRARY_PATH": str(stage.tmp)})


def answered(stage: Stage, keys: bytes) -> Result:
    """The sender at a terminal, its first question answered."""
    terminal = Terminal(stage.sender, env={"GH_TOKEN": TOKEN})
    terminal.answer("JSON [folder]: ", keys)
    status, stdout = terminal.end()
    return Result(status, stdout, terminal.plain)


@scenario
def profile_kept(stage: Stage) -> Result:
    (stage.tmp / "sender.toml").write_text('[profile]\nlab = { quiet = true }\n')
    terminal = Terminal(stage.sender, "setup", "--config", stage.tmp / "sender.toml", "--profile", "lab", "--repo", "octo/data")
    terminal.answer("Replace it? (yes or no) [no]: ", b"yes\r")
    terminal.answer("Token (it is not shown): ", b"github_pat_0\r")
    status, stdout = terminal.end()
    return Result(status, stdout, terminal.plain)


@scenario
def folder_not_readable(stage: Stage) -> Result:
    with unprivileged_user() as user:
        (user.folder / "closed").mkdir(mode=0)
        return user.sender("--folder", user.folder / "closed")


@scenario
def two_names(stage: Stage) -> Result:
    (stage.tmp / "data.json").write_bytes(b"2")
    return stage.sender("--file", stage.source / "data.json", "--file", stage.tmp / "data.json")


@scenario
def listed_link(stage: Stage) -> Result:
    (stage.source / "link.json").symlink_to("data.json")
    return stage.send("--files-from", "-", input=b"data.json\nlink.json\n")


@scenario
def name_not_utf8(stage: Stage) -> Result:
    Path(os.fsdecode(os.fsencode(stage.source) + b"/odd\xff.json")).write_bytes(b"1")
    return stage.send()


@scenario
def name_unsafe(stage: Stage) -> Result:
    (stage.source / "odd\x01.json").write_bytes(b"1")
    return stage.send()


@scenario
def no_git(stage: Stage) -> Result:
    (stage.source / ".healthmetricignore").write_text("x\n")
    return stage.send(env={"PATH": str(stage.tmp)})


@scenario
def ignore_file_is_none(stage: Stage) -> Result:
    (stage.source / ".healthmetricignore").symlink_to("elsewhere")
    return stage.send()


@scenario
def ignore_file_in_gitignore(stage: Stage) -> Result:
    (stage.source / ".gitignore").mkdir()
    (stage.source / ".gitignore/.healthmetricignore").write_text("x\n")
    return stage.send("--hidden")


def dispatch_unknown(stage: Stage) -> Result:
    stage.fault("POST", {"status": 404, "headers": {"Content-Type": "text/plain"}, "body": "404 page not found"})
    return stage.send(*ONE_BRANCH)


def delivered(stage: Stage) -> Path:
    """A batch on an inbox branch, and its note in the outbox."""
    assert stage.send("--inbox-branch", "healthmetric/inbox").status == 0
    [note] = stage.sender.outbox.glob("delivered/*/entry.json")
    return note


def next_to_inbox(stage: Stage, *words: Word) -> Result:
    return stage.send("--inbox-branch", "healthmetric/inbox", *words)


@scenario
def delivered_again(stage: Stage) -> Result:
    delivered(stage)
    stage.destination.github.git(stage.destination.repo, "branch", "-D", "healthmetric/inbox")
    return next_to_inbox(stage)


@scenario
def no_receipt_for_long(stage: Stage) -> Result:
    note = delivered(stage)
    entry = json.loads(note.read_bytes())
    note.write_text(json.dumps(entry | {"delivered_at_us": entry["delivered_at_us"] - 31 * 86_400_000_000}))
    return next_to_inbox(stage)


@scenario
def overdue(stage: Stage) -> Result:
    return stage.send("--max-wait", "0", "--proxy", "http://127.0.0.1:1", "--warn-after", "0")


@scenario
def not_numbered(stage: Stage) -> Result:
    (stage.tmp / "state").write_text("in the way")
    return stage.sender("--folder", stage.source, "--output", stage.tmp / "out", "--state-dir", stage.tmp / "state")


@scenario
def contact_unrecorded(stage: Stage) -> Result:
    (stage.sender.home / "state/healthmetric").mkdir(parents=True)
    (stage.sender.home / "state/healthmetric/contact").write_text("in the way")
    return stage.send()


@scenario
def token_ends(stage: Stage) -> Result:
    end = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.time() + 5.5 * 86_400))
    with LocalGithub(repos=["octo/data"], tokens={"ghp_EndsSoon": f"contents=write,expires={end}"}) as github:
        return stage.sender("--folder", stage.source, "--repo", "octo/data", "--api-url", github.api_url,
                            env={"GH_TOKEN": "ghp_EndsSoon"})


@scenario
def no_receipt_no_room(stage: Stage) -> Result:
    (stage.source / "noise.csv").write_bytes(os.urandom(50_000))
    delivered(stage)
    return next_to_inbox(stage, "--outbox-limit", "100K")


@scenario
def dropped_without_receipt(stage: Stage) -> Result:
    return stage.destination("outbox", "drop", delivered(stage).parent.name)


def to_inbox(stage: Stage, method: str, path: str, action: dict[str, Any]) -> Result:
    if method != "PUT":
        stage.destination.delete_inboxes()
    stage.destination.github.faults({"method": method, "path": path, "times": None, "action": action})
    return stage.send("--inbox-branch", "healthmetric/inbox", "--max-wait", "0")


def refused_inbox(status: int, message: str, method: str = "POST", path: str = "/git/refs") -> Scenario:
    return lambda stage: to_inbox(stage, method, path, {"status": status, "body": {"message": message}})


@scenario
def inbox_in_the_way(stage: Stage) -> Result:
    stage.destination.delete_inboxes()
    stage.destination.github.git(stage.destination.repo, "branch", "healthmetric", "main")
    return stage.send("--inbox-branch", "healthmetric/inbox")


@scenario
def inbox_unable(stage: Stage) -> Result:
    page = {"status": 404, "headers": {"Content-Type": "text/plain"}, "body": "404 page not found"}
    return to_inbox(stage, "GET", "/git/ref/", page)


SCENARIOS |= {
    "inbox-not-allowed": refused_inbox(403, "Resource not accessible by personal access token"),
    "inbox-against-rules": refused_inbox(422, "Repository rule violations found"),
    "inbox-protected": refused_inbox(409, "Repository rule violations found", "PUT", "/contents/"),
    "http-401-revoked": lambda stage: stage.answer(
        401, "Bad credentials", headers={"github-authentication-token-expiration": "9000-01-01 00:00:00 UTC"}),
    "http-403-archived": lambda stage: stage.answer(403, "Repository was archived so is read-only."),
    "http-403-sso": lambda stage: stage.answer(
        403, "Resource protected by organization SAML enforcement.",
        headers={"x-github-sso": "required; url=https://github.com/orgs/octo/sso?authorization_request=x"}),
    "bad-proxy-variable": lambda stage: stage.send(env={"HTTPS_PROXY": "http://u:se@cret@host:1"}),
    "default-branch-unseen": lambda stage: stage.answer(
        404, "Not Found", method="GET", options=("--trigger", "workflow")),
    "dispatch-not-found": lambda stage: stage.answer(404, "Not Found", method="POST"),
    "dispatch-unknown": dispatch_unknown,
    "http-408": lambda stage: stage.answer(408),
    "http-423": lambda stage: stage.answer(423, "data is archived"),
    "http-409-empty": lambda stage: stage.answer(409, "Git Repository is empty."),
    "http-410": lambda stage: stage.answer(410, "Gone"),
    "http-418": lambda stage: stage.answer(418, "I'm a teapot"),
    "workflow-not-started": lambda stage: stage.answer(
        422, "No ref found for: side", method="POST", options=("--trigger", "workflow", "--branch", "main")),
}


@scenario
def receiver_link_in_the_way(stage: Stage) -> Result:
    storage = stage.tmp / "_storage"
    storage.mkdir()
    (storage / "inbox").symlink_to("elsewhere")
    return stage.receiver("--storage", storage, cwd=stage.tmp)


SCENARIOS |= {
    "http-400": lambda stage: stage.answer(400),
    "http-401": lambda stage: stage.answer(401, "Bad credentials"),
    "http-401-expired": lambda stage: stage.answer(
        401, "Bad credentials", headers={"github-authentication-token-expiration": "2026-01-01 00:00:00 UTC"}),
    "http-403-permission": lambda stage: stage.send(token=READER),
    "http-403-rate-limit": lambda stage: stage.answer(
        403, "API rate limit exceeded", headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}),
    "http-403-secondary": lambda stage: stage.answer(403, "You have exceeded a secondary rate limit"),
    "http-404-repository": lambda stage: stage.sender(
        "--folder", stage.source, "--repo", "octo/nowhere", "--api-url", stage.destination.github.url,
        env={"GH_TOKEN": TOKEN}),
    "http-404-branch": lambda stage: stage.send("--branch", "nowhere", "--inbox-branch", "nowhere"),
    "inbox-name-too-long": lambda stage: stage.send("--branch", "b" * 240),
    "inbox-without-target": lambda stage: stage.send("--branch", "nowhere"),
    "http-409": lambda stage: stage.answer(409, "Repository rule violations found", options=ONE_BRANCH),
    "http-413": lambda stage: stage.answer(413, "Request body is too large"),
    "http-422": lambda stage: stage.answer(422, "Invalid request"),
    "http-429": lambda stage: stage.answer(429, headers={"retry-after": "3600"}),
    "http-451": lambda stage: stage.answer(451, "Repository access blocked"),
    "http-500": lambda stage: stage.answer(500),
    "http-502": lambda stage: stage.answer(502),
    "http-503": lambda stage: stage.answer(503),
    "redirect-elsewhere": lambda stage: stage.answer(307, headers={"location": "https://elsewhere.example/x"}),
    "redirect-with-password": lambda stage: stage.answer(307, headers={"location": "http://a:b@127.0.0.1/x"}),
    "redirects-in-circles": lambda stage: stage.answer(307, headers={"location": "/again"}, method="PUT"),
    "dispatch-refused": lambda stage: stage.answer(404, "Not Found", method="POST"),
    "workflow-missing": lambda stage: stage.answer(
        404, "Not Found", method="POST", options=("--trigger", "workflow", "--branch", "main")),
    "workflow-permission": lambda stage: stage.answer(
        403, "Resource not accessible by personal access token", method="POST",
        headers={"x-accepted-github-permissions": "actions=write"}, options=("--trigger", "workflow", "--branch", "main")),
}


simple("outbox-no-command", "outbox", "lst")
simple("outbox-no-id", "outbox", "drop")
simple("bad-duration", "--data", "1", "--wait=soon")
simple("bad-proxy", "--data", "1", "--proxy", "ftp://proxy.example")
simple("limit-past-github", "--data", "1", "--repo", "octo/data", "--max-file-size", "101M")
simple("no-ca-bundle", "--data", "1", "--ca-bundle", "TMP/gone.pem")
simple("outbox-what", "outbox")
simple("outbox-bad-id", "outbox", "drop", "yesterday")
simple("outbox-unknown-id", "outbox", "drop", "20240115T103000Z-test_batch-3f9a1c07")


@scenario
def outbox_full(stage: Stage) -> Result:
    return stage.send("--outbox-limit", "200")


def queued(stage: Stage, method: str = "PUT", *words: Word) -> Path:
    """The folder of a batch that waits in the outbox."""
    stage.fault(method, "close_before")
    batch_id = stage.send("--max-wait", "0", "--json", *words).json["batch_id"]
    stage.destination.github.clear_faults()
    return stage.sender.outbox / batch_id


@scenario
def outbox_unreadable(stage: Stage) -> Result:
    (queued(stage) / "entry.json").write_text("{")
    return stage.send()


@scenario
def kept_in_outbox(stage: Stage) -> Result:
    return stage.sender("--folder", stage.source, "--repo", "octo/data", "--max-wait", "0", "--proxy", "http://127.0.0.1:1",
                        env={"GH_TOKEN": TOKEN})


@scenario
def kept_for_an_address(stage: Stage) -> Result:
    return stage.url("https://api.nowhere.invalid")


@scenario
def kept_or_dropped(stage: Stage) -> Result:
    return stage.answer(404, "Not Found")


@scenario
def file_ends_early(stage: Stage) -> Result:
    short = stage.source / "short.json"
    short.write_bytes(b"1")
    strace = ["strace", "--follow-forks", "--quiet=all", "--output=/dev/null", "--trace=read",
              "--inject=read:retval=0", f"--trace-path={short}"]
    program = Program(stage.sender.path, stage.sender.home, strace)
    return program("--folder", stage.source, "--output", stage.tmp / "out", env=TRACED)


@scenario
def outbox_damaged(stage: Stage) -> Result:
    batch = queued(stage)
    (batch / f"{batch.name}.json").write_bytes(b"half")
    return stage.send()


@scenario
def outbox_drop_arrived(stage: Stage) -> Result:
    return stage.sender("outbox", "drop", queued(stage, "POST", *ONE_BRANCH).name)


@scenario
def outbox_busy(stage: Stage) -> Result:
    batch_id = queued(stage).name
    with (stage.sender.outbox / "lock").open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return stage.sender("outbox", "drop", batch_id)


def ended_by(number: signal.Signals) -> Scenario:
    def run(stage: Stage) -> Result:
        stage.fault("PUT", {"delay_ms": 20_000})
        process = stage.destination.start("--folder", stage.source)
        while not list(stage.sender.outbox.glob("2*/entry.json")):
            assert process.poll() is None
        process.send_signal(number)
        return finished(process)
    return run


SCENARIOS["interrupted"] = ended_by(signal.SIGINT)
SCENARIOS["terminated"] = ended_by(signal.SIGTERM)
SCENARIOS["terminal-gone"] = ended_by(signal.SIGHUP)


def put_receipt(stage: Stage, batch_id: str, status: str) -> None:
    document = {"status": status, "reason": "a digest does not match", "payloads": []}
    receipts.process(stage.destination, batch_id, json.dumps(document).encode())


@scenario
def receipt_rejected(stage: Stage) -> Result:
    process = stage.destination.start("--folder", stage.source, "--wait=60s")
    while not (names := list(stage.destination.inbox())):
        assert process.poll() is None
    put_receipt(stage, names[0].removesuffix(".json"), "rejected")
    return finished(process)


@scenario
def receipt_missing(stage: Stage) -> Result:
    return stage.send("--wait=0")


@scenario
def earlier_batch_rejected(stage: Stage) -> Result:
    put_receipt(stage, stage.send("--json").json["batch_id"], "rejected")
    result = stage.send("--changed-only", "--json")
    assert result.json["files"] == 1, "they go again"
    return result


@scenario
def damaged_record(stage: Stage) -> Result:
    assert stage.send().status == 0
    (stage.sender.home / "state/healthmetric/sent.db").write_bytes(b"x" * 5000)
    return stage.send("--changed-only")


@scenario
def receiver_no_storage(stage: Stage) -> Result:
    return stage.receiver("--storage", stage.tmp / "gone", cwd=stage.tmp)


@scenario
def receiver_above_storage(stage: Stage) -> Result:
    (stage.tmp / "_storage").mkdir()
    return stage.receiver("--storage", stage.tmp)


@scenario
def receiver_rejected(stage: Stage) -> Result:
    inbox = stage.tmp / "_storage/inbox"
    inbox.mkdir(parents=True)
    (inbox / "broken.json").write_text('{"batch_metadata"')
    return stage.receiver("--storage", stage.tmp / "_storage", cwd=stage.tmp)


@scenario
def receiver_not_set_aside(stage: Stage) -> Result:
    with unprivileged_user() as user:
        storage = user.folder / "_storage"
        for folder in ("inbox", "rejected"):
            (storage / folder).mkdir(parents=True)
        (storage / "inbox/broken.json").write_text('{"batch_metadata"')
        user.own(storage)
        (storage / "rejected").chmod(0o500)
        return user.receiver("--storage", storage, cwd=user.folder)


def stored_and(stage: Stage, spoil: Callable[[Path], Any], command: str = "verify", *words: Word) -> Result:
    """Verifies, or lists or restores, a storage with one stored file, once that is spoilt."""
    storage = stage.tmp / "_storage"
    Payload().put_into(storage)
    assert stage.receiver("--storage", storage, cwd=stage.tmp).status == 0
    spoil(storage / stored_path(BATCH_ID, "sub/data.json"))
    return stage.receiver(command, "--storage", storage, *words, cwd=stage.tmp)


OTHER_ID = "20240116T103000Z-test_batch-00c0ffee"


def restored(stage: Stage, *payloads: dict[str, Any], words: tuple[Word, ...] = (),
             there: dict[str, bytes] | None = None, answer: Answer | None = None) -> Result:
    """Restores what these payloads brought, to a folder in which something may be."""
    storage, back = stage.tmp / "_storage", stage.tmp / "back"
    for payload in payloads:
        Payload(**payload).put_into(storage)
    assert stage.receiver("--storage", storage, cwd=stage.tmp).status == 0
    for path, content in (there or {}).items():
        (back / path).parent.mkdir(parents=True, exist_ok=True)
        (back / path).write_bytes(content)
    receiver = answered_by_system(stage.receiver, answer) if answer else stage.receiver
    return receiver("restore", "--storage", storage, "--to", back, *words, env=TRACED)


def restore_into_a_locked_folder(stage: Stage) -> Result:
    (stage.tmp / "back").mkdir()
    folder = os.open(stage.tmp / "back", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        return restored(stage, {})
    finally:
        os.close(folder)


def changed_summary(stage: Stage, change: Callable[[dict[str, Any]], Any], command: str = "files",
                    *words: Word) -> Result:
    """The command after somebody changed the summary."""
    def spoil(_: Path) -> None:
        place = stage.tmp / "_storage" / summary_path(BATCH_ID)
        summary = json.loads(place.read_bytes())
        change(summary)
        place.write_text(json.dumps(summary))
    return stored_and(stage, spoil, command, *words)


def watched_status(stage: Stage, settings: str = "", **members: Any) -> Result:
    """Of a producer whose only batch was processed three days before, unless the summary says otherwise."""
    (stage.tmp / ".github").mkdir()
    if settings:
        (stage.tmp / ".github/healthmetric.toml").write_text(settings)
    members = {"processed_at": "2024-01-15T12:00:00Z"} | members
    return changed_summary(stage, lambda summary: summary.update(members), "status", "--at", "2024-01-18T12:00:00Z")


def damaged_inbox(stage: Stage, command: str) -> Result:
    (stage.tmp / "inbox/_storage").mkdir(parents=True)
    (stage.tmp / "inbox/_storage/rejected").symlink_to("/etc")
    return stage.receiver(command, "--storage", empty_storage(stage), "--inbox", stage.tmp / "inbox")


def twins_status(stage: Stage) -> Result:
    storage = stage.tmp / "_storage"
    for number, instance in enumerate(("aa", "bb")):
        Payload(batch_id=f"20240115T103000Z-x-0000000{number}", metadata={"instance": instance}).put_into(storage)
    assert stage.receiver("--storage", storage, cwd=stage.tmp).status == 0
    return stage.receiver("status", "--storage", storage)


def sparse(stage: Stage) -> None:
    """As if the storage were in a sparse clone."""
    (stage.tmp / ".git/info").mkdir(parents=True)
    (stage.tmp / ".git/info/sparse-checkout").write_text("/*\n")


def empty_storage(stage: Stage) -> Path:
    (stage.tmp / "_storage/inbox").mkdir(parents=True)
    return stage.tmp / "_storage"


SCENARIOS |= {
    "receiver-missing": lambda stage: stored_and(stage, lambda place: place.unlink()),
    "receiver-verify-sparse": lambda stage: stored_and(stage, lambda place: (place.unlink(), sparse(stage))),
    "receiver-changed": lambda stage: stored_and(stage, lambda place: place.write_bytes(b'{"rate": 62}\n')),
    "receiver-unknown": lambda stage: stored_and(
        stage, lambda place: (stage.tmp / "_storage/stray.csv").write_bytes(b"")),
    "receiver-replaced": lambda stage: stored_and(stage, lambda place: (place.unlink(), place.symlink_to("x"))),
    "receiver-verify-empty": lambda stage: (
        (stage.tmp / "empty").mkdir(), stage.receiver("verify", "--storage", stage.tmp / "empty"))[1],
    "receiver-nothing-stored": lambda stage: stage.receiver("list", "--storage", empty_storage(stage)),
    "receiver-nothing-to-restore": lambda stage: stage.receiver(
        "restore", "--storage", empty_storage(stage), "--to", stage.tmp / "back"),
    "receiver-list-none": lambda stage: stored_and(stage, lambda place: None, "list", "--batch", "dayly"),
    "receiver-list-damaged": lambda stage: stored_and(
        stage, lambda place: (stage.tmp / "_storage" / summary_path(BATCH_ID)).write_bytes(b""), "list"),
    "receiver-list-time": lambda stage: stage.receiver("list", "--since=soon"),
    "receiver-list-period": lambda stage: stage.receiver(
        "list", "--storage", empty_storage(stage), "--since=2024-02-01", "--until=2024-01-01"),
    "receiver-files-none": lambda stage: stored_and(stage, lambda place: None, "files", "*.none"),
    "receiver-files-missing": lambda stage: stored_and(stage, lambda place: place.unlink(), "files"),
    "receiver-files-size": lambda stage: stored_and(stage, lambda place: place.write_bytes(b"x"), "files"),
    "receiver-files-sparse": lambda stage: stored_and(stage, lambda place: (place.unlink(), sparse(stage)), "files"),
    "receiver-files-no-summaries": lambda stage: (
        sparse(stage), stage.receiver("files", "--storage", empty_storage(stage)))[1],
    "receiver-files-unsafe": lambda stage: changed_summary(
        stage, lambda summary: summary["files"][0].update(path="../x")),
    "receiver-files-twice": lambda stage: changed_summary(
        stage, lambda summary: summary["files"].append(summary["files"][0])),
    "receiver-files-other": lambda stage: changed_summary(
        stage, lambda summary: summary.update(batch_id="20240115T103000Z-test_batch-00000000")),
    "receiver-files-second": lambda stage: stored_and(stage, lambda place: shutil.copy(
        stage.tmp / "_storage" / summary_path(BATCH_ID), stage.tmp / "_storage" / flat_summary_path(BATCH_ID)), "files"),
    "receiver-files-version": lambda stage: changed_summary(stage, lambda summary: summary.update(schema_version=3)),
    "receiver-restore-to": lambda stage: stage.receiver("restore"),
    "receiver-restore-storage": lambda stage: stage.receiver(
        "restore", "--storage", empty_storage(stage), "--to", stage.tmp / "_storage/back"),
    "receiver-restore-id": lambda stage: stored_and(
        stage, lambda place: None, "restore", "--to", stage.tmp / "back", OTHER_ID),
    "receiver-restore-id-alone": lambda stage: stage.receiver(
        "restore", "--storage", empty_storage(stage), "--to", stage.tmp / "back", BATCH_ID, "--at", "1d"),
    "receiver-restore-twins": lambda stage: restored(
        stage, {"batch_id": BATCH_ID}, {"batch_id": "20240116T103000Z-other-3f9a1c07"}, words=("3f9a1c07",)),
    "receiver-restore-changed": lambda stage: stored_and(
        stage, lambda place: place.write_bytes(b'{"rate": 62}\n'), "restore", "--to", stage.tmp / "back"),
    "receiver-restore-unreadable": lambda stage: restored(stage, {}, answer=Answer(
        "read", "EIO", path=str(stage.tmp / "_storage" / stored_path(BATCH_ID, "sub/data.json")))),
    "receiver-restore-matches-none": lambda stage: restored(stage, {}, words=("--include", "*.cvs")),
    "receiver-restore-too-early": lambda stage: restored(stage, {}, words=("--at", "2023-12-31")),
    "receiver-restore-there": lambda stage: restored(stage, {}, there={"sub/data.json": b"mine"}),
    "receiver-restore-obstacle": lambda stage: (
        (stage.tmp / "back/sub").mkdir(parents=True), (stage.tmp / "back/sub/data.json").symlink_to("x"),
        restored(stage, {}))[2],
    "receiver-restore-link": lambda stage: (
        (stage.tmp / "back").mkdir(), (stage.tmp / "back/sub").symlink_to("x"), restored(stage, {}))[2],
    "receiver-restore-clash": lambda stage: restored(
        stage, {"metadata": {"producer": "a"}},
        {"metadata": {"producer": "b"}, "batch_id": OTHER_ID, "files": {"sub/data.json": b"b"}}, words=("--flat",)),
    "receiver-restore-hidden": lambda stage: restored(
        stage, {"metadata": {"producer": "a"}},
        {"metadata": {"producer": "a", "source_folder": "/other"}, "batch_id": OTHER_ID}),
    "receiver-restore-name": lambda stage: restored(
        stage, {}, answer=Answer("renameat2,linkat,renameat", "EINVAL", "1")),
    "receiver-restore-same-name": lambda stage: restored(
        stage, {"files": {"A.csv": b"1", "a.csv": b"2"}}, there={"A.csv": b"1", "a.csv": b"1"},
        answer=Answer("getdents64", value="0", when="3+", path=str(stage.tmp / "back"))),
    "receiver-restore-time": lambda stage: restored(stage, {}, answer=Answer("utimensat", "EPERM")),
    "receiver-restore-kept-name": lambda stage: restored(
        stage, {"files": {".healthmetric-restoring-0": b""}}),
    "receiver-restore-busy": restore_into_a_locked_folder,
    "receiver-compare-folder": lambda stage: stage.receiver("compare"),
    "receiver-compare-file": lambda stage: compared(stage, {}, stage.source / "data.json"),
    "receiver-compare-signs": lambda stage: stage.receiver("compare", stage.source, "--only", "x"),
    "receiver-compare-producers": lambda stage: compared(stage, {}, producers=("lab", "ward")),
    "receiver-compare-storage": lambda stage: stage.receiver(
        "compare", "--storage", empty_storage(stage), stage.tmp / "_storage/inbox"),
    "receiver-compare-none": lambda stage: stored_and(
        stage, lambda place: None, "compare", stage.source, "--batch", "dayly"),
    "receiver-compare-not-all": lambda stage: compared(stage, {"new.csv": b"1"}),
    "receiver-compare-types": lambda stage: compared(stage, {"scan.dcm": b"1"}),
    "receiver-compare-unreadable": lambda stage: compared(stage, {"a\\b.json": b"{}"}),
    "receiver-export-what": lambda stage: stage.receiver("export", "--format", "csv"),
    "receiver-export-table": lambda stage: stage.receiver(
        "export", "--format", "sqlite", "--table", "files", "--output", "x"),
    "receiver-export-stdout": lambda stage: stage.receiver("export", "--format", "sqlite", "--output", "-"),
    "receiver-export-storage": lambda stage: stage.receiver(
        "export", "--storage", empty_storage(stage), "--format", "csv", "--output", stage.tmp / "_storage/x.csv"),
    "receiver-export-link": lambda stage: linked_export(stage),
    "receiver-export-foreign": lambda stage: exported_into(
        stage, lambda file: sqlite3.connect(file).execute("CREATE TABLE files (name TEXT)")),
    "receiver-export-damaged": lambda stage: exported_into(stage, lambda file: file.write_text("a letter\n" * 100)),
    "receiver-page-what": lambda stage: stage.receiver("page"),
    "receiver-page-storage": lambda stage: stage.receiver(
        "page", "--storage", empty_storage(stage), "--output", stage.tmp / "_storage/page.html"),
    "receiver-page-link": lambda stage: linked_page(stage),
    "receiver-page-folder": lambda stage: stage.receiver(
        "page", "--storage", empty_storage(stage), "--output", stage.tmp),
    "receiver-page-foreign": lambda stage: page_in_place_of(stage, "a letter\n"),
    "receiver-status-silent": lambda stage: watched_status(stage, '[producer.ws-12]\nevery = "1d"\n'),
    "receiver-status-never": lambda stage: watched_status(stage, "[default]\n[producer.other]\n"),
    "receiver-status-key": lambda stage: watched_status(stage, '[producer.ws-12]\nevry = "1d"\n'),
    "receiver-status-time": lambda stage: watched_status(stage, '[default]\nevery = "often"\n'),
    "receiver-status-toml": lambda stage: watched_status(stage, "[default"),
    "receiver-status-unit": lambda stage: watched_status(stage, "[default]\nevery = 1\n"),
    "receiver-status-twice": lambda stage: watched_status(stage, '[producer.lab]\n[producer."lab"]\n'),
    "receiver-status-link": lambda stage: (
        (stage.tmp / ".github").mkdir(), (stage.tmp / ".github/healthmetric.toml").symlink_to("x"),
        stage.receiver("status", "--storage", empty_storage(stage)))[2],
    "receiver-status-inbox": lambda stage: ((stage.tmp / "elsewhere").mkdir(), stage.receiver(
        "status", "--storage", empty_storage(stage), "--inbox", stage.tmp / "elsewhere"))[1],
    "receiver-status-damaged": lambda stage: damaged_inbox(stage, "status"),
    "receiver-status-unseen": lambda stage: stage.receiver("status", "--storage", empty_storage(stage)),
    "receiver-status-none": lambda stage: stage.receiver("status", "--storage", empty_storage(stage)),
    "receiver-status-future": lambda stage: watched_status(stage, processed_at="2999-01-01T00:00:00Z"),
    "receiver-status-twins": lambda stage: twins_status(stage),
    "receiver-status-token": lambda stage: watched_status(stage, sender={"token_expires": "2024-01-20T00:00:00Z"}),
    "receiver-growth-git": lambda stage: stage.receiver("growth", "--storage", empty_storage(stage)),
    "receiver-growth-partial": lambda stage: (
        subprocess.run(["git", "init", "--quiet", stage.tmp / "clone"], check=True),
        subprocess.run(["git", "-C", stage.tmp / "clone", "config", "remote.origin.promisor", "true"], check=True),
        (stage.tmp / "clone/_storage/inbox").mkdir(parents=True),
        stage.receiver("growth", "--storage", stage.tmp / "clone/_storage"))[3],
    "receiver-growth-inbox": lambda stage: stage.receiver("growth", "--storage", empty_storage(stage)),
    "receiver-growth-damaged": lambda stage: stored_and(
        stage, lambda place: (stage.tmp / "_storage" / summary_path(BATCH_ID)).write_bytes(b""), "growth"),
    "receiver-no-command": lambda stage: stage.receiver("verfy"),
    "receiver-verify-option": lambda stage: stage.receiver("verify", "--dry-run"),
}


@scenario
def receiver_not_retried(stage: Stage) -> Result:
    receiver_rejected(stage)
    (stage.tmp / "_storage/inbox/broken.json").write_text("another")
    return stage.receiver("--storage", stage.tmp / "_storage", "--retry-rejected", cwd=stage.tmp)


@scenario
def nothing_left(stage: Stage) -> Result:
    assert stage.destination("--folder", stage.source).status == 0
    for place in stage.source.iterdir():
        place.unlink()
    return stage.destination("--folder", stage.source)


@scenario
def many_empty_folders(stage: Stage) -> Result:
    for number in range(10_001):
        (stage.source / f"{number}").mkdir()
    return stage.sender("--folder", stage.source, "--output", stage.tmp / "out")


@scenario
def receiver_busy(stage: Stage) -> Result:
    (stage.tmp / "_storage").mkdir()
    held = os.open(stage.tmp / "_storage", os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        return stage.receiver("--storage", stage.tmp / "_storage")
    finally:
        os.close(held)


@scenario
def receiver_bad_template(stage: Stage) -> Result:
    return stage.receiver("--name-template", "{stem}")


@scenario
def receiver_no_reject_list(stage: Stage) -> Result:
    return stage.receiver("--reject-list", stage.tmp / "gone.json")


SCENARIOS |= {
    "idle-pattern": lambda stage: stage.send("--exclude", "*.tmp"),
    "list-encoding": lambda stage: with_file(stage, "data.json\ngröße.json\n".encode("latin-1"), "--files-from"),
    "config-encoding": lambda stage: with_file(stage, 'branch = "main"'.encode("utf-16"), "--config"),
    "list-with-nul": lambda stage: stage.send("--files-from", "-", input=b"data.json\0"),
    "no-size-too-large": lambda stage: stage.sender("--file", "/proc/filesystems", "--output", stage.tmp / "out",
                                                    "--max-file-size", "10"),
    "tilde-without-home": lambda stage: Program(stage.sender.path, stage.sender.home, ["env", "--unset=HOME"])(
        "--data", "1", "--output=~/out"),
    "no-locks": lambda stage: with_answer(stage, Answer("flock", "ENOLCK")),
    "draft-taken": lambda stage: with_answer(stage, Answer("flock", "EAGAIN")),
    "listing-broke-off": lambda stage: with_answer(stage, Answer("getdents64", "EIO", "3", str(stage.source))),
}


def with_file(stage: Stage, text: bytes, option: str) -> Result:
    (stage.tmp / "file").write_bytes(text)
    return stage.send(option, stage.tmp / "file")


def compared(stage: Stage, files: dict[str, bytes], folder: Path | None = None, producers: tuple[str, ...] = ()) -> Result:
    """A folder with these files, with a storage that has a batch of each producer."""
    (stage.tmp / "here").mkdir()
    write_tree(stage.tmp / "here", files)
    for number, producer in enumerate(producers):
        Payload(batch_id=f"20240115T10300{number}Z-test_batch-3f9a1c0{number}",
                metadata={"producer": producer, "instance": "aa", "sequence": 1}).put_into(stage.tmp / "_storage")
    if producers:
        assert stage.receiver("--storage", stage.tmp / "_storage").status == 0
        return stage.receiver("compare", "--storage", stage.tmp / "_storage", stage.tmp / "here")
    return stage.receiver("compare", "--storage", empty_storage(stage), folder or stage.tmp / "here")


def linked_export(stage: Stage) -> Result:
    link = stage.tmp / "files.csv"
    link.symlink_to("elsewhere")
    return stage.receiver("export", "--storage", empty_storage(stage), "--format", "csv", "--output", link)


def linked_page(stage: Stage) -> Result:
    link = stage.tmp / "page.html"
    link.symlink_to("elsewhere")
    return stage.receiver("page", "--storage", empty_storage(stage), "--output", link)


def page_in_place_of(stage: Stage, text: str) -> Result:
    file = stage.tmp / "letter.html"
    file.write_text(text)
    return stage.receiver("page", "--storage", empty_storage(stage), "--output", file)


def exported_into(stage: Stage, make: Callable[[Path], object]) -> Result:
    file = stage.tmp / "health.db"
    make(file)
    return stage.receiver("export", "--storage", empty_storage(stage), "--format", "sqlite", "--output", file)


def with_answer(stage: Stage, answer: Answer) -> Result:
    """The system answers so."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    return answered_by_system(stage.sender, answer)("--folder", stage.source, "--output", stage.tmp / "out",
                                                    env=TRACED)


@scenario
def producer_renamed(stage: Stage) -> Result:
    assert stage.send("--producer", "lab").status == 0
    return stage.send("--producer", "ward")


@scenario
def ignore_file_encoding(stage: Stage) -> Result:
    (stage.source / ".healthmetricignore").write_bytes("*.csv\n".encode("utf-16"))
    return stage.send()


@scenario
def file_grew(stage: Stage) -> Result:
    log = stage.source / "log.txt"
    log.write_bytes(b"x" * 300_000)
    with growing(log):
        return with_answer(stage, Answer("read", "", path=str(log), delay="20ms"))


@scenario
def database_in_use(stage: Stage) -> Result:
    with closing(sqlite3.connect(stage.source / "health.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE pulse (rate)")
        return stage.send("--include", "*.db")


@scenario
def not_set_aside(stage: Stage) -> Result:
    with unprivileged_user() as user:
        (user.folder / "data.json").write_bytes(b"1")
        user.own(user.folder)
        send = Destination(stage.destination.github, stage.destination.repo, user.sender)
        assert send("outbox", "list").status == 0
        (user.sender.outbox / "refused").chmod(0o500)
        stage.fault("PUT", {"status": 400, "body": '{"message": "Words of GitHub"}'})
        return send("--file", user.folder / "data.json")


@pytest.fixture
def stage(destination: Destination, sender: Program, receiver: Program, source: Path, tmp_path: Path) -> Iterator[Stage]:
    yield Stage(destination, sender, receiver, source, tmp_path)
    destination.github.clear_faults()


def test_every_row_has_a_scenario_and_every_scenario_a_row() -> None:
    names = [row.name for row in rows()]
    assert len(names) > 40 and len(set(names)) == len(names)
    assert set(names) == set(SCENARIOS)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_the_programs_print_what_the_table_says(row: Row, stage: Stage) -> None:
    result = SCENARIOS[row.name](stage)
    assert result.status == row.status, result
    lines = [re.sub(r"^healthmetric-(sender|receiver): ", "", line) for line in (result.stderr + result.stdout).splitlines()]
    assert any(row.pattern.fullmatch(line) for line in lines), (row.message, lines)
