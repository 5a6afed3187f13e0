"""The address of the API, and the ones that a server names: what is no root of an API is refused, and no
password in one is ever printed or kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TOKEN, Destination
from programs import Program, Result, Word

PASSWORD = "hunter2secret"
QUERY = "leave out what begins with '?' or '#'"
USER = "leave user and password out of the URL"
ROOTS = {
    "https://ghe.example.com/api/v3?x=hunter2secret": QUERY, "https://ghe.example.com/api/v3?": QUERY,
    "https://ghe.example.com/api/v3#hunter2secret": QUERY, "https://ghe.example.com#": QUERY,
    "https://me:hunter2secret@ghe.example.com": USER, "https://hunter2secret@ghe.example.com": USER,
    "https://me:hunter2secret@ghe.example.com/?a#b": USER,
    "https://ghe.example.com:99999/": "its port is not a number from 1 to 65535",
}


def kept_anywhere(program: Program, secret: str) -> bool:
    return any(secret.encode() in file.read_bytes() for file in program.home.rglob("*") if file.is_file())


@pytest.mark.parametrize("url, said", ROOTS.items())
@pytest.mark.parametrize("place", ["option", "variable", "GITHUB_API_URL", "file"])
@pytest.mark.parametrize("words", [[], ["--dry-run"], ["--json"]], ids=["send", "dry", "json"])
def test_what_is_no_root_of_an_api_is_refused(url: str, said: str, place: str, words: list[str], sender: Program,
                                              source: Path, tmp_path: Path) -> None:
    options: list[str] = list(words)
    env = {"GH_TOKEN": TOKEN, "GH_ENTERPRISE_TOKEN": TOKEN}
    if place == "option":
        options += ["--api-url", url]
    elif place == "file":
        (tmp_path / "sender.toml").write_text(f'api-url = "{url}"\n')
        options += ["--config", str(tmp_path / "sender.toml")]
    else:
        env[{"variable": "HEALTHMETRIC_API_URL"}.get(place, place)] = url
    result = sender("--folder", source, "--repo", "octo/data", "--log-file", tmp_path / "log", *options, env=env)
    assert (result.status, result.stdout) == (2, ""), result
    line = result.error_line("GITHUB_API_URL: " if place == "GITHUB_API_URL" else "--api-url: ", said)
    assert place != "GITHUB_API_URL" or "--api-url" not in line
    assert PASSWORD not in result.stderr + (tmp_path / "log").read_text()
    assert not kept_anywhere(sender, PASSWORD)


@pytest.mark.parametrize("repository, site", [
    ("http://127.0.0.1:8394/octo/data", "http://127.0.0.1:8394"), ("http://git.lan/octo/data.git", "http://git.lan"),
    ("https://me:hunter2secret@Git.lan:3000/octo/data", "https://git.lan:3000"), ("http://[::1]:80/octo/data", "http://[::1]:80"),
    ("ssh://git@git.lan:2222/octo/data", "https://git.lan"), ("git@git.lan:octo/data", "https://git.lan"),
])
def test_the_advice_for_another_host_has_its_scheme_and_port(repository: str, site: str, sender: Program,
                                                             source: Path) -> None:
    result = sender("--folder", source, "--repo", repository, env={"GH_TOKEN": TOKEN})
    assert (result.status, PASSWORD in result.stderr) == (2, False)
    result.error_line(f"add --api-url {site}/api/v3 (GitHub Enterprise Server) or {site}/api/v1 (Gitea, Forgejo)")


INVALID = b"\xff"
NO_BRANCHES = {"bytes": INVALID, "HEAD": b"HEAD", "refs": b"refs/heads/main", "long": b"b" * 245,
               "long in bytes": "ä".encode() * 123}


@pytest.mark.parametrize("words", [
    *(pytest.param([option, name], id=f"{option} {what}")
      for option in ("--branch", "--inbox-branch") for what, name in NO_BRANCHES.items()),
    pytest.param(["--repo", b"octo/" + INVALID], id="--repo"),
    pytest.param(["--api-url", b"https://ghe.example.com/" + INVALID], id="--api-url"),
])
@pytest.mark.parametrize("dry", [[], ["--dry-run"]], ids=["send", "dry"])
def test_what_can_be_no_target_is_refused_before_anything_is_queued(
    words: list[Word], dry: list[Word], sender: Program, source: Path
) -> None:
    repository = [] if "--repo" in words else ["--repo", "octo/data"]
    result = sender("--folder", source, *repository, *dry, *words,
                    env={"GH_TOKEN": TOKEN, "GH_ENTERPRISE_TOKEN": TOKEN})
    assert (result.status, result.stdout) == (2, ""), result
    result.error_line(f"{words[0]}: invalid ")
    assert not sender.outbox.exists()


def test_a_branch_of_244_bytes_is_one(sender: Program, source: Path) -> None:
    branch = "ä" * 122
    words = ["--folder", source, "--repo", "octo/data", "--dry-run", "--json", "--branch", branch]
    plan = sender(*words, "--inbox-branch", "inbox")
    assert (plan.status, plan.json["branch"]) == (0, branch)
    no_room = sender(*words)
    assert no_room.status == 2
    no_room.error_line("too long to be part of the name of its inbox branch", "--inbox-branch")


def redirected(destination: Destination, source: Path, location: str, *words: str) -> Result:
    destination.github.faults({"method": "PUT", "times": None, "action": {
        "redirect": {"status": 307, "location": location}}})
    return destination("--folder", source, "--verbose", *words)


@pytest.mark.parametrize("user", ["me:hunter2secret", "hunter2secret", "me:p'w\"hunter2secret", "a@b:hunter2secret"],
                         ids=["both", "user", "quotes", "two"])
def test_a_redirect_with_a_password_is_not_followed_and_not_shown(user: str, destination: Destination,
                                                                  source: Path) -> None:
    address = destination.github.url.replace("://", f"://{user}@")
    result = redirected(destination, source, f"{address}/repos/{destination.repo}/contents/x.json", "--json")
    assert (result.status, result.json["status"]) == (7, "queued"), result
    result.error_line("redirects to something that is not an http or https URL, or that has a user or a password in it")
    listed = destination.sender("outbox", "list")
    assert PASSWORD not in result.stdout + result.stderr + listed.stdout
    assert not kept_anywhere(destination.sender, PASSWORD)
    assert destination.inbox() == {} and len(destination.requests("PUT")) == 1


def test_a_token_that_a_server_repeats_is_shown_nowhere(destination: Destination, source: Path) -> None:
    destination.github.faults({"method": "PUT", "times": None, "action": {
        "status": 403, "body": {"message": f"no {TOKEN} here, https://me:{PASSWORD}@ghe.example.com/x"}}})
    result = destination("--folder", source, "--verbose", "--json")
    assert result.status == 5
    listed = destination.sender("outbox", "list", "--json")
    shown = result.stdout + result.stderr + listed.stdout
    assert TOKEN not in shown and PASSWORD not in shown
    assert not kept_anywhere(destination.sender, TOKEN) and not kept_anywhere(destination.sender, PASSWORD)
