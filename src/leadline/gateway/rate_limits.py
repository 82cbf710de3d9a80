"""What providers say of their rate limits in the headers of each answer, in each one's own format."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

_GO_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_UNITS = ("requests", "tokens")
_HEADERS = (
    *((unit, f"x-ratelimit-%s-{unit}") for unit in _UNITS),
    *((unit, f"anthropic-ratelimit-{unit}-%s") for unit in (*_UNITS, "input-tokens", "output-tokens")),
)


class RateLimit(NamedTuple):
    """`unit` is requests, tokens, input-tokens or output-tokens; `reset_s` when it is filled up again."""

    unit: str
    limit: float | None
    remaining: float
    reset_s: float


def rate_limits(headers: Mapping[str, str], now: float) -> list[RateLimit]:
    """Every limit that is told whole (`WIRE.md` 1.5): OpenAI and its kin with Go durations, Azure with plain
    seconds, Anthropic with RFC 3339 times. Google tells none.
    """
    found = [_read(unit, headers, name, now) for unit, name in _HEADERS]
    return [limit for limit in found if limit is not None]


def seconds_until(text: str, now: float) -> float | None:
    """`6m0s`, `1.5` or `2026-08-19T14:51:47Z` as seconds from Unix time `now`; None = none of these."""
    number = _number(text)
    if number is not None:
        return number
    parts = _GO_PART.findall(text)
    if parts and "".join(amount + unit for amount, unit in parts) == text:
        return sum(float(amount) * _GO_UNITS[unit] for amount, unit in parts)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else max(0.0, moment.timestamp() - now)


def _read(unit: str, headers: Mapping[str, str], name: str, now: float) -> RateLimit | None:
    remaining, reset = headers.get(name % "remaining"), headers.get(name % "reset")
    if remaining is None or reset is None:
        return None
    left, reset_s = _number(remaining), seconds_until(reset, now)
    if left is None or reset_s is None:
        return None
    return RateLimit(unit, _number(headers.get(name % "limit", "")), left, reset_s)


def _number(text: str) -> float | None:
    """A plain number that is not negative: neither `nan` nor `1e400`."""
    return float(text) if re.fullmatch(r"\d{1,15}(\.\d{1,9})?", text, re.ASCII) else None
