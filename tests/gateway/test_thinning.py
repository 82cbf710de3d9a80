"""A watch that lags gets fewer copies, and every rate stays what it is."""

import asyncio

import pytest
from tests.watch.records import NOON, observation

from leadline.gateway.spool import SpoolLimits, SpoolWriter
from leadline.gateway.thinning import BY_FULLNESS, BY_LAG, ThinningSpool, is_plain_success, lag_s
from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk
from leadline.triage.diagnose import Standing
from leadline.triage.fold import Fold
from leadline.triage.rows import rows_of
from leadline.triage.rules import Rules
from leadline.vocabulary import (
    WATCH_LAG,
    CapturedText,
    Heartbeat,
    IncidentUpdate,
    Observation,
    Origin,
    Overlay,
    OverlayEntry,
)
from leadline.vocabulary.spool import Frame, decode, encode, frames
from leadline.watch.lagging import lag_entries
from leadline.watch.pulse import Progress, Pulse

BEAT = Heartbeat(host="h", worker=0, pid=1, at=NOON)
REQUESTS = 20_000


class Kept:
    """A spool that keeps what it is given."""

    stats = None

    def __init__(self):
        self.records = []

    def offer(self, record):
        self.records.append(record)
        return True

    @property
    def observations(self):
        return [one for one in self.records if isinstance(one, Observation)]


def thinned(records, lag=0.0, fullness=0.0):
    spool = Kept()
    thinning = ThinningSpool(spool, lambda: lag, lambda: fullness)  # type: ignore[arg-type]
    thinning.offer(BEAT)
    for record in records:
        assert thinning.offer(record)
    return spool.observations


def a_day():
    """Of 20,000 requests 3 % fail hard and 5 % of the answers fail a check."""
    return [
        observation(f"r{n}", NOON + n / 1000, failed=n % 100 < 3, checks=[("format", n % 20 == 7)])
        for n in range(REQUESTS)
    ]


def tally(records):
    fold = Fold(Rules(), Baseline(), Standing(), {})
    for record in records:
        for row in rows_of(record):
            fold.add(row, 1)
    [counts] = fold.tally(10.0).strata.values()
    return counts


@pytest.mark.parametrize(("lag", "fullness"), [(6.0, 0.0), (20.0, 0.0), (90.0, 0.0), (0.0, 0.7), (6.0, 0.8)])
def test_rates_and_sums_of_a_thinned_day_are_those_of_the_whole_day(lag, fullness):
    whole = tally(a_day())
    kept = thinned(a_day(), lag, fullness)
    counts = tally(kept)
    share = (counts.hard / counts.rows) / (whole.hard / whole.rows)
    failed = counts.checks["format"].failed / counts.checks["format"].answers
    usual = whole.checks["format"].failed / whole.checks["format"].answers

    assert len(kept) < REQUESTS / 2.5
    assert counts.hard == whole.hard
    assert abs(counts.rows / whole.rows - 1) < 0.15
    assert abs(share - 1) < 0.15
    assert abs(failed / usual - 1) < 0.15
    assert abs(counts.cost_nanousd / whole.cost_nanousd - 1) < 0.15
    assert abs(counts.requests / whole.requests - 1) < 0.15


def test_an_outage_is_as_bad_when_copies_are_thinned():
    def told(records):
        desk = Desk(Rules(), Baseline())
        updates: list[IncidentUpdate] = []
        for tick in range(1, 13):
            at = NOON + 10.0 * tick
            rows = [row for one in records for row in rows_of(one) if at - 10 < row.t <= at]
            updates += desk.tick(at, rows).updates
        return [(one.change, one.incident.key, one.incident.severity, one.page) for one in updates]

    night = [observation(f"r{n}", NOON + n / 60, failed=n % 10 < 4) for n in range(7000)]

    assert told(thinned(night, 20.0)) == told(night) != []


def test_nothing_is_thinned_while_the_watch_keeps_up():
    assert thinned(a_day()[:500], 5.0, 0.6) == a_day()[:500]


def test_failures_flags_and_our_own_calls_are_never_thinned():
    kept = [
        observation("r1", failed=True),
        observation("r2", checks=[("entities", True)]),
        observation("r3", origin=Origin.PROBE),
        observation("r4", client_retry_count=1),
        observation("r5", rung="template"),
    ]

    assert not any(is_plain_success(one) for one in kept)
    assert thinned(kept, 90.0) == kept
    full = thinned(kept, 90.0, 0.99)
    assert [(one.exchange, one.weight) for one in full] == [(one.exchange, 1.0) for one in kept]


def test_text_goes_only_when_thinning_is_not_enough_and_never_where_it_is_to_be_kept():
    def texts(lag, *, keep=False):
        seen = [observation(f"r{n}") for n in range(2000)]
        text = CapturedText(answer="words", keep=keep)
        kept = thinned([Observation(exchange=one.exchange, text=text) for one in seen], lag)
        return {one.text is not None for one in kept}

    assert texts(6.0) == {True}
    assert texts(20.0) == {False}
    assert texts(20.0, keep=True) == {True}


def test_in_a_spool_that_nobody_reads_text_goes_before_failures_do():
    text, kept_text = CapturedText(answer="words"), CapturedText(answer="words", keep=True)
    failed = [
        Observation(exchange=observation(f"r{n}", failed=True).exchange, text=text if n else kept_text)
        for n in range(3)
    ]

    assert [one.text for one in thinned(failed, fullness=0.7)] == [kept_text, text, text]
    assert [one.text for one in thinned(failed, fullness=0.8)] == [kept_text, None, None]


async def left_in_the_spool(folder, series):
    """What a spool of a megabyte keeps of 10,000 requests of which 1 % fail, while nobody reads it."""
    limits = SpoolLimits(total_bytes=1_000_000, segment_bytes=100_000, flush_s=0.0)
    spool, handed_on = SpoolWriter(str(folder), "h", series, 0, limits=limits), Kept()
    thinning = ThinningSpool(handed_on, lambda: 0.0, lambda: spool.fullness)  # type: ignore[arg-type]
    offered = [observation(f"{series}{n}", NOON + n / 100, failed=n % 100 == 0) for n in range(10_000)]
    for start in range(0, len(offered), 50):
        for record in (BEAT, *offered[start : start + 50]):
            thinning.offer(record)
        for record in handed_on.records[spool.stats.recorded :]:
            spool.offer(record)
        async with asyncio.timeout(10):
            while spool.stats.recorded + spool.stats.dropped < len(handed_on.records):
                await asyncio.sleep(0)
    await spool.close()
    assert sum(len(encode(record)) for record in offered) > 10 * limits.total_bytes
    assert spool.stats.dropped == 0
    whole = [
        decode(frame)
        for path in folder.iterdir()
        for frame in frames(path.read_bytes())
        if isinstance(frame, Frame)
    ]
    return [record for record in whole if isinstance(record, Observation)]


async def test_without_a_watch_failures_outlast_successes_and_the_rate_stays_right(tmp_path):
    weighed = []
    for series in ("a", "b", "c", "d"):  # of each a few copies stand for a thousand requests: one may miss
        (tmp_path / series).mkdir()
        kept = await left_in_the_spool(tmp_path / series, series)
        assert sum(not record.exchange.served for record in kept) == 100
        weighed.append(sum(record.weight for record in kept))

    assert abs(400 / sum(weighed) / 0.01 - 1) < 0.25


def test_every_host_keeps_the_same_ones():
    again = [[one.exchange.request_id for one in thinned(a_day()[:2000], 6.0)] for _ in range(2)]

    assert again[0] == again[1]


def test_weights_are_powers_of_two_so_that_they_add_up():
    assert all(level.one_of & (level.one_of - 1) == 0 for _, level in (*BY_LAG, *BY_FULLNESS))


def test_the_overlay_says_how_far_behind_the_watch_is_while_it_is_believed():
    pulse = Pulse(NOON)
    pulse.moved("recorder", Progress(NOON + 30, NOON + 10, backlog_bytes=100))
    overlay = Overlay(entries=tuple(lag_entries(pulse, NOON + 30)))

    assert lag_s(overlay, NOON + 31) == 20.0
    assert lag_s(overlay, NOON + 300) == 0.0
    assert lag_entries(Pulse(NOON), NOON) == []
    assert (
        lag_s(Overlay(entries=(OverlayEntry(what=WATCH_LAG, name="*", value=9.0, reason=""),)), NOON) == 9.0
    )
