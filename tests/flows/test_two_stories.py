"""The two stories Leadline exists for, told through the real processes; only the upstreams are ours."""

import threading

from tests.flows.support import QUICKLY_OVER, UPSTREAM_KEY, Traffic, completion, configuration, outage, until

from leadline.vocabulary import Query

REPORT = (
    "Summarise the report for the board. Northwind Instruments closed the third quarter with revenue of "
    "4,210 million EUR, up 12 % on the year before. Operating income was 611 million EUR, and free cash flow "
    "reached 388 million EUR. The order book stands at 9,870 million EUR. Headcount rose to 18,400 people. "
    "The board proposes a dividend of 1.35 EUR per share."
)
FAITHFUL = "Revenue rose 12 % to 4,210 million EUR and operating income was 611 million EUR."
FABRICATED = "Revenue rose 12 % to 4,210 million EUR and operating income was 745 million EUR."


def pages(pager):
    """What would have woken somebody: (incident key, change, severity)."""
    told = [seen["body"] for seen in pager.seen if seen["body"]["page"]]
    return [(body["incident"]["key"], body["change"], body["incident"]["severity"]) for body in told]


def opened(house, key):
    return [row for row in house.rows(Query.INCIDENTS) if row["key"] == key]


def test_http_200_with_a_fabricated_figure_becomes_one_incident_and_one_page(open_house, upstreams, tmp_path):
    lying = threading.Event()
    first = upstreams(lambda asked: completion(FABRICATED if lying.is_set() else FAITHFUL, asked))
    second = upstreams(lambda asked: completion(FAITHFUL, asked))
    pager = upstreams(lambda _: (202, {}, b"{}"))
    house = open_house(configuration(tmp_path, first.url, second.url, pager.url))

    status, headers, body = house.ask(REPORT)
    assert (status, body["choices"][0]["message"]["content"]) == (200, FAITHFUL)
    assert "entities=pass" in headers["x-leadline-checks"]

    lying.set()
    status, headers, body = house.ask(REPORT)
    assert (status, body["choices"][0]["message"]["content"]) == (200, FABRICATED)
    assert "entities=fail" in headers["x-leadline-checks"]

    key = "QUALITY:first/gpt-4o-mini"
    with Traffic(lambda: house.ask(REPORT)):
        until(lambda: opened(house, key), what="for the incident")
    [incident] = opened(house, key)
    assert incident["category"] == "quality"
    assert set(incident["kinds"]) == {"quality.hallucination"}

    [event, *_] = house.told("events", "--incident", incident["incident_id"])
    assert event["kind"] == "quality.hallucination"
    assert "745" in event["causal_signals"]["evidence"]

    request = headers["x-leadline-request-id"]
    assert request in {row["request_id"] for row in house.told("requests", "--limit", "1000")}
    until(lambda: pager.seen, what="for the page")
    assert len({told["key"] for told in house.told("incidents")}) == 1
    assert len(pages(pager)) <= 1


def test_from_the_first_503_to_the_end_of_the_outage(open_house, upstreams, tmp_path):
    down = threading.Event()
    first = upstreams(lambda asked: outage() if down.is_set() else completion("Fine.", asked))
    second = upstreams(lambda asked: completion("Fine too.", asked))
    pager = upstreams(lambda _: (202, {}, b"{}"))
    house = open_house(configuration(tmp_path, first.url, second.url, pager.url, overrides=QUICKLY_OVER))
    answers = []

    def ask():
        answers.append(house.ask("Hello there"))

    with Traffic(ask):
        until(lambda: len(answers) > 10)
        down.set()
        until(lambda: opened(house, "PROVIDER:first"), what="for the incident")
        until(lambda: opened(house, "PROVIDER:first")[0]["severity"] == "high", what="for HIGH")
        down.clear()
        until(lambda: opened(house, "PROVIDER:first")[0]["status"] == "resolved", what="for its end")

    assert {status for status, _, _ in answers} == {200}, "the client never noticed"
    fallen_back = [headers for _, headers, _ in answers if headers["x-leadline-selection"] == "fallback"]
    assert fallen_back
    assert {headers["x-leadline-provider"] for headers in fallen_back} == {"second"}
    assert all("provider.outage" in headers["x-leadline-selection-cause"] for headers in fallen_back)
    [incident] = opened(house, "PROVIDER:first")
    assert incident["count"] >= len(fallen_back), "each failure was counted, retries too"
    assert incident["severity"] == "high", "failover worked, so it never was critical"
    assert pages(pager) == [("PROVIDER:first", "escalated", "high")]
    sent = [{name.lower(): value for name, value in seen["headers"].items()} for seen in first.seen]
    assert {headers["authorization"] for headers in sent} == {f"Bearer {UPSTREAM_KEY}"}


def test_an_outage_without_a_working_fallback_is_critical(open_house, upstreams, tmp_path):
    first, second = upstreams(lambda _: outage()), upstreams(lambda _: outage())
    pager = upstreams(lambda _: (202, {}, b"{}"))
    house = open_house(configuration(tmp_path, first.url, second.url, pager.url))
    answers = []

    with Traffic(lambda: answers.append(house.ask("Hello there"))):
        until(
            lambda: any(row["severity"] == "critical" for row in house.rows(Query.INCIDENTS)),
            what="for CRITICAL",
        )

    assert all(status == 503 and "error" in body for status, _, body in answers)
    assert all(headers["x-should-retry"] == "false" for _, headers, _ in answers)
