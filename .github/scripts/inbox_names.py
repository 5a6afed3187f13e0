"""Which inbox branch is drained into which branch. Its name tells, where it is one of ours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

INBOX_BRANCH = "healthmetric/inbox"
FOR_BRANCH = f"{INBOX_BRANCH}-for-"


@dataclass(frozen=True)
class Route:
    inbox: str | None
    """None where payloads wait on the target branch itself."""
    target: str


def is_ours(inbox: str) -> bool:
    return inbox.startswith(INBOX_BRANCH)


def inboxes_of(target: str, default: str | None) -> list[str]:
    return [*([INBOX_BRANCH] if target == default else []), FOR_BRANCH + target]


def target_of(inbox: str, default: str | None, otherwise: str) -> str:
    """`otherwise` where the name does not tell."""
    if inbox == INBOX_BRANCH and default:
        return default
    return inbox.removeprefix(FOR_BRANCH) if inbox.startswith(FOR_BRANCH) else otherwise


def routes_for(target: str, default: str | None, inboxes: Collection[str]) -> tuple[list[Route], list[str]]:
    """In order, of a run on `target`; and what is wrong with the others."""
    routes, complaints = list[Route](), list[str]()
    for inbox in inboxes:
        its_target = target_of(inbox, default, target)
        if its_target == target:
            routes.append(Route(inbox, target))
        else:
            complaints.append(f"{inbox} is drained into {its_target} alone, not into {target}: "
                              "nothing was done with it")
    return routes, complaints
