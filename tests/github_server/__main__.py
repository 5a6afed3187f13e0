"""`python3 -m github_server`: options, wiring, and saying where it listens."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
import threading
from pathlib import Path

from github_server.actions import Runner
from github_server.api import Api
from github_server.auth import RateLimits, Token, parse_token
from github_server.control import Control
from github_server.exchange_log import VARIABLE, ExchangeLog
from github_server.faults import Faults
from github_server.git_http import GitHttp
from github_server.gitea import FLAVOURS, GiteaApi
from github_server.github import Github, RepositoryStore, as_tokens
from github_server.http_server import Application, GithubHttpServer
from github_server.request_log import RequestLog


def _token(text: str) -> Token:
    try:
        return parse_token(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _command(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not words:
        raise argparse.ArgumentTypeError("the command is empty")
    return words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="github_server", description="A local GitHub on 127.0.0.1.")

    def add(name: str, text: str, **rest: object) -> None:
        parser.add_argument(name, help=text, **rest)

    def add_repeatable(name: str, text: str, **rest: object) -> None:
        add(name, text, action="append", default=[], **rest)

    add("--root", "repositories are DIR/<owner>/<name>.git", type=Path, required=True, metavar="DIR")
    add("--port", "0 (the default) takes any free one", type=int, default=0)
    add("--port-file", "gets the port, once the server listens", type=Path, metavar="FILE")
    add("--ready-fd", "gets the URL and is closed, once the server listens", type=int, metavar="FD")
    add("--stop-on-eof", "stop when standard input ends", action="store_true")
    add_repeatable("--create", "a repository to create if missing", metavar="OWNER/NAME")
    add_repeatable(
        "--token",
        "for example t:contents=read,actions=write or t:none; without PERMISSIONS contents=write",
        type=_token,
        metavar="TOKEN[:PERMISSIONS]",
    )
    add_repeatable("--actions-token", "a GITHUB_TOKEN: its pushes start no runs", metavar="TOKEN")
    add(
        "--flavour",
        "whose API it has: github (the default), or another's below /api/v1",
        choices=("github", *FLAVOURS),
        default="github",
    )
    add("--on-dispatch", "what a dispatch runs (no shell)", type=_command, metavar="CMD")
    add("--on-push", "what a push runs (no shell)", type=_command, metavar="CMD")
    add_repeatable("--workflow", "a workflow to take for existing", metavar="NAME")
    add("--request-log", "JSON lines, one a request", type=Path, metavar="FILE")
    add("--rate-limit", "requests an hour and token", type=int, default=5000, metavar="N")
    add("--max-blob-bytes", "beyond: 422", type=int, default=39 << 20, metavar="N")
    add("--max-request-bytes", "beyond: 413 and the end", type=int, default=50 << 20, metavar="N")
    return parser


def _application(options: argparse.Namespace) -> tuple[Application, Runner]:
    commands = {"dispatch": options.on_dispatch, "push": options.on_push}
    runner = Runner(
        options.root,
        {event: command for event, command in commands.items() if command},
        next(iter(options.actions_token), None),
    )
    repositories = RepositoryStore(options.root)
    for full_name in options.create:
        repositories.create(full_name)
    github = Github(
        repositories,
        as_tokens(options.token, options.actions_token),
        RateLimits(options.rate_limit),
        runner,
        options.max_blob_bytes,
        frozenset(options.workflow),
    )
    is_github = options.flavour == "github"
    api = Api(github)
    faults = Faults()
    log = RequestLog(options.request_log)
    application = Application(
        api if is_github else GiteaApi(api, options.root, options.flavour),
        GitHttp(github, options.root),
        Control(github, faults, log),
        faults,
        log,
        ExchangeLog(os.environ.get(VARIABLE) if is_github else None),
        options.max_request_bytes,
    )
    return application, runner


def _announce(server: GithubHttpServer, options: argparse.Namespace) -> None:
    if options.port_file:
        unfinished = options.port_file.with_name(options.port_file.name + ".new")
        unfinished.write_text(f"{server.server_address[1]}\n", encoding="ascii")
        unfinished.replace(options.port_file)
    print(f"listening on {server.url}", file=sys.stderr, flush=True)
    if options.ready_fd is not None:
        with os.fdopen(options.ready_fd, "w", encoding="ascii") as ready:
            ready.write(server.url)


def _stop_on_eof(server: GithubHttpServer) -> None:
    while sys.stdin.buffer.read1(4096):
        pass
    server.shutdown()


def main() -> int:
    options = _parser().parse_args()
    options.root.mkdir(parents=True, exist_ok=True)
    try:
        application, runner = _application(options)
        server = GithubHttpServer(options.port, application)
    except (ValueError, OSError) as error:
        print(f"github_server: {error}", file=sys.stderr)
        return 2
    runner.serve_at(server.url)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with server:
            _announce(server, options)
            if options.stop_on_eof:
                threading.Thread(target=_stop_on_eof, args=(server,), daemon=True).start()
            server.serve_forever(poll_interval=0.05)
    except KeyboardInterrupt:
        pass
    finally:
        runner.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
