"""Who hears of which change: the net state after a backlog, the routes, the outbox entries it becomes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

import msgspec

from leadline.destinations import Destination
from leadline.storage import OutboxEntry
from leadline.vocabulary import Change, FailureCategory, IncidentUpdate, Severity

_FRESH = (Change.OPENED, Change.REOPENED)
_ENDS = (Change.RESOLVED, Change.ACKNOWLEDGED)
_NEWS = (Change.ESCALATED, Change.REOPENED)
_WHOLE_DAY = (0, 24 * 60)


class When(msgspec.Struct, frozen=True, kw_only=True):
    """One route to a destination: all that is given must hold; what is empty holds always.

    `at_least` takes the place of the destination's own. `features` holds when one of the incident's features
    is among them. `hours` are minutes since midnight in `zone`, from (inclusive) and to (exclusive); when
    they pass midnight, `days` (0 = Monday) are those on which they begin.
    """

    categories: frozenset[FailureCategory] = frozenset()
    at_least: Severity | None = None
    features: frozenset[str] = frozenset()
    hours: tuple[int, int] = _WHOLE_DAY
    days: frozenset[int] = frozenset()
    zone: tzinfo = UTC

    def leads(self, update: IncidentUpdate, own: Severity, at: float) -> bool:
        """Whether this change may go this way at `at` (Unix seconds)."""
        incident = update.incident
        return (
            incident.severity.rank >= (self.at_least or own).rank
            and (not self.categories or incident.category in self.categories)
            and (not self.features or not self.features.isdisjoint(incident.dimensions.get("feature", ())))
            and self._is_time(datetime.fromtimestamp(at, self.zone))
        )

    def _is_time(self, local: datetime) -> bool:
        begin, end = self.hours
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if begin < end:
            return begin <= minute < end and self._is_day(day)
        return (minute >= begin and self._is_day(day)) or (minute < end and self._is_day((day - 1) % 7))

    def _is_day(self, day: int) -> bool:
        return not self.days or day in self.days


_ALWAYS = (When(),)


class Audience(msgspec.Struct, frozen=True):
    """What one destination wants to hear, and by which routes (any of them; none given = always)."""

    at_least: Severity
    only_pages: bool
    only_outlived: bool = False
    routes: tuple[When, ...] = ()


def audience(
    destinations: Mapping[str, Destination], routes: Mapping[str, tuple[When, ...]]
) -> dict[str, Audience]:
    return {
        name: Audience(one.at_least, one.only_pages, one.only_outlived, routes.get(name, ()))
        for name, one in destinations.items()
    }


def net(updates: Sequence[IncidentUpdate]) -> IncidentUpdate:
    """What several changes of one incident come to: its last state, told once.

    It outlived or opened, if that is among them and it is still open; it pages, if any of them would have.
    """
    last = updates[-1]
    if last.change is Change.RESOLVED:
        return last
    changes = [one.change for one in updates]
    fresh = next((change for change in changes if change in _FRESH), last.change)
    fresh = Change.OUTLIVED if Change.OUTLIVED in changes else fresh
    told: IncidentUpdate = msgspec.structs.replace(last, change=fresh, page=any(one.page for one in updates))
    return told


def entries(
    updates: Sequence[IncidentUpdate],
    audiences: Mapping[str, Audience],
    heard: Collection[tuple[str, str]],
    at: float,
) -> list[OutboxEntry]:
    """`heard` holds (incident, destination) of what was told before: only there is an end worth telling.

    `at` is the time of telling, in Unix seconds.
    """
    return [
        OutboxEntry(destination=name, update=update)
        for update in updates
        for name, wants in audiences.items()
        if _wanted(update, wants, at, heard=(update.incident.incident_id, name) in heard)
    ]


def _wanted(update: IncidentUpdate, wants: Audience, at: float, *, heard: bool) -> bool:
    """An end is told wherever the beginning was, at any hour, and so is that somebody took it."""
    if update.change in _ENDS:
        return heard
    if update.silenced:
        return False
    return _listens(update, wants, heard=heard) and any(
        route.leads(update, wants.at_least, at) for route in wants.routes or _ALWAYS
    )


def _listens(update: IncidentUpdate, wants: Audience, *, heard: bool) -> bool:
    if wants.only_outlived:
        return update.change is Change.OUTLIVED or (heard and update.change in _NEWS)
    return update.page or not wants.only_pages
