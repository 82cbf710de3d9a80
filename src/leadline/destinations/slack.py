"""Slack, through an incoming webhook: one message per change."""

from leadline.destinations import Destination, Place, Secret
from leadline.destinations._words import cut, facts, posted
from leadline.vocabulary import Change, IncidentUpdate, OutboundRequest, Severity

_COLOUR = {
    Severity.CRITICAL: "#b3261e",
    Severity.HIGH: "#d9730d",
    Severity.MEDIUM: "#c29b00",
    Severity.LOW: "#5f6b7a",
}
_RESOLVED = "#2e7d32"
_LONGEST_TITLE = 300
_LONGEST_TEXT = 3000
_LONGEST_FIELD = 2000


class Slack(Place, frozen=True, kw_only=True):
    """Posts into the channel of an incoming webhook. `url` is the whole webhook URL and a secret."""

    url: Secret
    at_least: Severity = Severity.MEDIUM

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        incident = update.incident
        title = _plain(
            f"{incident.severity.value.upper()} {incident.key}: {update.change.value}", _LONGEST_TITLE
        )
        attachment: dict[str, object] = {
            "fallback": title,
            "color": _RESOLVED if update.change is Change.RESOLVED else _COLOUR[incident.severity],
            "title": title,
            "text": _plain("\n".join(update.questions), _LONGEST_TEXT),
            "fields": self._fields(update),
            "footer": incident.incident_id,
        }
        if link := self.incident_link(update):
            attachment["title_link"] = link
        return posted(self.url, {"text": title, "attachments": [attachment]})

    def _fields(self, update: IncidentUpdate) -> list[dict[str, object]]:
        incident = update.incident
        values = {
            "What": ", ".join(incident.subtypes) or incident.category.value,
            **facts(update),
            "Evidence": incident.samples[-1].causal_signals.evidence if incident.samples else "",
            "Runbook": self.runbook_link(update) or update.runbook,
        }
        return [
            {"title": name, "value": _plain(value, _LONGEST_FIELD), "short": len(value) < 40}
            for name, value in values.items()
            if value
        ]


def _plain(text: str, longest: int) -> str:
    """Slack's control characters escaped: a model's words must not become a link or a mention."""
    return cut(text, longest).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


PLUG: type[Destination] = Slack
