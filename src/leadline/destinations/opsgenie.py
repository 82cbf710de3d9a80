"""Opsgenie's Alert API v2. The incident is the alert's alias: one alert is raised, updated and closed."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from leadline.destinations import Destination, Place, Secret
from leadline.destinations._words import cut, headline, posted, strings, text
from leadline.vocabulary import Change, IncidentUpdate, OutboundRequest, Severity

_PRIORITY = {Severity.CRITICAL: "P1", Severity.HIGH: "P2", Severity.MEDIUM: "P3", Severity.LOW: "P4"}
_LONGEST_MESSAGE = 130
_LONGEST_ALIAS = 512
_LONGEST_DESCRIPTION = 15_000
_LONGEST_ENTITY = 512
_LONGEST_USER = 100
_LONGEST_NOTE = 25_000
_LONGEST_TAG = 50
_MOST_TAGS = 20
_LONGEST_DETAIL = 550
"""Names and values together may hold 8,000 characters; there are at most 13."""


class Opsgenie(Place, frozen=True, kw_only=True):
    """Raises and closes alerts. `api_key` is the key of an API integration.

    `url` is `https://api.eu.opsgenie.com` in Europe. `responders` are as the API takes them:
    `{type: team, name: ops}`. An escalation raises the priority of the alert that is open.
    """

    api_key: Secret
    only_pages: bool = True
    responders: list[dict[str, str]] = msgspec.field(default_factory=list)
    tags: list[str] = msgspec.field(default_factory=list)
    url: str = "https://api.opsgenie.com"

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        if update.change is Change.RESOLVED:
            return self._to(f"{self._alert(update)}/close?identifierType=alias", {"source": "Leadline"})
        if update.change is Change.ACKNOWLEDGED:
            by, note = cut(update.by, _LONGEST_USER), cut(update.note, _LONGEST_NOTE)
            told = {"source": "Leadline", "user": by, "note": note}
            return self._to(f"{self._alert(update)}/acknowledge?identifierType=alias", told)
        incident = update.incident
        alert: dict[str, object] = {
            "message": _message(update),
            "alias": incident.incident_id[:_LONGEST_ALIAS],
            "description": self._description(update),
            "details": strings(update, _LONGEST_DETAIL),
            "source": "Leadline",
            "tags": [cut(tag, _LONGEST_TAG) for tag in (*self.tags, incident.category.value)][:_MOST_TAGS],
            "priority": _PRIORITY[incident.severity],
            "entity": cut(incident.scope, _LONGEST_ENTITY),
        }
        if self.responders:
            alert["responders"] = self.responders
        return self._to("/v2/alerts", alert)

    def follow_up(self, update: IncidentUpdate, answers: Sequence[bytes]) -> OutboundRequest | None:
        """Creating an alert that is open only counts: its priority and words are set beside."""
        if update.change not in (Change.ESCALATED, Change.REOPENED):
            return None
        steps = (
            ("priority", _PRIORITY[update.incident.severity]),
            ("message", _message(update)),
            ("description", self._description(update)),
        )
        if len(answers) > len(steps):
            return None
        name, value = steps[len(answers) - 1]
        return self._to(f"{self._alert(update)}/{name}?identifierType=alias", {name: value}, "PUT")

    def _alert(self, update: IncidentUpdate) -> str:
        return f"/v2/alerts/{quote(update.incident.incident_id[:_LONGEST_ALIAS], safe='')}"

    def _description(self, update: IncidentUpdate) -> str:
        return cut(text(update, self.runbook_link(update), self.incident_link(update)), _LONGEST_DESCRIPTION)

    def _to(self, path: str, body: object, method: str = "POST") -> OutboundRequest:
        headers = {"authorization": f"GenieKey {self.api_key}"}
        return posted(self.url.rstrip("/") + path, body, headers, method)


def _message(update: IncidentUpdate) -> str:
    return cut(headline(update), _LONGEST_MESSAGE)


PLUG: type[Destination] = Opsgenie
