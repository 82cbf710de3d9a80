"""How long the rate limits of each target will last at the present rate: before the first 429, not after."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from leadline.gateway.rate_limits import RateLimit, rate_limits
from leadline.vocabulary import ProviderIdentifier, Target, TokenUsage

_SAMPLES, _SAMPLES_MIN, _SPAN_MIN_S = 30, 4, 2.0
_USED_MIN = 0.25
"""A limit of which less is used says nothing yet: a burst at its beginning looks like the end."""
_MINUTE_S = 60.0


class Course:
    """How much was left, moment by moment, since it last rose."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, float]] = []

    def add(self, at: float, remaining: float) -> None:
        if self._seen and remaining > self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((at, remaining))
        del self._seen[:-_SAMPLES]

    @property
    def falls_per_s(self) -> float:
        """Units a second, over at most half a minute; 0 while too little is known."""
        if len(self._seen) < _SAMPLES_MIN:
            return 0.0
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        return (first - last) / (ended - began) if ended - began >= _SPAN_MIN_S else 0.0


def exhausted_in_s(limit: RateLimit, falls_per_s: float) -> float | None:
    """When nothing is left, where that is before the limit is filled up again; else None."""
    if limit.remaining <= 0:
        return 0.0 if limit.reset_s > 0 else None
    used_little = limit.limit is not None and limit.remaining > (1 - _USED_MIN) * limit.limit
    if falls_per_s <= 0 or used_little:
        return None
    lasts_s = limit.remaining / falls_per_s
    return lasts_s if lasts_s < limit.reset_s else None


class OwnBucket:
    """A limit per minute as we count it ourselves, for providers that tell none (Google): it fills up again
    evenly. With several workers each has its share.
    """

    def __init__(self, per_minute: float) -> None:
        self._per_minute = per_minute
        self._left = per_minute
        self._at = 0.0

    def take(self, amount: float, now: float) -> None:
        self._left = max(0.0, self._filled(now) - amount)
        self._at = now

    def limit(self, unit: str, now: float) -> RateLimit:
        left = self._filled(now)
        reset_s = (self._per_minute - left) / self._per_minute * _MINUTE_S
        return RateLimit(unit, self._per_minute, left, reset_s)

    def _filled(self, now: float) -> float:
        grown = max(0.0, now - self._at) * self._per_minute / _MINUTE_S
        return min(self._per_minute, self._left + grown)


class Outlook(NamedTuple):
    """One target's limits at Unix time `at`; the one that runs out first, if any does."""

    target: ProviderIdentifier
    at: float
    limits: Sequence[RateLimit]
    first_out: RateLimit | None
    exhausted_in_s: float | None

    @property
    def rest_s(self) -> float:
        """What is missing until it is filled up; after a minute, more is known."""
        if self.first_out is None or self.exhausted_in_s is None:
            return 0.0
        return min(self.first_out.reset_s - self.exhausted_in_s, _MINUTE_S)

    def remaining(self, unit: str) -> float | None:
        """Of all limits on that unit (`tokens`: in, out and both), the least."""
        return min((limit.remaining for limit in self.limits if limit.unit.endswith(unit)), default=None)


class _Account:
    __slots__ = ("buckets", "courses", "headers", "heard_at", "told")

    def __init__(self, buckets: Mapping[str, OwnBucket]) -> None:
        self.buckets = buckets
        self.courses: dict[str, Course] = {}
        self.headers: Mapping[str, str] = {}
        self.heard_at = self.told = 0.0


class Headroom:
    """A call costs a note of its headers; `look`, once a second, reads the latest of each target."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._accounts: dict[ProviderIdentifier, _Account] = {}
        self._rests_until: dict[ProviderIdentifier, float] = {}

    def short(self, now: float) -> frozenset[ProviderIdentifier]:
        """Those that need a rest at Unix time `now`, so that what is left lasts until it is filled up."""
        if not self._rests_until:
            return frozenset()
        self._rests_until = {one: until for one, until in self._rests_until.items() if until > now}
        return frozenset(self._rests_until)

    def heard(self, target: Target, headers: Mapping[str, str], usage: TokenUsage | None, now: float) -> None:
        """An answer came, of whatever status."""
        account = self._accounts.get(target.identity)
        if account is None:
            account = self._accounts[target.identity] = _Account(self._buckets(target))
        account.headers = headers
        account.heard_at = now
        for unit, bucket in account.buckets.items():
            spent = usage.input_tokens + usage.output_tokens if usage is not None else 0
            bucket.take(1.0 if unit == "requests" else float(spent), now)

    def follow(self, targets: Iterable[ProviderIdentifier]) -> None:
        """A plan came: what is known of targets that it does not name is forgotten, and limits read anew."""
        kept = set(targets)
        self._accounts = {
            target: account
            for target, account in self._accounts.items()
            if target in kept and not account.buckets
        }

    def look(self, now: float) -> list[Outlook]:
        """Of the targets that were heard of since the last look."""
        found = []
        for target, account in self._accounts.items():
            if account.heard_at > account.told:
                account.told = account.heard_at
                found.append(outlook := _outlook(target, account, now))
                self._rests_until[target] = now + outlook.rest_s
        return found

    def _buckets(self, target: Target) -> dict[str, OwnBucket]:
        told = {"requests": target.requests_per_minute, "tokens": target.tokens_per_minute}
        return {unit: OwnBucket(limit / self._workers) for unit, limit in told.items() if limit}


Look = Callable[[float], list[Outlook]]


def _outlook(target: ProviderIdentifier, account: _Account, now: float) -> Outlook:
    limits = rate_limits(account.headers, account.heard_at)
    limits += [bucket.limit(unit, now) for unit, bucket in account.buckets.items()]
    first_out, soonest = None, None
    for limit in limits:
        course = account.courses.setdefault(limit.unit, Course())
        course.add(account.heard_at, limit.remaining)
        lasts_s = exhausted_in_s(limit, course.falls_per_s)
        if lasts_s is not None and (soonest is None or lasts_s < soonest):
            first_out, soonest = limit, lasts_s
    return Outlook(target, now, limits, first_out, soonest)
