"""Producers, receivers, people and misfortune, as rules that may follow each other in any order."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import sys
import time
import traceback
from pathlib import Path

from at_rest import Accounts
from figures import Figures
from github_server.local_github import LocalGithub
from hostile import corpus
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from kills import Kill
from producer import HEARTBEAT, Producer
from repository import INBOX_BRANCH, TARGET, Repository
from runner import Runner, Victim

PATHS = ("a.json", "sub/b.csv", "Ärztin Müller/c.csv", "d e.json", "sub/deep/f.txt", "[g].xml")
FAULTS = (
    "close_before", "close_after", "truncate", "reset_mid_body", "race", "gzip", {"status": 502}, {"status": 500},
    {"status": 409, "body": {"message": "is at 1 but expected 2"}}, {"status": 503, "body": "<html>busy</html>"},
    {"answer_after": {"status": 502}}, {"status": 429, "headers": {"Retry-After": 1}},
)
CALLS_OF_SENDER = {
    "openat": 110, "write": 16, "pwrite64": 46, "fsync": 26, "fdatasync": 12, "rename": 14, "mkdir": 14, "unlink": 4,
    "sendto": 35, "recvfrom": 26, "connect": 3, "poll": 105, "getdents64": 27, "close": 116,
}
"""About how often it makes each for one batch."""
CALLS = {
    Victim.SCRIPT: {"vfork": 42, "wait4": 56, "poll": 141, "write": 28, "mkdir": 11, "unlinkat": 15, "rmdir": 4,
                    "openat": 320, "read": 531, "close": 587},
    Victim.RECEIVER: {"openat": 67, "read": 25, "write": 13, "mkdirat": 10, "renameat2": 2, "unlinkat": 8, "fcntl": 13,
                      "close": 46},
    Victim.ANY: {"execve": 3, "openat": 60, "read": 40, "write": 10, "link": 2, "rename": 2, "unlink": 2, "mkdir": 4,
                 "close": 60},
}
"""Likewise of those that receive; git is one of any."""
HOSTILE = [next(iter(each.files.values())) for each in corpus()
           if each.outcome == "rejected" and not each.options and "file name" not in each.words
           and len(each.files) == 1 and sum(map(len, each.files.values())) < 50_000]
"""Payloads of which nothing may be stored, whatever their names."""
SMALL = {"HEALTHMETRIC_MAX_FILE_SIZE": "100K"}
"""The environment of a receiver that rejects the largest files."""

OF_PRODUCERS = ((), (), ("--branch", TARGET, "--inbox-branch", TARGET))
"""The first ones use an inbox branch, the last one has its payloads on the target branch."""

FEWEST_ACTIONS = 5
"""Hypothesis begins with lives that hardly contain one, and each takes as long to settle as any."""

producers = st.integers(0, 2)
runners = st.integers(0, 1)
paths = st.sampled_from(PATHS)
branches = st.sampled_from((TARGET, INBOX_BRANCH))
packings = st.sampled_from(((), ("--part-size", "64K"), ("--compress", "zstd"),
                            ("--part-size", "64K", "--compress", "zstd")))
others = st.sampled_from(((), (), ("--wait", "0"), (HEARTBEAT,), ("--wait", "0", HEARTBEAT)))


def kills(calls: dict[str, int], of_any: bool = True) -> st.SearchStrategy[Kill]:
    return st.one_of([st.builds(Kill, st.just(call), st.integers(1, most), st.just(of_any))
                      for call, most in calls.items()])


kills_of_sender = kills(CALLS_OF_SENDER)
attacks = st.one_of([st.tuples(st.just(victim), kills(calls, victim is not Victim.SCRIPT))
                     for victim, calls in CALLS.items()])


class TimeIsUp(BaseException):
    """Not an Exception: Hypothesis would take that for a failure of the example."""


class Life(RuleBasedStateMachine):
    github: LocalGithub
    scratch: Path
    figures: Figures
    end = 0.0
    numbers = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        name = f"life-{next(self.numbers)}"
        self.folder, self.actions = self.scratch / name, 0
        self.github.clear_faults()
        self.repository = Repository(self.github, f"octo/{name}")
        self.github.create_repo(self.repository.name)
        killed = self.figures.kills
        self.producers = [Producer(f"p{number}", self.folder / f"producer {number}", self.repository, number > 0,
                                   killed, options=OF_PRODUCERS[number]) for number in range(3)]
        self.runners = [Runner(self.folder / f"runner-{number}", self.repository, killed) for number in range(2)]
        self.accounts = Accounts(self.repository, self.producers, self.runners)

    @initialize(size=st.integers(0, 200_000))
    def begin(self, size: int) -> None:
        for producer in self.producers:
            producer.write("a.json", random.Random(size).randbytes(size))

    @rule(at=producers, path=paths, size=st.sampled_from((0, 1, 3000, 150_000)), content=st.integers(0, 999))
    def write(self, at: int, path: str, size: int, content: int) -> None:
        self.count("write")
        self.producers[at].write(path, random.Random(content).randbytes(size))

    @rule(at=producers, path=paths)
    def delete(self, at: int, path: str) -> None:
        self.count("delete")
        self.producers[at].delete(path)

    @rule(at=producers, options=packings, other=others)
    def send(self, at: int, options: tuple[str, ...], other: tuple[str, ...]) -> None:
        self.count("send", *options, *other)
        self.producers[at].send(*options, *other)

    @rule(at=producers, runner=runners, options=packings)
    def send_and_wait(self, at: int, runner: int, options: tuple[str, ...]) -> None:
        """Receivers run until the sender has its receipt."""
        self.count("send and wait for the receipt", *options)

        def receive(sender: subprocess.Popen[bytes]) -> None:
            while sender.poll() is None:
                self.runners[runner].receive()

        result = self.producers[at].send("--wait", "60s", *options, meanwhile=receive)
        assert result.json["status"] != "sent", "receivers ran all the time"

    @rule(at=producers, options=packings, other=others, kill=kills_of_sender)
    def send_and_kill(self, at: int, options: tuple[str, ...], other: tuple[str, ...], kill: Kill) -> None:
        self.count("send, to be killed", *options, *other)
        self.producers[at].send(*options, *other, kill=kill)

    @rule(at=producers)
    def retry(self, at: int) -> None:
        self.count("outbox retry")
        self.producers[at].retry()

    @rule(at=producers, kill=kills_of_sender)
    def retry_and_kill(self, at: int, kill: Kill) -> None:
        self.count("outbox retry, to be killed")
        self.producers[at].retry(kill)

    @rule(at=producers)
    def drop(self, at: int) -> None:
        self.count("outbox drop")
        self.producers[at].drop()

    @rule(method=st.sampled_from(("PUT", "GET", "POST")), fault=st.sampled_from(FAULTS), after=st.integers(0, 3))
    def misfortune(self, method: str, fault: object, after: int) -> None:
        self.count("fault of the server or network")
        self.github.faults({"method": method, "path": "^/repos/", "after": after, "action": fault})

    @rule(at=runners)
    def receive(self, at: int) -> None:
        self.count("receive")
        self.runners[at].receive()
        assert not self.runners[at].litter()

    @rule(at=runners)
    def receive_small_files_alone(self, at: int) -> None:
        self.count("receive, rejecting large files")
        self.runners[at].receive(environment=SMALL)
        self.accounts.note_rejections()

    @rule(at=runners)
    def retry_rejected(self, at: int) -> None:
        self.count("receive --retry-rejected")
        self.runners[at].receive("--retry-rejected")

    @rule(at=runners, attack=attacks, options=st.sampled_from(((), ("--retry-rejected",))))
    def receive_and_kill(self, at: int, attack: tuple[Victim, Kill], options: tuple[str, ...]) -> None:
        self.count("receive, to be killed", *options)
        victim, kill = attack
        self.runners[at].receive(*options, kill=kill, victim=victim)

    @rule()
    def receive_twice_at_once(self) -> None:
        self.count("receive, two at once")
        started = [runner.start() for runner in self.runners]
        for runner, process in zip(self.runners, started, strict=True):
            runner.ended(process)

    @rule(number=st.integers(0, 99), branch=branches)
    def commit_by_somebody_else(self, number: int, branch: str) -> None:
        self.count("commit by somebody else")
        self.repository.commit(f"notes/{number}.txt", b"x", branch)

    @rule(number=st.integers(0, len(HOSTILE) - 1), branch=branches)
    def hostile_payload(self, number: int, branch: str) -> None:
        self.count("hostile payload")
        name = f"hostile-{number:03}.json"
        self.repository.commit(f"_storage/inbox/{name}", HOSTILE[number], branch)
        self.accounts.hostile.add((branch, name))

    @rule()
    def delete_the_inbox_branch(self) -> None:
        self.count("deletion of the inbox branch")
        self.accounts.note_deletion_of(INBOX_BRANCH)
        self.repository.delete_branch(INBOX_BRANCH)

    def count(self, action: str, *options: str) -> None:
        self.actions += 1
        self.figures.count(action, *options)

    def teardown(self) -> None:
        """Also after a step that failed, which time must not hide."""
        ended_by = sys.exc_info()[1]
        if isinstance(ended_by, Exception) and not isinstance(ended_by, HypothesisException):
            self.note_failure()
        try:
            if self.actions < FEWEST_ACTIONS and not self.figures.findings:
                if ended_by is None:
                    reject()
                return  # Hypothesis ended it
            self.figures.lives += 1
            self.github.clear_faults()
            self.accounts.settle(self.folder)
        except HypothesisException:
            raise
        except Exception:
            self.note_failure()
            raise
        finally:
            shutil.rmtree(self.folder)
        if time.monotonic() > self.end and not self.figures.findings:
            raise TimeIsUp

    @classmethod
    def note_failure(cls) -> None:
        """The first one is printed as it is; what Hypothesis makes of it takes minutes."""
        if not cls.figures.findings:
            traceback.print_exc()
        cls.figures.findings += 1
