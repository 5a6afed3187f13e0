"""Programs that are killed at a system call, and which of those that ran it was."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from system_calls import Answer

EXECUTED = re.compile(r"^(?:(\d+) +)?execve\(\"([^\"]*)\", \[(.*?)\].*(?: = 0|<unfinished \.\.\.>)$")
KILLED = re.compile(r"^(?:(\d+) +)?\+\+\+ killed by SIGKILL")
NAMES = {"receive_and_commit.py": "commit script", "healthmetric-receiver": "receiver",
         "healthmetric-sender": "sender", "receive-locally.sh": "shell", "bash": "shell"}


@dataclass(frozen=True)
class Kill:
    """At the n-th such call of a process: of the first one alone, or of any that it starts."""

    call: str
    number: int
    of_any: bool = True

    def strace(self, log: Path) -> list[str]:
        """What to put before a command."""
        answer = Answer(self.call, signal="KILL", when=str(self.number))
        _, *inject = answer.options
        return ["strace", *(["--follow-forks"] if self.of_any else []), "--string-limit=400", f"--output={log}",
                f"--trace=execve,{self.call}", *inject]


def killed_programs(log: Path) -> Counter[str]:
    """By the names of people: what `strace` wrote of a run that may have been killed."""
    names: dict[str, str] = {}
    killed: dict[str, str] = {}
    for line in log.read_text(errors="replace").splitlines() if log.exists() else []:
        if found := EXECUTED.match(line):
            names[found[1] or ""] = _name(found[2], found[3])
        elif found := KILLED.match(line):
            killed[found[1] or ""] = names.get(found[1] or "", "")
    threads_of = [name for name in killed.values() if name]
    return Counter(threads_of or (["forked process"] if killed else []))


def _name(path: str, words: str) -> str:
    program = path.rpartition("/")[2]
    if program.startswith("python") and (script := re.search(r'/([^/"]+\.py)"', words)):
        program = script[1]
    return NAMES.get(program, program)
