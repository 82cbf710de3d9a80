"""Prometheus Alertmanager, API v2: incidents as alerts, so that its own routes and silences hold for them."""

from typing import Annotated

import msgspec

from leadline.destinations import SECRET, Destination, Place
from leadline.destinations._words import headline, moment, posted, strings, text
from leadline.vocabulary import Change, Incident, IncidentUpdate, OutboundRequest, Severity

_LONGEST_ANNOTATION = 4000


class Alertmanager(Place, frozen=True, kw_only=True):
    """Posts to `url`/api/v2/alerts. `url` is such as `http://alertmanager.example.com:9093`.

    The labels are `alertname`, `severity`, `category`, `scope`, `incident_id` and your `labels`; the rest
    stands in annotations. When the severity rises, the alert of the milder one ends with the same request. An
    alert whose end could never be told ends by itself `expires_s` seconds after the last change. `headers`
    are sent as they are (an `authorization`, say).
    """

    url: str
    at_least: Severity = Severity.LOW
    alertname: str = "LeadlineIncident"
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    headers: Annotated[dict[str, str], SECRET] = msgspec.field(default_factory=dict)
    expires_s: float = 7 * 86_400.0

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        incident = update.incident
        over = update.change is Change.RESOLVED
        ends_at = update.at if over else update.at + self.expires_s
        alerts = [self._alert(update, severity, update.at) for severity in _milder(incident)]
        alerts.append(self._alert(update, incident.severity, ends_at))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return posted(f"{self.url.rstrip('/')}/api/v2/alerts", alerts, headers)

    def _alert(self, update: IncidentUpdate, severity: Severity, ends_at: float) -> dict[str, object]:
        """An alert is its labels: none may change while the incident is open, but for the severity."""
        incident = update.incident
        link = self.incident_link(update)
        return {
            "labels": {
                **self.labels,
                "alertname": self.alertname,
                "severity": severity.value,
                "category": incident.category.value,
                "scope": incident.scope,
                "incident_id": incident.incident_id,
            },
            "annotations": {
                **strings(update, _LONGEST_ANNOTATION),
                "summary": headline(update),
                "description": text(update),
                "runbook_url": self.runbook_link(update) or update.runbook,
            },
            "startsAt": moment(incident.opened_at, "milliseconds"),
            "endsAt": moment(max(ends_at, incident.opened_at), "milliseconds"),
            **({"generatorURL": link} if link else {}),
        }


def _milder(incident: Incident) -> list[Severity]:
    passed = {step.severity for step in incident.severity_path} - {incident.severity}
    return sorted(passed, key=lambda severity: severity.rank)


PLUG: type[Destination] = Alertmanager
