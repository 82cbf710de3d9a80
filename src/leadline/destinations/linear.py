"""Linear: an issue for each incident that stays open, under an id that we choose ourselves."""

import hashlib
import uuid
from collections.abc import Sequence

import msgspec

from leadline.destinations import Declined, Destination, Place, Secret
from leadline.destinations._words import cut, headline, posted, text, understood
from leadline.vocabulary import Change, IncidentUpdate, OutboundRequest, Severity

_PRIORITY = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 3, Severity.LOW: 4}
_LONGEST_TITLE = 255
_LONGEST_TEXT = 50_000
_ENDED = ("completed", "canceled")
_FIND = """query($filter: IssueFilter!) { issues(filter: $filter, first: 1, includeArchived: true) {
  nodes { id state { type } team { states(first: 100) { nodes { id name type position } } } } } }"""
_CREATE = """mutation($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { id identifier url } } }"""
_UPDATE = """mutation($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success issue { id identifier url } } }"""
_COMMENT = "mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }"


class _State(msgspec.Struct):
    type: str = ""
    id: str = ""
    position: float = 0.0


class _States(msgspec.Struct):
    nodes: list[_State] = []


class _Team(msgspec.Struct):
    states: _States = msgspec.field(default_factory=_States)


class _Issue(msgspec.Struct):
    id: str
    state: _State = msgspec.field(default_factory=_State)
    team: _Team = msgspec.field(default_factory=_Team)


class _Issues(msgspec.Struct):
    nodes: list[_Issue] = []


class _Done(msgspec.Struct):
    success: bool = False


class _Data(msgspec.Struct):
    issues: _Issues = msgspec.field(default_factory=_Issues)
    created: _Done | None = msgspec.field(name="issueCreate", default=None)
    updated: _Done | None = msgspec.field(name="issueUpdate", default=None)
    commented: _Done | None = msgspec.field(name="commentCreate", default=None)


class _Error(msgspec.Struct):
    message: str = "an error"


class _Answer(msgspec.Struct):
    data: _Data | None = None
    errors: list[_Error] = []


class Linear(Place, frozen=True, kw_only=True):
    """Opens an issue in a team when an incident stays open, comments on what follows, and completes it.

    `api_key` is a personal API key, `team_id` the team's UUID. `labels`, `assignee` and `project` are ids.
    """

    api_key: Secret
    team_id: str
    at_least: Severity = Severity.MEDIUM
    only_outlived: bool = True
    labels: list[str] = msgspec.field(default_factory=list)
    assignee: str = ""
    project: str = ""
    url: str = "https://api.linear.app/graphql"

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        return self._ask(_FIND, filter={"id": {"eq": _uuid(update.incident.incident_id)}})

    def follow_up(self, update: IncidentUpdate, answers: Sequence[bytes]) -> OutboundRequest | None:
        """Find, then create or comment; or: find, move to another state, comment."""
        heard = [_heard(answer) for answer in answers]
        found = heard[0].issues.nodes
        over = update.change is Change.RESOLVED
        if not found:
            return self._create(update) if len(answers) == 1 and not over else None
        issue = found[0]
        has_ended = issue.state.type in _ENDED
        steps = ["move", "comment"] if has_ended is not over else [] if over else ["comment"]
        if len(answers) > len(steps):
            return None
        if steps[len(answers) - 1] == "move":
            return self._ask(_UPDATE, id=issue.id, input={"stateId": _state(issue, ended=over)})
        name = f"{update.incident.incident_id}:{update.sequence}"
        comment = {"id": _uuid(name), "issueId": issue.id, "body": self._words(update)}
        return self._ask(_COMMENT, input=comment)

    def _create(self, update: IncidentUpdate) -> OutboundRequest:
        issue: dict[str, object] = {
            "id": _uuid(update.incident.incident_id),
            "teamId": self.team_id,
            "title": cut(headline(update), _LONGEST_TITLE),
            "description": self._words(update),
            "priority": _PRIORITY[update.incident.severity],
        }
        more = {"labelIds": self.labels, "assigneeId": self.assignee, "projectId": self.project}
        return self._ask(_CREATE, input=issue | {name: value for name, value in more.items() if value})

    def _words(self, update: IncidentUpdate) -> str:
        """Fenced, so that a model's words are no Markdown."""
        links = {"Runbook": self.runbook_link(update), "Incident": self.incident_link(update)}
        linked = " | ".join(f"[{name}]({link})" for name, link in links.items() if link)
        return f"```\n{cut(text(update).replace('```', '` ` `'), _LONGEST_TEXT)}\n```\n{linked}"

    def _ask(self, query: str, **variables: object) -> OutboundRequest:
        headers = {"authorization": self.api_key}
        return posted(self.url, {"query": query, "variables": variables}, headers)


def _heard(answer: bytes) -> _Data:
    """Linear answers 200 also when it refuses."""
    told = understood(answer, _Answer, "Linear")
    if told.errors:
        raise Declined(f"Linear refused: {cut(told.errors[0].message, 200)}")
    data = told.data or _Data()
    if any(done is not None and not done.success for done in (data.created, data.updated, data.commented)):
        raise Declined("Linear answered without success; look at team_id, labels, assignee and project")
    return data


def _state(issue: _Issue, *, ended: bool) -> str:
    """The first state of the kind that says so: completed, or not begun."""
    wanted = ("completed",) if ended else ("unstarted", "started", "backlog")
    states = sorted(issue.team.states.nodes, key=lambda state: state.position)
    for kind in wanted:
        for state in states:
            if state.type == kind:
                return state.id
    raise Declined(f"the issue's team has no {' or '.join(wanted)} state; add one in Linear")


def _uuid(name: str) -> str:
    """The same version 4 UUID each time: creating twice is refused by Linear, not done twice."""
    return str(uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


PLUG: type[Destination] = Linear
