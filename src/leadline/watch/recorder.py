"""Consumer 1: every record becomes facts, in one transaction with the cursor; then triage's events."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pyarrow as pa

from leadline.storage import Cursor, DiskFull, Position
from leadline.storage.duckdb import DuckDBFacts
from leadline.storage.fact_rows import (
    Row,
    arrow,
    event_row,
    rows_of_feedback,
    rows_of_findings,
    rows_of_observation,
)
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import (
    FeedbackNote,
    Heartbeat,
    HeldText,
    NewerEvent,
    Observation,
    SpoolRecord,
    TargetNews,
)
from leadline.watch.bad_records import BadRecords, blind_spot, unusable
from leadline.watch.pulse import Progress, Pulse
from leadline.watch.segments import backlog_bytes
from leadline.watch.spool_reader import Batch, RawRecord, Seen, SpoolReader, time_of

RECORDER = "recorder"
FINDINGS = "deep_findings"
"""The consumer whose cursor says how many findings of deep checks the facts have."""
PATIENCE_BYTES = 32 * 1024 * 1024
"""On a full disk the spool is waited on up to here; beyond, copies are dropped so that segments can go."""
_MOST_EVENTS = 2000

Listener = Callable[[Observation], None]
"""Hears each observation once its facts are kept: metrics, learning."""


class Recorder:
    """`step` is one turn; it runs in a thread of its own."""

    def __init__(
        self,
        spool: Path,
        facts: DuckDBFacts,
        incidents: SQLiteIncidents,
        pulse: Pulse,
        bad: BadRecords,
        listeners: Iterable[Listener] = (),
        about_targets: Callable[[TargetNews | Heartbeat], None] = lambda _: None,
    ) -> None:
        self._reader = SpoolReader(spool)
        self._facts = facts
        self._incidents = incidents
        self._pulse = pulse
        self._bad = bad
        self._listeners = list(listeners)
        self._about_targets = about_targets
        self.cursor: Cursor = facts.cursor(RECORDER)
        self.findings_upto = facts.cursor(FINDINGS).get(incidents.identity, Position(0)).offset
        pulse.bad_records = bad.count
        pulse.newer_records = facts.counts()["newer_records"]

    def step(self, now: float) -> bool:
        """Read and keep what is there. True when there is more to do at once."""
        batch = self._reader.read(self.cursor, now)
        kept = self._keep(batch, now)
        self._pass_events_on()
        self._pass_findings_on()
        self._close_days(now)
        self._report(batch, now)
        return kept and not batch.drained

    def _keep(self, batch: Batch, now: float) -> bool:
        """True when the batch is done with."""
        if not batch.read_anything and batch.cursor == self.cursor:
            return True
        try:
            self._append(batch, batch.seen, batch.bad, now)
        except DiskFull:
            return self._without_room(batch)
        except (ValueError, TypeError, ArithmeticError, pa.ArrowException) as error:
            culprits = [seen for seen in batch.seen if not _storable(seen.record)]
            if not culprits:
                raise
            rest = [seen for seen in batch.seen if seen not in culprits]
            self._append(batch, rest, [*batch.bad, *(unusable(seen, error) for seen in culprits)], now)
        self.cursor = batch.cursor
        self._heard(batch)
        return True

    def _append(self, batch: Batch, good: Sequence[Seen], bad: Sequence[RawRecord], now: float) -> None:
        rows: dict[str, list[Row]] = {
            "events": [event_row(blind_spot(record, now, RECORDER)) for record in bad]
        }
        rows["newer_records"] = [_newer_row(record, now) for record in batch.newer]
        for seen in good:
            for table, row in _rows_of(seen.record):
                rows.setdefault(table, []).append(row)
        for record in bad:
            self._bad.save(record)
        self._incidents.keep_reviews([one.record for one in good if isinstance(one.record, HeldText)])
        self._facts.append(rows, RECORDER, batch.cursor)

    def _without_room(self, batch: Batch) -> bool:
        """Wait while the spool has room itself; beyond that let copies go, never the gateway's answers."""
        if backlog_bytes(batch.segments, self.cursor) > PATIENCE_BYTES:
            self._pulse.lost_copies += len(batch.seen)
            self.cursor = batch.cursor
            self._heard(batch)
        return False

    def _heard(self, batch: Batch) -> None:
        self._pulse.newer_records += len(batch.newer)
        self._pulse.torn_tails += batch.torn
        for seen in batch.seen:
            if isinstance(seen.record, Observation):
                for listener in self._listeners:
                    listener(seen.record)
                continue
            if isinstance(seen.record, Heartbeat):
                self._pulse.beat(seen.record)
            if isinstance(seen.record, Heartbeat | TargetNews):
                self._about_targets(seen.record)

    def _pass_findings_on(self) -> None:
        """What deep checks found, to stand beside the inline signals of the same request. Their number is
        kept with them, as a cursor in the file that they came from.
        """
        found = self._incidents.deep_findings(self.findings_upto, _MOST_EVENTS)
        if not found:
            return
        upto = found[-1][0]
        try:
            rows = rows_of_findings([finding for _, finding in found])
            self._facts.append(rows, FINDINGS, {self._incidents.identity: Position(upto)})
        except DiskFull:
            return  # they wait where they are
        self.findings_upto = upto

    def _pass_events_on(self) -> None:
        """From triage's database into the facts: the number of the last one is kept with them, so that a
        death between the two neither loses nor doubles an event.
        """
        waiting = self._incidents.waiting_events(_MOST_EVENTS)
        if not waiting:
            return
        source = self._incidents.identity
        upto = self._facts.events_upto(source)
        try:
            if waiting[-1][0] > upto:
                fresh = [event for number, event in waiting if number > upto]
                self._facts.append_events(fresh, source, waiting[-1][0])
                self._pulse.newer_records += sum(isinstance(event, NewerEvent) for event in fresh)
            self._incidents.forget_events(waiting[-1][0])
        except DiskFull:
            return  # they wait where they are; `disk_full` of the stores is reported below

    def _close_days(self, now: float) -> None:
        try:
            self._facts.close_days(now)
        except DiskFull:
            return  # the day stays open until there is room; reported below

    def _report(self, batch: Batch, now: float) -> None:
        self._pulse.bad_records = self._bad.count
        self._pulse.disk_full |= {
            "facts": self._facts.disk_full,
            "incidents": self._incidents.disk_full,
        }
        read_upto = max((time_of(seen.record) for seen in batch.seen), default=0.0)
        self._pulse.moved(RECORDER, Progress(now, read_upto, backlog_bytes(batch.segments, self.cursor)))


def _newer_row(record: RawRecord, now: float) -> Row:
    return {
        "at": now,
        "schema": record.schema,
        "segment": record.segment,
        "offset": record.offset,
        "payload": record.payload,
    }


def _rows_of(record: SpoolRecord) -> Iterable[tuple[str, Row]]:
    if isinstance(record, FeedbackNote):
        return rows_of_feedback(record)
    return rows_of_observation(record) if isinstance(record, Observation) else ()


def _storable(record: SpoolRecord) -> bool:
    """The second try, alone: a record that fails again is the culprit."""
    try:
        for table, row in _rows_of(record):
            arrow(table, [row])
    except (ValueError, TypeError, ArithmeticError, pa.ArrowException):
        return False
    return True
