"""Stored telemetry becomes a file, and the file played again gives the incidents that there were."""

import msgspec
import pytest
from tests.watch.records import NOON, observation

from leadline.replay.player import play
from leadline.replay.recording import CannotRecord, meta_of, recorded_rows, write
from leadline.replay.scenario import read
from leadline.storage import Position
from leadline.storage.duckdb import DuckDBFacts
from leadline.storage.fact_rows import rows_of_observation
from leadline.triage.baseline import Baseline
from leadline.triage.columns import NEWS
from leadline.triage.diagnose import news_of
from leadline.triage.rows import NEWS_KINDS, rows_of
from leadline.triage.rules import Rules
from leadline.vocabulary import Ask, FailureKind, ProviderIdentifier, Signal, TargetNews, Told, Verdict, Word

BASELINE = Baseline(sla_ms={"openai/gpt-4o": 4000.0}, fallbacks=frozenset({"openai/gpt-4o"}))


def an_hour():
    """Forty minutes of health with ten of outage in between, and schema failures towards the end."""
    return [
        observation(
            f"r{second}",
            NOON + second,
            failed=600 <= second < 1200,
            checks=() if 600 <= second < 1200 else (("json_schema", second > 2000 and second % 3 == 0),),
        )
        for second in range(0, 3000, 2)
    ]


@pytest.fixture
def facts(tmp_path):
    store = DuckDBFacts.open(tmp_path / "facts")
    rows: dict[str, list] = {}
    for seen in an_hour():
        for table, row in rows_of_observation(seen):
            rows.setdefault(table, []).append(row)
    store.append(rows, "recorder", {"s": Position(1)})
    yield store
    store.close()


@pytest.fixture
def fetch(facts):
    def asked(name, arguments, limit) -> Told:
        told: Told = facts.ask(Ask(name=name, arguments=arguments, limit=min(limit, 400)))
        return told

    return asked


def test_a_recorded_file_gives_the_incidents_that_there_were(fetch, tmp_path):
    path = tmp_path / "recorded.jsonl.gz"
    until = NOON + 4000
    live = [row for seen in an_hour() for row in rows_of(seen)]

    count = write(path, meta_of("recorded", until, BASELINE, {}), recorded_rows(fetch, NOON - 1, until))
    scenario = read(path)
    again = play(scenario.rows, Rules(), scenario.baseline, scenario.ends_at)
    before = play(live, Rules(), BASELINE, until)

    assert count == len(live)
    assert scenario.baseline == BASELINE
    assert not scenario.judged
    assert len(before.incidents) == 2
    assert msgspec.to_builtins(again.incidents) == msgspec.to_builtins(before.incidents)


def test_only_the_stretch_that_was_asked_for_is_recorded(fetch):
    rows = list(recorded_rows(fetch, NOON + 100, NOON + 200))

    assert min(row.t for row in rows) >= NOON + 100
    assert max(row.t for row in rows) <= NOON + 200
    assert len(rows) == 51


def test_pages_neither_lose_nor_repeat_a_request(facts):
    pages = []

    def fetch(name, arguments, limit) -> Told:
        pages.append(limit)
        told: Told = facts.ask(Ask(name=name, arguments=arguments, limit=7))
        return told

    rows = list(recorded_rows(fetch, NOON, NOON + 100))

    assert [row.id for row in rows] == [f"r{second}" for second in range(0, 101, 2)]
    assert len(pages) == 8 + len(NEWS_KINDS)


def breaker_turning(times):
    """It opens and closes again and again; before each opening a limit was near."""
    for n in range(times):
        near = news(40.0 * n, what="headroom", measured=20.0, evidence="near")
        opened = news(40.0 * n + 10, before="closed", after="open", cause=FailureKind.PROVIDER_OUTAGE)
        yield from (near, opened, news(40.0 * n + 30, before="half_open", after="closed"))


def news(at, what="breaker", **more):
    target = ProviderIdentifier(provider="openai", model="gpt-4o", region="eu", key_alias="k1")
    return TargetNews(host="h", worker=0, at=NOON + at, target=target, what=what, **more)


def test_a_breaker_that_turned_again_and_again_turns_again(facts, fetch):
    live = [row for told in breaker_turning(6) for row in rows_of(told)]
    before = play(live, Rules(), Baseline(), NOON + 600)
    events = [event for row in live for event in news_of(row)]
    facts.append_events(events, "incidents", len(events))

    rows = [row for row in recorded_rows(fetch, NOON - 1, NOON + 600) if row.route == NEWS]
    again = play(sorted(rows, key=lambda row: row.t), Rules(), Baseline(), NOON + 600)

    assert sorted(rows, key=lambda row: row.t) == live
    assert [one.subtypes for one in before.incidents] == [("oscillating",)]
    assert msgspec.to_builtins(again.incidents) == msgspec.to_builtins(before.incidents)


def test_what_a_guardrail_did_is_recorded_with_its_signal(facts, fetch):
    signals = tuple(
        Signal(
            check="pii",
            verdict=Verdict.FAIL,
            kind=FailureKind.SECURITY_PII_LEAK,
            attempt=attempt,
            policy="privacy@2",
            word=word,
            asked=asked,
        )
        for attempt, word, asked in [(1, Word.REDACT, False), (0, Word.FLAG, True), (0, None, False)]
    )
    seen = msgspec.structs.replace(observation("guarded", NOON + 5000), signals=signals)
    found: dict[str, list] = {}
    for table, row in rows_of_observation(seen):
        found.setdefault(table, []).append(row)
    facts.append(found, "recorder", {"s": Position(2)})

    rows = list(recorded_rows(fetch, NOON + 4999, NOON + 5001))

    assert rows == list(rows_of(seen))


def test_facts_that_cannot_be_read_are_a_sentence():
    with pytest.raises(CannotRecord, match="gone"):
        list(recorded_rows(lambda *_: Told(error="the facts are gone"), 0.0, 1.0))
