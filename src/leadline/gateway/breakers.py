"""The breakers of all targets on the board: one state in all workers, one probe in all workers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

from leadline.gateway.board import Board, Counter
from leadline.gateway.breaker import (
    NEVER,
    TAGS,
    BreakerRules,
    Mark,
    Phase,
    Weight,
    closed,
    is_open,
    opened,
    opens_by_share,
    phase_of,
    unpacked,
    weigh,
)
from leadline.gateway.key_limits import assign_slots
from leadline.gateway.routing import ALWAYS, Availability, Health, ReadyTarget
from leadline.vocabulary import FailureKind, Plan, ProviderIdentifier, TargetPulse, UpstreamFailure

_MOST = (1 << 16) - 1
_EPOCH_BITS = 11
_EPOCHS = 1 << _EPOCH_BITS
_BUCKETS = 1 << 20
_KEY_REFUSED = (401, 400, 402, 429)
"""Statuses that speak of the key as a whole, so of all targets that use it."""


_OK = Health.OK
_BREAKER, _HOLD, _ODD_WINDOW, _EVEN_WINDOW = (
    Counter.BREAKER,
    Counter.HOLD,
    Counter.ODD_WINDOW,
    Counter.EVEN_WINDOW,
)
"""Asking an enumeration for its member costs four times a look at a name."""
_HELD = Availability(
    health=Health.OPEN,
    cause=FailureKind.PROVIDER_THROTTLED,
    detail="held back until its rate limit allows more",
)
_PINNED = Availability(health=Health.OPEN, detail="a person holds it open")
_PROBE: Mapping[FailureKind | None, Availability] = {
    kind: Availability(health=Health.HALF_OPEN, cause=kind or FailureKind.PROVIDER_SHORT_CIRCUITED)
    for kind in (None, *FailureKind)
}
_OPEN: Mapping[FailureKind | None, Availability] = {
    kind: Availability(health=Health.OPEN, cause=kind or FailureKind.PROVIDER_SHORT_CIRCUITED)
    for kind in (None, *FailureKind)
}


class Transition(NamedTuple):
    """One target went from one phase to another. `at` is Unix seconds."""

    at: float
    target: ProviderIdentifier
    before: Phase
    after: Phase
    cause: FailureKind | None


Heard = Callable[[Transition], None]


class _Place:
    """A target's slot, and what this worker alone remembers of it. `run` counts hard failures in a row."""

    __slots__ = ("run", "siblings", "slot", "tag", "target")

    def __init__(self, target: ProviderIdentifier, slot: int) -> None:
        self.target = target
        self.slot = slot
        self.tag = crc32(name_of(target).encode()) >> 24 & (TAGS - 1)
        self.run = 0
        self.siblings: tuple[_Place, ...] = ()


class Breakers:
    """Every call is preceded by `ask` and followed by one `tell`, or by `forget` when it said nothing.
    Implements `gateway.parts.Breaking`.

    Times are Unix seconds. A target that no plan names is never held up. `heard` is told each transition,
    by the worker that made it.
    """

    def __init__(self, board: Board, rules: BreakerRules, heard: Heard = lambda _: None) -> None:
        self.rules = rules
        self._lease_ms = int(rules.lease_s * 1000)
        self._board = board
        self._heard = heard
        self._places: Mapping[ProviderIdentifier, _Place] = {}
        self._pins: Mapping[ProviderIdentifier, bool] = {}

    def follow(
        self, targets: Iterable[ProviderIdentifier], pins: Mapping[ProviderIdentifier, bool] | None = None
    ) -> None:
        """Take over a plan's targets. `pins`: those that a person holds open (True) or closed (False)."""
        by_name = {name_of(target): target for target in targets} if self.rules.enabled else {}
        before = self._places
        slots = assign_slots(by_name, self._board.slots)
        places = {by_name[name]: _Place(by_name[name], slot) for name, slot in slots.items()}
        for target, place in places.items():
            known = before.get(target)
            place.run = known.run if known is not None and known.slot == place.slot else 0
            place.siblings = tuple(
                other
                for one, other in places.items()
                if one != target and (one.provider, one.key_alias) == (target.provider, target.key_alias)
            )
        self._places, self._pins = places, pins or {}

    @property
    def targets(self) -> Sequence[ProviderIdentifier]:
        return tuple(self._places)

    def available(self, target: ReadyTarget, now: float, /) -> Availability:
        return self.ask(target.target.identity, now)

    def ask(self, target: ProviderIdentifier, now: float) -> Availability:
        """May a call go to `target`? At most one `half_open` is out at a time, over all workers."""
        place = self._places.get(target)
        if place is None:
            return ALWAYS
        if self._pins:
            pinned = self._pins.get(target)
            if pinned is not None:
                return _PINNED if pinned else ALWAYS
        newest = self._board.newest(_BREAKER, place.slot)
        if newest and is_open(newest):
            mark = unpacked(newest, place.tag)
            if mark.open:
                return self._when_open(place, mark, int(now * 1000))
        if self._board.newest(_HOLD, place.slot) > now * 1000:
            return _HELD
        return ALWAYS

    def phase(self, target: ProviderIdentifier, now: float) -> Phase:
        """Asks for nothing: what telemetry shows."""
        place = self._places.get(target)
        if place is None:
            return Phase.CLOSED
        pinned = self._pins.get(target)
        if pinned is not None:
            return Phase.OPEN if pinned else Phase.CLOSED
        return phase_of(self._mark(place), self.rules, int(now * 1000))

    def held(self, target: ProviderIdentifier, now: float) -> bool:
        """Whether the target waits until a rate limit has passed."""
        place = self._places.get(target)
        return place is not None and self._board.newest(Counter.HOLD, place.slot) > now * 1000

    def tell(
        self,
        target: ProviderIdentifier,
        health: Health,
        started_at: float,
        now: float,
        failure: UpstreamFailure | None,
    ) -> None:
        """How the call ended that began at `started_at` and found its target in `health`."""
        place = self._places.get(target)
        if place is None:
            return
        if failure is None and health is _OK and self._board.newest(_BREAKER, place.slot) == 0:
            place.run = 0
            self._add(place, NEVER, now, failed=False)  # nearly every call: it never opened, and it is well
            return
        if failure is not None and failure.kind is FailureKind.PROVIDER_EGRESS:
            self.forget(target, health, started_at, now)  # it never left: our own connections were in use
            return
        weight = Weight.WELL if failure is None else weigh(failure.kind, failure.status)
        now_ms, mark = int(now * 1000), self._mark(place)
        if health is Health.HALF_OPEN:
            if self._give_back(place, started_at, now_ms):
                self._probed(place, mark, weight, failure, now_ms)
        elif started_at * 1000 < mark.at_ms:
            return  # it speaks of a time that has been judged
        elif weight is Weight.WELL:
            self._went_well(place, mark, now)
        elif failure is not None and not mark.open:
            self._failed(place, mark, weight, failure, now)

    def forget(self, target: ProviderIdentifier, health: Health, started_at: float, now: float) -> None:
        """The call ended without saying anything of its target: the client left."""
        place = self._places.get(target)
        if place is not None and health is Health.HALF_OPEN:
            self._give_back(place, started_at, int(now * 1000))

    def well(self, target: ProviderIdentifier, now: float) -> None:
        """A call of our own, outside all traffic, had its answer."""
        place = self._places.get(target)
        if place is not None:
            mark = self._mark(place)
            if mark.open:
                self._close(place, mark, int(now * 1000))

    def may_probe(self, target: ProviderIdentifier, every_s: float, now: float) -> bool:
        """Whether this worker is the one to send a call of our own, which no worker did for `every_s`."""
        return self._is_first(Counter.PROBED, target, every_s, now)

    def may_warn(self, target: ProviderIdentifier, every_s: float, now: float) -> bool:
        """The same for a warning about its rate limits."""
        return self._is_first(Counter.WARNED, target, every_s, now)

    def _is_first(self, counter: Counter, target: ProviderIdentifier, every_s: float, now: float) -> bool:
        place = self._places.get(target)
        if place is None:
            return False
        now_ms, row = int(now * 1000), self._board.row(counter, place.slot)
        if now_ms - max(row) < every_s * 1000:
            return False
        self._board.put(counter, place.slot, now_ms)
        row = self._board.row(counter, place.slot)
        return max(row) == now_ms and row.count(now_ms) == 1

    def pulses(self, now: float) -> list[TargetPulse]:
        """The targets that are not simply well."""
        found = []
        for target, place in self._places.items():
            phase, held = self.phase(target, now), self.held(target, now)
            if phase is not Phase.CLOSED or held:
                mark = self._mark(place)
                pulse = TargetPulse(
                    target=target,
                    breaker=phase.value,
                    since=mark.at_ms / 1000,
                    cause=mark.cause,
                    held=held,
                )
                found.append(pulse)
        return found

    # open targets

    def _when_open(self, place: _Place, mark: Mark, now_ms: int) -> Availability:
        if phase_of(mark, self.rules, now_ms) is Phase.OPEN:
            return _OPEN[mark.cause]
        if not self._claim(place, now_ms):
            return _OPEN[mark.cause]
        self._say(place, now_ms, Phase.OPEN, Phase.HALF_OPEN, mark.cause)
        return _PROBE[mark.cause]

    def _claim(self, place: _Place, now_ms: int) -> bool:
        """Writes when the claim ends, and looks then: of two workers at once both step back."""
        if self._board.newest(Counter.CLAIM, place.slot) > now_ms:
            return False
        self._board.put(Counter.CLAIM, place.slot, now_ms + self._lease_ms)
        if sum(cell > now_ms for cell in self._board.row(Counter.CLAIM, place.slot)) == 1:
            return True
        self._board.put(Counter.CLAIM, place.slot, 0)
        return False

    def _give_back(self, place: _Place, started_at: float, now_ms: int) -> bool:
        """Whether the claim of the call that began then still held: one that ran out may be another's."""
        until_ms = self._board.own(Counter.CLAIM, place.slot)
        if not now_ms < until_ms <= int(started_at * 1000) + self._lease_ms:
            return False
        self._board.put(Counter.CLAIM, place.slot, 0)
        return True

    def _probed(
        self, place: _Place, mark: Mark, weight: Weight, failure: UpstreamFailure | None, now_ms: int
    ) -> None:
        if not mark.open:
            return  # another way was found out that it is well
        if weight in (Weight.WELL, Weight.HOLD):
            self._close(place, mark, now_ms)
            if failure is not None and weight is Weight.HOLD:
                self._hold(place, failure, now_ms)
            return
        after = opened(mark, self.rules, now_ms, failure.kind if failure is not None else None)
        self._board.put(Counter.BREAKER, place.slot, after.packed(place.tag))
        self._say(place, now_ms, Phase.HALF_OPEN, Phase.OPEN, after.cause)

    def _close(self, place: _Place, mark: Mark, now_ms: int) -> None:
        before = phase_of(mark, self.rules, now_ms)
        place.run = 0
        self._board.put(Counter.BREAKER, place.slot, closed(mark, now_ms).packed(place.tag))
        self._say(place, now_ms, before, Phase.CLOSED, mark.cause)

    # closed targets

    def _went_well(self, place: _Place, mark: Mark, now: float) -> None:
        if mark.open:  # asked all the same, since nothing else was left
            self._close(place, mark, int(now * 1000))
        else:
            place.run = 0
            self._count(place, mark, now, failed=False)

    def _failed(
        self, place: _Place, mark: Mark, weight: Weight, failure: UpstreamFailure, now: float
    ) -> None:
        if weight is Weight.HOLD:
            self._hold(place, failure, int(now * 1000))
            return
        place.run = place.run + 1 if weight is Weight.HARD else place.run
        in_a_row = weight is Weight.HARD and place.run >= self.rules.hard_in_a_row
        failed, total = self._count(place, mark, now, failed=True)
        if weight is Weight.CERTAIN or in_a_row or opens_by_share(failed, total, self.rules):
            self._open(place, mark, int(now * 1000), failure.kind)
            if weight is Weight.CERTAIN and _of_the_key(failure):
                for sibling in place.siblings:
                    if not (known := self._mark(sibling)).open:
                        self._open(sibling, known, int(now * 1000), failure.kind)

    def _open(self, place: _Place, mark: Mark, now_ms: int, cause: FailureKind | None) -> None:
        place.run = 0
        self._board.put(
            Counter.BREAKER, place.slot, opened(mark, self.rules, now_ms, cause).packed(place.tag)
        )
        self._say(place, now_ms, Phase.CLOSED, Phase.OPEN, cause)

    def _count(self, place: _Place, mark: Mark, now: float, *, failed: bool) -> tuple[float, float]:
        """Add one call; (failed, all) of the last `window_s`, over all workers, since the last transition.

        The bucket before counts by the share of it that still lies within the window, as `key_limits` counts
        minutes. A transition begins a new epoch.
        """
        stamp = self._add(place, mark, now, failed=failed)
        if not failed:
            return 0.0, 0.0
        bucket, elapsed = divmod(now, self.rules.window_s)
        before = ((int(bucket) - 1) % _BUCKETS) << _EPOCH_BITS | mark.at_ms % _EPOCHS
        share = 1 - elapsed / self.rules.window_s
        now_bad, now_calls = self._sums(place, stamp)
        old_bad, old_calls = self._sums(place, before)
        return now_bad + old_bad * share, now_calls + old_calls * share

    def _add(self, place: _Place, mark: Mark, now: float, *, failed: bool) -> int:
        """The stamp of the bucket, which its cell holds before the failed and all calls."""
        stamp = (int(now // self.rules.window_s) % _BUCKETS) << _EPOCH_BITS | mark.at_ms % _EPOCHS
        counter = _window(stamp)
        cell = self._board.own(counter, place.slot)
        bad, calls = (cell >> 16 & _MOST, cell & _MOST) if cell >> 32 == stamp else (0, 0)
        bad, calls = bad + failed, calls + 1
        if calls > _MOST:
            bad, calls = bad >> 1, calls >> 1
        self._board.put(counter, place.slot, stamp << 32 | bad << 16 | calls)
        return stamp

    def _sums(self, place: _Place, stamp: int) -> tuple[int, int]:
        cells = [cell for cell in self._board.row(_window(stamp), place.slot) if cell >> 32 == stamp]
        return sum(cell >> 16 & _MOST for cell in cells), sum(cell & _MOST for cell in cells)

    def _hold(self, place: _Place, failure: UpstreamFailure, now_ms: int) -> None:
        wanted_s = max(self.rules.hold_s, failure.retry_after_s or 0.0)
        held_ms = int(min(wanted_s, self.rules.longest_hold_s) * 1000)
        self._board.put(Counter.HOLD, place.slot, now_ms + held_ms)

    def _mark(self, place: _Place) -> Mark:
        newest = self._board.newest(Counter.BREAKER, place.slot)
        return unpacked(newest, place.tag) if newest else NEVER

    def _say(
        self, place: _Place, now_ms: int, before: Phase, after: Phase, cause: FailureKind | None
    ) -> None:
        self._heard(Transition(now_ms / 1000, place.target, before, after, cause))


def targets_of(plan: Plan) -> set[ProviderIdentifier]:
    return {target.identity for route in plan.routes.values() for target in route.targets}


def pins_of(plan: Plan) -> dict[ProviderIdentifier, bool]:
    """The targets that a person holds: pins on `breaker`, with a value above 0 for open."""
    held = {pin.name: pin.value > 0 for pin in plan.pins if pin.what == "breaker"}
    if not held:
        return {}
    return {one: held[name] for one in targets_of(plan) if (name := name_of(one)) in held}


def name_of(target: ProviderIdentifier) -> str:
    """How people and files name a target: `openai/gpt-4o/global/default`."""
    return target.full_name


def _window(stamp: int) -> Counter:
    return _ODD_WINDOW if stamp >> _EPOCH_BITS & 1 else _EVEN_WINDOW


def _of_the_key(failure: UpstreamFailure) -> bool:
    return failure.kind is not FailureKind.PROVIDER_MODEL_GONE and failure.status in _KEY_REFUSED
