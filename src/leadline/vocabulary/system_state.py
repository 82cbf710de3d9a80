"""A frozen snapshot of the system at one tick, so that classification is pure and can be replayed."""

import msgspec


class KeyState(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one incident key at a tick (`INCIDENTS.md` 4 and 9). Shares are 0..1.

    `affected_share`: distinct request ids with an event of the key / all request ids of its denominator.
    `class_shares`: share of the affected by traffic class. `served_share`: failed ids finally served.
    `outage_ticks`: consecutive ticks with a Wilson lower bound of the hard ratio >= 0.4.
    `mitigation`: 0 blocked or automatic, 1 degraded, 2 manual, 3 none; None = unknown.
    `measures`: each crossed condition with (measured, threshold).
    """

    affected_share: float = 0.0
    class_shares: dict[str, float] = {}
    served_share: float | None = None
    outage_ticks: int = 0
    mitigation: int | None = None
    crossed: bool = False
    confirmed_leak: bool = False
    latency_only: bool = False
    users_affected: int = 0
    measures: dict[str, tuple[float, float]] = {}


class SystemState(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is the tick. `keys` holds every incident key with a crossed condition or an open
    incident; one that is absent is well.
    """

    at: float = 0.0
    keys: dict[str, KeyState] = {}
