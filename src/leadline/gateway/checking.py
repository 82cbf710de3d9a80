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
_copy: Callable[[Signal], Signal] = operator.methodcaller("__copy__")
_SKIPPED = Verdict.SKIPPED
"""Asking an enumeration for its member costs four times a look at a name."""


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
        self._checks = tuple(checks)
        self._perf = perf
        self._kept_s = budget_s / (2 * max(1, len(checks)))
        self._limits_s = [budget_s - self._kept_s * after for after in reversed(range(len(checks)))]
        self._overruns = dict.fromkeys((name for name, _ in checks), 0)
        self._parked_until: dict[str, float] = {}
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
        return tuple(name for name, until in self._parked_until.items() if now < until)

    def run(self, exam: Examination) -> tuple[Signal, ...]:
        self._patience.begin()
        signals, began = [], self._perf()
        ends = [began + limit_s for limit_s in self._limits_s]
        for (name, check), end in zip(self._checks, ends, strict=True):
            signal, began = self._run_one((name, check), exam, began, end)
            signals.append(signal)
        return tuple(signals)

    def _run_one(
        self, named: tuple[str, InlineCheck], exam: Examination, began: float, end: float
    ) -> tuple[Signal, float]:
        """The signal, and when the check was done: there the next begins."""
        name, check = named
        if self._parked_until and began < self._parked_until.get(name, 0.0):
            return self._skip(name, "parked: it overran its budget too often"), began
        patience = self._patience
        try:
            try:
                patience.since = began
                signal = check.inspect(exam)
            finally:
                patience.since = 0.0
        except BrokenOff:
            ended = self._perf()
            return self._overrun(name, began, ended, end), ended
        except Exception as error:  # noqa: BLE001 - a broken check must not cost the client its answer
            return self._skip(name, f"the check broke down: {type(error).__name__}"), self._perf()
        ended = self._perf()
        took_s = ended - began
        if ended > end and took_s > self._kept_s:
            return self._overrun(name, began, ended, end), ended
        if self._overruns[name]:
            self._overruns[name] = 0
        if signal.verdict is _SKIPPED and signal.evidence.startswith(NOT_AVAILABLE):
            self.skipped += 1
            self.skipped_by[name] += 1
        timed = _copy(signal)  # checks give the same object again and again; a copy is not judged anew
        force_setattr(timed, "took_us", int(took_s * 1e6))
        return timed, ended

    def _overrun(self, name: str, began: float, now: float, end: float) -> Signal:
        took_s, left_s = now - began, max(end - began, self._kept_s)
        self._overruns[name] += 1
        if self._overruns[name] >= PARKED_AFTER:
            # One further overrun after the rest parks it again.
            self._overruns[name] = PARKED_AFTER - 1
            self._parked_until[name] = now + PARKED_FOR_S
        took = f"took {took_s * 1000:.0f} ms of its {left_s * 1000:.0f}"
        return self._skip(name, took, took_us=int(took_s * 1e6))

    def _skip(self, name: str, why: str, took_us: int = 0) -> Signal:
        self.skipped += 1
        self.skipped_by[name] += 1
        return Signal(check=name, verdict=Verdict.SKIPPED, evidence=why, took_us=took_us)
