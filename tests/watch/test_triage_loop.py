"""Every row enters one tick, every tick is committed whole, and a backlog is told once."""

import threading
from pathlib import Path

import msgspec
import pytest
from tests.watch.records import NOON, SegmentWriter, event, incident, observation

from leadline.storage import StoreTooNew
from leadline.storage.sqlite import SQLiteIncidents
from leadline.triage.orders import OrderRefused
from leadline.vocabulary import (
    Ask,
    BlindNote,
    Change,
    Command,
    FailureEvent,
    Heartbeat,
    Incident,
    IncidentStatus,
    IncidentUpdate,
    Query,
    Severity,
    SystemState,
    TelemetryRow,
)
from leadline.watch.bad_records import BadRecords
from leadline.watch.blind_note import NoteReader
from leadline.watch.eyesight import Eyes
from leadline.watch.pulse import Pulse
from leadline.watch.telling import Audience
from leadline.watch.triage_loop import Clockwork, Triage, TriageLoop

TICK = 10.0


class Result(msgspec.Struct, frozen=True):
    events: tuple[FailureEvent, ...] = ()
    updates: tuple[IncidentUpdate, ...] = ()
    incidents: tuple[Incident, ...] = ()
    state: SystemState = SystemState()


class Counts(msgspec.Struct):
    failures: int = 0
    changes: int = 0
    rows: dict[float, list[str]] = {}


class CountingDesk:
    """Opens at the first failure, resolves at the first tick without one. Crashes on a row called `boom`."""

    def __init__(self, snapshot=None):
        self.counts = msgspec.msgpack.decode(snapshot, type=Counts) if snapshot else Counts()

    silences = ()
    beginning = Change.OPENED

    def obey(self, order):
        if order.incident_id != "prv-1":
            raise OrderRefused("there is no such incident.")
        self.counts.changes += 1
        about = msgspec.structs.replace(incident(), acknowledged_by=order.by)
        change = IncidentUpdate(
            change=Change.ACKNOWLEDGED,
            at=order.at,
            sequence=self.counts.changes,
            incident=about,
            state=SystemState(),
            by=order.by,
        )
        return Result((), (change,), (about,))

    def snapshot(self):
        return msgspec.msgpack.encode(self.counts)

    def tick(self, at, rows, sight=None):
        del sight
        if any(row.id == "boom" for row in rows):
            raise ZeroDivisionError("boom")
        self.counts.rows[at] = [row.id for row in rows]
        failed = [row for row in rows if row.status != 200]
        open_before = self.counts.failures > 0
        self.counts.failures = len(failed)
        if open_before == bool(failed):
            return Result(events=tuple(event(row.id, row.t) for row in failed))
        self.counts.changes += 1
        status = IncidentStatus.OPEN if failed else IncidentStatus.RESOLVED
        change = self.beginning if failed else Change.RESOLVED
        about = incident(status=status, at=at)
        told = IncidentUpdate(
            change=change,
            at=at,
            sequence=self.counts.changes,
            incident=about,
            state=SystemState(at=at),
            page=bool(failed),
        )
        return Result(tuple(event(row.id, row.t) for row in failed), (told,), (about,))


def rows_of(seen):
    exchange = seen.exchange
    if exchange.request_id == "unreadable":
        raise KeyError("model")
    return [
        TelemetryRow(
            t=exchange.ended_at, id=exchange.request_id, provider="openai", model="m", status=exchange.status
        )
    ]


class Bench:
    """One loop over a spool that the test writes; `restart` is a death and a new life."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writer = SegmentWriter(folder / "spool")
        self.incidents = SQLiteIncidents.open(folder / "incidents.db")
        self.pulse = Pulse(NOON)
        self.restart()

    def restart(self) -> None:
        self.loop = TriageLoop(
            self.folder / "spool",
            self.incidents,
            Triage(CountingDesk, rows_of, Clockwork(TICK, 2.0)),
            Eyes(NOON, self.pulse, NoteReader(self.folder / "blind.json")),
            BadRecords(self.folder / "spool" / "bad"),
            {"pager": Audience(Severity.HIGH, only_pages=False)},
        )

    def run(self, now: float) -> None:
        while self.loop.step(now):
            pass

    @property
    def ticks(self) -> dict[float, list[str]]:
        desk = self.loop._desk
        assert isinstance(desk, CountingDesk)
        return desk.counts.rows

    @property
    def told(self) -> list[tuple[Change, int]]:
        return [(entry.update.change, entry.sequence) for entry in self.incidents.due("pager", NOON * 2)]


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.incidents.close()


def test_a_tick_runs_two_seconds_after_its_time(bench):
    bench.writer.write(observation("r1", NOON + 3), observation("r2", NOON + 11))

    bench.run(NOON + 11.9)
    assert bench.ticks == {}
    bench.run(NOON + 12)

    assert bench.ticks == {NOON + 10: ["r1"]}


def test_rows_wait_for_their_tick_over_a_restart(bench):
    bench.writer.write(observation("r1", NOON + 3), observation("r2", NOON + 11))
    bench.run(NOON + 12)
    bench.restart()
    bench.run(NOON + 22)

    assert bench.ticks == {NOON + 10: ["r1"], NOON + 20: ["r2"]}


def test_rows_read_but_not_committed_are_read_again_after_a_death(bench):
    bench.writer.write(observation("r1", NOON + 3))
    bench.run(NOON + 12)
    bench.writer.write(observation("r2", NOON + 13))
    bench.run(NOON + 15)
    bench.restart()
    bench.run(NOON + 22)

    assert bench.ticks == {NOON + 10: ["r1"], NOON + 20: ["r2"]}


def test_after_an_orderly_end_nothing_is_read_twice_and_taken_for_a_backlog(bench):
    bench.writer.write(observation("r1", at=NOON + 1))
    bench.run(NOON + 12)
    bench.writer.write(observation("r2", at=NOON + 12), observation("r3", at=NOON + 19))
    bench.run(NOON + 19)
    bench.loop.rest()
    bench.restart()
    bench.run(NOON + 21)

    assert bench.loop._eyes.look(NOON + 21).lag_s < 5
    bench.run(NOON + 22)
    assert bench.ticks[NOON + 20] == ["r2", "r3"]


def test_a_late_row_enters_the_next_tick(bench):
    bench.writer.write(observation("r1", NOON + 3))
    bench.run(NOON + 12)
    bench.writer.write(observation("late", NOON + 4))
    bench.run(NOON + 22)

    assert bench.ticks[NOON + 20] == ["late"]


def test_a_clock_that_runs_ahead_hides_no_row(bench):
    bench.writer.write(observation("ahead", NOON + 1e6))
    bench.run(NOON + 5)
    bench.run(NOON + 22)

    assert [name for rows in bench.ticks.values() for name in rows] == ["ahead"]


def test_a_change_is_told_at_its_tick(bench):
    bench.writer.write(observation("bad", NOON + 3, failed=True))
    bench.run(NOON + 12)

    assert bench.told == [(Change.OPENED, 1)]
    assert [found.event_id for _, found in bench.incidents.waiting_events(9)] == ["bad"]


def test_after_an_outage_of_the_watch_only_the_net_state_is_told(bench):
    for n in range(100):
        bench.writer.write(observation(f"r{n}", NOON + n * 10 + 3, failed=n % 2 == 0))
        if n % 30 == 29:
            bench.writer.next_segment()
    bench.writer.write(observation("last", NOON + 1003, failed=True))

    bench.run(NOON + 1100 - 80)

    assert len([rows for rows in bench.ticks.values() if rows]) == 101
    assert bench.told == [(Change.OPENED, 101)]
    (row,) = bench.incidents.ask(Ask(name=Query.INCIDENT, arguments={"incident_id": "prv-1"})).rows
    assert len(row["updates"]) == 101


def test_an_incident_that_came_and_went_during_the_outage_is_stored_and_pages_nobody(bench):
    bench.writer.write(observation("bad", NOON + 3, failed=True), observation("good", NOON + 23))

    bench.run(NOON + 600)

    assert bench.told == []
    (row,) = bench.incidents.ask(Ask(name=Query.INCIDENTS)).rows
    assert row["status"] == "resolved"


def test_a_backlog_told_in_pieces_is_still_told_once(bench, monkeypatch):
    monkeypatch.setattr("leadline.watch.triage_loop.MOST_TICKS", 3)
    for n in range(20):
        bench.writer.write(observation(f"r{n}", NOON + n * 10 + 3, failed=n % 4 != 3))

    bench.run(NOON + 199)

    assert bench.told == [(Change.OPENED, 9)]
    assert [bench.ticks[NOON + 10 * n + 10] for n in range(19)] == [[f"r{n}"] for n in range(19)]


def test_two_writers_are_merged_in_event_time(bench):
    slow = SegmentWriter(bench.folder / "spool", worker=1)
    bench.writer.write(*(observation(f"a{n}", NOON + n * 10 + 1) for n in range(5)))
    slow.write(*(observation(f"b{n}", NOON + n * 10 + 2) for n in range(5)))

    bench.run(NOON + 60)

    assert [rows for rows in bench.ticks.values() if rows] == [[f"a{n}", f"b{n}"] for n in range(5)]


def test_a_row_that_makes_triage_crash_twice_is_set_aside(bench):
    bench.writer.write(
        observation("r1", NOON + 1), observation("boom", NOON + 2), observation("r2", NOON + 3, failed=True)
    )

    bench.run(NOON + 12)

    assert bench.ticks == {NOON + 10: ["r1", "r2"]}
    assert len(list((bench.folder / "spool" / "bad").iterdir())) == 1
    events = [found for _, found in bench.incidents.waiting_events(9)]
    assert [found.kind.value for found in events] == ["data.blind_spot", "provider.outage"]


def test_a_record_that_gives_no_rows_is_set_aside_without_its_text(bench):
    bench.writer.write(observation("unreadable", NOON + 1), observation("r2", NOON + 3))

    bench.run(NOON + 12)

    assert bench.ticks == {NOON + 10: ["r2"]}
    (kept,) = (bench.folder / "spool" / "bad").iterdir()
    assert b"the words" not in kept.read_bytes()
    assert b"unreadable" in kept.read_bytes()


def test_a_state_of_another_version_is_refused_with_the_next_step(bench):
    bench.incidents.put_snapshot("triage", NOON, b"of another version")

    with pytest.raises(StoreTooNew, match="Start the version that wrote it"):
        bench.restart()


def test_ticks_go_on_without_any_traffic(bench):
    bench.writer.write(observation("bad", NOON + 3, failed=True))
    bench.run(NOON + 12)
    bench.run(NOON + 22)

    assert bench.told == [(Change.OPENED, 1)]
    (row,) = bench.incidents.ask(Ask(name=Query.INCIDENTS)).rows
    assert row["status"] == "resolved"


def test_its_place_is_known_to_the_pulse(bench):
    bench.writer.write(Heartbeat(host="h", worker=0, pid=1, at=NOON))
    bench.run(NOON + 1)

    assert bench.pulse.progress["triage"].backlog_bytes == 0
    assert bench.pulse.progress["triage"].moved_at == NOON + 1


@pytest.mark.parametrize("beginning", [Change.OPENED, Change.REOPENED, Change.ESCALATED])
def test_a_beginning_that_the_supervisor_told_is_not_told_again(bench, tmp_path, monkeypatch, beginning):
    monkeypatch.setattr(CountingDesk, "beginning", beginning)
    note = BlindNote(incident_id="prv-1", opened_at=NOON, reason="it died", at=NOON, told=("pager",))
    (tmp_path / "blind.json").write_bytes(msgspec.json.encode(note))
    bench.writer.write(observation("r1", NOON + 3, failed=True))
    bench.run(NOON + 12)
    assert bench.told == []

    bench.writer.write(observation("r2", NOON + 13))
    bench.run(NOON + 22)

    assert bench.told == [(Change.RESOLVED, 2)]


def test_an_order_is_kept_before_it_is_answered_and_told_to_whoever_heard(bench):
    bench.writer.write(observation("r1", NOON + 3, failed=True))
    bench.run(NOON + 12)
    answers: list = []
    ask = Ask(name=Command.ACKNOWLEDGE, arguments={"incident_id": "prv-1", "by": "ann"})
    asking = threading.Thread(target=lambda: answers.append(bench.loop.orders.give(ask, NOON + 13)))
    asking.start()
    while asking.is_alive():
        bench.run(NOON + 13)

    assert answers[0].rows == ({"incident_id": "prv-1", "status": "open", "changed": True},)
    [row] = bench.incidents.ask(Ask(name=Query.INCIDENT, arguments={"incident_id": "prv-1"})).rows
    assert [(one["change"], one["by"]) for one in row["updates"]][-1] == ("acknowledged", "ann")
    assert [delivery["sequence"] for delivery in row["deliveries"]] == [1, 2]
    [deed] = bench.incidents.ask(Ask(name=Query.AUDIT)).rows
    assert (deed["action"], deed["subject"], deed["by"]) == ("acknowledge", "prv-1", "ann")
    assert (deed["outcome"], deed["sound"]) == ("done", True)


def test_an_order_that_makes_no_sense_is_refused(bench):
    def told(name, **arguments):
        answers: list = []
        ask = Ask(name=name, arguments=arguments)
        asking = threading.Thread(target=lambda: answers.append(bench.loop.orders.give(ask, NOON)))
        asking.start()
        while asking.is_alive():
            bench.run(NOON)
        return answers[0].error

    assert told(Command.RESOLVE, incident_id="prv-9", by="ann") == "there is no such incident."
    [deed] = bench.incidents.ask(Ask(name=Query.AUDIT)).rows
    assert (deed["subject"], deed["outcome"]) == ("prv-9", "there is no such incident.")
    assert "needs `by`" in told(Command.RESOLVE, incident_id="prv-1")
    assert "takes no 'until'" in told(Command.RESOLVE, incident_id="prv-1", by="ann", until=1.0)
    assert "Invalid enum value" in told(Command.SILENCE, category="x", by="ann", until=NOON + 60)
