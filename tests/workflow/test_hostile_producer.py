"""A producer that makes every request its token allows: it sees no key, and changes nothing that is stored."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import built
from forge import Batch
from github_server.git_environment import git_environment
from github_server.releases import folder_of
from inbox import INBOX, START, today
from inbox_repository import (
    DATA_REPOSITORY, PRODUCER, Repositories, all_that_producers_can_read, files_with, own_lines, shown)
from project import ACTIONS_TOKEN, IDENTITY, RECEIVER, WorkflowRun

MORNING = Batch("20240115T103000Z-morning-3f9a1c07", {"heart.csv": b"t,bpm\r\n1,61\r\n", "a.json": b"{}"})
EVENING = Batch("20240115T203000Z-evening-00c0ffee", {"steps.txt": b"9041\r\n"})
FORGED = Batch(MORNING.batch_id, {"heart.csv": b"t,bpm\r\n1,199\r\n"})
MARK = "pwned"
CHECKOUT = """\
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          ref: main
"""
ATTRIBUTES = "* text=auto eol=crlf filter=evil diff=evil merge=evil ident working-tree-encoding=UTF-16\n"


def evil_files(mark: Path) -> dict[str, str]:
    """What somebody might execute, source or read as configuration."""
    shell, python = f"#!/bin/sh\ntouch {mark}\n", f"#!/usr/bin/env python3\nopen({str(mark)!r}, 'w')\n"
    action = f"runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: touch {mark}\n"
    config = (f"[core]\n\tsshCommand = touch {mark}\n\tfsmonitor = touch {mark}\n\thooksPath = hooks\n"
              f"[alias]\n\tls-remote = !touch {mark}\n"
              f"[filter \"evil\"]\n\tsmudge = touch {mark}\n\tclean = touch {mark}\n")
    scripts = ["receive_in_actions", "receive_and_commit", "interruption", "other_repository", "json", "shutil"]
    return {
        **{f".github/actions/{name}/action.yml": action for name in ("receive", "setup-receiver", "setup-program")},
        **{f".github/scripts/{name}.py": python for name in scripts},
        **{name: python for name in ("sitecustomize.py", "usercustomize.py", "json.py", "subprocess.py")},
        **{name: shell for name in (RECEIVER, "git", "ssh", "ssh-keygen", "gh", ".bashrc", ".profile", ".bash_profile",
                                    "hooks/pre-push", "hooks/post-checkout", "hooks/reference-transaction")},
        ".gitconfig": config, "config": config, ".ssh/config": f"Host *\n  ProxyCommand touch {mark}\n",
        ".ssh/known_hosts": "* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n",
        **{f"{folder}.gitattributes": ATTRIBUTES for folder in ("", "_storage/", "_storage/inbox/")},
        ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::touch {mark}\n',
        ".github/healthmetric.toml": "max-file-size = 1\n", "receiver.toml": "max-file-size = 1\n",
        "pyproject.toml": "[tool]\n", ".lfsconfig": f"[lfs]\n\turl = ext::touch {mark}\n"}


@pytest.fixture
def seen(repositories: Repositories, tmp_path: Path) -> Path:
    """What the receiver has in its environment and finds beside it, by runs; MORNING is stored before."""
    place = tmp_path / "seen"
    place.mkdir()
    spying = tmp_path / "receiver"
    spying.write_text(f"""#!/bin/sh
if [ "$1" != --version ]; then
  env > {place}/$$.environment
  find "$RUNNER_TEMP/healthmetric" -maxdepth 2 -type f -printf '%m %f\\n' > {place}/$$.files
fi
exec {built("HEALTHMETRIC_RECEIVER")} "$@"
""")
    spying.chmod(0o755)
    shutil.rmtree(folder_of(repositories.tools.github.repo_path(repositories.tools.repo)))
    repositories.tools.release(spying)
    repositories.begin()
    repositories.put(MORNING)
    assert repositories.dispatch(inbox=INBOX).exit_code == 0
    return place


def push(repositories: Repositories, folder: Path, *refs: str) -> None:
    repositories.git("push", "--quiet", "--force", "THE-INBOX", *refs, folder=folder)


def own_repository(repositories: Repositories, tmp_path: Path) -> Path:
    folder = tmp_path / "producers"
    repositories.git("clone", "--quiet", "THE-INBOX", str(folder), folder=tmp_path)
    return folder


def commit_of(repositories: Repositories, folder: Path, files: dict[str, str], parent: str | None,
              message: str = "Improve") -> str:
    repositories.git("read-tree", parent or "--empty", folder=folder)
    for path, content in files.items():
        blob = object_of(folder, content.encode())
        repositories.git("update-index", "--add", "--cacheinfo", f"100755,{blob},{path}", folder=folder)
    tree = repositories.git("write-tree", folder=folder)
    return repositories.git("commit-tree", *(["-p", parent] if parent else []), "-m", message, tree, folder=folder)


def object_of(folder: Path, content: bytes, *options: str) -> str:
    """A blob, if the options say nothing else."""
    return subprocess.run(["git", "hash-object", *options, "-w", "--stdin"], cwd=folder, input=content,
                          env=git_environment(), check=True, capture_output=True).stdout.decode().strip()


def stored(repositories: Repositories) -> dict[str, str]:
    return repositories.data.files()


def assert_only_added(repositories: Repositories, before: dict[str, str]) -> None:
    after = stored(repositories)
    assert before.items() <= after.items()
    assert all(path.startswith("_storage/") for path in after.keys() - before.keys())
    refs = repositories.data.github.git(DATA_REPOSITORY, "for-each-ref", "--format=%(refname)").split()
    assert refs == ["refs/heads/main"]
    repositories.data.github.git(DATA_REPOSITORY, "fsck", "--strict")


def assert_key_is_unseen(repositories: Repositories, run: WorkflowRun, tmp_path: Path) -> None:
    secret = repositories.key.private
    places = [tmp_path, repositories.inbox.github.root]
    assert [*files_with(places, secret)] == [repositories.secrets]
    for line in own_lines(secret):
        assert line not in shown(repositories, run) and line not in all_that_producers_can_read(repositories)
    assert ACTIONS_TOKEN not in run.log
    assert not [path for place in places for path in place.rglob(MARK)]


def test_nothing_in_the_receivers_environment_leads_to_the_key(
        repositories: Repositories, seen: Path, tmp_path: Path) -> None:
    [environment], [files] = ([file.read_text() for file in seen.glob(f"*.{what}")]
                              for what in ("environment", "files"))
    # The local GitHub's own way to tell its stand-in for actions/checkout.
    own = [line for line in environment.splitlines() if not line.startswith("HEALTHMETRIC_REPO_URL=")]
    for word in ("DEPLOY_KEY", "GIT_SSH", "SSH_AUTH_SOCK", "GH_TOKEN", "STORE_IN", ACTIONS_TOKEN, "PRIVATE", "/key"):
        assert not [line for line in own if word in line], word
    assert {"600 key", "600 known_hosts"} <= set(files.splitlines())


@pytest.mark.parametrize("before", ["", CHECKOUT], ids=["as documented", "with a checkout"])
def test_files_on_any_branch_are_neither_executed_nor_read(
        repositories: Repositories, seen: Path, tmp_path: Path, before: str) -> None:
    repositories.install(before=before)
    folder = own_repository(repositories, tmp_path)
    evil, was = evil_files(tmp_path / MARK), stored(repositories)
    for branch in ("main", INBOX, "evil"):
        parent = repositories.git("rev-parse", f"origin/{branch if branch != 'evil' else 'main'}", folder=folder)
        push(repositories, folder, f"{commit_of(repositories, folder, evil, parent)}:refs/heads/{branch}")
    push(repositories, folder, f"{commit_of(repositories, folder, evil, None)}:refs/heads/{INBOX}-for-main")
    repositories.put(EVENING)
    repositories.put(Batch("20240116T103000Z-more-3f9a1c07", MORNING.files), branch=f"{INBOX}-for-main")
    shutil.rmtree(folder)
    run = repositories.dispatch(inbox=INBOX)
    assert run.exit_code == 0, run.log
    assert_only_added(repositories, was)
    for path, content in EVENING.stored().items():
        assert repositories.data.github.read(DATA_REPOSITORY, path) == content
    assert repositories.waiting() == ["_storage/inbox/.gitattributes"]
    assert_key_is_unseen(repositories, run, tmp_path)


def test_refs_that_are_moved_to_old_commits_double_nothing(
        repositories: Repositories, seen: Path, tmp_path: Path) -> None:
    repositories.put(EVENING)
    folder = own_repository(repositories, tmp_path)
    full = repositories.git("rev-parse", f"origin/{INBOX}", folder=folder)
    main = repositories.git("rev-parse", "origin/main", folder=folder)
    assert repositories.dispatch(inbox=INBOX).exit_code == 0
    was, history = stored(repositories), repositories.history()
    for refs in ([f"{full}:refs/heads/{INBOX}"], [f"{main}:refs/heads/{INBOX}"], [f":refs/heads/{INBOX}"],
                 [f"{full}:refs/heads/{INBOX}-for-main"], [f"{full}:refs/heads/healthmetric/inbox-for-x"]):
        push(repositories, folder, *refs)
        run = repositories.dispatch(inbox=INBOX)
        assert run.exit_code == 0, run.log
        assert stored(repositories) == was
        assert repositories.history() == history or "Remove repeated batch" in repositories.data.messages()[-1]
        assert_key_is_unseen(repositories, run, tmp_path)
    push(repositories, folder, f"{main}~1:refs/heads/main")  # from before there was a workflow
    repositories.call("POST", "/dispatches", {"event_type": "data_update", "client_payload": {}})
    assert repositories.inbox.runs()[-1].results == []
    assert stored(repositories) == was


def test_inboxes_for_odd_branches_keep_no_other_one_waiting(
        repositories: Repositories, seen: Path, tmp_path: Path) -> None:
    was, folder = stored(repositories), own_repository(repositories, tmp_path)
    repositories.data.github.git(DATA_REPOSITORY, "branch", INBOX, "main")
    before = repositories.data.client.tip(INBOX)
    odd = [f"{INBOX}-for-{name}" for name in ("", ".x", "x", INBOX, "nowhere", "-x")]
    tip = repositories.git("rev-parse", f"origin/{INBOX}", folder=folder)
    push(repositories, folder, *(f"{tip}:refs/heads/{name}" for name in odd))
    for name in (INBOX, odd[3]):
        repositories.put(EVENING, branch=name)
    run = repositories.dispatch(inbox=INBOX)
    assert run.exit_code == 0, run.log
    assert len(run.annotations("warning")) == len(odd)
    assert repositories.waiting(odd[3]) == [EVENING.payload_path]
    assert repositories.data.client.tip(INBOX) == before
    repositories.data.github.git(DATA_REPOSITORY, "branch", "-D", INBOX)
    assert_only_added(repositories, was)
    assert repositories.data.receipt(EVENING.batch_id)["status"] == "stored"


LINK, MODULE = "120000", "160000"
BESIDE = ("rejected", "receipts", "waiting.json")
ODD_TREES = {
    "a payload that is a link": [("_storage/inbox/x.json", LINK, "/etc/passwd")],
    "a payload that is a submodule": [("_storage/inbox/x.json", MODULE, None)],
    "an inbox that is a link": [("_storage/inbox", LINK, "../../../../")],
    "an inbox that is a submodule": [("_storage/inbox", MODULE, None), (".gitmodules", "100644", "[submodule]")],
    "folders that are links": [(f"_storage/{name}", LINK, "../..") for name in BESIDE],
    "folders that are submodules": [(f"_storage/{name}", MODULE, None) for name in BESIDE],
    "a storage that is a link": [("_storage", LINK, ".git")],
    "links on all sides": [("README.md", LINK, ".git/config"), ("_storage/receipts/x", LINK, "/"),
                           ("_storage/rejected/a.json", LINK, "/etc/passwd"),
                           ("_storage/rejected/a.json.reason.json", LINK, "/etc/passwd")],
}


@pytest.mark.parametrize("kind", ODD_TREES)
def test_links_and_submodules_lead_nowhere(repositories: Repositories, seen: Path, tmp_path: Path, kind: str) -> None:
    was = stored(repositories)
    entries = [{"path": path, "mode": mode, "type": "commit" if mode == MODULE else "blob"}
               | ({"sha": "1" * 40} if content is None else {"content": content})
               for path, mode, content in ODD_TREES[kind]]
    if not {entry["path"] for entry in entries} & {"_storage", "_storage/inbox"}:
        entries.append({"path": EVENING.payload_path, "mode": "100644", "type": "blob",
                        "content": EVENING.payload().decode()})
    tree = repositories.call("POST", "/git/trees", {"tree": entries}).json["sha"]
    commit = repositories.call("POST", "/git/commits", {"message": START, "tree": tree}).json["sha"]
    push(repositories, own_repository(repositories, tmp_path), f":refs/heads/{INBOX}")
    assert repositories.call("POST", "/git/refs", {"ref": f"refs/heads/{INBOX}", "sha": commit}).status == 201
    run = repositories.dispatch(inbox=INBOX)
    assert run.exit_code == 0, run.log
    assert_only_added(repositories, was)
    if entries[-1]["path"] == EVENING.payload_path:
        assert repositories.data.receipt(EVENING.batch_id)["status"] == "stored"
        assert repositories.receipt(EVENING.batch_id)["status"] == "stored"
    assert_key_is_unseen(repositories, run, tmp_path)


def raw_tree(folder: Path, *entries: tuple[str, str, str]) -> str:
    """Of modes, names and ids, whatever the names are."""
    content = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(sha) for mode, name, sha in entries)
    return object_of(folder, content, "-t", "tree", "--literally")


@pytest.mark.parametrize("place", ["inbox", "rejected", "receipts"])
def test_names_that_lead_out_of_a_folder_lead_nowhere(
        repositories: Repositories, seen: Path, tmp_path: Path, place: str) -> None:
    """GitHub takes no such trees. A server that does is not our protection."""
    folder = own_repository(repositories, tmp_path)
    blob, up = object_of(folder, EVENING.payload()), "../" * 20
    names = ["..", f".json/{up}{tmp_path}/pwned.json", f"{up}{tmp_path}/{MARK}", f"{up}{tmp_path}/{MARK}.reason.json",
             f"../{EVENING.batch_id}.json", f"/{EVENING.batch_id}.json", f"x/{EVENING.batch_id}.json"]
    waiting = [("100644", f"{EVENING.batch_id}.json", blob)]
    odd = [("100644", name, blob) for name in sorted(names)]
    folders = {"inbox": waiting} | {place: odd + (waiting if place == "inbox" else [])}
    storage = raw_tree(folder, *(("40000", name, raw_tree(folder, *folders[name])) for name in sorted(folders)))
    root = raw_tree(folder, ("40000", "_storage", storage))
    commit = repositories.git("commit-tree", "-m", START, root, folder=folder)
    push(repositories, folder, f"{commit}:refs/heads/{INBOX}")
    was = stored(repositories)
    repositories.inbox.start_workflow(retry_rejected="true")
    run = repositories.last_run()
    assert run.exit_code == 0, run.log
    assert_only_added(repositories, was)
    assert repositories.data.receipt(EVENING.batch_id)["status"] == "stored"
    assert repositories.receipt(EVENING.batch_id)["status"] == "stored"
    assert not (tmp_path / "pwned.json").exists()
    assert_key_is_unseen(repositories, run, tmp_path)


def test_forged_records_change_nothing(repositories: Repositories, seen: Path, tmp_path: Path) -> None:
    was, deep = stored(repositories), "[" * 100_000
    receipt = {"schema_version": 1, "batch_id": EVENING.batch_id, "status": "stored", "reason": None}
    for path, content in {
        "_storage/waiting.json": deep,
        f"_storage/receipts/{today()}/{EVENING.batch_id}.json": json.dumps(receipt),
        f"_storage/receipts/9999-99-99/{MORNING.batch_id}.json": json.dumps(receipt | {"status": "rejected"}),
        f"_storage/receipts/{today()}/{'x' * 200}.json": deep,
        f"_storage/rejected/{MORNING.batch_id}.json": FORGED.payload().decode(),
        f"_storage/rejected/{MORNING.batch_id}.json.reason.json": json.dumps(
            {"batch_id": MORNING.batch_id, "payload": f"inbox/{MORNING.batch_id}.json", "reason": "forged"}),
        f"_storage/rejected/{EVENING.batch_id}.json": deep,
        f"_storage/rejected/{EVENING.batch_id}.json.reason.json": deep,
        "_storage/summaries/2024/01/15/forged.json": "{}",
        f"_storage/inbox/{FORGED.batch_id}.json": FORGED.payload().decode(),
    }.items():
        repositories.put_file(path, content.encode())
    repositories.put(EVENING)
    run = repositories.dispatch(inbox=INBOX)
    assert run.exit_code == 1, run.log
    assert_only_added(repositories, was)
    assert repositories.data.receipt(EVENING.batch_id)["status"] == "stored"
    assert repositories.receipt(EVENING.batch_id)["status"] == "stored"
    repositories.inbox.start_workflow(retry_rejected="true")
    assert_only_added(repositories, was)
    assert repositories.data.receipt(MORNING.batch_id)["status"] == "stored"
    assert_key_is_unseen(repositories, repositories.last_run(), tmp_path)


def test_a_release_of_the_inbox_repository_is_not_taken(repositories: Repositories, seen: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {tmp_path / MARK}\n")
    evil.chmod(0o755)
    repositories.inbox.release(evil)
    repositories.put(EVENING)
    run = repositories.dispatch(inbox=INBOX)
    assert run.exit_code == 0, run.log
    assert repositories.data.receipt(EVENING.batch_id)["status"] == "stored"
    assert_key_is_unseen(repositories, run, tmp_path)


@pytest.mark.parametrize("payload", [
    {"inputs": {"verbose": "true"}, "verbose": True, "store-in": "octo/other", "known-hosts": "* x"},
    {"ref": "refs/heads/main:refs/heads/x"}, {"ref": "+main", "inbox": "--upload-pack=touch pwned"},
    {"inbox": "$(touch pwned)"}, {"ref": "main", "inbox": "../../data"}], ids=lambda value: ascii(value)[:40])
def test_hostile_events(repositories: Repositories, seen: Path, tmp_path: Path, payload: dict[str, object]) -> None:
    was = stored(repositories)
    repositories.put(EVENING)
    run = repositories.dispatch(**payload)
    assert_only_added(repositories, was)
    assert EVENING.batch_id not in run.log
    assert_key_is_unseen(repositories, run, tmp_path)


def test_the_token_gives_no_access_to_the_data(repositories: Repositories, tmp_path: Path) -> None:
    for method, tail, document in [
            ("GET", "", None), ("GET", "/contents/README.md", None), ("GET", "/git/ref/heads/main", None),
            ("PUT", "/contents/x", {"message": "x", "content": ""}), ("POST", "/git/trees", {"tree": []}),
            ("POST", "/git/refs", {"ref": "refs/heads/x", "sha": "1" * 40}),
            ("POST", "/dispatches", {"event_type": "data_update", "client_payload": {}})]:
        assert repositories.call(method, tail, document, DATA_REPOSITORY).status == 404
    url = repositories.inbox.github.url.replace("://", f"://x-access-token:{PRODUCER}@")
    folder = own_repository(repositories, tmp_path)
    done = subprocess.run(["git", "push", f"{url}/{DATA_REPOSITORY}.git", "HEAD:refs/heads/x"], cwd=folder,
                          env=git_environment() | IDENTITY, text=True, capture_output=True, check=False)
    assert done.returncode != 0 and "not found" in done.stderr, done
