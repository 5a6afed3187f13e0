"""All that one run drains: inbox branches, each into the branch it is for, and the branch itself."""

from __future__ import annotations

from dataclasses import dataclass

from draining import Drain, Settings
from failures import RemoteFailure
from git_plumbing import Clone
from inbox_branch import MIN_ATTEMPTS, InboxBranch
from inbox_names import INBOX_BRANCH, Route, inboxes_of, is_ours, routes_for, target_of
from remote import Heads, Remote
from run_result import RunResult
from tips import Tips


@dataclass(frozen=True)
class Asked:
    target: str
    inbox: str | None = None
    """None where the target's name tells."""
    all_inboxes: bool = False


def drain_all(clone: Clone, remote: Remote, asked: Asked, settings: Settings, result: RunResult) -> None:
    if is_ours(asked.target):
        raise RemoteFailure(f"{asked.target!r} is an inbox branch: nothing can be stored on it")
    heads = remote.heads(asked.target, *filter(None, [asked.inbox]), prefix=INBOX_BRANCH)
    tips = Tips(remote)
    routes = _routes(heads, asked, result)
    tips.take(heads, {name for route in routes for name in (route.inbox, route.target) if name})
    others = {route.target for route in routes} - tips.branches.keys() - {asked.target}
    if others:
        tips.look(*sorted(others))
    tips.of(asked.target)
    protected = {route.target for route in routes} | {heads.default or ""}
    for route in routes:
        if route.target not in tips.branches:
            result.warn(f"there is no branch {route.target!r} to store what waits in {route.inbox}: "
                        "nothing was done with it")
            continue
        inbox = route.inbox and InboxBranch(clone, remote, tips, route.inbox, protected,
                                            max(settings.attempts, MIN_ATTEMPTS), result.warn)
        Drain(clone, remote, tips, route.target, inbox or None, settings, result).run()


def _routes(heads: Heads, asked: Asked, result: RunResult) -> list[Route]:
    names = [*filter(None, [asked.inbox]), *inboxes_of(asked.target, heads.default)]
    there = [name for name in dict.fromkeys(names) if name in heads.tips]
    routes, complaints = routes_for(asked.target, heads.default, there)
    for complaint in complaints:
        result.warn(complaint)
    if asked.all_inboxes:
        known = {route.inbox for route in routes}
        swept = [Route(inbox, target_of(inbox, heads.default, asked.target))
                 for inbox in sorted(heads.tips) if inbox.startswith(INBOX_BRANCH) and inbox not in known
                 and inbox != asked.target]
        routes = [*swept, *routes]
    return routes
