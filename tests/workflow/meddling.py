"""A git that does something else first, before each push to an inbox branch."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from inbox import INBOX

KILLED = "kill -9 $PPID; exit 1"
"""Lines of shell that end the run that pushes as SIGKILL does."""


def git_that(folder: Path, before_the_push: str, branch: str = INBOX) -> dict[str, str]:
    """An environment in which git runs lines of shell first; `$n` counts."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    git = shutil.which("git")
    (place / "git").write_text(f"""#!/bin/bash
case " $* " in *" push "*:refs/heads/{branch}" "*)
  echo >> {place}/pushes; n=$(wc -l < {place}/pushes); git() {{ {git} "$@"; }}
  {before_the_push} ;;
esac
exec {git} "$@"
""")
    (place / "git").chmod(0o755)
    return {"PATH": f"{place}:{os.environ['PATH']}"}


def pushes(folder: Path) -> int:
    """How often that was."""
    return len((folder / "bin/pushes").read_text().splitlines())
