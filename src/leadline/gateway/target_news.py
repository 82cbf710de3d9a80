"""Tells the watch what no single request tells: breakers that turn, limits and certificates that end."""

from collections.abc import Callable

import structlog

from leadline.gateway.breaker import Phase
from leadline.gateway.breakers import Transition, name_of
from leadline.gateway.rate_limits import RateLimit
from leadline.gateway.wire.expiry import SOON_S
from leadline.vocabulary import ProviderIdentifier, SpoolRecord, TargetNews

_log = structlog.get_logger()


class TargetReporter:
    """`offer` hands a record to the spool without waiting. A turn is rare enough to be logged, too."""

    def __init__(self, offer: Callable[[SpoolRecord], bool], host: str, worker: int) -> None:
        self._offer = offer
        self._host = host
        self._worker = worker

    def turned(self, turn: Transition) -> None:
        because = f" after {turn.cause}" if turn.cause is not None else ""
        self._offer(
            TargetNews(
                host=self._host,
                worker=self._worker,
                at=turn.at,
                target=turn.target,
                what="breaker",
                before=turn.before.value,
                after=turn.after.value,
                cause=turn.cause,
                evidence=f"its breaker went from {turn.before.value} to {turn.after.value}{because}",
            )
        )
        if Phase.CLOSED in (turn.before, turn.after):
            _log.info("a breaker turned", target=name_of(turn.target), now=turn.after.value, cause=turn.cause)

    def certificate_ends(self, target: ProviderIdentifier, upstream: str, left_s: float, at: float) -> None:
        """The certificate that `upstream` showed will soon be refused."""
        days_left = left_s / 86_400.0
        self._offer(
            TargetNews(
                host=self._host,
                worker=self._worker,
                at=at,
                target=target,
                what="certificate",
                measured=left_s,
                threshold=SOON_S,
                evidence=f"the certificate of {upstream} ends in {days_left:.1f} days; its owner renews it",
            )
        )
        _log.warning(
            "the certificate of an upstream ends soon", upstream=upstream, days_left=round(days_left, 1)
        )

    def running_out(self, target: ProviderIdentifier, limit: RateLimit, lasts_s: float, at: float) -> None:
        """A rate limit will be reached before it is filled up again."""
        of_all = f" of {limit.limit:.0f}" if limit.limit is not None else ""
        self._offer(
            TargetNews(
                host=self._host,
                worker=self._worker,
                at=at,
                target=target,
                what="headroom",
                measured=lasts_s,
                threshold=limit.reset_s,
                evidence=f"its {limit.unit} run out in {lasts_s:.0f} s at the present rate and are filled "
                f"up in {limit.reset_s:.0f} s; {limit.remaining:.0f}{of_all} are left",
            )
        )
