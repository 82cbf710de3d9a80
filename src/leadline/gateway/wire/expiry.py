"""Notices certificates of upstreams that end soon, while their calls still go well."""

import ssl
from collections.abc import Callable

SOON_S = 14 * 86_400.0
_AGAIN_AFTER_S = 86_400.0
Tell = Callable[[str, float, float], None]
"""Hears the name of an upstream, the seconds that its certificate still holds, and when that was seen."""


class Expiry:
    """Tells once a day of each upstream. `clock` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float], tell: Tell) -> None:
        self._clock = clock
        self._tell = tell
        self._told_at: dict[str, float] = {}

    def shown(self, name: str, tls: ssl.SSLObject) -> None:
        """What an upstream showed in a handshake that went well."""
        certificate = tls.getpeercert()
        if not certificate:
            return
        now = self._clock()
        left_s = ssl.cert_time_to_seconds(str(certificate["notAfter"])) - now
        if left_s > SOON_S or now - self._told_at.get(name, 0.0) < _AGAIN_AFTER_S:
            return
        self._told_at[name] = now
        self._tell(name, left_s, now)
