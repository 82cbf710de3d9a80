"""Which events of many are kept whole: the first, the last, and a few picked by hash, never by chance."""

from collections.abc import Iterable
from zlib import crc32

from leadline.vocabulary import FailureEvent
from leadline.vocabulary.tally import Samples

ENDS = 3
DRAWN_KEPT = 10
DRAWN_SHOWN = 4


def sampled(events: Iterable[FailureEvent]) -> Samples:
    ordered = sorted(events, key=_moment)
    return Samples(
        tuple(ordered[:ENDS]),
        tuple(ordered[-ENDS:]),
        _smallest((crc32(event.event_id.encode()), event) for event in ordered),
    )


def merged_samples(one: Samples, other: Samples) -> Samples:
    if not one.first:
        return other
    return Samples(
        tuple(_unique(one.first + other.first)[:ENDS]),
        tuple(_unique(one.last + other.last)[-ENDS:]),
        _smallest(one.drawn + other.drawn),
    )


def shown(samples: Samples) -> tuple[FailureEvent, ...]:
    """At most ten events in order of time."""
    ends = {event.event_id: event for event in samples.first + samples.last}
    between = [event for _, event in samples.drawn if event.event_id not in ends][:DRAWN_SHOWN]
    return tuple(_unique([*ends.values(), *between]))


def _moment(event: FailureEvent) -> tuple[float, str]:
    return event.at, event.event_id


def _unique(events: Iterable[FailureEvent]) -> list[FailureEvent]:
    return sorted({event.event_id: event for event in events}.values(), key=_moment)


def _smallest(drawn: Iterable[tuple[int, FailureEvent]]) -> tuple[tuple[int, FailureEvent], ...]:
    by_id = {event.event_id: (number, event) for number, event in drawn}
    ordered = sorted(by_id.values(), key=lambda pair: (pair[0], pair[1].event_id))
    return tuple(ordered[:DRAWN_KEPT])
