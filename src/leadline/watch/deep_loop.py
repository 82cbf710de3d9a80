"""Consumer 3: deep checks, in threads and loops of their own so that a stuck one stops nothing."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from leadline.checks.deep import DeepCheck, DeepExamination, Remembering
from leadline.storage import Cursor, DeepCommit, DiskFull
from leadline.storage.sqlite import SQLiteIncidents
from leadline.triage.rows import condition_row, verdict_row
from leadline.vocabulary import (
    Condition,
    DeepCheckSight,
    DeepFinding,
    FeedbackNote,
    Job,
    Observation,
    Origin,
    RetrievalNote,
    Signal,
    SpoolRecord,
    Verdict,
)
from leadline.watch.deep_runner import Heard, Result, Runner
from leadline.watch.late_chunks import LateChunks
from leadline.watch.pulse import Progress, Pulse
from leadline.watch.segments import backlog_bytes
from leadline.watch.spool_reader import SpoolReader, time_of

DEEP = "deep"
CHECK_TIMEOUT_S = 10.0
SLOW_TIMEOUT_S = 60.0
IDLE_S = 1.0
SAVE_EVERY_S = 30.0
_CHUNK_BYTES = 256 * 1024
_FAREWELL_S = 2.0
_VERDICTS = (Verdict.PASS, Verdict.FAIL)

Looked = Callable[[Observation, str, Sequence[Signal]], None]


class DeepChecks(msgspec.Struct, frozen=True, kw_only=True):
    """Those at work, by name. `slow` ones have queues of their own; `asked_for` are those that people named,
    so that their absence is a blind spot; `unavailable` says of a check why it cannot work.
    """

    checks: Mapping[str, DeepCheck] = {}
    slow: frozenset[str] = frozenset()
    asked_for: frozenset[str] = frozenset()
    unavailable: Mapping[str, str] = {}


class DeepHearing(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever counts: each check's signals, its failures with the reason, and the seconds of each look."""

    looked: Looked
    failed: Callable[[str, str], None]
    took: Callable[[str, float], None] = lambda _check, _seconds: None


class DeepLoop:
    """At-least-once: what was found is kept in one transaction with the cursor, so after a death the last
    batch is looked at again. Answers in the queue of a slow check are lost then: those are samples.
    """

    def __init__(
        self, spool: Path, incidents: SQLiteIncidents, deep: DeepChecks, pulse: Pulse, hearing: DeepHearing
    ) -> None:
        self._reader = SpoolReader(spool, _CHUNK_BYTES)
        self._incidents = incidents
        self._deep = deep
        self._pulse = pulse
        self._hearing = hearing
        self._chunks = LateChunks()
        self._saved_at = 0.0
        self.timeout_s = CHECK_TIMEOUT_S
        self.cursor: Cursor = incidents.cursor(DEEP)
        heard = Heard(hearing.failed, hearing.took)
        self._runners = [
            Runner(name, check, heard, time.monotonic, slow=name in deep.slow)
            for name, check in deep.checks.items()
        ]
        self._recall()

    async def run(self, stop: asyncio.Event, clock: Callable[[], float]) -> None:
        """Until `stop`; a check that hangs is left behind in its daemon thread."""
        ending = threading.Event()
        crashed: list[BaseException] = []

        def work() -> None:
            try:
                asyncio.run(self._work(ending, clock))
            except BaseException as error:  # noqa: BLE001 - carried over to the loop that waits
                crashed.append(error)

        thread = threading.Thread(target=work, name="deep-checks", daemon=True)
        thread.start()
        while not stop.is_set() and thread.is_alive():
            try:
                await asyncio.wait_for(stop.wait(), IDLE_S)
            except TimeoutError:
                continue
        ending.set()
        await asyncio.to_thread(thread.join, _FAREWELL_S)
        for error in crashed:
            raise error

    async def step(self, now: float) -> bool:
        """One batch through all checks, then its cursor. True when there is more to do at once."""
        batch = self._reader.read(self.cursor, now)
        exams = self._exams(seen.record for seen in batch.seen)
        results = await self._look(exams)
        self._keep(results, batch.cursor, now)
        read_upto = max((time_of(seen.record) for seen in batch.seen), default=0.0)
        self._pulse.moved(DEEP, Progress(now, read_upto, backlog_bytes(batch.segments, self.cursor)))
        return not batch.drained

    def sight(self) -> tuple[DeepCheckSight, ...]:
        """How each check does, those that cannot work at all included."""
        asked_for = self._deep.asked_for
        absent = [
            DeepCheckSight(name=name, unavailable=why, asked_for=name in asked_for)
            for name, why in self._deep.unavailable.items()
        ]
        return (
            *absent,
            *(
                DeepCheckSight(
                    name=runner.name,
                    looked=runner.counts.looked,
                    skipped=runner.counts.skipped,
                    failed=runner.counts.failed,
                    parked=runner.parked,
                    unavailable=runner.unavailable,
                    asked_for=runner.name in asked_for,
                )
                for runner in self._runners
            ),
        )

    async def _work(self, ending: threading.Event, clock: Callable[[], float]) -> None:
        try:
            while not ending.is_set():
                if not await self.step(clock()):
                    await asyncio.to_thread(ending.wait, IDLE_S)
        finally:
            self._saved_at = 0.0
            self._keep([], self.cursor, clock())
            self.close()

    def close(self) -> None:
        """The checks' threads end, but for those that hang."""
        for runner in self._runners:
            runner.stop()

    def _exams(self, records: Iterable[SpoolRecord]) -> list[DeepExamination]:
        """Only what users asked is examined: a judge's own calls are not judged."""
        exams = []
        for record in records:
            if isinstance(record, Observation) and record.exchange.origin is Origin.USER:
                exams.append(self._chunks.observation(record))
            elif isinstance(record, RetrievalNote):
                joined = self._chunks.note(record)
                exams += [joined] if joined is not None else []
            elif isinstance(record, FeedbackNote) and record.exchange.origin is Origin.USER:
                exams.append(
                    DeepExamination(observation=Observation(exchange=record.exchange), feedback=record)
                )
        return exams

    async def _look(self, exams: Sequence[DeepExamination]) -> list[Result]:
        prompt = [runner.examine(exams, self.timeout_s) for runner in self._runners if not runner.slow]
        found = [result for results in await asyncio.gather(*prompt) for result in results]
        for runner in self._runners:
            if runner.slow:
                found += runner.offer(exams, SLOW_TIMEOUT_S)
        return found

    def _keep(self, results: Sequence[Result], cursor: Cursor, now: float) -> None:
        findings: list[DeepFinding] = []
        jobs: list[Job] = []
        for exam, check, found in results:
            findings += [DeepFinding(row=condition_row(one)) for one in found if isinstance(one, Condition)]
            jobs += [one for one in found if isinstance(one, Job)]
            signals = self._fresh(exam, [one for one in found if isinstance(one, Signal)])
            if signals:
                row = verdict_row(exam.observation, signals)
                if exam.feedback is not None:
                    row = msgspec.structs.replace(row, t=exam.feedback.at)
                findings.append(DeepFinding(row=row, signals=tuple(signals)))
                self._hearing.looked(exam.observation, check, signals)
        memories = self._memories(now)
        if not (findings or jobs or memories) and cursor == self.cursor:
            return
        commit = DeepCommit(
            at=now, consumer=DEEP, cursor=cursor, findings=findings, jobs=jobs, snapshots=memories
        )
        with contextlib.suppress(DiskFull):  # shown by the store; what was found in this batch is lost
            self._incidents.commit_deep(commit)
        self.cursor = cursor

    def _fresh(self, exam: DeepExamination, signals: Sequence[Signal]) -> list[Signal]:
        """One verdict of each check on each request, whatever comes to light later; that a check still has
        nothing to say is no news.
        """
        request_id = exam.observation.exchange.request_id
        given = {signal.check for signal in signals if signal.verdict in _VERDICTS}
        before = self._chunks.judged(request_id, given)
        if not exam.told_later:
            return list(signals)
        idle = Verdict.NOT_APPLICABLE
        return [one for one in signals if one.check not in before and one.verdict is not idle]

    def _memories(self, now: float) -> dict[str, bytes]:
        """What the checks have learnt, now and then: estimates, not facts."""
        if now - self._saved_at < SAVE_EVERY_S:
            return {}
        self._saved_at = now
        idle = [runner for runner in self._runners if not runner.parked]
        return {
            f"deep/{runner.name}": runner.check.remembered()
            for runner in idle
            if isinstance(runner.check, Remembering)
        }

    def _recall(self) -> None:
        for runner in self._runners:
            memory = self._incidents.snapshot(f"deep/{runner.name}")
            if memory is not None and isinstance(runner.check, Remembering):
                with contextlib.suppress(ValueError):  # of another version: it learns anew
                    runner.check.remember(memory)
