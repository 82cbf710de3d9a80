"""The two stories again, where the client speaks one protocol and who answers it another: through the real
SDKs and the real processes.
"""

import json
import threading
from itertools import permutations

import pytest
from tests.clients.sdks import SDKS
from tests.flows.across import DOWN_KIND, ENDS, MODELS, ask, configuration, speaks
from tests.flows.support import Traffic, until
from tests.flows.test_two_stories import FABRICATED, FAITHFUL, REPORT, opened, pages

from leadline.vocabulary import Query

slow = pytest.mark.slow
LIES = [
    ("openai", "anthropic"),
    pytest.param("openai", "gemini", marks=slow),
    pytest.param("anthropic", "openai", marks=slow),
    pytest.param("gemini", "openai", marks=slow),
]
pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")


def record(house, told):
    """What the watch knows of the request once it was judged: exchange, signals and events."""
    rows: list[dict[str, object]] = []

    def judged():
        rows[:] = house.rows(Query.REQUEST, request_id=told.request_id)
        return rows and rows[0]["events"]

    until(judged, what=f"for the events of {told.request_id}")
    return rows[0]


@pytest.mark.parametrize(("client", "provider"), LIES)
def test_a_fabricated_figure_from_another_protocol_is_one_incident_and_one_page(
    client, provider, open_house, upstreams, speaking, tmp_path
):
    lying = threading.Event()
    far = speaking(provider, lambda: FABRICATED if lying.is_set() else FAITHFUL)
    pager = upstreams(lambda _: (202, {}, b"{}"))
    house = open_house(configuration(tmp_path, {"chat": [far]}, pager.url))

    faithful = ask(house, client, "chat", REPORT)
    assert faithful.raised is None, faithful.raised
    assert (faithful.text, faithful.end, faithful.raised) == (FAITHFUL, ENDS[client], None)
    assert "entities=pass" in faithful.headers["x-leadline-checks"]

    lying.set()
    told = ask(house, client, "chat", REPORT)
    streamed = ask(house, client, "chat", REPORT, streaming=True)
    for one in (told, streamed):
        assert (one.status, one.text, one.end) == (200, FABRICATED, ENDS[client])
        assert speaks(client, one.body)
        assert one.headers["x-leadline-provider"] == provider
    assert "entities=fail" in told.headers["x-leadline-checks"]

    key = f"QUALITY:{provider}/{MODELS[provider]}"
    with Traffic(lambda: ask(house, client, "chat", REPORT)):
        until(lambda: pages(pager), what="for the page")
    [incident] = opened(house, key)
    assert set(incident["kinds"]) == {"quality.hallucination"}
    assert pages(pager)[0][0] == key
    assert len(pages(pager)) == 1
    assert len(house.rows(Query.INCIDENTS)) == 1

    events = house.told("events", "--incident", incident["incident_id"], "--limit", "1000")
    by_request = {event["request_id"]: event for event in events}
    for one in (told, streamed):
        assert by_request[one.request_id]["kind"] == "quality.hallucination"
        assert "745" in by_request[one.request_id]["causal_signals"]["evidence"]


def test_a_failure_is_answered_across_protocols_and_the_record_says_why(
    open_house, upstreams, speaking, tmp_path
):
    """All six pairs, each with a primary of the client's own protocol that is down."""
    down = {name: speaking(name, lambda: None, f"first-{name}") for name in ENDS}
    well = {name: speaking(name, lambda: FAITHFUL) for name in ENDS}
    routes = {f"{one}-then-{other}": [down[one], well[other]] for one, other in permutations(ENDS, 2)}
    house = open_house(configuration(tmp_path, routes, upstreams(lambda _: (202, {}, b"{}")).url))

    answers = []
    for client, spare in permutations(ENDS, 2):
        for streaming in (False, True):
            told = ask(house, client, f"{client}-then-{spare}", REPORT, streaming=streaming)
            assert (told.text, told.end, told.raised, told.requests) == (FAITHFUL, ENDS[client], None, 1)
            assert speaks(client, told.body)
            assert told.headers["x-leadline-provider"] == spare
            assert told.headers["x-leadline-selection"] == "fallback"
            answers.append((client, spare, told))

    for client, spare, told in answers:
        known = record(house, told)
        *failed, answered = known["exchange"]["attempts"]
        cause = failed[-1]["failure"]["kind"]
        assert cause in {DOWN_KIND[client], "provider.short_circuited"}
        assert answered["target"]["provider"] == spare
        assert answered["selection"]["reason"] == "fallback"
        assert answered["selection"]["caused_by"] == told.headers["x-leadline-selection-cause"]
        assert answered["selection"]["caused_by_attempt"] == failed[-1]["number"]
        assert "translated" in answered["selection"]["detail"]
        assert {event["provider"] for event in known["events"]} == {f"first-{client}"}
        assert {event["kind"] for event in known["events"]} == {one["failure"]["kind"] for one in failed}


@slow
@pytest.mark.parametrize(
    ("client", "spare"), [("openai", "anthropic"), ("anthropic", "gemini"), ("gemini", "openai")]
)
def test_from_the_first_failure_to_the_end_of_an_outage_that_another_protocol_answers(
    client, spare, open_house, upstreams, speaking, tmp_path
):
    down = threading.Event()
    near = speaking(client, lambda: None if down.is_set() else FAITHFUL)
    far = speaking(spare, lambda: FAITHFUL)
    pager = upstreams(lambda _: (202, {}, b"{}"))
    house = open_house(configuration(tmp_path, {"chat": [near, far]}, pager.url))
    answers = []
    key = f"PROVIDER:{client}"

    with Traffic(lambda: answers.append(ask(house, client, "chat", REPORT, streaming=len(answers) % 2 == 0))):
        until(lambda: len(answers) > 10)
        down.set()
        until(lambda: opened(house, key), what="for the incident")
        until(lambda: opened(house, key)[0]["severity"] == "high", what="for HIGH")
        down.clear()
        until(lambda: opened(house, key)[0]["status"] == "resolved", what="for its end")

    assert {(one.text, one.end, one.raised) for one in answers} == {(FAITHFUL, ENDS[client], None)}
    assert {one.requests for one in answers} == {1}, "the SDK never had to ask again"
    [incident] = opened(house, key)
    assert set(incident["kinds"]) <= {DOWN_KIND[client], "provider.short_circuited"}
    assert incident["severity"] == "high", "failover worked, so it never was critical"
    assert pages(pager) == [(key, "escalated", "high")]
    assert len(house.rows(Query.INCIDENTS)) == 1


@slow
@pytest.mark.parametrize(
    ("client", "targets"),
    [
        ("openai", ["anthropic", "gemini"]),
        ("anthropic", ["openai", "gemini"]),
        ("gemini", ["openai", "anthropic"]),
    ],
)
def test_when_no_protocol_answers_the_client_gets_its_own_error_once(
    client, targets, open_house, upstreams, speaking, tmp_path
):
    pager = upstreams(lambda _: (202, {}, b"{}"))
    ill = [speaking(one, lambda: None) for one in targets]
    house = open_house(configuration(tmp_path, {"chat": ill}, pager.url))
    answers = []

    with Traffic(lambda: answers.append(ask(house, client, "chat", REPORT))):
        until(
            lambda: "critical" in {severity for _, _, severity in pages(pager)},
            what="for the CRITICAL page",
        )

    for one in answers:
        assert isinstance(one.raised, SDKS[client].error)
        assert one.status == 503
        assert one.headers["x-should-retry"] == "false"
        assert one.requests == 1, "an SDK that retries would multiply our own tries"
        assert json.loads(one.body)["error"]
    keys = {row["key"] for row in house.rows(Query.INCIDENTS)}
    assert keys <= {f"PROVIDER:{name}" for name in targets}
