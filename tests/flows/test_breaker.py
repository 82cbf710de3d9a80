"""An outage behind a working breaker is still one outage: counted whole, told once, and then over."""

import collections
import threading
import time

import pytest
from tests.flows.support import Traffic, completion, configuration, outage, until

from leadline.vocabulary import Query

KEY = "PROVIDER:first"


def with_breaker(text, settings, workers=2):
    return text.replace(
        'gateway: {listen: "127.0.0.1:0"}',
        f'gateway: {{listen: "127.0.0.1:0", workers: {workers}, breaker: {settings}}}',
    )


def the_incident(house):
    found = [row for row in house.rows(Query.INCIDENTS) if row["key"] == KEY]
    return found[0] if found else {}


@pytest.mark.slow
def test_an_outage_behind_a_breaker_is_one_incident_counted_whole(open_house, upstreams, tmp_path):
    down = threading.Event()
    first = upstreams(lambda asked: outage() if down.is_set() else completion("Fine.", asked))
    second = upstreams(lambda asked: completion("Fine too.", asked))
    pager = upstreams(lambda _: (202, {}, b"{}"))
    text = configuration(tmp_path, first.url, second.url, pager.url)
    house = open_house(with_breaker(text, "{open_for: 300ms, longest_open: 2s, settled_after: 1s}"))
    answers = []

    def ask():
        answers.append(house.ask("Hello there"))

    with Traffic(ask):
        until(lambda: len(answers) > 20)
        asked_before = len(first.seen)
        down.set()
        until(lambda: the_incident(house).get("severity") == "high", what="for HIGH")
        time.sleep(2.0)  # an outage lasts; what counts is how little of it reaches the provider
        asked_during = len(first.seen) - asked_before
        during = len(answers)
        down.clear()
        until(lambda: the_incident(house)["status"] == "resolved", 90, what="for its end")
        until(lambda: answers[-1][1]["x-leadline-provider"] == "first", what="for the way back")

    assert {status for status, _, _ in answers} == {200}
    assert asked_during < during / 2
    incident = the_incident(house)
    assert len([row for row in house.rows(Query.INCIDENTS) if row["category"] == "provider"]) == 1
    assert incident["severity"] == "high"
    assert incident["kinds"]["provider.short_circuited"] > incident["kinds"]["provider.outage"]
    assert incident["reopens"] == 0

    turns = collections.Counter(
        event["causal_signals"]["selection"].removeprefix("news: ")
        for event in house.rows(Query.EVENTS, kind="provider.short_circuited")
        if not event["request_id"]
    )
    assert turns["closed>open"] >= 1
    assert turns["closed>open"] == turns["half_open>closed"] + turns["open>closed"]
    assert turns["half_open>open"] >= 1


@pytest.mark.slow
def test_an_incident_whose_traffic_was_moved_away_closes_by_probes(open_house, upstreams, tmp_path):
    down = threading.Event()
    down.set()
    first = upstreams(lambda asked: outage() if down.is_set() else completion("Fine.", asked))
    second = upstreams(lambda asked: completion("Fine too.", asked))
    pager = upstreams(lambda _: (202, {}, b"{}"))
    house = open_house(configuration(tmp_path, first.url, second.url, pager.url))

    with Traffic(lambda: house.ask("Hello there")):
        until(lambda: the_incident(house), what="for the incident")
    until(lambda: first.seen[-1]["body"]["messages"][-1]["content"] == "ping", what="for a probe")
    assert first.seen[-1]["body"]["max_tokens"] == 1
    assert the_incident(house)["status"] == "open"

    down.clear()
    until(lambda: the_incident(house)["status"] == "resolved", 90, what="for its end")
    probes = [row for row in house.rows(Query.REQUESTS) if row["tenant"] == "leadline"]
    assert {row["selection"] for row in probes} <= {"probe"}
    asked = len(first.seen)
    time.sleep(5.0)  # the overlay is looked at every 3 s
    assert len(first.seen) <= asked + 5
