"""Run the inline checks on one answer within their budget, and park a check that keeps overrunning it."""

import operator
from collections import Counter
from collections.abc import Callable, Sequence

from msgspec.structs import force_setattr

from leadline.checks.inline import NOT_AVAILABLE, Examination, InlineCheck
from leadline.gateway.patience import BrokenOff, Endless, Patience
from leadline.vocabulary import Signal, Verdict

PARKED_AFTER = 5
"""Overruns in a row: one is a hiccup of the machine, five are the check."""
PARKED_FOR_S = 60.0
_TOLD_FROM_S = 1e-6
"""Times are told in microseconds; most checks see in less that they do not apply."""
_copy: Callable[[Signal], Signal] = operator.methodcaller("__copy__")
_SKIPPED = Verdict.SKIPPED
"""Asking an enumeration for its member costs four times a look at a name."""


class _Ready:
    """A check, and how it kept to its budget. It has to be done `limit_s` after the first of all began."""

    __slots__ = ("inspect", "limit_s", "name", "overruns", "parked_until")

    def __init__(self, name: str, check: InlineCheck, limit_s: float) -> None:
        self.name = name
        self.inspect = check.inspect
        self.limit_s = limit_s
        self.overruns = 0
        self.parked_until = 0.0


class Checking:
    """Quality checks fail open: whatever goes wrong in one is a counted skip, never a lost answer.

    The budget is for all of them: each may take what those before it left, but for half an equal share that
    is kept for each of those after it. One that takes more gives no verdict; one that does not come to an end
    is broken off. After five overruns in a row it rests for a minute.
    """

    def __init__(
        self,
        checks: Sequence[tuple[str, InlineCheck]],
        perf: Callable[[], float],
        budget_s: float,
        skipped: int = 0,
        patience: Patience | None = None,
    ) -> None:
        self._perf = perf
        self._kept_s = kept_s = budget_s / (2 * max(1, len(checks)))
        self._checks = tuple(
            _Ready(name, check, budget_s - kept_s * (len(checks) - place))
            for place, (name, check) in enumerate(checks, start=1)
        )
        self._patience = patience or Endless()
        self.skipped = skipped
        self.skipped_by: Counter[str] = Counter()

    @property
    def is_idle(self) -> bool:
        """Whether there is no check at all."""
        return not self._checks

    @property
    def parked(self) -> tuple[str, ...]:
        """The checks that rest now."""
        now = self._perf()
        return tuple(one.name for one in self._checks if now < one.parked_until)

    def run(self, exam: Examination) -> tuple[Signal, ...]:
        """One after the other. Where one was done, the next begins: the clock is read once for each."""
        patience, perf = self._patience, self._perf
        patience.begin()
        signals = []
        start = began = perf()
        for one in self._checks:
            if one.parked_until and began < one.parked_until:
                signals.append(self._skip(one.name, "parked: it overran its budget too often"))
                continue
            try:
                patience.since = began
                signal = one.inspect(exam)
                patience.since = 0.0
                ended = perf()
            except BrokenOff:
                ended = perf()
                signal = self._overrun(one, began, ended, start)
            except Exception as error:  # noqa: BLE001 - a broken check must not cost the client its answer
                patience.since = 0.0
                ended = perf()
                signal = self._skip(one.name, f"the check broke down: {type(error).__name__}")
            else:
                if ended - began >= _TOLD_FROM_S or one.overruns:
                    signal = self._timed(one, signal, began, ended, start)
                if signal.verdict is _SKIPPED:
                    self._count_blindness(signal)
            signals.append(signal)
            began = ended
        return tuple(signals)

    def _timed(self, one: _Ready, signal: Signal, began: float, ended: float, start: float) -> Signal:
        took_s = ended - began
        if took_s > self._kept_s and ended - start > one.limit_s:
            return self._overrun(one, began, ended, start)
        one.overruns = 0
        timed = _copy(signal)  # checks give the same object again and again; a copy is not judged anew
        force_setattr(timed, "took_us", int(took_s * 1e6))
        return timed

    def _count_blindness(self, signal: Signal) -> None:
        if signal.evidence.startswith(NOT_AVAILABLE):
            self.skipped += 1
            self.skipped_by[signal.check] += 1

    def _overrun(self, one: _Ready, began: float, now: float, start: float) -> Signal:
        took_s, left_s = now - began, max(start + one.limit_s - began, self._kept_s)
        one.overruns += 1
        if one.overruns >= PARKED_AFTER:
            # One further overrun after the rest parks it again.
            one.overruns = PARKED_AFTER - 1
            one.parked_until = now + PARKED_FOR_S
        took = f"took {took_s * 1000:.0f} ms of its {left_s * 1000:.0f}"
        return self._skip(one.name, took, took_us=int(took_s * 1e6))

    def _skip(self, name: str, why: str, took_us: int = 0) -> Signal:
        self.skipped += 1
        self.skipped_by[name] += 1
        return Signal(check=name, verdict=Verdict.SKIPPED, evidence=why, took_us=took_us)
