"""Says in the overlay that the watch lags, so that the gateway sends it fewer copies of successes."""

from leadline.vocabulary import WATCH_LAG, OverlayEntry
from leadline.watch.pulse import LAGGING_S, Pulse

_HOLDS_S = 15.0


def lag_entries(pulse: Pulse, now: float) -> list[OverlayEntry]:
    """None while it keeps up. A watch that died while it lagged is believed for a quarter of a minute."""
    lag_s = pulse.lag_s(now)
    if lag_s <= LAGGING_S:
        return []
    reason = f"the watch is {lag_s:.0f} s behind"
    return [OverlayEntry(what=WATCH_LAG, name="*", value=lag_s, reason=reason, expires_at=now + _HOLDS_S)]
