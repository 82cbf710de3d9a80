"""PagerDuty Events API v2. One incident is one dedup key, so resolve closes what trigger opened."""

from collections.abc import Mapping

from leadline.destinations import Destination, Place, Secret
from leadline.destinations._words import cut, details, headline, moment, posted, strings
from leadline.vocabulary import Change, IncidentUpdate, OutboundRequest, Severity

_SEVERITY = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
}
_LONGEST_SUMMARY = 1024
_ACTION = {Change.RESOLVED: "resolve", Change.ACKNOWLEDGED: "acknowledge"}
_LONGEST_KEY = 255
_LONGEST_NAME = 255
_MOST_BYTES = 500_000
"""An event may have 512 kB; one that would be larger is told in strings of `_LONGEST_DETAIL` characters."""
_LONGEST_DETAIL = 4000


class PagerDuty(Place, frozen=True, kw_only=True):
    """Pages through an Events API v2 integration.

    `routing_key` is the integration's key. `only_pages` (the default) leaves out changes that need not wake
    anybody.
    """

    routing_key: Secret
    only_pages: bool = True
    url: str = "https://events.pagerduty.com/v2/enqueue"

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        event: dict[str, object] = {
            "routing_key": self.routing_key,
            "event_action": _ACTION.get(update.change, "trigger"),
            "dedup_key": update.incident.incident_id[:_LONGEST_KEY],
            "client": "Leadline",
            "payload": _payload(update, details(update)),
        }
        if link := self.incident_link(update):
            event["client_url"] = link
        if runbook := self.runbook_link(update):
            event["links"] = [{"href": runbook, "text": "Runbook"}]
        request = posted(self.url, event)
        if len(request.body) <= _MOST_BYTES:
            return request
        return posted(self.url, event | {"payload": _payload(update, strings(update, _LONGEST_DETAIL))})


def _payload(update: IncidentUpdate, told: Mapping[str, object]) -> dict[str, object]:
    incident = update.incident
    return {
        "summary": cut(headline(update), _LONGEST_SUMMARY),
        "source": cut(incident.scope, _LONGEST_NAME),
        "severity": _SEVERITY[incident.severity],
        "timestamp": moment(update.at, "milliseconds"),
        "component": cut(incident.scope, _LONGEST_NAME),
        "group": incident.category.value,
        "class": cut(", ".join(incident.subtypes), _LONGEST_NAME) or incident.category.value,
        "custom_details": told,
    }


PLUG: type[Destination] = PagerDuty
