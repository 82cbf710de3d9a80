"""Jira, Cloud or Data Center: an issue for each incident that stays open, found again by its label."""

import base64
import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote, urlsplit

import msgspec

from leadline.destinations import Declined, Destination, Place, Secret
from leadline.destinations._words import cut, headline, posted, text, understood
from leadline.vocabulary import Change, IncidentUpdate, OutboundRequest, Severity

_PRIORITY = {
    Severity.CRITICAL: "Highest",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
}
_LONGEST_SUMMARY = 255
_LONGEST_DESCRIPTION = 32_767
_LONGEST_LABEL = 255
_DONE = "done"
_FENCE = "{noformat}"


class _Category(msgspec.Struct):
    key: str = ""


class _Status(msgspec.Struct):
    category: _Category = msgspec.field(name="statusCategory", default_factory=_Category)


class _Fields(msgspec.Struct):
    status: _Status = msgspec.field(default_factory=_Status)


class _Issue(msgspec.Struct):
    key: str
    fields: _Fields = msgspec.field(default_factory=_Fields)


class _Found(msgspec.Struct):
    issues: list[_Issue] = []


class _Transition(msgspec.Struct):
    id: str
    name: str = ""
    to: _Status = msgspec.field(default_factory=_Status)


class _Transitions(msgspec.Struct):
    transitions: list[_Transition] = []


class Jira(Place, frozen=True, kw_only=True):
    """Opens an issue when an incident stays open, comments on what follows, and closes it at the end.

    `url` is the site (`https://you.atlassian.net`). With a `user`, `token` is its API token; without, a
    personal access token. `priorities` maps our severities to your names; `{}` sends none.
    `resolve_transition` and `reopen_transition` name transitions; by default the first that leads into (or
    out of) a done status is taken. `api_type` is guessed from the site. The label `leadline-ID` finds the
    issue again: leave it on.
    """

    url: str
    project: str
    token: Secret
    user: str = ""
    issue_type: str = "Bug"
    at_least: Severity = Severity.MEDIUM
    only_outlived: bool = True
    labels: list[str] = msgspec.field(default_factory=list)
    priorities: dict[Severity, str] = msgspec.field(default_factory=_PRIORITY.copy)
    resolve_transition: str = ""
    reopen_transition: str = ""
    api_type: Literal["auto", "cloud", "datacenter"] = "auto"

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        """Every change begins with a look for the issue, so a repetition finds what it made before."""
        jql = f"project = {_quoted(self.project)} AND labels = {_quoted(_label(update))} ORDER BY created ASC"
        host = urlsplit(self.url).hostname or ""
        cloud = self.api_type == "cloud" or (self.api_type == "auto" and host.endswith(".atlassian.net"))
        path = "/rest/api/3/search/jql" if cloud else "/rest/api/2/search"
        return self._to(path, {"jql": jql, "fields": ["status"], "maxResults": 1})

    def follow_up(self, update: IncidentUpdate, answers: Sequence[bytes]) -> OutboundRequest | None:
        """Search, then create or comment; or: search, list transitions, take one, comment."""
        found = understood(answers[0], _Found, "Jira").issues
        over = update.change is Change.RESOLVED
        if not found:
            return self._create(update) if len(answers) == 1 and not over else None
        issue = found[0]
        is_done = issue.fields.status.category.key == _DONE
        moves = is_done is not over
        steps = ["list", "move", "comment"] if moves else [] if over else ["comment"]
        if len(answers) > len(steps):
            return None
        here = f"/rest/api/2/issue/{quote(issue.key, safe='')}"
        match steps[len(answers) - 1]:
            case "list":
                return self._to(f"{here}/transitions", None, "GET")
            case "move":
                chosen = self._transition(answers[1], issue.key, into_done=over)
                return self._to(f"{here}/transitions", {"transition": {"id": chosen}})
            case _:
                return self._to(f"{here}/comment", {"body": self._words(update)})

    def _create(self, update: IncidentUpdate) -> OutboundRequest:
        fields: dict[str, object] = {
            "project": {"key": self.project},
            "issuetype": {"name": self.issue_type},
            "summary": cut(" ".join(headline(update).split()), _LONGEST_SUMMARY),
            "description": self._words(update),
            "labels": ["leadline", _label(update), *self.labels],
        }
        if priority := self.priorities.get(update.incident.severity):
            fields["priority"] = {"name": priority}
        return self._to("/rest/api/2/issue", {"fields": fields})

    def _transition(self, answer: bytes, issue: str, *, into_done: bool) -> str:
        known = understood(answer, _Transitions, "Jira").transitions
        name = self.resolve_transition if into_done else self.reopen_transition
        for one in known:
            fits = one.to.category.key == _DONE if into_done else one.to.category.key != _DONE
            if one.name.lower() == name.lower() if name else fits:
                return one.id
        setting = "resolve_transition" if into_done else "reopen_transition"
        names = ", ".join(one.name for one in known) or "none"
        raise Declined(f"{issue} has no fitting transition (it has: {names}); set {setting} to one of them")

    def _words(self, update: IncidentUpdate) -> str:
        """Fenced, so that a model's words are no wiki markup."""
        links = "\n".join(filter(None, (self.runbook_link(update), self.incident_link(update))))
        room = _LONGEST_DESCRIPTION - len(links) - 2 * len(_FENCE) - 3
        return f"{_FENCE}\n{cut(text(update).replace(_FENCE, '{ noformat}'), room)}\n{_FENCE}\n{links}"

    def _to(self, path: str, body: object, method: str = "POST") -> OutboundRequest:
        headers = {"authorization": self._authorization()}
        request = posted(self.url.rstrip("/") + path, body, headers, method)
        if body is None:
            return OutboundRequest(url=request.url, body=b"", headers=request.headers, method=method)
        return request

    def _authorization(self) -> str:
        if not self.user:
            return f"Bearer {self.token}"
        return "Basic " + base64.b64encode(f"{self.user}:{self.token}".encode()).decode()


def _label(update: IncidentUpdate) -> str:
    """Labels hold no spaces."""
    return re.sub(r"\s", "-", f"leadline-{update.incident.incident_id}")[:_LONGEST_LABEL]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


PLUG: type[Destination] = Jira
