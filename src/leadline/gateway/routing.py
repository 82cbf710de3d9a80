"""From an alias to the targets that serve it, which one is tried next, and why that one."""

from collections.abc import Callable, Container, Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

from leadline.gateway.ladders import Ladders
from leadline.gateway.tiers import Tier, tiers_of
from leadline.providers import Provider, Surface
from leadline.translation import Direction
from leadline.vocabulary import (
    Caller,
    FailureKind,
    Price,
    ProviderIdentifier,
    Selection,
    SelectionReason,
    Target,
    UpstreamFailure,
)

BACKOFF_SHARE = 0.5
"""The part of a pause that is not left to chance, so that a thousand clients do not come back at once."""
SHORTEST_TRY_S = 0.02
"""What is left of a request's time when a timer rang a little early is too short to answer in."""
NO_END = float("inf")


class ReadyTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target with everything that would otherwise be looked up per request.

    `surface` is what it is asked in, one of its provider's. `secret` None = its reference points nowhere.
    `learnt_name` is `{provider}/{model}`; `headers` name provider and model to the client.
    """

    target: Target
    provider: Provider
    surface: Surface
    secret: str | None
    price: Price | None
    learnt_name: str
    headers: Mapping[str, str]
    direction: Direction | None = None
    """Set where it does not speak the client's protocol, so that each call has to be translated."""

    def is_account_of(self, identity: ProviderIdentifier) -> bool:
        """Whether both are the same account, whatever the model."""
        mine = self.target.identity
        return (mine.provider, mine.region, mine.key_alias) == (
            identity.provider,
            identity.region,
            identity.key_alias,
        )

    def __repr__(self) -> str:
        return f"ReadyTarget({self.target.identity.provider}, {self.learnt_name}, secret=***)"


class ReadyRoute(msgspec.Struct, frozen=True, kw_only=True):
    """The targets of an alias that speak the client's protocol. The first of `tiers` is asked first, the
    others are fallbacks in order; within a tier the weights decide. `fallback` stands in for them all.
    """

    alias: str
    tiers: tuple[Tier[ReadyTarget], ...]
    retries: int
    sticky: str = ""
    translates: bool = False
    """Whether any of its targets speaks another protocol than the client."""
    shares: bool = False
    """Whether some of its targets share the load by weight."""
    fallback: Ladders = {}

    @classmethod
    def of(cls, alias: str, targets: tuple[ReadyTarget, ...], retries: int, sticky: str = "") -> "ReadyRoute":
        tiers = tiers_of(targets, lambda one: one.target)
        return cls(
            alias=alias,
            tiers=tiers,
            shares=any(len(tier.targets) > 1 for tier in tiers),
            retries=retries,
            sticky=sticky,
            translates=any(target.direction is not None for target in targets),
        )

    def sparing(self, short: Container[ProviderIdentifier]) -> "ReadyRoute":
        """Those of a tier that share its load do so without the targets that are `short` of their limits."""
        tiers = tuple([tier.sparing(lambda one: one.target.identity in short) for tier in self.tiers])
        return msgspec.structs.replace(self, tiers=tiers)

    @property
    def targets(self) -> tuple[ReadyTarget, ...]:
        """All of them, tier after tier."""
        return tuple(target for tier in self.tiers for target in tier.targets)


class Health(StrEnum):
    """`half_open`: the one call that may find out whether the target is well again is this one. `unfit`: this
    request cannot be put to it at all, however well it is.
    """

    OK = "ok"
    OPEN = "open"
    HALF_OPEN = "half_open"
    UNFIT = "unfit"


class Availability(msgspec.Struct, frozen=True, gc=False):
    """Whether a target may be asked now. `cause` is the kind of failure for which it is open."""

    health: Health = Health.OK
    cause: FailureKind = FailureKind.PROVIDER_SHORT_CIRCUITED
    detail: str = ""


class Available(Protocol):
    """Asked once for each candidate, just before it is chosen: an answer other than `open` means that the
    call is made. `now` is Unix seconds.
    """

    def __call__(self, target: ReadyTarget, now: float, /) -> Availability: ...


ALWAYS = Availability()


def always_available(target: ReadyTarget, now: float, /) -> Availability:  # noqa: ARG001 - the Protocol's shape
    return ALWAYS


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The next try: which (from 1, avoided targets count), where, why, and after which pause in seconds.

    `health` is what was known of the target when it was chosen.
    """

    number: int
    target: ReadyTarget
    selection: Selection
    wait_s: float = 0.0
    health: Health = Health.OK


class Avoided(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A target that would have been next but for its breaker. `number` counts along with the tries."""

    number: int
    target: ReadyTarget
    selection: Selection


class Patience(msgspec.Struct, frozen=True, gc=False):
    """Seconds: the first pause before trying a target again, and the longest that an upstream may ask for."""

    backoff_s: float
    longest_retry_after_s: float


class Cause(msgspec.Struct, frozen=True, gc=False):
    """What led away from the target before: the failure of try `number`, or its breaker."""

    kind: FailureKind
    number: int
    words: str

    @classmethod
    def of(cls, failure: UpstreamFailure, number: int) -> "Cause | None":
        """None = the caller's own request was at fault, which leads nowhere else."""
        if failure.kind is None:
            return None
        return cls(failure.kind, number, _told(failure, number))


def _told(failure: UpstreamFailure, number: int) -> str:
    what = f"failed with {failure.kind}" if failure.kind else "was refused"
    status = f" (HTTP {failure.status})" if failure.status else ""
    return f"attempt {number} {what}{status}"


Chance = Callable[[], float]


class Ladder:
    """The tries of one request. Each failure leads to a further try on the same target while retries are
    left, else to the next target; a fault of the caller leads to no other target. No target is chosen twice.

    Targets that `available` calls open are passed over and noted in `avoided`. When nothing else is left, the
    first of them is asked after all, once: a breaker may not be what fails a request.
    """

    __slots__ = (
        "_available",
        "_chance",
        "_changes",
        "_current",
        "_left",
        "_number",
        "_passed_over",
        "_patience",
        "_retried",
        "_route",
        "_tier",
        "_who",
        "avoided",
        "bypasses",
    )

    def __init__(
        self,
        route: ReadyRoute,
        patience: Patience,
        chance: Chance,
        available: Available = always_available,
        who: str = "",
        tried: int = 0,
    ) -> None:
        """`chance` gives 0..1. `who` stays with one of those that share the load; empty = by chance.

        `tried` is how many tries the request has behind it.
        """
        self._route = route
        self._patience = patience
        self._chance = chance
        self._available = available
        self._who = who
        self._tier = 0
        self._left: Tier[ReadyTarget] | None = route.tiers[0]
        self._current: ReadyTarget | None = None
        self._number = tried
        self._retried = 0
        self._changes = 0
        self._passed_over: Avoided | None = None
        self.avoided: list[Avoided] = []
        self.bypasses = True
        """Whether the last resort is an open target; off = the caller has something better."""

    def take_avoided(self) -> list[Avoided]:
        """The targets passed over since the last time."""
        taken, self.avoided = self.avoided, []
        return taken

    def first(self, now: float, cause: Cause | None = None) -> Step | None:
        """`cause` is what led to this ladder. None only when all targets are open and no bypass is wanted, or
        none can be asked this at all.
        """
        return self._forward(cause, now)

    def after(self, failure: UpstreamFailure, now: float, left_s: float = NO_END) -> Step | None:
        """The try that follows `failure`, or None when there is no sense in one: nothing else to ask, or no
        time, for `left_s` seconds are left of the request's own.
        """
        if left_s < SHORTEST_TRY_S:
            return None
        step = self._same(failure, left_s)
        cause = Cause.of(failure, self._number)
        if step is None and failure.fail_over and cause is not None:
            step = self._forward(cause, now)
        return step

    def _same(self, failure: UpstreamFailure, left_s: float) -> Step | None:
        asked_s = failure.retry_after_s or 0.0
        willing = asked_s <= self._patience.longest_retry_after_s
        if not (failure.retry_same and willing and self._retried < self._route.retries):
            return None
        target = self._current
        if target is None:
            return None
        pause_s = self._patience.backoff_s * 2**self._retried
        pause_s *= BACKOFF_SHARE + (1 - BACKOFF_SHARE) * self._chance()
        wait_s = max(asked_s, pause_s)
        if wait_s >= left_s:
            return None
        self._retried += 1
        identity, number = target.target.identity, self._number
        which = f"retry {self._retried} of {self._route.retries} on {identity.provider}/{identity.model}"
        self._number += 1
        return Step(
            number=self._number,
            target=target,
            selection=Selection(
                reason=SelectionReason.FALLBACK if self._changes else self._route.tiers[0].reason,
                detail=f"{which}: {_told(failure, number)}",
                caused_by=failure.kind,
                caused_by_attempt=number,
            ),
            wait_s=wait_s,
        )

    def _forward(self, cause: Cause | None, now: float) -> Step | None:
        """To the next target that is not open."""
        while (target := self._draw()) is not None:
            known = self._available(target, now)
            if known.health is Health.UNFIT:
                continue
            if known.health is not Health.OPEN:
                return self._chosen(target, cause, known.health)
            self._number += 1
            avoided = _avoided(self._number, target, known)
            self.avoided.append(avoided)
            self._passed_over = self._passed_over or avoided
            cause = Cause(known.cause, self._number, f"the breaker of attempt {self._number} is open")
        return self._last_resort(cause)

    def _draw(self) -> ReadyTarget | None:
        left = self._left
        if left is None:
            self._tier += 1
            if self._tier >= len(self._route.tiers):
                return None
            left = self._route.tiers[self._tier]
        if len(left.targets) == 1:
            self._left = None
            return left.targets[0]
        place = left.place_for(self._who, _name) if self._who else left.place_at(self._chance())
        self._left = left.without(place)
        return left.targets[place]

    def _chosen(self, target: ReadyTarget, cause: Cause | None, health: Health) -> Step:
        self._current = target
        self._number += 1
        if cause is None:
            selection = self._route.tiers[0].selection
        else:
            self._changes += 1
            count = max(self._changes, len(self._route.targets) - 1)
            which = f"fallback {self._changes} of {count},"
            selection = _because(SelectionReason.FALLBACK, target, cause, which)
        return Step(number=self._number, target=target, selection=selection, health=health)

    def _last_resort(self, cause: Cause | None) -> Step | None:
        first = self._passed_over
        if not (self.bypasses and first is not None and cause is not None):
            return None
        self.bypasses = False
        reason = SelectionReason.FALLBACK if first.number > 1 else self._route.tiers[0].reason
        self._current = first.target
        self._number += 1
        which = "nothing else is left, so the breaker is passed by for"
        return Step(
            number=self._number,
            target=first.target,
            selection=_because(reason, first.target, cause, which),
            health=Health.OPEN,
        )


def _because(reason: SelectionReason, chosen: ReadyTarget, cause: Cause, which: str) -> Selection:
    identity = chosen.target.identity
    return Selection(
        reason=reason,
        detail=f"{which} {identity.provider}/{identity.model}: {cause.words}",
        caused_by=cause.kind,
        caused_by_attempt=cause.number,
    )


def _avoided(number: int, target: ReadyTarget, known: Availability) -> Avoided:
    words = known.detail or f"the breaker is open since {known.cause}"
    return Avoided(
        number=number,
        target=target,
        selection=Selection(reason=SelectionReason.SHORT_CIRCUITED, detail=words, caused_by=known.cause),
    )


def _name(target: ReadyTarget) -> str:
    identity = target.target.identity
    return f"{identity.provider}/{identity.model}/{identity.region}/{identity.key_alias}"


def sticking_to(route: ReadyRoute, caller: Caller | None) -> str:
    """Who stays with one target of a weighted tier; empty = nobody does."""
    if not route.sticky or caller is None:
        return ""
    return (caller.user or caller.key_alias) if route.sticky == "user" else caller.key_alias
