"""What a replay file may expect (`INCIDENTS.md` 8), checked when it is read so that no word is lost."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Limits = float | tuple[float, float]
"""One number, or (least, most)."""

Named = Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"]


class ExpectedIncident(msgspec.Struct, frozen=True, kw_only=True):
    """Times are seconds of the scenario. What is absent may be anything."""

    key: str
    category: Literal["PROVIDER", "QUALITY", "COST", "SECURITY", "DATA"] | None = None
    subtypes: tuple[str, ...] | None = None
    opened: Limits | None = None
    severity_initial: Named | tuple[Named, ...] | None = None
    severity_initial_any: Named | tuple[Named, ...] | None = None
    severity_final: Named | tuple[Named, ...] | None = None
    escalated_at: Limits | None = None
    count: Limits | None = None
    resolved: Literal["open"] | Limits | None = None
    pages: Limits | None = None
    reopens: Limits | None = None
    max_reopens: int | None = None
    notes: Any = None


class ExpectedWarning(msgspec.Struct, frozen=True, kw_only=True):
    """A LOW event: `kind` is its measure (`latency_trend`), `t` (earliest, latest)."""

    key: str
    kind: str
    t: tuple[float, float]
    notes: Any = None


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    incidents: tuple[ExpectedIncident, ...] | None = None
    low_events: tuple[ExpectedWarning, ...] | None = None
    correlated: tuple[tuple[str, ...], ...] | None = None
    order: tuple[str, ...] | None = None
    no_incident_before: float | None = None
    max_mttd_s: float | None = None
    must_beat_status_page_s: float | None = None
    dedup_ratio_min: float | None = None
    max_spend_before_detection_usd: float | None = None
    notes: Any = None


def checked(expected: object) -> list[str]:
    """Names that nothing compares, one sentence each. Raises msgspec.ValidationError for wrong values."""
    msgspec.convert(expected, Expected | None)
    if not isinstance(expected, Mapping):
        return []
    found = _unknown("expected", expected, Expected)
    for name, shape in (("incidents", ExpectedIncident), ("low_events", ExpectedWarning)):
        for place, block in enumerate(expected.get(name) or ()):
            found += _unknown(f"expected.{name}[{place}]", block, shape)
    return found


def _unknown(where: str, given: Mapping[str, Any], shape: type[msgspec.Struct]) -> list[str]:
    known = shape.__struct_fields__
    return [f"{where}.{name} is nothing that a replay compares" for name in given if name not in known]
