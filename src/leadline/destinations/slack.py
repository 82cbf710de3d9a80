"""Slack, through an incoming webhook: one message per change."""

import msgspec

from leadline.destinations import Destination
from leadline.vocabulary import Change, IncidentUpdate, OutboundRequest, Severity

_COLOUR = {
    Severity.CRITICAL: "#b3261e",
    Severity.HIGH: "#d9730d",
    Severity.MEDIUM: "#c29b00",
    Severity.LOW: "#5f6b7a",
}
_RESOLVED = "#2e7d32"


class Slack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Posts into the channel of an incoming webhook. `url` is the whole webhook URL and a secret.

    `console_url` makes the title a link to the incident in the Leadline console.
    """

    url: str
    at_least: Severity = Severity.MEDIUM
    only_pages: bool = False
    console_url: str = ""

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        incident = update.incident
        title = f"{incident.severity.value.upper()} {incident.key}: {update.change.value}"
        attachment: dict[str, object] = {
            "fallback": title,
            "color": _RESOLVED if update.change is Change.RESOLVED else _COLOUR[incident.severity],
            "title": _plain(title),
            "text": _plain("\n".join(update.questions)),
            "fields": _fields(update),
            "footer": incident.incident_id,
        }
        if self.console_url:
            attachment["title_link"] = f"{self.console_url.rstrip('/')}/incidents/{incident.incident_id}"
        return OutboundRequest(
            url=self.url,
            body=msgspec.json.encode({"text": _plain(title), "attachments": [attachment]}),
            headers={"content-type": "application/json"},
        )


def _fields(update: IncidentUpdate) -> list[dict[str, object]]:
    incident = update.incident
    values = {
        "Events": str(incident.count),
        "What": ", ".join(incident.subtypes) or incident.category.value,
        "Evidence": incident.samples[-1].causal_signals.evidence if incident.samples else "",
        "Runbook": update.runbook,
    }
    return [
        {"title": name, "value": _plain(value), "short": len(value) < 40}
        for name, value in values.items()
        if value
    ]


def _plain(text: str) -> str:
    """Slack's control characters escaped: a model's words must not become a link or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


PLUG: type[Destination] = Slack
