"""Pushes that a server refuses, in whole or for one batch, and pushes of a bounded size."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from batch_report import BatchChange
from committing import BatchCommit
from forge import ATTRIBUTES, PROJECT, Batch, Forge
from git_words import denial_in, refusal_in
from pushing import groups
from shown_text import MAX_CHARACTERS, on_one_line
from watched_command import without_progress

SECRET = b"token = not-a-real-one-but-protected\n"
# What GitHub prints when push protection finds something, as far as a hook can say it.
PUSH_PROTECTION = """
old=0000; while read -r old new ref; do
  for commit in $(git rev-list --reverse "$old..$new"); do
    if git grep --quiet 'not-a-real-one' "$commit" -- ':(exclude)_storage/inbox' \
        ':(exclude)_storage/rejected'; then
      cat >&2 <<'WORDS'
error: GH013: Repository rule violations found for refs/heads/main.

- GITHUB PUSH PROTECTION
  —————————————————————————————————————————
    Resolve the following violations before pushing again

    - Push cannot contain secrets
WORDS
      exit 1
    fi
  done
done"""
COUNT_PUSHES = 'cat > /dev/null; echo >> "$GIT_DIR/pushes"'


class Refusing:
    """A server that answers every request with one status."""

    def __init__(self, status: int) -> None:
        self.requests = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                self.send_response(status)
                if status == 401:
                    self.send_header("WWW-Authenticate", 'Basic realm="data"')
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self) -> Refusing:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def batches(count: int) -> list[Batch]:
    return [Batch(f"20240115T1030{number:02d}Z-batch-{number:08x}", {"a.txt": b"%d" % number})
            for number in range(count)]


def with_secret(batch: Batch) -> Batch:
    return Batch(batch.batch_id, batch.files | {"secret.txt": SECRET})


def pushes(forge: Forge) -> int:
    return len((forge.remote / "pushes").read_text().splitlines())


@pytest.mark.parametrize("bad", [{0}, {3}, {6}, {0, 1}, {2, 6}, set(range(7))], ids=str)
def test_what_push_protection_finds_is_rejected_alone(forge: Forge, bad: set[int]) -> None:
    sent = [with_secret(batch) if number in bad else batch
            for number, batch in enumerate(batches(7))]
    forge.send(*sent)
    forge.hook("pre-receive", PUSH_PROTECTION)
    done = forge.receive("--result-json", "result.json")
    assert done.returncode == 4, done.stderr
    files = forge.files()
    for number, batch in enumerate(sent):
        receipt = json.loads(files[batch.summary_path])
        assert batch.payload_path not in files
        if number not in bad:
            assert receipt["status"] == "stored"
            assert batch.stored().items() <= files.items()
            continue
        assert receipt["status"] == "rejected"
        assert "Push cannot contain secrets" in receipt["reason"]
        assert "GH013" in receipt["reason"] and "—" not in receipt["reason"]
        assert files[f"_storage/rejected/{batch.batch_id}.json"] == batch.payload()
        assert not batch.stored().keys() & files.keys()
    told = json.loads((forge.clone / "result.json").read_text())
    assert {each["batch_id"]: each["status"] for each in told["batches"]} == {
        batch.batch_id: "rejected" if number in bad else "stored"
        for number, batch in enumerate(sent)}
    assert sorted(forge.messages()) == sorted(
        f"Reject batch {batch.batch_id}" if number in bad
        else f"Store batch {batch.batch_id} (1 file)" for number, batch in enumerate(sent))
    for each in told["batches"]:
        assert each["batch_id"] in forge.git("log", "-1", "--format=%s", each["commit"])


def test_a_file_too_large_for_the_repository_is_rejected_with_its_batch(forge: Forge) -> None:
    small, large = batches(2)
    large = Batch(large.batch_id, {"large.txt": b"x" * 70_000})
    forge.send(small, large)
    forge.hook("update", """
        if git rev-list --objects "$2..$3" | git cat-file --batch-check='%(objectsize) %(rest)' |
            grep -v inbox/ | grep -v rejected/ | awk '$1 > 65536 { found = 1 } END { exit !found }'; then
          echo "error: GH001: Large files detected." >&2; exit 1
        fi""")
    done = forge.receive()
    assert done.returncode == 4, done.stderr
    files = forge.files()
    assert small.stored().items() <= files.items()
    assert "GH001" in json.loads(files[large.summary_path])["reason"]


def test_a_branch_that_takes_nothing_rejects_nothing(forge: Forge) -> None:
    sent = batches(4)
    forge.send(*sent)
    forge.hook("pre-receive", "echo 'GH006: Protected branch update failed' >&2; exit 1")
    before = forge.tip()
    done = forge.receive("--result-json", "result.json", "--summary-markdown", "summary.md")
    assert done.returncode == 7
    assert "GH006: Protected branch update failed" in done.stderr
    assert forge.tip() == before
    told = json.loads((forge.clone / "result.json").read_text())
    assert told["batches"] == [] and "GH006" in told["failure"]
    assert "still in the inbox" in (forge.clone / "summary.md").read_text()


def denied(forge: Forge, *options: str) -> subprocess.CompletedProcess[str]:
    """Rejects nothing, and says so at once."""
    forge.send(*batches(3))
    before = forge.tip()
    done = forge.receive("--result-json", "result.json", *options)
    assert done.returncode == 7, done.stderr
    assert forge.tip() == before
    assert json.loads((forge.clone / "result.json").read_text())["batches"] == []
    assert "moved" not in done.stderr and "again" not in done.stderr
    return done


@pytest.mark.parametrize("status", [401, 403, 404])
def test_without_the_right_to_push_it_is_said_at_once_what_git_said(forge: Forge, status: int) -> None:
    with Refusing(status) as server:
        forge.push_to(f"http://x:secret-of-mine@127.0.0.1:{server.port}/data.git")
        done = denied(forge)
        assert server.requests <= 2  # one without the password
    assert "127.0.0.1" in done.stderr and "secret-of-mine" not in done.stderr


def test_a_push_that_is_not_answered_is_tried_again_and_the_branch_has_not_moved(forge: Forge) -> None:
    forge.send(*batches(1))
    with Refusing(503) as server:
        forge.push_to(f"http://127.0.0.1:{server.port}/data.git")
        done = forge.receive("--attempts", "3")
        assert server.requests == 3
    assert done.returncode == 7
    assert "failed, 3 times in a row" in done.stderr and "503" in done.stderr
    assert "moved" not in done.stderr


@pytest.mark.parametrize("what", ["fetch", "push"])
def test_a_connection_that_falls_silent_is_given_up(forge: Forge, what: str) -> None:
    forge.send(*batches(1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/data.git"
        forge.push_to(url) if what == "push" else forge.fetch_from(url)
        done = forge.receive("--timeout", "1", "--attempts", "1")
    assert done.returncode == 7, done
    assert "too slow" in done.stderr and "moved" not in done.stderr


def test_a_server_that_thinks_for_ever_is_given_up(forge: Forge) -> None:
    """Its connection is alive, so git itself would wait."""
    forge.send(*batches(1))
    end = forge.remote / "end"
    os.mkfifo(end)
    forge.hook("pre-receive", f": < {end}; exit 1")
    before = forge.tip()
    done = forge.receive("--timeout", "1", "--attempts", "1")
    os.close(os.open(end, os.O_WRONLY | os.O_NONBLOCK))
    assert done.returncode == 7, done
    assert "no output for 5 s" in done.stderr and "git push" in done.stderr
    assert forge.tip() == before


def test_hooks_of_the_clone_have_no_say(forge: Forge) -> None:
    """Each would leave a mark, and then refuse."""
    forge.send(*batches(1))
    mark = forge.directory / "hook-ran"
    hooks = forge.clone / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-index-change", "pre-push", "pre-auto-gc", "fsmonitor"):
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >> {mark}\nexit 1\n")
        (hooks / name).chmod(0o755)
    subprocess.run(["git", "-C", forge.clone, "config", "core.fsmonitor", hooks / "fsmonitor"], check=True)
    done = forge.receive()
    assert done.returncode == 0, done.stderr
    assert not mark.exists(), mark.read_text()
    assert len(forge.messages()) == 1


HOSTILE_WORDS = r"""
printf '\033[2J::error::forged\n::add-mask::x\n##[error]forged \342\200\256 https://me:s3cret@example.org/x\n' >&2
printf 'ghp_%s\n' aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa >&2
exit 1"""


def test_words_of_the_remote_are_shown_on_one_line_and_without_secrets(forge: Forge) -> None:
    forge.send(*batches(1))
    forge.hook("pre-receive", HOSTILE_WORDS)
    done = forge.receive("--result-json", "result.json")
    assert done.returncode == 7, done
    failure = json.loads((forge.clone / "result.json").read_text())["failure"]
    assert "forged" in done.stderr and "forged" in failure
    for line in (*done.stderr.splitlines(), *done.stdout.splitlines(), failure):
        assert line.isprintable() and not line.startswith("::") and "##[" not in line, line
        assert "s3cret" not in line and "ghp_" not in line, line


@pytest.mark.parametrize("what", ["fetch", "push"])
def test_words_of_a_remote_that_fails_are_shown_likewise(forge: Forge, what: str) -> None:
    """What stands where git expects its remote end says what it likes."""
    forge.send(*batches(1))
    program = forge.directory / "remote-end"
    program.write_text(f"#!/bin/sh\n{HOSTILE_WORDS}\n")
    program.chmod(0o755)
    option = "uploadpack" if what == "fetch" else "receivepack"
    subprocess.run(["git", "-C", forge.clone, "config", f"remote.origin.{option}", program], check=True)
    done = forge.receive("--attempts", "1")
    assert done.returncode == 7, done
    assert "forged" in done.stderr
    for line in done.stderr.splitlines():
        assert line.isprintable() and not line.startswith("::") and "##[" not in line, line
        assert "s3cret" not in line and "ghp_" not in line, line


@pytest.mark.parametrize(("said", "shown"), [
    ("fatal: 'https://u:p/w@x@host/o.git' not found", "fatal: 'https://***@host/o.git' not found"),
    ("a\nb\r\n\tc", "a b c"), ("see github_pat_11ABCDEFGHIJKLMNOPQRSTUVWX now", "see *** now"),
    ("##[add-mask]x", r"##\x5badd-mask]x"), ("ghs_test", "ghs_test"), ("\x9b31m\u2066x", "31m x"),
])
def test_words_of_others_become_one_harmless_line(said: str, shown: str) -> None:
    assert on_one_line(said) == shown


def test_progress_is_no_word_of_git() -> None:
    said = (b"Enumerating objects: 5, done.\nCounting objects:  20% (1/5)\rCounting objects: 100% (5/5), done.\n"
            b"Delta compression using up to 2 threads\nCompressing objects: 100% (2/2), done.\n"
            b"Writing objects: 100% (3/3), 300 bytes | 300.00 KiB/s, done.\nTotal 3 (delta 0), reused 0 (delta 0)\n"
            b"remote: Resolving deltas: 100% (1/1), done.        \nremote: Large files: 3\nfatal: no\n")
    assert without_progress(said) == b"remote: Large files: 3\nfatal: no\n"


@pytest.mark.parametrize("option", ["--attempts", "--timeout", "--push-limit"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e3", "1.5", "", "1_0", " 1", "\u0661", "9" * 18, "9" * 5000])
def test_a_number_that_cannot_be_meant_is_refused(forge: Forge, option: str, value: str) -> None:
    forge.send(*batches(1))
    done = forge.receive(f"{option}={value}")
    assert done.returncode == 2, done
    assert option in done.stderr.splitlines()[-1] and "whole number from 1 to" in done.stderr
    assert forge.messages() == []


def test_trouble_that_passes_rejects_nothing(forge: Forge) -> None:
    """The server fails twice, as it does for a moment now and then."""
    forge.send(*batches(2))
    forge.hook("pre-receive", """
        echo >> "$GIT_DIR/tried"
        if [ "$(wc -l < "$GIT_DIR/tried")" -le 2 ]; then echo 'Internal Server Error' >&2; exit 1; fi""")
    done = forge.receive()
    assert done.returncode == 0, done.stderr
    assert len(forge.messages()) == 2


def test_pushes_are_bounded(forge: Forge) -> None:
    sent = [Batch(batch.batch_id, {"a.bin": bytes([number]) * 1000})
            for number, batch in enumerate(batches(7))]
    forge.send(*sent)
    forge.hook("post-receive", COUNT_PUSHES)
    done = forge.receive("--push-limit", "7000")
    assert done.returncode == 0, done.stderr
    assert len(forge.messages()) == 7
    assert pushes(forge) == 3


def test_one_push_is_enough_for_small_batches(forge: Forge) -> None:
    forge.send(*batches(7))
    forge.hook("post-receive", COUNT_PUSHES)
    assert forge.receive().returncode == 0
    assert pushes(forge) == 1


def test_a_push_holds_as_many_commits_as_its_limit_allows() -> None:
    def sizes_in_groups(*sizes: int) -> list[list[int]]:
        commits = [BatchCommit("", [BatchChange("")], size) for size in sizes]
        return [[each.new_bytes for each in group] for group in groups(commits, 10)]

    assert sizes_in_groups() == []
    assert sizes_in_groups(10) == [[10]]
    assert sizes_in_groups(4, 6, 1) == [[4, 6], [1]]
    assert sizes_in_groups(11, 1, 12) == [[11], [1], [12]]


def test_what_arrived_before_a_lost_race_is_not_done_again(forge: Forge) -> None:
    """The branch moves once, between the first push and the second."""
    forge.send(*batches(4))
    forge.hook("post-receive", """
        cat > /dev/null
        if ! [ -e "$GIT_DIR/moved" ]; then
          touch "$GIT_DIR/moved"
          commit=$(git commit-tree -p main -m add 'main^{tree}')
          git update-ref refs/heads/main "$commit"
        fi""")
    done = forge.receive("--push-limit", "1", "--result-json", "result.json", GIT_AUTHOR_NAME="n",
                         GIT_AUTHOR_EMAIL="e@example.invalid", GIT_COMMITTER_NAME="n",
                         GIT_COMMITTER_EMAIL="e@example.invalid")
    assert done.returncode == 0, done.stderr
    assert "starting again" in done.stderr
    assert forge.messages() == [f"Store batch {batch.batch_id} (1 file)" for batch in batches(4)]
    told = json.loads((forge.clone / "result.json").read_text())
    assert [each["status"] for each in told["batches"]] == ["stored"] * 4


def test_the_storage_gets_attributes_of_its_own(forge: Forge) -> None:
    forge.git("update-ref", "refs/heads/main",
              forge.git("commit-tree", "-m", "add", "4b825dc642cb6eb9a060e54bf8d69288fbee4904").strip())
    [batch] = batches(1)
    forge.add({".gitattributes": b"* text eol=crlf\n"})
    forge.clone_again()
    forge.send(batch)
    assert forge.receive().returncode == 0
    assert forge.files()[ATTRIBUTES] == (PROJECT / ATTRIBUTES).read_bytes()  # two copies, kept alike
    assert forge.messages() == ["Keep git from rewriting stored files",
                                f"Store batch {batch.batch_id} (1 file)"]
    checked_out = forge.directory / "checked-out"
    subprocess.run(["git", "clone", "--quiet", forge.remote, checked_out], check=True)
    for path, content in batch.stored().items():
        assert (checked_out / path).read_bytes() == content


def test_attributes_that_are_there_already_stay(forge: Forge) -> None:
    forge.add({ATTRIBUTES: b"* -text\n"})
    forge.send(*batches(1))
    assert forge.receive().returncode == 0
    assert forge.files()[ATTRIBUTES] == b"* -text\n"


def test_receipts_are_kept_beside_the_result(forge: Forge) -> None:
    good, bad = batches(2)
    forge.send(good)
    forge.add({bad.payload_path: bad.damaged_payload()})
    assert forge.receive("--receipts", "receipts").returncode == 4
    kept = {path.name: json.loads(path.read_text())["status"]
            for path in (forge.clone / "receipts").iterdir()}
    assert kept == {f"{good.batch_id}.json": "stored", f"{bad.batch_id}.json": "rejected"}


@pytest.mark.parametrize(("report", "said", "meaning"), [
    (b"!\tx:y\t[remote rejected] (pre-receive hook declined)\nDone\n", b"remote: no: why\n",
     "no: why pre-receive hook declined"),
    (b"!\tx:y\t[remote rejected] (failed)\n", b"remote: fatal: pack exceeds maximum allowed size\n",
     "fatal: pack exceeds maximum allowed size failed"),
    (b"", b"error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\n",
     "RPC failed; HTTP 413 curl 22 The requested URL returned error: 413"),
    (b"!\tx:y\t[rejected] (fetch first)\n", b"hint: pull\n", None),
    (b"!\tx:y\t[remote rejected] (cannot lock ref 'refs/heads/main')\n", b"", None),
    (b"!\tx:y\t[remote rejected] (Internal Server Error)\n", b"", None),
    (b"", b"fatal: unable to access 'x': Could not resolve host\n", None),
    (b"!\tx:y\t[remote rejected] (no)\n", b"remote: \x1b[31mred\x1b[m \xff\xe2\x80\xae!\n",
     "[31mred [m \N{REPLACEMENT CHARACTER} ! no"),
])
def test_a_refusal_is_told_from_a_lost_race_and_from_silence(report: bytes, said: bytes,
                                                             meaning: str | None) -> None:
    assert refusal_in(report, said) == meaning


def test_a_refusal_without_end_is_cut() -> None:
    said = b"remote: " + b"word " * 10_000 + b"\n"
    assert len(refusal_in(b"!\tx:y\t[remote rejected] (no)\n", said) or "") == MAX_CHARACTERS


@pytest.mark.parametrize("said", [
    b"remote: Permission to o/r.git denied to github-actions[bot].\n"
    b"fatal: unable to access 'https://github.com/o/r/': The requested URL returned error: 403\n",
    b"remote: Write access to repository not granted.\n"
    b"fatal: unable to access 'https://github.com/o/r/': The requested URL returned error: 403\n",
    b"ERROR: Permission to o/r.git denied to deploy key\nfatal: Could not read from remote repository.\n",
    b"ERROR: The key you are authenticating with has been marked as read only.\n",
    b"git@github.com: Permission denied (publickey).\n", b"ERROR: Repository not found.\n",
    b"remote: Invalid username or token.\nfatal: Authentication failed for 'https://github.com/o/r/'\n",
    b"fatal: could not read Username for 'https://github.com': terminal prompts disabled\n",
    b"error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403\n",
])
def test_no_right_to_push_is_told_from_trouble_that_passes(said: bytes) -> None:
    assert denial_in(said)
    assert "\n" not in (denial_in(said) or "")


@pytest.mark.parametrize("said", [
    b"", b"error: RPC failed; HTTP 500 curl 22 The requested URL returned error: 500\n",
    b"error: RPC failed; HTTP 429 curl 22 The requested URL returned error: 429\n",
    b"fatal: unable to access 'x': Could not resolve host: github.com\n",
    b"fatal: unable to access 'x': Operation too slow. Less than 1 bytes/sec transferred the last 180 seconds\n",
    b"error: failed to push some refs to 'x'\nhint: Updates were rejected because the remote contains work\n",
    b"kex_exchange_identification: Connection closed by remote host\nfatal: Could not read from remote repository.\n",
])
def test_trouble_that_passes_is_no_want_of_rights(said: bytes) -> None:
    assert denial_in(said) is None
