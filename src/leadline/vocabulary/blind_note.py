"""The supervisor's note: what it told people while the watch could not, so that nobody tells it twice."""

import msgspec


class BlindNote(msgspec.Struct, frozen=True, kw_only=True):
    """Kept while the watch is blind. `told` are the destinations that took the news. `at` is the supervisor's
    last look (Unix seconds): a note that grows old has no supervisor behind it.
    """

    incident_id: str
    opened_at: float
    reason: str
    at: float
    told: tuple[str, ...] = ()
