"""Let guards look at texts: quick ones here, slow ones and long texts in the check process."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from leadline.checks.guards import CostClass, Guard
from leadline.checks.seeing import scanned
from leadline.gateway.patience import BrokenOff, Endless, Patience
from leadline.policy.guardrails import BROKE_DOWN, TOO_LONG, Blind, Looked
from leadline.vocabulary import Place, ScanAnswer, ScanJob

LONGEST_HERE = 8 * 1024
"""Characters of a request's texts up to which quick guards run in the worker: 1 to 2 ms at most."""

Asked = Mapping[str, frozenset[Place]]
"""Guards by name, each with the places that it is asked about."""


class ProcessEnds(msgspec.Struct, frozen=True):
    """Check processes that took too long or died, those that took too long, those that came up in the place
    of others.
    """

    killed: int = 0
    timed_out: int = 0
    restarted: int = 0

    def __add__(self, other: "ProcessEnds") -> "ProcessEnds":
        return ProcessEnds(
            self.killed + other.killed,
            self.timed_out + other.timed_out,
            self.restarted + other.restarted,
        )

    def __sub__(self, other: "ProcessEnds") -> "ProcessEnds":
        return ProcessEnds(
            self.killed - other.killed,
            self.timed_out - other.timed_out,
            self.restarted - other.restarted,
        )


class CheckPool(Protocol):
    """The check processes of one plan."""

    @property
    def ends(self) -> "ProcessEnds": ...

    @property
    def unavailable(self) -> Mapping[str, str]:
        """Guards that could not be built there, and why."""

    async def ask(self, job: ScanJob) -> ScanAnswer | str:
        """What was found, or why nobody looked."""

    async def aclose(self) -> None: ...


class Scan(msgspec.Struct, frozen=True):
    looked: tuple[Looked, ...] = ()
    blind: tuple[Blind, ...] = ()
    took_us: int = 0


class Scanner:
    """`here` are the quick guards of a plan; all others are in the pool, among them `informed`, those that
    are told a request's system prompt. `failed` counts guards that gave no verdict. A guard that does not
    come to an end in the worker is broken off.
    """

    def __init__(
        self,
        here: Mapping[str, Guard],
        pool: CheckPool,
        longest_text: int,
        perf: Callable[[], float],
        patience: Patience | None = None,
        informed: frozenset[str] = frozenset(),
    ) -> None:
        self._here = here
        self._pool = pool
        self.longest_text = longest_text
        self._perf = perf
        self._patience = patience or Endless()
        self.informed = informed
        self.asked = self.failed = 0
        self.failed_by: Counter[str] = Counter()

    async def scan(
        self, texts: Sequence[tuple[Place, str]], asked: Asked, system_prompt: tuple[str, ...] = ()
    ) -> Scan:
        """Never raises: a guard that breaks down, takes too long or gets too much is among the blind."""
        began = self._perf()
        chars = sum(len(text) for _, text in texts)
        if chars > self.longest_text:
            why = f"the texts have over {self.longest_text} characters"
            return self._done([], [Blind(guard, TOO_LONG, why) for guard in asked], len(asked), began)
        quick = [guard for guard in asked if guard in self._here] if chars <= LONGEST_HERE else []
        self._patience.begin()
        looked: list[Looked] = []
        blind: list[Blind] = []
        for guard in quick:
            self._look(guard, texts, asked[guard], (looked, blind))
        slow = {guard: places for guard, places in asked.items() if guard not in quick}
        if slow:
            job = ScanJob(tuple(texts), {name: tuple(places) for name, places in slow.items()}, system_prompt)
            await self._elsewhere(job, (looked, blind))
        return self._done(looked, blind, len(asked), began)

    def _done(self, looked: list[Looked], blind: list[Blind], asked: int, began: float) -> Scan:
        self.asked += asked
        if blind:
            self.failed += len(blind)
            self.failed_by.update(one.guard for one in blind)
        return Scan(tuple(looked), tuple(blind), int((self._perf() - began) * 1e6))

    def _look(
        self,
        name: str,
        texts: Sequence[tuple[Place, str]],
        places: frozenset[Place],
        found: tuple[list[Looked], list[Blind]],
    ) -> None:
        guard, patience = self._here[name], self._patience
        try:
            try:
                patience.since = self._perf()
                for at, (place, text) in enumerate(texts):
                    if place in places:
                        found[0].extend([Looked(name, at, one) for one in scanned(guard, text, place)])
            finally:
                patience.since = 0.0
        except BrokenOff:
            found[1].append(Blind(name, BROKE_DOWN, "the guard took too long and was broken off"))
        except Exception as error:  # noqa: BLE001 - a broken guard closes the way, it does not break the call
            found[1].append(Blind(name, BROKE_DOWN, f"the guard broke down: {type(error).__name__}"))

    async def _elsewhere(self, job: ScanJob, found: tuple[list[Looked], list[Blind]]) -> None:
        answer = await self._pool.ask(job)
        if isinstance(answer, str):
            found[1].extend([Blind(name, BROKE_DOWN, answer) for name in job.guards])
            return
        for name, at, one in answer.found:
            found[0].append(Looked(name, at, one))
        found[1].extend([Blind(name, BROKE_DOWN, why) for name, why in answer.broken.items()])


def is_quick(guard: type[object]) -> bool:
    """By what the class says of itself, so that a slow guard is never built in a worker."""
    return getattr(guard, "cost_class", CostClass.SLOW) is CostClass.FAST
