"""How long one request may take in all, its retries and fallbacks included."""

from collections.abc import Mapping

import msgspec

from leadline.vocabulary import Timeouts

PATIENCE_HEADERS = ("x-stainless-read-timeout", "x-stainless-timeout")
"""Seconds after which the client's SDK hangs up, as OpenAI's and Anthropic's say it."""
SHARE_OF_PATIENCE = 0.95
"""The rest is for our own answer to reach the client before it has hung up."""
_SHORTEST_S = 0.001
NEVER = float("inf")


class Deadline(msgspec.Struct, frozen=True, gc=False):
    """Both in seconds of the steady clock: when the request must be over, and when its client hangs up unless
    it has heard something.
    """

    total_at: float = NEVER
    silence_at: float = NEVER

    @property
    def is_hurried(self) -> bool:
        """Whether the client may hang up before the request's own time is over."""
        return self.silence_at < self.total_at

    def left_s(self, now: float) -> float:
        """For a further try: it is of no use to a client that has hung up."""
        return min(self.total_at, self.silence_at) - now

    def bounded(self, timeouts: Timeouts, now: float, *, streaming: bool) -> Timeouts:
        """The target's own limits, cut to what is left. A stream that has begun is no silence."""
        total_s, silence_s = self.total_at - now, self.silence_at - now
        if not streaming:
            total_s = min(total_s, silence_s)
        if total_s >= timeouts.total_s and silence_s >= timeouts.first_byte_s:
            return timeouts
        return Timeouts(
            connect_s=timeouts.connect_s,
            first_byte_s=max(_SHORTEST_S, min(timeouts.first_byte_s, silence_s)),
            idle_s=timeouts.idle_s,
            total_s=max(_SHORTEST_S, min(timeouts.total_s, total_s)),
        )


NO_DEADLINE = Deadline()


def deadline_of(started: float, total_s: float, headers: Mapping[str, str]) -> Deadline:
    """`started` is of the steady clock."""
    for name in PATIENCE_HEADERS:
        if name in headers:
            return Deadline(started + total_s, started + _seconds(headers[name]) * SHARE_OF_PATIENCE)
    return Deadline(started + total_s)


def _seconds(value: str) -> float:
    """Nonsense is no deadline."""
    try:
        seconds = float(value)
    except ValueError:
        return NEVER
    return seconds if seconds > 0 else NEVER
