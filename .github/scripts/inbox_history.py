"""Whether an inbox branch may begin anew without its history: only where nobody loses anything by that.

That is a branch which began with a commit of ours, and on which no later one touched anything but the
places of an inbox. A merge or a file of somebody's else is reason enough to keep it all.
"""

from __future__ import annotations

from git_plumbing import Clone, TreeItem
from inbox_names import is_ours
from remote import Remote
from storage_layout import INBOX, README, RECEIPTS, REJECTED, STORAGE, WAITING

TRAILER = "HealthMetric-Inbox"
VERSION = "1"
START = f"Start an inbox of HealthMetric\n\n{TRAILER}: {VERSION}"
ROOT = {README: "blob", STORAGE: "tree"}
PLACES = {INBOX: "tree", REJECTED: "tree", RECEIPTS: "tree", WAITING: "blob"}
TREES_AT_ONCE = 250
"""A server reads the tree of the inbox in each, which it keeps as a difference from the one of a neighbouring
commit. It has this many in its cache; in the order of their ids, as git asks for them, it would read all
that are between two of them, again and again."""


def why_not_reset(clone: Clone, remote: Remote, branch: str, tip: str, protected: set[str]) -> str | None:
    """None where it may be. `protected` are branches that hold what is stored."""
    if branch in protected or not is_ours(branch):
        return "only branches are whose names begin with healthmetric/inbox"
    remote.fetch_history(tip)
    commits = clone.history(tip)
    if merges := [each.commit for each in commits if len(each.parents) > 1]:
        return f"commit {merges[0][:10]} is a merge"
    if commits[-1].commit in clone.shallow_commits():
        return "its history is too long"
    if clone.trailer(commits[-1].commit, TRAILER) != VERSION:
        return "somebody else began it"
    newest = clone.tree_of(tip)
    trees = list(dict.fromkeys([newest, *(each.tree for each in commits)]))
    remote.fetch_trees(trees[1:])
    roots = clone.read_trees(trees)
    if odd := _odd(roots, ROOT):
        return f"it had or has {odd!r} in it"
    storages = list(dict.fromkeys(item.object_id for items in roots.values() for item in items if item.name == STORAGE))
    here = {item.object_id for item in roots[newest]}
    missing = [tree for tree in storages if tree not in here]
    for begin in range(0, len(missing), TREES_AT_ONCE):
        remote.fetch_trees(missing[begin : begin + TREES_AT_ONCE])
    if odd := _odd(clone.read_trees(storages), PLACES):
        return f"it had or has {f'{STORAGE}/{odd}'!r} in it"
    return None


def _odd(trees: dict[str, list[TreeItem]], places: dict[str, str]) -> str | None:
    return next((item.name for items in trees.values() for item in items
                 if places.get(item.name) != item.kind), None)
