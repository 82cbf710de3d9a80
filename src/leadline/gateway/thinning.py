"""When the watch lags or the spool fills, fewer copies of successes go there, each standing for others."""

import zlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from leadline.gateway.parts import Spool, SpoolStats
from leadline.vocabulary import WATCH_LAG, Heartbeat, Observation, Origin, Overlay, SpoolRecord, Verdict


class Level(NamedTuple):
    """Of `one_of` successes one is kept. Whether copies of successes and of all others keep their text."""

    one_of: int = 1
    text_of_successes: bool = True
    text_of_others: bool = True


_ALL = Level()
BY_LAG = (
    (60.0, Level(64, text_of_successes=False)),
    (15.0, Level(16, text_of_successes=False)),
    (5.0, Level(4)),
)
"""From so many seconds of lag. The numbers are powers of two, so that weights add up exactly."""
BY_FULLNESS = (
    (0.95, Level(1024, text_of_successes=False, text_of_others=False)),
    (0.85, Level(256, text_of_successes=False, text_of_others=False)),
    (0.75, Level(64, text_of_successes=False, text_of_others=False)),
    (0.6, Level(16, text_of_successes=False)),
)
"""From such a share of the spool: nobody reads, and what is left is for failures. Text, which is of use for
half an hour, goes before them. A deep check that is behind holds up to half of the spool, which is no reason.
"""


class ThinningSpool:
    """A spool that thins. What failed, was flagged, retried or refused is always kept; so is what is no
    user's. Successes are chosen by their request id, the same on every host. The lag of the watch and how
    full the spool is (0 to 1) are looked up with each heartbeat, once a second.
    """

    def __init__(self, spool: Spool, lag_s: Callable[[], float], fullness: Callable[[], float]) -> None:
        self._spool = spool
        self._lag_s = lag_s
        self._fullness = fullness
        self._level = _ALL

    @property
    def stats(self) -> SpoolStats:
        return self._spool.stats

    def offer(self, record: SpoolRecord) -> bool:
        """True also for a success that another one stands for."""
        if isinstance(record, Heartbeat):
            self._level = max(_level(BY_LAG, self._lag_s()), _level(BY_FULLNESS, self._fullness()))
        elif self._level is not _ALL and isinstance(record, Observation):
            thinned = _thinned(record, self._level)
            if thinned is None:
                return True
            record = thinned
        return self._spool.offer(record)


def _level(levels: Iterable[tuple[float, Level]], measured: float) -> Level:
    return next((level for limit, level in levels if measured > limit), _ALL)


def _thinned(record: Observation, level: Level) -> Observation | None:
    """None = another one stands for it."""
    weight, keeps_text = record.weight, level.text_of_others
    if is_plain_success(record):
        if zlib.crc32(record.exchange.request_id.encode()) % level.one_of:
            return None
        weight, keeps_text = record.weight * level.one_of, level.text_of_successes
    text = record.text if keeps_text or (record.text is not None and record.text.keep) else None
    return msgspec.structs.replace(record, weight=weight, text=text)


def is_plain_success(record: Observation) -> bool:
    """Nothing about it is news to anybody."""
    exchange = record.exchange
    return (
        exchange.served
        and exchange.origin is Origin.USER
        and len(exchange.attempts) == 1
        and not (exchange.rung or exchange.client_retry_count)
        and not any(signal.verdict is Verdict.FAIL for signal in record.signals)
    )


def lag_s(overlay: Overlay, now: float) -> float:
    """How far behind the watch says that it is; 0 = it says nothing."""
    told = (entry for entry in overlay.entries if entry.what == WATCH_LAG)
    return next((one.value for one in told if one.expires_at is None or now < one.expires_at), 0.0)
