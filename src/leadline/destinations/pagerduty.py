"""PagerDuty Events API v2. One incident is one dedup key, so resolve closes what trigger opened."""

from datetime import UTC, datetime

import msgspec

from leadline.destinations import Destination
from leadline.vocabulary import Change, Incident, IncidentUpdate, OutboundRequest, Severity

_SEVERITY = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
}
_LONGEST_SUMMARY = 1024
_LONGEST_KEY = 255
_MOST_VALUES = 10


class PagerDuty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pages through an Events API v2 integration.

    `routing_key` is the integration's key. `console_url` is where people open the Leadline console; each
    event then links to it. `only_pages` (the default) leaves out changes that need not wake anybody.
    """

    routing_key: str
    at_least: Severity = Severity.HIGH
    only_pages: bool = True
    console_url: str = ""
    url: str = "https://events.pagerduty.com/v2/enqueue"

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        resolved = update.change is Change.RESOLVED
        event: dict[str, object] = {
            "routing_key": self.routing_key,
            "event_action": "resolve" if resolved else "trigger",
            "dedup_key": update.incident.incident_id[:_LONGEST_KEY],
            "client": "Leadline",
            "payload": _payload(update),
        }
        if self.console_url:
            event["client_url"] = f"{self.console_url.rstrip('/')}/incidents/{update.incident.incident_id}"
        if update.runbook.startswith(("http://", "https://")):
            event["links"] = [{"href": update.runbook, "text": "Runbook"}]
        return OutboundRequest(
            url=self.url,
            body=msgspec.json.encode(event),
            headers={"content-type": "application/json"},
        )


def _payload(update: IncidentUpdate) -> dict[str, object]:
    incident = update.incident
    return {
        "summary": _summary(update)[:_LONGEST_SUMMARY],
        "source": incident.scope,
        "severity": _SEVERITY[incident.severity],
        "timestamp": datetime.fromtimestamp(update.at, UTC).isoformat(timespec="milliseconds"),
        "component": incident.scope,
        "group": incident.category.value,
        "class": ", ".join(incident.subtypes) or incident.category.value,
        "custom_details": _details(update),
    }


def _summary(update: IncidentUpdate) -> str:
    incident = update.incident
    what = ", ".join(incident.subtypes) or "failures"
    return (
        f"{incident.severity.value.upper()} {incident.category.value}: {what} at {incident.scope}, "
        f"{incident.count} events ({update.change.value})"
    )


def _details(update: IncidentUpdate) -> dict[str, object]:
    """All a person needs at night: who failed, the measurements, the system's state, what to ask next."""
    incident = update.incident
    newest = incident.samples[-1] if incident.samples else None
    state = update.state.keys.get(incident.key)
    return {
        "change": update.change.value,
        "count": incident.count,
        "opened_at": datetime.fromtimestamp(incident.opened_at, UTC).isoformat(timespec="seconds"),
        "kinds": incident.kinds,
        "dimensions": _largest(incident),
        "provider": newest.provider if newest else None,
        "request_id": newest.request_id if newest else "",
        "causal_signals": newest.causal_signals if newest else None,
        "system_state": state,
        "mitigation": incident.mitigation,
        "correlation_id": incident.correlation_id,
        "runbook": update.runbook,
        "questions": update.questions,
    }


def _largest(incident: Incident) -> dict[str, dict[str, int]]:
    """The most frequent values of each dimension: an event may hold 512 kB, a tenant's users may not fit."""
    return {
        name: dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_VALUES])
        for name, counts in incident.dimensions.items()
    }


PLUG: type[Destination] = PagerDuty
