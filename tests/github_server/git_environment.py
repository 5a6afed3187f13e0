"""The environment every git process of the server runs in.

Nothing of the user's configuration may change what a test sees, and nothing may stay behind:
a GIT_DIR inherited from a hook would send every command to the wrong repository. The settings
are passed in the environment, not written into the repositories, so that one which was put
under --root by hand behaves the same.
"""

from __future__ import annotations

import os

SETTINGS = {
    # Speed before disk space: payloads are base64 and large, repositories live for minutes.
    "core.compression": "0",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "receive.autogc": "false",
    "transfer.hideRefs": "refs/pending",
    # As on GitHub: partial clones, and fetching a commit by its id.
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
}


def clean_environment() -> dict[str, str]:
    """Ours without what points git somewhere else."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def git_environment(**more_settings: str) -> dict[str, str]:
    """`more_settings` with `__` for the dot: core__hooksPath="…"."""
    settings = {**SETTINGS, **{name.replace("__", "."): value for name, value in more_settings.items()}}
    environment = {
        **clean_environment(),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for index, (name, value) in enumerate(settings.items()):
        environment[f"GIT_CONFIG_KEY_{index}"] = name
        environment[f"GIT_CONFIG_VALUE_{index}"] = value
    return environment
