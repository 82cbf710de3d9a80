"""When a target is left alone and when it is tried again: decisions over marks and counts."""

from enum import Enum
from typing import NamedTuple

import msgspec

from leadline.vocabulary import HARD_KINDS, FailureKind

_CERTAIN = frozenset({FailureKind.PROVIDER_AUTH, FailureKind.PROVIDER_QUOTA, FailureKind.PROVIDER_MODEL_GONE})
_BROKEN = frozenset({FailureKind.PROVIDER_TRUNCATED, FailureKind.PROVIDER_MALFORMED})
_FORBIDDEN = 403
_CAUSES = (None, *(kind for kind in FailureKind if kind.value.startswith("provider.")))
_CAUSE_NUMBER = {kind: number for number, kind in enumerate(_CAUSES)}
_CAUSE_BITS, _LEVEL_BITS, _TAG_BITS = 6, 5, 8
MOST_LEVELS = (1 << _LEVEL_BITS) - 1
TAGS = 1 << _TAG_BITS


class BreakerRules(msgspec.Struct, frozen=True, kw_only=True):
    """Names ending in `_s` are seconds.

    A target opens at `hard_in_a_row` hard failures in a row of one worker, or when at least `window_min`
    of the calls of `window_s`, over all workers, and `window_share` of them gave nothing usable. It stays
    open for `open_s`, twice as long after each probe that fails, up to `longest_open_s`; a key or model that
    was refused for `parked_s` to `longest_parked_s`. One that opens again within `settled_s` of closing
    goes on where it was. A probe that says nothing for `lease_s` is given up. A 429 holds its target back
    for as long as it asks, between `hold_s` and `longest_hold_s`.
    """

    enabled: bool = True
    hard_in_a_row: int = 3
    window_s: float = 30.0
    window_min: int = 10
    window_share: float = 0.5
    open_s: float = 5.0
    longest_open_s: float = 60.0
    parked_s: float = 60.0
    longest_parked_s: float = 600.0
    settled_s: float = 60.0
    lease_s: float = 60.0
    hold_s: float = 0.5
    longest_hold_s: float = 60.0


class Weight(Enum):
    """What one outcome says of its target."""

    WELL = "well"
    """It answered; be it with a refusal of the caller's own request."""
    CERTAIN = "certain"
    """It will refuse everybody alike: once is enough."""
    HARD = "hard"
    """It gave nothing usable; some of that is chance."""
    SOFT = "soft"
    """It gave something broken."""
    HOLD = "hold"
    """Our own limit is reached: no fault of the provider."""


def weigh(kind: FailureKind | None, status: int | None = None) -> Weight:
    """`kind` None = no failure, or the caller's own (`WIRE.md` section 2: never counted).

    A 403 may be about what one request asked for, so that one caller could park a key for all.
    """
    if kind is None:
        return Weight.WELL
    if kind in _CERTAIN and status != _FORBIDDEN:
        return Weight.CERTAIN
    if kind in HARD_KINDS:
        return Weight.HARD
    if kind is FailureKind.PROVIDER_THROTTLED:
        return Weight.HOLD
    return Weight.SOFT if kind in _BROKEN else Weight.WELL


class Mark(NamedTuple):
    """The latest transition of a target. `level` counts the times in a row that it did not stay closed."""

    at_ms: int = 0
    open: bool = False
    level: int = 0
    cause: FailureKind | None = None

    def packed(self, tag: int) -> int:
        """As a cell of the board: marks of one target sort by time. `tag` tells targets of a slot apart."""
        cause = _CAUSE_NUMBER[self.cause]
        number = self.at_ms << _TAG_BITS | tag
        number = number << _LEVEL_BITS | self.level
        return (number << 1 | self.open) << _CAUSE_BITS | cause


NEVER = Mark()


def unpacked(cell: int, tag: int) -> Mark:
    """`NEVER` when the cell is empty or another target's."""
    cause = cell & (1 << _CAUSE_BITS) - 1
    cell >>= _CAUSE_BITS
    is_open = bool(cell & 1)
    cell >>= 1
    level = cell & (1 << _LEVEL_BITS) - 1
    cell >>= _LEVEL_BITS
    if cell & (TAGS - 1) != tag or not cell:
        return NEVER
    return Mark(cell >> _TAG_BITS, is_open, level, _CAUSES[cause] if cause < len(_CAUSES) else None)


def is_open(cell: int) -> bool:
    """Whether a cell holds the mark of an open target: what each call asks, without unpacking it."""
    return bool(cell >> _CAUSE_BITS & 1)


class Phase(Enum):
    """What telemetry shows; the order is that of the gauge `leadline_breaker_state`."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


def reopens_at_ms(mark: Mark, rules: BreakerRules) -> int:
    """From when on a probe may see whether an open target is well again."""
    first, longest = rules.open_s, rules.longest_open_s
    if mark.cause in _CERTAIN:
        first, longest = rules.parked_s, rules.longest_parked_s
    return mark.at_ms + int(min(longest, first * 2.0**mark.level) * 1000)


def phase_of(mark: Mark, rules: BreakerRules, now_ms: int) -> Phase:
    if not mark.open:
        return Phase.CLOSED
    return Phase.OPEN if now_ms < reopens_at_ms(mark, rules) else Phase.HALF_OPEN


def opened(mark: Mark, rules: BreakerRules, now_ms: int, cause: FailureKind | None) -> Mark:
    """The mark that follows when the target fails now: a failed probe, or an opening."""
    again = mark.open or (mark.at_ms > 0 and now_ms - mark.at_ms < rules.settled_s * 1000)
    level = min(mark.level + 1, MOST_LEVELS) if again else 0
    return Mark(max(now_ms, mark.at_ms + 1), open=True, level=level, cause=cause or mark.cause)


def closed(mark: Mark, now_ms: int) -> Mark:
    """The mark that follows when the target has shown itself well."""
    return Mark(max(now_ms, mark.at_ms + 1), level=mark.level)


def opens_by_share(failed: float, total: float, rules: BreakerRules) -> bool:
    return failed >= rules.window_min and failed >= rules.window_share * total
