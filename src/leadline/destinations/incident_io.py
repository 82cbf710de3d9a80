"""incident.io, through an HTTP alert source: one alert per incident, firing or resolved."""

from leadline.destinations import Destination, Place, Secret
from leadline.destinations._words import cut, headline, posted, strings, text
from leadline.vocabulary import Change, IncidentUpdate, OutboundRequest

_LONGEST_TITLE = 255
_LONGEST_DESCRIPTION = 20_000
_LONGEST_VALUE = 4000


class IncidentIo(Place, frozen=True, kw_only=True):
    """Posts alert events. `source_id` is the alert source's configuration id, `token` its bearer token.

    `metadata` of the alert holds the severity, so that incident.io's own routes and priorities can use it.
    """

    source_id: str
    token: Secret
    only_pages: bool = True
    url: str = "https://api.incident.io"

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        incident = update.incident
        event: dict[str, object] = {
            "title": cut(headline(update), _LONGEST_TITLE),
            "status": "resolved" if update.change is Change.RESOLVED else "firing",
            "description": cut(text(update, self.runbook_link(update)), _LONGEST_DESCRIPTION),
            "deduplication_key": incident.incident_id,
            "metadata": {
                **strings(update, _LONGEST_VALUE),
                "severity": incident.severity.value,
                "category": incident.category.value,
                "scope": incident.scope,
            },
        }
        if link := self.incident_link(update):
            event["source_url"] = link
        path = f"/v2/alert_events/http/{self.source_id}"
        return posted(self.url.rstrip("/") + path, event, {"authorization": f"Bearer {self.token}"})


PLUG: type[Destination] = IncidentIo
