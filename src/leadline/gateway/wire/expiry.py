"""Notices certificates of upstreams that end soon, while their calls still go well."""

import ssl
from collections.abc import Callable

import structlog

_log = structlog.get_logger()
_SOON_S = 14 * 86_400.0
_AGAIN_AFTER_S = 86_400.0


class Expiry:
    """Says so in the log, once a day for each upstream. `clock` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._said_at: dict[str, float] = {}

    def shown(self, name: str, tls: ssl.SSLObject) -> None:
        """What an upstream showed in a handshake that went well."""
        certificate = tls.getpeercert()
        if not certificate:
            return
        now = self._clock()
        left_s = ssl.cert_time_to_seconds(str(certificate["notAfter"])) - now
        if left_s > _SOON_S or now - self._said_at.get(name, 0.0) < _AGAIN_AFTER_S:
            return
        self._said_at[name] = now
        _log.warning(
            "the certificate of an upstream ends soon; its owner has to renew it",
            upstream=name,
            days_left=round(left_s / 86_400.0, 1),
        )
