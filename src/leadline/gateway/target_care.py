"""What is known of targets beyond single calls, for the heartbeat: their breakers and their rate limits."""

from collections.abc import Mapping

import msgspec

from leadline.gateway.breakers import Breakers
from leadline.gateway.headroom import Headroom, Outlook
from leadline.gateway.target_news import TargetReporter
from leadline.vocabulary import TargetPulse

_WARN_EVERY_S = 300.0


class TargetCare:
    """Looked at once a second, beside the heartbeat."""

    def __init__(self, breakers: Breakers, headroom: Headroom, reporter: TargetReporter) -> None:
        self._breakers = breakers
        self._headroom = headroom
        self._reporter = reporter

    def pulses(self, now: float) -> tuple[TargetPulse, ...]:
        """For the heartbeat. A limit that will be reached is told on the way, once in five minutes."""
        found = {pulse.target: pulse for pulse in self._breakers.pulses(now)}
        for outlook in self._headroom.look(now):
            known = found.get(outlook.target) or TargetPulse(target=outlook.target)
            found[outlook.target] = msgspec.structs.replace(known, **_left(outlook))
            self._warn(outlook)
        return tuple(found.values())

    def _warn(self, outlook: Outlook) -> None:
        limit, lasts_s = outlook.first_out, outlook.exhausted_in_s
        if limit is None or lasts_s is None:
            return
        if self._breakers.may_warn(outlook.target, _WARN_EVERY_S, outlook.at):
            self._reporter.running_out(outlook.target, limit, lasts_s, outlook.at)


def _left(outlook: Outlook) -> Mapping[str, float | None]:
    return {
        "remaining_requests": outlook.remaining("requests"),
        "remaining_tokens": outlook.remaining("tokens"),
        "exhausted_in_s": outlook.exhausted_in_s,
    }
