"""Which events of many are kept whole: the first, the last, and a few picked by hash, never by chance."""

from collections.abc import Iterable
from zlib import crc32

from leadline.vocabulary import FailureEvent
from leadline.vocabulary.tally import Samples

ENDS = 3
DRAWN_KEPT = 10
DRAWN_SHOWN = 4

Events = tuple[FailureEvent, ...]
Drawn = tuple[tuple[int, FailureEvent], ...]


def sampled(events: Iterable[FailureEvent]) -> Samples:
    ordered = _in_order(events)
    return Samples(
        tuple(ordered[:ENDS]),
        tuple(ordered[-ENDS:]),
        _smallest((crc32(event.event_id.encode()), event) for event in ordered),
    )


def merged_samples(one: Samples, other: Samples) -> Samples:
    if not one.first or not other.first:
        return other if other.first else one
    return Samples(
        _earliest(one.first, other.first), _latest(one.last, other.last), _drawn(one.drawn, other.drawn)
    )


def shown(samples: Samples) -> tuple[FailureEvent, ...]:
    """At most ten events in order of time."""
    ends = {event.event_id: event for event in samples.first + samples.last}
    between = [event for _, event in samples.drawn if event.event_id not in ends][:DRAWN_SHOWN]
    return tuple(sorted([*ends.values(), *between], key=_moment))


def _earliest(one: Events, other: Events) -> Events:
    if len(one) == ENDS and _moment(other[0]) > _moment(one[-1]):
        return one
    return tuple(_in_order(one + other)[:ENDS])


def _latest(one: Events, other: Events) -> Events:
    if len(other) == ENDS and _moment(other[0]) > _moment(one[-1]):
        return other
    return tuple(_in_order(one + other)[-ENDS:])


def _drawn(one: Drawn, other: Drawn) -> Drawn:
    """Once enough are held, hardly any newcomer has a small enough hash."""
    if len(one) == DRAWN_KEPT:
        other = tuple(pair for pair in other if pair[0] <= one[-1][0])
    return _smallest(one + other) if other else one


def _moment(event: FailureEvent) -> tuple[float, str]:
    return event.at, event.event_id


def _in_order(events: Iterable[FailureEvent]) -> list[FailureEvent]:
    """By time; of a row that came twice, the earlier."""
    known: dict[str, FailureEvent] = {}
    for event in sorted(events, key=_moment):
        known.setdefault(event.event_id, event)
    return list(known.values())


def _smallest(drawn: Iterable[tuple[int, FailureEvent]]) -> Drawn:
    by_id = {event.event_id: (number, event) for number, event in drawn}
    ordered = sorted(by_id.values(), key=lambda pair: (pair[0], pair[1].event_id))
    return tuple(ordered[:DRAWN_KEPT])
