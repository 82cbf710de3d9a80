"""Every facts engine keeps the same rows and gives the same answers."""

import importlib
import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.watch.records import NOON, event, observation

from leadline import plugs, storage
from leadline.storage import Keeping, Position
from leadline.storage.fact_rows import Row, rows_of_feedback, rows_of_findings, rows_of_observation
from leadline.triage.rows import verdict_row
from leadline.vocabulary import (
    Ask,
    Complaint,
    DeepFinding,
    FailureKind,
    FeedbackNote,
    Observation,
    Origin,
    Query,
    Signal,
    Verdict,
)

DAY = 86_400.0


def engines(wanted):
    modules = [
        importlib.import_module(f"leadline.storage.{name}") for name in plugs.names("leadline.storage")
    ]
    found = [module.PLUG for module in modules if hasattr(module, "PLUG")]
    return [engine for engine in found if all(hasattr(engine, name) for name in wanted)]


ENGINES = engines(["append", "append_events", "close_days"])


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__)
def engine(request):
    return request.param


@pytest.fixture
def facts(engine, tmp_path):
    store = engine.open(tmp_path / "facts")
    yield store
    store.close()


def rows(*observations):
    found: dict[str, list[Row]] = {}
    for one in observations:
        for table, row in rows_of_observation(one):
            found.setdefault(table, []).append(row)
    return found


def ask(facts, name, limit=200, **arguments):
    told = facts.ask(Ask(name=name, arguments=arguments, limit=limit))
    assert told.error is None
    return told


def ids(told):
    return [row["request_id"] for row in told.rows]


def test_there_is_an_engine():
    assert ENGINES
    assert storage.__doc__


def test_a_request_is_one_structured_row_of_its_decision(facts):
    facts.append(rows(observation("r1", checks=[("json_schema", True), ("entities", False)])), "recorder", {})

    (row,) = ask(facts, Query.REQUESTS).rows

    assert row["outcome"] == "ok"
    assert (row["provider"], row["model"], row["served_model"]) == ("openai", "gpt-4o", "gpt-4o-2026")
    assert (row["tenant"], row["feature"], row["template"]) == ("acme", "search", "summary")
    assert (row["input_tokens"], row["output_tokens"], row["cost_usd"]) == (100, 50, 0.01)
    assert row["latency_ms"] == pytest.approx(500)
    assert (row["attempts"], row["selection"], row["fallback_triggered"]) == (1, "primary", False)
    assert (row["rung"], row["wasted_usd"]) == ("", None)
    assert (row["failed_checks"], row["quality_score"]) == (["json_schema"], 0.5)


def test_requests_are_found_by_each_filter(facts):
    facts.append(
        rows(
            observation("good", NOON),
            observation("bad", NOON + 1, failed=True),
            observation("wrong", NOON + 2, checks=[("entities", True)]),
            observation("other", NOON + 3, model="o9"),
        ),
        "recorder",
        {},
    )

    assert ids(ask(facts, Query.REQUESTS)) == ["other", "wrong", "bad", "good"]
    assert ids(ask(facts, Query.REQUESTS, outcome="failed")) == ["bad"]
    assert ids(ask(facts, Query.REQUESTS, flagged=True)) == ["wrong"]
    assert ids(ask(facts, Query.REQUESTS, model="o9")) == ["other"]
    assert ids(ask(facts, Query.REQUESTS, since=NOON + 2)) == ["other", "wrong"]
    assert ids(ask(facts, Query.REQUESTS, tenant="somebody else")) == []


def test_the_limit_cuts_and_says_so(facts):
    facts.append(rows(*(observation(f"r{n}", NOON + n) for n in range(5))), "recorder", {})

    told = ask(facts, Query.REQUESTS, limit=2)

    assert ids(told) == ["r4", "r3"]
    assert told.truncated
    assert not ask(facts, Query.REQUESTS, limit=5).truncated


def test_one_request_has_its_exchange_its_signals_and_its_events(facts):
    facts.append(rows(observation("r1", checks=[("entities", True)])), "recorder", {})
    facts.append_events([event("r1")], "triage", 1)

    (row,) = ask(facts, Query.REQUEST, request_id="r1").rows

    assert row["exchange"]["attempts"][0]["target"]["model"] == "gpt-4o"
    assert [signal["evidence"] for signal in row["signals"]] == ["a figure"]
    assert [found["causal_signals"]["http_status"] for found in row["events"]] == [503]
    assert ask(facts, Query.REQUEST, request_id="r1", tenant="other").rows == ()


def test_text_is_kept_only_when_the_key_says_so(facts):
    facts.append(rows(observation("kept", keep=True), observation("passing")), "recorder", {})

    (kept,) = ask(facts, Query.REQUEST, request_id="kept").rows
    (passing,) = ask(facts, Query.REQUEST, request_id="passing").rows

    assert kept["text"] == {"prompt": "ask", "context": "given", "answer": "the words"}
    assert passing["text"] is None
    assert passing["exchange"]["answer"]["text"] == ""


def test_events_are_found_by_what_they_are(facts):
    facts.append_events([event("e1", NOON), event("e2", NOON + 1, key="PROVIDER:other")], "triage", 2)

    assert [row["event_id"] for row in ask(facts, Query.EVENTS).rows] == ["e2", "e1"]
    assert [row["event_id"] for row in ask(facts, Query.EVENTS, request_id="e1").rows] == ["e1"]
    assert ask(facts, Query.EVENTS, category="cost").rows == ()


def test_rows_and_cursor_are_kept_together(facts):
    facts.append(rows(observation("r1")), "recorder", {"a": Position(10), "b": Position(7, ended=True)})
    facts.append({}, "recorder", {"b": Position(9)})
    facts.append({}, "deep", {"b": Position(1)})

    assert facts.cursor("recorder") == {"b": Position(9)}
    assert facts.cursor("deep") == {"b": Position(1)}


def test_events_keep_their_number_by_source(facts):
    facts.append_events([event("e1")], "triage", 41)

    assert facts.events_upto("triage") == 41
    assert facts.events_upto("another file") == 0


def test_everything_is_there_again_after_reopening(engine, tmp_path):
    before = engine.open(tmp_path / "facts")
    before.append(rows(observation("r1")), "recorder", {"a": Position(10)})
    before.close()

    after = engine.open(tmp_path / "facts")

    assert ids(ask(after, Query.REQUESTS)) == ["r1"]
    assert after.cursor("recorder") == {"a": Position(10)}
    after.close()


def test_latency_has_exact_quantiles_over_what_succeeded(facts):
    durations = [n / 1000 for n in range(1, 101)]
    facts.append(
        rows(
            *(
                observation(f"r{n}", NOON, attempts=(attempt_of(seconds),))
                for n, seconds in enumerate(durations)
            ),
            observation("bad", failed=True),
        ),
        "recorder",
        {},
    )

    (row,) = ask(facts, Query.LATENCY).rows

    assert (row["requests"], row["failed"]) == (101, 1)
    assert row["p50_ms"] == pytest.approx(50.5, rel=1e-4)
    assert row["p99_ms"] == pytest.approx(99.01, rel=1e-4)
    assert ask(facts, Query.LATENCY, group="provider").rows[0]["model"] == ""


def attempt_of(seconds):
    (attempt,) = observation("x").exchange.attempts
    return type(attempt)(
        number=1,
        target=attempt.target,
        selection=attempt.selection,
        started_at=NOON - seconds,
        ended_at=NOON,
        status=200,
    )


def test_traffic_counts_users_by_step_and_weight(facts):
    probe = observation("probe", NOON, origin=Origin.PROBE)
    thinned = Observation(exchange=observation("r2", NOON + 61).exchange, weight=10.0)
    facts.append(rows(observation("r1", NOON, failed=True), thinned, probe), "recorder", {})

    newest, oldest = ask(facts, Query.TRAFFIC, step_s=60).rows

    assert (newest["at"], newest["requests"], newest["output_tokens"]) == (NOON + 60, 10, 500)
    assert (oldest["at"], oldest["requests"], oldest["failed"]) == (NOON, 1, 1)
    assert [row["requests"] for row in ask(facts, Query.TRAFFIC, step_s=30).rows] == [10, 1]


def test_closing_a_day_changes_no_answer(facts):
    facts.append(
        rows(*(observation(f"r{n}", NOON + n * 3600, keep=True, checks=[("x", True)]) for n in range(30))),
        "recorder",
        {},
    )
    questions: list[tuple[Query, dict[str, object]]] = [
        (Query.REQUESTS, {}),
        (Query.REQUEST, {"request_id": "r3"}),
        (Query.LATENCY, {}),
        (Query.TRAFFIC, {"step_s": 3600}),
        (Query.TRAFFIC, {"step_s": 7}),
    ]
    before = [ask(facts, name, **arguments) for name, arguments in questions]

    facts.close_days(NOON + DAY)

    assert [ask(facts, name, **arguments) for name, arguments in questions] == before


def test_rows_that_come_late_join_their_closed_day(facts):
    facts.append(rows(observation("r1")), "recorder", {})
    facts.close_days(NOON + DAY)
    facts.append(rows(observation("late", NOON + 1)), "recorder", {})

    assert ids(ask(facts, Query.REQUESTS)) == ["late", "r1"]
    facts.close_days(NOON + 2 * DAY)

    assert ids(ask(facts, Query.REQUESTS)) == ["late", "r1"]
    assert ask(facts, Query.TRAFFIC, step_s=60).rows[0]["requests"] == 2


def test_each_kind_of_fact_has_its_own_end(engine, tmp_path):
    facts = engine.open(tmp_path / "facts", Keeping(facts_s=2 * DAY, rollups_s=4 * DAY, text_s=DAY))
    facts.append(rows(observation("r1", keep=True)), "recorder", {})

    facts.close_days(NOON + DAY)
    assert facts.counts()["texts"] == 1
    facts.close_days(NOON + 2 * DAY)
    assert (facts.counts()["texts"], facts.counts()["exchanges"]) == (0, 1)
    facts.close_days(NOON + 3 * DAY)
    assert facts.counts()["exchanges"] == 0
    assert ask(facts, Query.TRAFFIC, step_s=60).rows[0]["requests"] == 1
    facts.close_days(NOON + 6 * DAY)
    assert ask(facts, Query.TRAFFIC, step_s=60).rows == ()
    facts.close()


def test_a_question_that_takes_too_long_is_given_up(facts):
    facts.append(rows(*(observation(f"r{n}") for n in range(3000))), "recorder", {})

    told = facts.ask(Ask(name=Query.REQUESTS, arguments={}, limit=3000, deadline_s=0.0001))

    assert told.error is None or "took longer than" in told.error


@settings(max_examples=12)
@given(
    weights=st.lists(st.floats(min_value=1, max_value=100), min_size=1, max_size=12),
    closings=st.lists(st.integers(min_value=0, max_value=3), min_size=2, max_size=2),
)
def test_however_days_are_closed_no_request_is_lost_or_doubled(tmp_path_factory, weights, closings):
    facts = ENGINES[0].open(tmp_path_factory.mktemp("facts"))
    seen = [
        Observation(exchange=observation(f"r{n}", NOON + (n % 3) * DAY).exchange, weight=weight)
        for n, weight in enumerate(weights)
    ]
    for part, day in zip([seen[::2], seen[1::2]], closings, strict=True):
        facts.append(rows(*part), "recorder", {})
        facts.close_days(NOON + day * DAY)

    told = ask(facts, Query.TRAFFIC, step_s=86_400)

    assert math.isclose(sum(row["requests"] for row in told.rows), sum(weights), rel_tol=1e-9)
    facts.close()


def said(request_id, at=NOON, **more):
    return list(rows_of_feedback(FeedbackNote(exchange=observation(request_id).exchange, at=at, **more)))


def kept(facts, *notes):
    found: dict[str, list[Row]] = {}
    for table, row in [row for note in notes for row in note]:
        found.setdefault(table, []).append(row)
    facts.append(found, "recorder", {})


def test_of_one_person_the_last_word_counts_and_what_they_said_before_stays(facts):
    down = {"score": 0.0, "rater": "ada"}
    kept(
        facts,
        said("r1", NOON, **down, comment="bad", comment_chars=3, keep=True),
        said("r1", NOON, **down, comment="bad", comment_chars=3, keep=True),
        said("r1", NOON + 5, rater="ada", score=1.0),
        said("r1", NOON + 6, rater="bob", score=0.0, complaint=Complaint.WRONG),
    )

    bob, ada = ask(facts, Query.FEEDBACK, request_id="r1").rows
    assert (ada["rater"], ada["score"], ada["comment"], ada["at"]) == ("ada", 1.0, "bad", NOON + 5)
    assert (bob["rater"], bob["complaint"], bob["comment"]) == ("bob", "wrong", None)
    assert ids(ask(facts, Query.FEEDBACK, negative=True, feature="search")) == ["r1"]
    assert ask(facts, Query.FEEDBACK, negative=False).rows == (ada,)


def test_feedback_stands_with_its_request(facts):
    facts.append(rows(observation("r1"), observation("r2")), "recorder", {})
    kept(facts, said("r1", score=0.0, corrected="Lyon", corrected_chars=4))

    [one] = ask(facts, Query.REQUEST, request_id="r1").rows
    [other] = ask(facts, Query.REQUEST, request_id="r2").rows

    assert [(row["score"], row["corrected_chars"], row["corrected"]) for row in one["feedback"]] == [
        (0.0, 4, None)
    ]
    assert other["feedback"] == []


def test_what_people_wrote_goes_before_what_they_judged(engine, tmp_path):
    facts = engine.open(tmp_path / "facts", Keeping(facts_s=14 * DAY, text_s=2 * DAY))
    kept(facts, said("r1", score=0.0, comment="bad", comment_chars=3, keep=True))
    facts.close_days(NOON + 5 * DAY)

    [row] = ask(facts, Query.FEEDBACK).rows
    facts.close()

    assert (row["score"], row["comment_chars"], row["comment"]) == (0.0, 3, None)


def test_a_request_row_tells_the_rung_that_answered_and_what_was_wasted(facts):
    seen = observation("r1")
    exchange = msgspec.structs.replace(seen.exchange, rung="template", wasted_usd=0.004)
    facts.append(rows(msgspec.structs.replace(seen, exchange=exchange)), "recorder", {})

    (row,) = ask(facts, Query.REQUESTS).rows

    assert (row["rung"], row["wasted_usd"]) == ("template", 0.004)
    assert (row["selection"], row["fallback_triggered"]) == ("fallback", True)


def test_what_deep_checks_found_stands_beside_what_inline_checks_did(facts):
    one, other = observation("good", NOON), observation("wrong", NOON + 1, checks=[("entities", True)])
    facts.append(rows(one, other, observation("fine", NOON + 2)), "recorder", {})
    made_up = Signal(check="faithfulness", verdict=Verdict.FAIL, kind=FailureKind.QUALITY_HALLUCINATION)
    found = [
        DeepFinding(
            row=verdict_row(seen, [made_up]), signals=(made_up, Signal(check="judge", verdict=Verdict.PASS))
        )
        for seen in (one, other)
    ]
    facts.append(rows_of_findings(found), "deep", {})

    failed = {row["request_id"]: row["failed_checks"] for row in ask(facts, Query.REQUESTS).rows}
    assert failed == {"fine": [], "wrong": ["entities", "faithfulness"], "good": ["faithfulness"]}
    assert ids(ask(facts, Query.REQUESTS, flagged=True)) == ["wrong", "good"]
    assert ids(ask(facts, Query.REQUESTS, flagged=True, since=NOON + 1)) == ["wrong"]
    assert ids(ask(facts, Query.REQUESTS, flagged=False)) == ["fine"]
