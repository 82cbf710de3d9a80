"""From an alias to the targets that serve it, which one is tried next, and why that one."""

import msgspec

from leadline.providers import Provider
from leadline.vocabulary import Price, Selection, SelectionReason, Target, UpstreamFailure

BACKOFF_SHARE = 0.5
"""The part of a pause that is not left to chance, so that a thousand clients do not come back at once."""


class ReadyTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target with everything that would otherwise be looked up per request.

    `secret` None = its reference points nowhere. `learnt_name` is `{provider}/{model}`; `headers` name
    provider and model to the client.
    """

    target: Target
    provider: Provider
    secret: str | None
    price: Price | None
    learnt_name: str
    headers: tuple[tuple[bytes, bytes], ...]

    def __repr__(self) -> str:
        return f"ReadyTarget({self.target.identity.provider}, {self.learnt_name}, secret=***)"


class ReadyRoute(msgspec.Struct, frozen=True, kw_only=True):
    """The targets of an alias that speak the client's protocol: the primary, then fallbacks in order."""

    alias: str
    targets: tuple[ReadyTarget, ...]
    retries: int


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The next try: where, why, and after which pause in seconds."""

    target: ReadyTarget
    selection: Selection
    wait_s: float = 0.0


class Patience(msgspec.Struct, frozen=True, gc=False):
    """Seconds: the first pause before trying a target again, and the longest that an upstream may ask for."""

    backoff_s: float
    longest_retry_after_s: float


_PRIMARY = Selection(reason=SelectionReason.PRIMARY)


class Ladder:
    """The tries of one request. Each failure leads to a further try on the same target while retries are
    left, else to the next target; a fault of the caller leads nowhere.
    """

    __slots__ = ("_at", "_attempt", "_patience", "_retried", "_route")

    def __init__(self, route: ReadyRoute, patience: Patience) -> None:
        self._route = route
        self._patience = patience
        self._at = 0
        self._attempt = 1
        self._retried = 0

    def first(self) -> Step:
        return Step(target=self._route.targets[0], selection=_PRIMARY)

    def after(self, failure: UpstreamFailure, chance: float) -> Step | None:
        """The try that follows `failure`, or None when there is no sense in one. `chance` is 0..1."""
        if failure.kind is None:
            return None
        step = self._same(failure, chance) or self._next(failure)
        self._attempt += 1
        return step

    def _same(self, failure: UpstreamFailure, chance: float) -> Step | None:
        asked_s = failure.retry_after_s or 0.0
        willing = asked_s <= self._patience.longest_retry_after_s
        if not (failure.retry_same and willing and self._retried < self._route.retries):
            return None
        self._retried += 1
        pause_s = self._patience.backoff_s * 2 ** (self._retried - 1)
        pause_s *= BACKOFF_SHARE + (1 - BACKOFF_SHARE) * chance
        return Step(
            target=self._route.targets[self._at],
            selection=self._because(failure, f"retry {self._retried} of {self._route.retries} on"),
            wait_s=max(asked_s, pause_s),
        )

    def _next(self, failure: UpstreamFailure) -> Step | None:
        if not failure.fail_over or self._at + 1 >= len(self._route.targets):
            return None
        self._at += 1
        return Step(
            target=self._route.targets[self._at],
            selection=self._because(failure, f"fallback {self._at} of {len(self._route.targets) - 1},"),
        )

    def _because(self, failure: UpstreamFailure, which: str) -> Selection:
        chosen = self._route.targets[self._at].target.identity
        status = f" (HTTP {failure.status})" if failure.status else ""
        return Selection(
            reason=SelectionReason.FALLBACK if self._at else SelectionReason.PRIMARY,
            detail=f"{which} {chosen.provider}/{chosen.model}: attempt {self._attempt} failed with "
            f"{failure.kind}{status}",
            caused_by=failure.kind,
            caused_by_attempt=self._attempt,
        )
