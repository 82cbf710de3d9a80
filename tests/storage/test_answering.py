"""A mistake in a question is told as a sentence, and a dead watch is no reason not to answer."""

import pytest
from tests.storage.test_facts_contract import rows
from tests.storage.test_incidents_contract import tick
from tests.watch.records import NOON, event, incident, observation, update

from leadline.storage.answering import ARGUMENTS, Sources, answer, answer_without_watch
from leadline.storage.duckdb import DuckDBFacts
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Ask, DataLayout, Query


@pytest.fixture
def layout(tmp_path):
    return DataLayout(str(tmp_path))


@pytest.fixture
def stores(tmp_path):
    facts = DuckDBFacts.open(tmp_path / "facts")
    incidents = SQLiteIncidents.open(tmp_path / "incidents.db")
    yield facts, incidents
    facts.close()
    incidents.close()


@pytest.fixture
def sources(stores):
    facts, incidents = stores
    return Sources(facts, incidents, lambda: {"lag_s": 0.0})


def test_every_named_question_has_its_arguments_declared():
    assert set(ARGUMENTS) == set(Query)


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("incidnts", {}, "Did you mean 'incidents'"),
        ("requests", {"provder": "x"}, "Did you mean 'provider'"),
        ("requests", {"since": "yesterday"}, "since should be a number, not str"),
        ("requests", {"flagged": 1}, "flagged should be true or false"),
        ("requests", {"since": True}, "since should be a number"),
        ("requests", {"outcome": "fine"}, "outcome is one of ok, failed, cancelled, rejected"),
        ("request", {}, "request needs request_id"),
        ("incident", {"incident_id": None}, "incident needs incident_id"),
        ("traffic", {"step_s": 0}, "between 1 and 86400"),
        ("health", {"x": 1}, "health takes no 'x'"),
        ("events", {"incident_id": "none"}, "there is no incident 'none'"),
    ],
)
def test_a_mistake_is_told_as_a_sentence(sources, name, arguments, sentence):
    told = answer(Ask(name=name, arguments=arguments), sources)

    assert told.error is not None
    assert sentence in told.error
    assert told.rows == ()


OF_ONE = (Query.INCIDENT, Query.REQUEST, Query.REVIEW, Query.RELEASED)
"""Questions about one thing, which has to be named."""


@pytest.mark.parametrize("name", [name for name in Query if name not in OF_ONE])
def test_every_question_is_answered_by_empty_stores(sources, name):
    assert answer(Ask(name=name), sources).error is None


def test_the_events_of_an_incident_are_those_of_its_key_in_its_time(stores, sources):
    facts, incidents = stores
    one = incident(at=NOON)
    incidents.commit(tick(updates=[update(of=one)]))
    facts.append_events(
        [
            event("before", NOON - 60),
            event("within", NOON),
            event("another key", NOON, key="PROVIDER:x"),
            event("after", NOON + 60),
        ],
        "triage",
        4,
    )

    told = answer(Ask(name=Query.EVENTS, arguments={"incident_id": one.incident_id}), sources)

    assert [row["event_id"] for row in told.rows] == ["within"]


def test_limits_are_kept_whatever_is_asked(stores, sources):
    stores[0].append(rows(observation("r1"), observation("r2")), "recorder", {})

    assert len(answer(Ask(name=Query.REQUESTS, limit=-5), sources).rows) == 1
    assert len(answer(Ask(name=Query.REQUESTS, limit=10**9), sources).rows) == 2


def test_the_files_answer_when_the_watch_is_dead(stores, layout):
    facts, incidents = stores
    facts.append(rows(observation("r1")), "recorder", {})
    incidents.commit(tick(updates=[update()]))
    facts.close()

    assert len(answer_without_watch(Ask(name=Query.REQUESTS), layout).rows) == 1
    assert len(answer_without_watch(Ask(name=Query.INCIDENTS), layout).rows) == 1
    (health,) = answer_without_watch(Ask(name=Query.HEALTH), layout).rows
    assert health["lag_s"] is None


def test_without_any_files_the_next_step_is_told(layout):
    told = answer_without_watch(Ask(name=Query.REQUESTS), layout)

    assert told.error is not None
    assert "leadline up" in told.error
