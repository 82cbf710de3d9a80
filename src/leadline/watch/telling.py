"""Who hears of which change: the net state after a backlog, and the outbox entries it becomes."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from leadline.destinations import Destination
from leadline.storage import OutboxEntry
from leadline.vocabulary import Change, IncidentUpdate, Severity

_FRESH = (Change.OPENED, Change.REOPENED)


class Audience(msgspec.Struct, frozen=True):
    """What one destination wants to hear."""

    at_least: Severity
    only_pages: bool


def audience(destinations: Mapping[str, Destination]) -> dict[str, Audience]:
    return {name: Audience(one.at_least, one.only_pages) for name, one in destinations.items()}


def net(updates: Sequence[IncidentUpdate]) -> IncidentUpdate:
    """What several changes of one incident come to: its last state, told once.

    It opens, if that is among them and it is still open; it pages, if any of them would have.
    """
    last = updates[-1]
    if last.change is Change.RESOLVED:
        return last
    fresh = next((one.change for one in updates if one.change in _FRESH), last.change)
    told: IncidentUpdate = msgspec.structs.replace(last, change=fresh, page=any(one.page for one in updates))
    return told


def entries(
    updates: Sequence[IncidentUpdate],
    audiences: Mapping[str, Audience],
    heard: Collection[tuple[str, str]],
) -> list[OutboxEntry]:
    """`heard` holds (incident, destination) of what was told before: only there is an end worth telling."""
    return [
        OutboxEntry(destination=name, update=update)
        for update in updates
        for name, wants in audiences.items()
        if _wanted(update, wants, heard=(update.incident.incident_id, name) in heard)
    ]


def _wanted(update: IncidentUpdate, wants: Audience, *, heard: bool) -> bool:
    if update.change is Change.RESOLVED:
        return heard
    severe = update.incident.severity.rank >= wants.at_least.rank
    return severe and (update.page or not wants.only_pages)
