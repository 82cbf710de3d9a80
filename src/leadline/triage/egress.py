"""When every provider fails at once on transport, the fault is ours: one incident, `PROVIDER:*`."""

import msgspec

from leadline.triage.conditions.provider import ProviderWatch, ProviderWindow
from leadline.triage.keys import EGRESS_KEY, scope_of
from leadline.triage.reading import Now, Reading
from leadline.vocabulary import FailureKind, ProviderIdentifier


class EgressWatch(msgspec.Struct):
    """`last_breach` is the latest tick at which every provider was down on transport."""

    last_breach: int | None = None

    def reading(self, providers: ProviderWatch, readings: list[Reading], now: Now) -> Reading | None:
        """Clear when each provider with traffic is clear and at least one gives evidence."""
        busy = with_traffic(providers)
        down = {r.key for r in readings if r.subtype == "hard" and r.breached}
        transport = transport_share(busy, now)
        breached = (
            len(busy) >= 2
            and all(f"PROVIDER:{name}" in down for name in busy)
            and transport >= now.rules.egress_transport_share
        )
        if breached:
            self.last_breach = now.tick
        elif EGRESS_KEY not in now.open_keys:
            return None
        unclear = {r.key for r in readings if r.key.startswith("PROVIDER:") and not r.clear}
        return Reading(
            key=EGRESS_KEY,
            subtype="egress",
            breached=breached,
            clear=bool(busy) and not any(f"PROVIDER:{name}" in unclear for name in busy),
            measure="transport_share",
            measured=transport,
            threshold=now.rules.egress_transport_share,
            condition=FailureKind.PROVIDER_EGRESS,
            where=ProviderIdentifier(provider="*", model="*"),
        )

    def inhibited(self, providers: ProviderWatch, now: Now) -> frozenset[str]:
        """Providers whose transport failures are part of `PROVIDER:*`.

        One that stays down on transport well after another has recovered is ill by itself.
        """
        recently = self.last_breach is not None and (
            now.tick - self.last_breach < now.rules.ticks(now.rules.egress_memory_s)
        )
        if self.last_breach != now.tick and EGRESS_KEY not in now.open_keys:
            return frozenset()
        return frozenset(
            name
            for name, window in providers.providers.items()
            if f"PROVIDER:{name}" not in now.open_keys
            and _only_transport(window, now)
            and (recently or not _down(window, now))
        )


def suspected(providers: ProviderWatch, key: str, now: Now) -> bool:
    """Whether this provider's failure may turn out to be everybody's within a tick or two.

    So it is while no other provider shows that our own way out still works.
    """
    busy = with_traffic(providers)
    return (
        len(providers.providers) >= 2
        and scope_of(key) in busy
        and all(_on_transport(window, now) and _all_failing(window) for window in busy.values())
    )


def with_traffic(providers: ProviderWatch) -> dict[str, ProviderWindow]:
    return {name: window for name, window in providers.providers.items() if window.short.sums[0] > 0}


def transport_share(busy: dict[str, ProviderWindow], now: Now) -> float:
    """Of the hard failures in the short window, by which all are down."""
    sums = [_recently(window, now) for window in busy.values()]
    hard = sum(hard for hard, _ in sums)
    return sum(transport for _, transport in sums) / hard if hard else 0.0


def _recently(window: ProviderWindow, now: Now) -> tuple[float, float]:
    """(hard, transport) of the short window."""
    oldest = now.tick - now.rules.ticks(now.rules.hard_window_s)
    cells = [sums for tick, sums in window.long.cells if tick > oldest]
    return sum(sums[1] for sums in cells), sum(sums[4] for sums in cells)


def _on_transport(window: ProviderWindow, now: Now) -> bool:
    hard, transport = _recently(window, now)
    return hard > 0 and transport >= now.rules.egress_transport_share * hard


def _only_transport(window: ProviderWindow, now: Now) -> bool:
    """Without its transport failures the provider would not be noticed."""
    hard, transport = window.long.sums[1], window.long.sums[4]
    others = hard - transport
    share = now.rules.egress_transport_share
    return transport > 0 and (transport >= share * hard or others < now.rules.error_rate_min)


def _all_failing(window: ProviderWindow) -> bool:
    rows, hard = window.latest
    return rows > 0 and hard == rows


def _down(window: ProviderWindow, now: Now) -> bool:
    rows, hard = window.short.sums
    return hard >= now.rules.hard_min and hard / rows >= now.rules.hard_ratio
