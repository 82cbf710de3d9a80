"""One file per place that hears about incidents. A destination only renders; delivery is the watch's.

To add one, copy `webhook.py`. Fields are settings (secrets arrive already resolved), PLUG is last.
"""

from typing import Protocol

from leadline.vocabulary import IncidentUpdate, OutboundRequest, Severity


class Destination(Protocol):
    @property
    def at_least(self) -> Severity:
        """The mildest severity that this place wants to hear of."""

    @property
    def only_pages(self) -> bool:
        """True for places that wake people: they hear what pages and, of that, the end."""

    def render(self, update: IncidentUpdate) -> OutboundRequest: ...
