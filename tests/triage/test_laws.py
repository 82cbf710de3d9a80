"""What must hold for any traffic: merging in any order, splitting over watches, dying at any moment."""

import functools

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import DATA
from tests.triage.streams import BASELINE, START, Walk, outage, row, stream

from leadline.replay.scenario import read
from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk, Tallier, TickResult
from leadline.triage.diagnose import Standing
from leadline.triage.keeper import Keeper
from leadline.triage.keys import digest
from leadline.triage.merging import merged
from leadline.triage.rules import Rules
from leadline.vocabulary import CheckOutcome, FailureKind, TelemetryRow, TrafficClass
from leadline.vocabulary.tally import Tally

RULES = Rules()
FAILED_CHECKS = [
    CheckOutcome("entities", failed=True, kind=FailureKind.QUALITY_HALLUCINATION),
    CheckOutcome("json_schema", failed=True, kind=FailureKind.QUALITY_FORMAT),
    CheckOutcome("tokens", failed=True, kind=FailureKind.COST_OUTPUT_BLOWUP),
    CheckOutcome("pii", failed=True, kind=FailureKind.SECURITY_PII_LEAK),
    CheckOutcome("entities", failed=False),
]

columns = st.fixed_dictionaries(
    {},
    optional={
        "provider": st.sampled_from(["openai", "anthropic"]),
        "region": st.sampled_from(["us", "eu"]),
        "status": st.sampled_from([200, 200, 503, 429, 0, 401]),
        "attempt": st.integers(1, 2),
        "route": st.sampled_from(["primary", "fallback", "probe", "short_circuited"]),
        "latency_ms": st.floats(1, 20_000),
        "cost_usd": st.floats(0, 0.5),
        "retrieval_score": st.floats(0, 1),
        "weight": st.floats(1, 20),
        "tenant": st.sampled_from(["acme", "zeta"]),
        "traffic_class": st.sampled_from(list(TrafficClass)),
        "template": st.sampled_from(["other", "report"]),
        "checks": st.none() | st.lists(st.sampled_from(FAILED_CHECKS), max_size=2, unique=True).map(tuple),
        "blocked": st.booleans(),
        "cancelled": st.booleans(),
    },
)


@st.composite
def traffic(draw, last: float = 10.0, most: int = 30) -> list[TelemetryRow]:
    """Rows of one or more ticks; a request may have several."""
    shapes = draw(st.lists(columns, max_size=most))
    return [row(draw(st.floats(0.001, last)), f"r{draw(st.integers(0, most))}", **shape) for shape in shapes]


def tally_of(rows: list[TelemetryRow], tick: int) -> Tally:
    return Tallier(RULES, BASELINE).tick(tick, rows, Standing())[0]


def split(rows: list[TelemetryRow], parts: int) -> list[list[TelemetryRow]]:
    """By request, as several watches would get them."""
    return [[r for r in rows if digest(r.id) % parts == part] for part in range(parts)]


@given(traffic())
def test_merging_tallies_is_commutative_and_associative(rows):
    one, two, three = (tally_of(part, 1) for part in split(rows, 3))

    left = merged([merged([one, two]), three])

    assert left == merged([one, merged([three, two])])
    assert left == merged([three, two, one])


@given(traffic())
def test_three_tallies_of_the_same_rows_are_one_tally(rows):
    parts = [tally_of(part, 1) for part in split(sorted(rows, key=lambda r: r.t), 3)]

    assert merged(parts) == merged([tally_of(sorted(rows, key=lambda r: r.t), 1)])


def test_tallies_of_different_ticks_are_not_merged():
    with pytest.raises(ValueError, match="of one tick"):
        merged([tally_of([], 1), tally_of([], 2)])


def watched(rows: list[TelemetryRow], baseline: Baseline, watches: int, until: int) -> list[TickResult]:
    """Several watches that feed one keeper."""
    talliers = [Tallier(RULES, baseline) for _ in range(watches)]
    keeper = Keeper(RULES, baseline)
    results = []
    first = int(min((r.t for r in rows), default=0.0) // RULES.tick_s) + 1
    lanes = [sorted(part, key=lambda r: r.t) for part in split(rows, watches)]
    for tick in range(first, first + until):
        tallies = []
        for place, tallier in enumerate(talliers):
            due = [r for r in lanes[place] if r.t <= tick * RULES.tick_s]
            lanes[place] = lanes[place][len(due) :]
            tallies.append(tallier.tick(tick, due, keeper.standing)[0])
        decision = keeper.tick(tick, merged(tallies))
        results.append(TickResult(decision.events, decision.updates, decision.incidents, decision.state))
    return results


def busy_day() -> list[TelemetryRow]:
    """An outage, a leak, wrong answers and a spike of cost, one after the other and together."""
    return [
        *stream(0, 300, 1.0, lambda n: {"entity_support": 0.1 if n % 25 == 0 else 0.9}),
        *outage(300, 500, 1.0, served=True),
        *stream(
            300,
            700,
            1.0,
            lambda n: {"entity_support": 0.1 if n % 3 == 0 else 0.9, "cost_usd": 0.04},
            name="q",
        ),
        row(450, "leak", pii_leak=True, tenant="zeta"),
        *stream(700, 1300, 1.0, lambda n: {"entity_support": 0.1 if n % 25 == 0 else 0.9}, name="w"),
    ]


def test_one_and_three_watches_open_the_same_incidents_at_the_same_tick():
    rows = busy_day()

    one, three = (watched(rows, BASELINE, watches, until=140) for watches in (1, 3))

    assert sum(len(result.updates) for result in one) >= 6
    assert one == three


@given(traffic(last=300.0, most=60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_one_and_three_watches_agree_on_whatever_comes(rows):
    one, three = (watched(rows, BASELINE, watches, until=40) for watches in (1, 3))

    assert one == three


SCENARIOS = sorted(path.name for path in (DATA / "scenarios").glob("*.jsonl*")) or ["none"]


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.slow
def test_one_and_three_watches_agree_on_every_recorded_scenario(data, name):
    scenario = read(data / "scenarios" / name)
    until = int(scenario.ends_at // RULES.tick_s) + 1

    one, three = (watched(list(scenario.rows), scenario.baseline, n, until) for n in (1, 3))

    assert one == three


@functools.cache
def steady_results():
    return Walk().through(busy_day(), until=1300).results


@given(st.lists(st.integers(1, 129), max_size=4))
@settings(max_examples=15)
def test_a_desk_that_dies_and_is_restored_at_any_tick_says_the_same(deaths):
    rows = busy_day()

    mortal = Walk()
    for moment in sorted({*deaths, 130}):
        upto = moment * 10.0
        since = len(mortal.results) * 10.0
        mortal.through([r for r in rows if START + since < r.t <= START + upto], until=upto).restarted()

    assert mortal.results == steady_results()


@given(traffic(last=400.0, most=60), st.integers(1, 39))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_a_restored_desk_goes_on_as_if_nothing_had_been(rows, death):
    rules = Rules(hard_min=2, error_rate_min=3, security_min=1, sparse_span_s=20, resolve_after_s=60)
    steady = Walk(rules).through(rows, until=400)

    mortal = Walk(rules).through([r for r in rows if r.t <= START + death * 10], until=death * 10)
    mortal.restarted().through([r for r in rows if r.t > START + death * 10], until=400)

    assert mortal.results == steady.results


def test_the_snapshot_of_a_desk_is_the_snapshot_of_its_restored_self():
    walk = Walk().through([r for r in busy_day() if r.t <= START + 600], until=600)

    before = walk.desk.snapshot()

    assert Desk.restore(before, walk.rules, walk.baseline).snapshot() == before


def test_a_snapshot_of_a_newer_version_is_refused_with_a_sentence():
    fields = msgspec.msgpack.decode(Walk().desk.snapshot())
    newer = msgspec.msgpack.encode([99, *fields[1:]])

    with pytest.raises(ValueError, match=r"version 99.*upgrade it"):
        Desk.restore(newer, RULES, BASELINE)
