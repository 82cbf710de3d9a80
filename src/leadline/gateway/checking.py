"""Run the inline checks on one answer within their budget, and park a check that keeps overrunning it."""

from collections.abc import Callable, Sequence

from leadline.checks.inline import NOT_AVAILABLE, Examination, InlineCheck
from leadline.vocabulary import Signal, Verdict

PARKED_AFTER = 5
"""Overruns in a row: one is a hiccup of the machine, five are the check."""
PARKED_FOR_S = 60.0


class Checking:
    """Quality checks fail open: whatever goes wrong in one is a counted skip, never a lost answer.

    A check cannot be stopped while it runs, so each has an equal share of the budget, and one that takes
    more than its share gives no verdict. After five overruns in a row it rests for a minute.
    """

    def __init__(
        self,
        checks: Sequence[tuple[str, InlineCheck]],
        perf: Callable[[], float],
        budget_s: float,
        skipped: int = 0,
    ) -> None:
        self._checks = tuple(checks)
        self._perf = perf
        self._share_s = budget_s / max(1, len(checks))
        self._overruns = dict.fromkeys((name for name, _ in checks), 0)
        self._parked_until: dict[str, float] = {}
        self.skipped = skipped

    @property
    def parked(self) -> tuple[str, ...]:
        """The checks that rest now."""
        now = self._perf()
        return tuple(name for name, until in self._parked_until.items() if now < until)

    def run(self, exam: Examination) -> tuple[Signal, ...]:
        return tuple([self._run_one(name, check, exam) for name, check in self._checks])

    def _run_one(self, name: str, check: InlineCheck, exam: Examination) -> Signal:
        began = self._perf()
        if began < self._parked_until.get(name, 0.0):
            return self._skip(name, "parked: it overran its budget too often")
        try:
            signal = check.inspect(exam)
        except Exception as error:  # noqa: BLE001 - a broken check must not cost the client its answer
            return self._skip(name, f"the check broke down: {type(error).__name__}")
        took_s = self._perf() - began
        if took_s > self._share_s:
            return self._overrun(name, began + took_s, took_s)
        self._overruns[name] = 0
        if signal.verdict is Verdict.SKIPPED and signal.evidence.startswith(NOT_AVAILABLE):
            self.skipped += 1
        return _timed(signal, took_s)

    def _overrun(self, name: str, now: float, took_s: float) -> Signal:
        self._overruns[name] += 1
        if self._overruns[name] >= PARKED_AFTER:
            # One further overrun after the rest parks it again.
            self._overruns[name] = PARKED_AFTER - 1
            self._parked_until[name] = now + PARKED_FOR_S
        took = f"took {took_s * 1000:.0f} ms of its {self._share_s * 1000:.0f}"
        return self._skip(name, took, took_us=int(took_s * 1e6))

    def _skip(self, name: str, why: str, took_us: int = 0) -> Signal:
        self.skipped += 1
        return Signal(check=name, verdict=Verdict.SKIPPED, evidence=why, took_us=took_us)


def _timed(signal: Signal, took_s: float) -> Signal:
    return Signal(
        check=signal.check,
        verdict=signal.verdict,
        kind=signal.kind,
        score=signal.score,
        evidence=signal.evidence,
        took_us=int(took_s * 1e6),
        word=signal.word,
        asked=signal.asked,
    )
