"""The sender, pointed at a project's repository."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from project import TOKEN, Project

TIMEOUT_S = 120


@dataclass(frozen=True)
class Sender:
    program: Path
    home: Path
    token: str = TOKEN

    def send(self, project: Project, files: Mapping[str, bytes], *options: str,
             batch_name: str = "health") -> str:
        """Returns the batch's id."""
        done = self(project, files, *options, batch_name=batch_name)
        assert done.returncode == 0, done
        return json.loads(done.stdout)["batch_id"]

    def __call__(self, project: Project, files: Mapping[str, bytes], *options: str,
                 batch_name: str = "health") -> subprocess.CompletedProcess[str]:
        folder = self.home / "files"
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return subprocess.run(
            [self.program, "--folder", folder, "--repo", project.repo, "--api-url", project.github.url,
             "--branch", "main", "--batch-name", batch_name, "--json", *options],
            env=self.environment, text=True, capture_output=True, timeout=TIMEOUT_S, check=False)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        return kept | {"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8",
                       "XDG_STATE_HOME": str(self.home / "state"), "GH_TOKEN": self.token,
                       "GIT_CONFIG_GLOBAL": os.devnull}
