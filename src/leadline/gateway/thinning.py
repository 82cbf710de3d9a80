"""When the watch lags, fewer copies of successes go to it, each standing for those that were left out."""

import zlib
from collections.abc import Callable

import msgspec

from leadline.gateway.parts import Spool, SpoolStats
from leadline.vocabulary import WATCH_LAG, Heartbeat, Observation, Origin, Overlay, SpoolRecord, Verdict

LEVELS = ((60.0, 64, False), (15.0, 16, False), (5.0, 4, True))
"""From so many seconds of lag: of how many successes one is kept, and whether it keeps its text. The numbers
are powers of two, so that weights add up exactly.
"""
_ALL = (0.0, 1, True)


class ThinningSpool:
    """A spool that thins. What failed, was flagged, retried or refused is always kept; so is what is no
    user's. Successes are chosen by their request id, the same on every host. The lag is looked up with each
    heartbeat, once a second.
    """

    def __init__(self, spool: Spool, lag_s: Callable[[], float]) -> None:
        self._spool = spool
        self._lag_s = lag_s
        self._level = _ALL

    @property
    def stats(self) -> SpoolStats:
        return self._spool.stats

    def offer(self, record: SpoolRecord) -> bool:
        """True also for a success that another one stands for."""
        if isinstance(record, Heartbeat):
            lag_s = self._lag_s()
            self._level = next((level for level in LEVELS if lag_s > level[0]), _ALL)
        elif self._level is not _ALL and isinstance(record, Observation) and is_plain_success(record):
            _, one_of, keeps_text = self._level
            if zlib.crc32(record.exchange.request_id.encode()) % one_of:
                return True
            text = record.text if keeps_text or (record.text is not None and record.text.keep) else None
            record = msgspec.structs.replace(record, weight=record.weight * one_of, text=text)
        return self._spool.offer(record)


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
