"""Which providers the gateway should probe: those with an open incident."""

from collections.abc import Iterable

from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Ask, Change, IncidentUpdate, OverlayEntry, Query

PROBE = "probe"
_PREFIX = "PROVIDER:"
_HOLDS_S, _RENEWED_BEFORE_S = 600.0, 300.0
_MOST_OPEN = 1000


class Probing:
    """Hears what triage decides; `entries` go into the overlay. They expire, should the watch die."""

    def __init__(self, incidents: SQLiteIncidents, every_s: float | None) -> None:
        """`every_s` seconds lie between two probes of a target; None = none are wanted."""
        self._every_s = every_s
        self._open: dict[str, str] = {}
        self._until = 0.0
        known = Ask(name=Query.INCIDENTS, arguments={"status": "open"}, limit=_MOST_OPEN)
        for row in incidents.ask(known).rows:
            self._note(str(row["key"]), str(row["incident_id"]))

    def hear(self, updates: Iterable[IncidentUpdate]) -> None:
        for update in updates:
            incident = update.incident
            if update.change is Change.RESOLVED:
                self._open = {key: one for key, one in self._open.items() if key != incident.key}
            else:
                self._note(incident.key, incident.incident_id)

    def entries(self, now: float) -> list[OverlayEntry]:
        if self._every_s is None or not self._open:
            return []
        if self._until - now < _RENEWED_BEFORE_S:
            self._until = now + _HOLDS_S
        return [
            OverlayEntry(
                what=PROBE,
                name=key.removeprefix(_PREFIX),
                value=self._every_s,
                reason=f"{incident_id} is open",
                expires_at=self._until,
            )
            for key, incident_id in sorted(self._open.items())
        ]

    def _note(self, key: str, incident_id: str) -> None:
        if key.startswith(_PREFIX):
            self._open = {**self._open, key: incident_id}
