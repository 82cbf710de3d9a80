"""The breakers that people hold, as pins of the plan that gateway workers obey."""

from collections.abc import Collection

import msgspec

from leadline.vocabulary import BreakerHold, OverlayEntry, Plan


def with_holds(plan: Plan, holds: Collection[BreakerHold]) -> Plan:
    """Of several holds that mean a target the most exact one decides."""
    names = sorted({one.identity.full_name for route in plan.routes.values() for one in route.targets})
    pins = [pin for name in names if (pin := _pin(name, holds)) is not None]
    return msgspec.structs.replace(plan, pins=(*plan.pins, *pins)) if pins else plan


def _pin(name: str, holds: Collection[BreakerHold]) -> OverlayEntry | None:
    meant = max((hold for hold in holds if hold.means(name)), key=lambda one: len(one.target), default=None)
    if meant is None:
        return None
    reason = f"{meant.by}: {meant.reason}" if meant.reason else meant.by
    return OverlayEntry(what="breaker", name=name, value=float(meant.open), reason=reason)
