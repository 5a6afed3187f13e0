"""Tells people of silent producers: by issues, annotations, and the colour of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import annotations as show
import silence_texts
from gh_api import ApiFailure
from issue_tracker import IssuesDisabled, IssueTracker
from producer_status import Status
from run_summary import code
from silence_issues import Issue, Plan, Step, plan_for

MAX_ALARMS = 20
"""Issues that are opened in a run, also again. Each sends mail to everybody who watches the repository."""
MAX_OTHERS = 20
"""Other issues that are changed in a run: GitHub wants no more than 80 writes a minute."""
_OF_ONE_ISSUE = (403, 404, 410, 422)
_OF_ALL = ("rate limit", "not accessible", "abuse")


class Telling:
    def __init__(self, days: int, environment: Mapping[str, str]) -> None:
        """`days`: how far back was looked."""
        self._days = days
        self._repository_url = f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_REPOSITORY']}"
        self._run_url = f"{self._repository_url}/actions/runs/{environment['GITHUB_RUN_ID']}"
        self.is_alarm = False
        """Whether somebody fell silent since the last run."""
        self.failure: str | None = None
        self.warnings: list[str] = []
        self.done: list[str] = []
        """In Markdown."""
        self.links: dict[str, str] = {}
        """By producer, to its issue."""

    def tell(self, status: Status, tracker: IssueTracker) -> None:
        try:
            issues = tracker.ours()
        except ApiFailure as failure:
            self.failure = f"the issues cannot be read: {failure}"
            return
        if not tracker.is_whole:
            self.warnings.append("there are too many issues of this account: only the newest were looked at")
        for issue in sorted(issues, key=lambda each: (each.is_open, each.number)):
            self._link(issue)
        plan = plan_for(status.producers, issues)
        self._annotate(plan.alarms)
        self.is_alarm = bool(plan.alarms)
        self._note_unseen(status, issues)
        try:
            self._carry_out(plan, tracker)
        except ApiFailure as failure:
            self.failure = f"the issues cannot be written: {failure}"
        except IssuesDisabled:
            self.warnings.append("issues are disabled in this repository, so nobody is told by one, and each run fails "
                                 "as long as a producer is silent: enable them in Settings, General, Features")

    def _carry_out(self, plan: Plan, tracker: IssueTracker) -> None:
        self._take(plan.alarms, MAX_ALARMS, "more fell silent: their issues are left for the next run", tracker)
        self._take(plan.others, MAX_OTHERS, "more issues are left to be changed by the next run", tracker)

    def _take(self, steps: Sequence[Step], limit: int, rest: str, tracker: IssueTracker) -> None:
        for step in steps[:limit]:
            try:
                self._do(step, tracker)
            except ApiFailure as failure:
                if not _is_of_one_issue(failure):
                    raise
                self.failure = self.failure or f"an issue cannot be written: {failure}"
        if (more := len(steps) - limit) > 0:
            self.warnings.append(f"{more} {rest}")

    def _do(self, step: Step, tracker: IssueTracker) -> None:
        producer, issue = step.producer, step.issue
        if issue is None:
            text = silence_texts.issue_text(producer, self._days, self._run_url)
            issue = tracker.open(silence_texts.title(producer), step.marker, text)
            verb = "opened"
        else:
            tracker.change(issue, step.marker, step.is_open)
            verb = "commented" if issue.is_open == step.is_open else "opened again" if step.is_open else "closed"
            if step.tells:
                tracker.comment(issue, silence_texts.comment_text(step, self._days, self._run_url))
        if step.tells:
            self._link(replace(issue, is_open=True))
            self.done.append(f"{code(producer.name)} {step.reason.value}: {self.links[producer.name]} {verb}")

    def _annotate(self, alarms: Sequence[Step]) -> None:
        for step in alarms[:show.MAX_ANNOTATIONS - 1]:
            show.error("Producer is silent", silence_texts.sentence(step.producer, self._days))
        if more := len(alarms[show.MAX_ANNOTATIONS - 1:]):
            show.error("Producers are silent", f"{more} more; see the summary of the run")

    def _note_unseen(self, status: Status, issues: Sequence[Issue]) -> None:
        """Their issues stay open: nothing says that they are back."""
        seen = {each.name for each in status.producers}
        unseen = {issue.marker.producer for issue in issues
                  if issue.is_open and issue.marker.is_alarming and issue.marker.producer not in seen}
        self.done += [f"{code(name)} has sent nothing in the last {self._days} days: {self.links[name]} is still open"
                      for name in sorted(unseen)[:MAX_OTHERS]]

    def _link(self, issue: Issue) -> None:
        """A closed one of a silent producer is one that a person closed."""
        if issue.is_open or issue.marker.is_alarming:
            closed = "" if issue.is_open else " (closed)"
            link = f"[#{issue.number}]({self._repository_url}/issues/{issue.number}){closed}"
            self.links[issue.marker.producer] = link


def _is_of_one_issue(failure: ApiFailure) -> bool:
    """As of one that is locked; the others may be writable."""
    return failure.status in _OF_ONE_ISSUE and not any(word in str(failure).lower() for word in _OF_ALL)
