"""Collects what a triage tree or a postmortem is made of, from whoever answers the named questions."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from leadline.triage.postmortem import Story
from leadline.triage.rules import Rules
from leadline.triage.tree import Branch, of_events, of_incident
from leadline.vocabulary import Exchange, Incident, Query

Row = Mapping[str, object]
Look = Callable[[Query, Mapping[str, object]], Awaitable[Sequence[Row]]]
"""Puts one question. Raises whatever its maker wants to see."""


class Tree(msgspec.Struct, frozen=True):
    """`title` says what was looked up."""

    title: str
    branches: Sequence[Branch]


async def tree_of(look: Look, name: str) -> Tree | None:
    """Of an incident, an event or a request, by its id; None = there is none."""
    found = await look(Query.INCIDENT, {"incident_id": name})
    if found:
        incident = _dict(found[0]["incident"])
        return Tree(f"incident {name}: {incident['key']}", of_incident(incident))
    for argument in ("event_id", "request_id"):
        events = await look(Query.EVENTS, {argument: name})
        if events:
            told = f"{len(events)} {'event' if len(events) == 1 else 'events'}"
            return Tree(f"{name}: {told}", of_events(events))
    return None


async def story_of(look: Look, incident_id: str, rules: Rules) -> Story | None:
    """All that is stored of an incident; None = there is none."""
    found = await look(Query.INCIDENT, {"incident_id": incident_id})
    if not found:
        return None
    incident = msgspec.convert(found[0]["incident"], Incident)
    exchanges, correlated = await asyncio.gather(_exchanges(look, incident), _correlated(look, incident))
    return Story(
        incident=incident,
        updates=_list(found[0]["updates"]),
        deliveries=_list(found[0]["deliveries"]),
        exchanges=exchanges,
        correlated=correlated,
        rules=rules,
    )


async def _exchanges(look: Look, incident: Incident) -> list[Exchange]:
    """Of the sampled requests, those that are still kept."""
    names = dict.fromkeys(event.request_id for event in incident.samples if event.request_id)
    found = await asyncio.gather(*(look(Query.REQUEST, {"request_id": name}) for name in names))
    return [msgspec.convert(row["exchange"], Exchange) for rows in found for row in rows]


async def _correlated(look: Look, incident: Incident) -> list[Incident]:
    if not incident.correlation_id:
        return []
    rows = await look(Query.INCIDENTS, {})
    others = [
        msgspec.convert(row, Incident) for row in rows if row["correlation_id"] == incident.correlation_id
    ]
    return [other for other in others if other.incident_id != incident.incident_id]


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Row]:
    return value if isinstance(value, list) else []
