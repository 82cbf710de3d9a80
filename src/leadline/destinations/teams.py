"""Microsoft Teams: an adaptive card for each change, through a workflow's webhook."""

import re

from leadline.destinations import Destination, Place, Secret
from leadline.destinations._words import cut, facts, headline, posted
from leadline.vocabulary import Change, IncidentUpdate, OutboundRequest, Severity

_COLOUR = {
    Severity.CRITICAL: "Attention",
    Severity.HIGH: "Attention",
    Severity.MEDIUM: "Warning",
    Severity.LOW: "Accent",
}
_LONGEST_TITLE = 300
_LONGEST_IN_ALL = 4000
"""Characters of all facts and questions: a message may hold 28 KB, an escaped character six bytes."""
_MARKDOWN = re.compile(r"([\\`*\[\]<>])")


class Teams(Place, frozen=True, kw_only=True):
    """Posts into a channel or chat. `url` is the webhook of a Teams workflow and a secret."""

    url: Secret
    at_least: Severity = Severity.MEDIUM

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        return posted(
            self.url,
            {
                "type": "message",
                "attachments": [
                    {
                        "contentType": "application/vnd.microsoft.card.adaptive",
                        "contentUrl": None,
                        "content": self._card(update),
                    }
                ],
            },
        )

    def _card(self, update: IncidentUpdate) -> dict[str, object]:
        over = update.change is Change.RESOLVED
        named = {
            "What": ", ".join(update.incident.subtypes) or update.incident.category.value,
            **facts(update),
            "Incident": update.incident.incident_id,
        }
        longest = _LONGEST_IN_ALL // (len(named) + len(update.questions))
        title = {
            "type": "TextBlock",
            "text": _plain(headline(update), _LONGEST_TITLE),
            "weight": "Bolder",
            "size": "Medium",
            "wrap": True,
            "style": "heading",
            "color": "Good" if over else _COLOUR[update.incident.severity],
        }
        known = {
            "type": "FactSet",
            "facts": [{"title": name, "value": _plain(value, longest)} for name, value in named.items()],
        }
        asked = [
            {"type": "TextBlock", "text": f"{number}\\. {_plain(question, longest)}", "wrap": True}
            for number, question in enumerate(update.questions, 1)
        ]
        links = {"Open the incident": self.incident_link(update), "Runbook": self.runbook_link(update)}
        return {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [title, known, *asked],
            "actions": [
                {"type": "Action.OpenUrl", "title": name, "url": link} for name, link in links.items() if link
            ],
            "msteams": {"width": "Full"},
        }


def _plain(text: str, longest: int) -> str:
    """Markdown escaped: a model's words must not become a link."""
    return _MARKDOWN.sub(r"\\\1", cut(text, longest))


PLUG: type[Destination] = Teams
