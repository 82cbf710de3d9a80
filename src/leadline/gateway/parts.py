"""What a gateway is made of: the parts it is given and the settings it runs with."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from leadline.checks.inline import InlineCheck
from leadline.gateway.guarding.ready import Guarding
from leadline.gateway.ladders import BuildRung
from leadline.gateway.patience import Patience
from leadline.gateway.routing import ALWAYS, Availability, Health, ReadyTarget
from leadline.gateway.upstream import Transport
from leadline.providers import Provider, Surface
from leadline.vocabulary import (
    CheckSettings,
    Guardrails,
    KeyGrant,
    Overlay,
    Plan,
    ProviderIdentifier,
    SpoolRecord,
    Target,
    TargetPulse,
    TokenUsage,
    UpstreamFailure,
)


class Decided(Protocol):
    """One generation of what people decided and the watch learnt. `plan` None = there is none yet."""

    @property
    def plan(self) -> Plan | None: ...

    @property
    def overlay(self) -> Overlay: ...


class Plans(Protocol):
    @property
    def problem(self) -> str:
        """Why what is on disk is not in use, as a sentence; empty when all is well."""

    def current(self) -> Decided:
        """The newest generation; looks at the files, so it is called between requests only."""


class SpoolStats(Protocol):
    """Counts since the worker's start."""

    @property
    def recorded(self) -> int: ...

    @property
    def dropped(self) -> int: ...

    @property
    def dropped_failures(self) -> int:
        """Of `dropped`, copies of requests that failed or were flagged."""

    @property
    def drop_reason(self) -> str: ...

    @property
    def spool_bytes(self) -> int: ...


class Spool(Protocol):
    @property
    def stats(self) -> SpoolStats: ...

    def offer(self, record: SpoolRecord) -> bool:
        """Hand a copy over without waiting. False = dropped, and counted in `stats`."""


class Limits(Protocol):
    """Shared by all workers. Every `enter` that admits is followed by one `leave`."""

    def enter(self, key_hash: str, grant: KeyGrant) -> float | None:
        """None = admitted; else the seconds after which another try may pass."""

    def leave(self, key_hash: str, grant: KeyGrant) -> None: ...


class NoLimits:
    """For plans in which no key has a limit."""

    def enter(self, key_hash: str, grant: KeyGrant) -> float | None:  # noqa: ARG002 - the Protocol's shape
        return None

    def leave(self, key_hash: str, grant: KeyGrant) -> None: ...


class Breaking(Protocol):
    """Which targets are left alone for now. An `available` other than `open` is followed by one `tell` or
    `forget`; times are Unix seconds, and `health` is what `available` said.
    """

    def available(self, target: ReadyTarget, now: float, /) -> Availability: ...

    def tell(
        self,
        target: ProviderIdentifier,
        health: Health,
        started_at: float,
        now: float,
        failure: UpstreamFailure | None,
    ) -> None: ...

    def forget(self, target: ProviderIdentifier, health: Health, started_at: float, now: float) -> None: ...


class NoBreakers:
    """Every target may always be asked."""

    def available(self, target: ReadyTarget, now: float, /) -> Availability:  # noqa: ARG002 - the Protocol's shape
        return ALWAYS

    def tell(
        self,
        target: ProviderIdentifier,
        health: Health,
        started_at: float,
        now: float,
        failure: UpstreamFailure | None,
    ) -> None: ...

    def forget(self, target: ProviderIdentifier, health: Health, started_at: float, now: float) -> None: ...


class Hearing(Protocol):
    """Takes note of what providers say of their rate limits."""

    def short(self, now: float) -> frozenset[ProviderIdentifier]:
        """The targets that should rest at Unix time `now`, for their limits would not last."""

    def heard(
        self, target: Target, headers: Mapping[str, str], usage: TokenUsage | None, now: float
    ) -> None: ...


class Deaf:
    """Takes note of nothing."""

    def short(self, now: float) -> frozenset[ProviderIdentifier]:  # noqa: ARG002 - the Protocol's shape
        return frozenset()

    def heard(
        self, target: Target, headers: Mapping[str, str], usage: TokenUsage | None, now: float
    ) -> None: ...


def no_pulses(now: float, /) -> tuple[TargetPulse, ...]:  # noqa: ARG001 - the shape of `pulses`
    return ()


LookUp = Callable[[str, str], Awaitable[dict[str, object] | None]]
"""(request_id, tenant) -> the stored record, or None when nobody knows it or the watch does not answer."""


Released = Callable[[str, str, str], Awaitable[dict[str, object] | None]]
"""(review or request id, tenant, key alias) -> the row of `Query.RELEASED`, or None as for `LookUp`."""


class GatewayParts(msgspec.Struct, frozen=True, kw_only=True):
    """`surfaces` are those that clients may speak; `build_provider` takes a type and its settings.
    `clock` gives Unix seconds, `perf` seconds of a steady clock, `random` 0..1.

    `secrets` resolves a reference and raises LookupError with a sentence when it points nowhere. `pulses`
    tells of the targets at a Unix time.
    """

    surfaces: Sequence[Surface]
    build_provider: Callable[[str, Mapping[str, object]], Provider]
    transport: Transport
    plans: Plans
    spool: Spool
    limits: Limits
    secrets: Callable[[str], str]
    build_guarding: Callable[[Guardrails], Guarding]
    build_check: Callable[[CheckSettings], InlineCheck]
    build_rung: BuildRung
    look_up: LookUp
    released: Released
    clock: Callable[[], float]
    perf: Callable[[], float]
    random: Callable[[], float]
    breakers: Breaking
    headroom: Hearing
    pulses: Callable[[float], tuple[TargetPulse, ...]]
    patience: Patience


class GatewaySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who this worker is, how many there are, and its limits; sizes in bytes, times in seconds.

    `counted_chars` is the longest question whose tokens are counted here; 64 k cost 0.2 ms. `backoff_s` is
    the longest pause before the first further try on a target; `longest_retry_after_s` the longest wait that
    an upstream may ask for before we turn elsewhere.
    """

    host: str
    worker: int
    pid: int
    workers: int = 1
    body_limit_bytes: int = 20 * 1024 * 1024
    answer_limit_bytes: int = 64 * 1024 * 1024
    captured_text_chars: int = 64 * 1024
    counted_chars: int = 64 * 1024
    checks_budget_s: float = 0.050
    backoff_s: float = 0.2
    longest_retry_after_s: float = 2.0
    poll_every_s: float = 0.25
    beat_every_s: float = 1.0
    recent_requests: int = 1000
    most_templates: int = 5000
    most_features: int = 500
