"""All that one run drains: inbox branches, each into the branch it is for, and the branch itself."""

from __future__ import annotations

from dataclasses import dataclass

from draining import Drain, Settings
from failures import RemoteFailure
from git_plumbing import Clone
from inbox_branch import MIN_ATTEMPTS, InboxBranch
from inbox_names import INBOX_BRANCH, Route, inboxes_of, is_ours, routes_for, target_of
from remote import Heads
from repositories import Repositories
from run_result import RunResult
from tips import Tips


@dataclass(frozen=True)
class Asked:
    target: str
    inbox: str | None = None
    """None where the target's name tells."""
    all_inboxes: bool = False


def drain_all(clone: Clone, repositories: Repositories, asked: Asked, settings: Settings, result: RunResult) -> None:
    if is_ours(asked.target):
        raise RemoteFailure(f"{asked.target!r} is an inbox branch: nothing can be stored on it", is_public=True)
    inboxes, targets = _look(repositories, asked)
    routes = _routes(inboxes, targets, asked, result)
    inbox_tips, tips = _tips(repositories, inboxes, targets, [*routes, Route(None, asked.target)])
    others = {route.target for route in routes} - tips.branches.keys() - {asked.target}
    if found := sorted(filter(clone.is_branch_name, others)):
        tips.look(*found)
    protected = {inboxes.default or ""} | ({route.target for route in routes} if inboxes is targets else set())
    for route in routes:
        if is_ours(route.target):
            result.warn(f"{route.target} is an inbox branch: nothing was done with what waits for it in {route.inbox}")
            continue
        if route.target not in tips.branches:
            if route.target != asked.target:
                result.warn(f"there is no branch {route.target!r} to store what waits in {route.inbox}: "
                            "nothing was done with it")
            continue
        inbox = route.inbox and InboxBranch(clone, repositories, inbox_tips, route.inbox, protected,
                                            max(settings.attempts, MIN_ATTEMPTS), result.warn)
        Drain(clone, repositories, tips, route.target, inbox or None, settings, result).run()
    tips.of(asked.target)


def _look(repositories: Repositories, asked: Asked) -> tuple[Heads, Heads]:
    """Where the inbox branches are, and the target; where that is one repository, the same twice."""
    named = [name for name in (asked.inbox,) if name]
    if repositories.are_one:
        heads = repositories.data.heads(asked.target, *named, prefix=INBOX_BRANCH)
        return heads, heads
    # The data first: where nothing can be stored, nothing need be looked for.
    targets = repositories.data.heads(asked.target)
    return repositories.inbox.heads(*named, prefix=INBOX_BRANCH), targets


def _tips(repositories: Repositories, inboxes: Heads, targets: Heads, routes: list[Route]) -> tuple[Tips, Tips]:
    """As _look() has them, with one request to each repository."""
    tips = Tips(repositories.data)
    wanted = {route.target for route in routes}
    waiting = {route.inbox for route in routes if route.inbox}
    if inboxes is targets:
        tips.take(targets, wanted | waiting)
        return tips, tips
    inbox_tips = Tips(repositories.inbox)
    inbox_tips.take(inboxes, waiting)
    tips.take(targets, wanted)
    return inbox_tips, tips


def _routes(inboxes: Heads, targets: Heads, asked: Asked, result: RunResult) -> list[Route]:
    names = [*filter(None, [asked.inbox]), *inboxes_of(asked.target, targets.default)]
    there = [name for name in dict.fromkeys(names) if name in inboxes.tips]
    is_one = inboxes is targets
    if is_one:
        there = [name for name in there if name != asked.target]
    routes, complaints = routes_for(asked.target, targets.default, there)
    if asked.all_inboxes:  # then each is drained into its own
        known = {*(route.inbox for route in routes), *([asked.target] if is_one else [])}
        swept = [Route(inbox, target_of(inbox, targets.default, asked.target))
                 for inbox in sorted(inboxes.tips) if inbox.startswith(INBOX_BRANCH) and inbox not in known]
        routes = [*swept, *routes]
    else:
        for complaint in complaints:
            result.warn(complaint)
    return [*routes, *([Route(None, asked.target)] if is_one else [])]
