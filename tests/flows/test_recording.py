"""What a house lived through, recorded from its stores and played again: the same incidents."""

import json
import subprocess
import sys
import threading

import pytest
from tests.flows.support import Traffic, completion, configuration, outage, until
from tests.flows.test_two_stories import FABRICATED, FAITHFUL, REPORT, opened

from leadline.vocabulary import Query

OWN_KEY = "DATA:leadline"
"""Of its own sight nothing is recorded: a replay has no watch that could be late."""
OUTAGE, LIES = "PROVIDER:first", "QUALITY:second/gpt-4o-mini"


def replayed(*arguments):
    command = [sys.executable, "-m", "leadline", "replay", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def is_over(house, key):
    return {row["status"] for row in opened(house, key)} == {"resolved"}


def essence(incident):
    names = ("key", "category", "severity", "status", "kinds", "count", "pages", "reopens")
    return {name: incident.get(name) for name in names}


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_recording_replays_to_the_incidents_that_were_live(open_house, upstreams, tmp_path):
    down, lying = threading.Event(), threading.Event()
    first = upstreams(lambda asked: outage() if down.is_set() else completion(FAITHFUL, asked))
    second = upstreams(lambda asked: completion(FABRICATED if lying.is_set() else FAITHFUL, asked))
    pager = upstreams(lambda _: (202, {}, b"{}"))
    house = open_house(configuration(tmp_path, first.url, second.url, pager.url))

    with Traffic(lambda: house.ask(REPORT)):
        until(lambda: len(house.rows(Query.REQUESTS)) > 20, what="for records")
        down.set()
        lying.set()
        until(lambda: opened(house, OUTAGE) and opened(house, LIES), what="for both incidents")
        lying.clear()
        until(lambda: is_over(house, LIES), what="for the end of the lies")
        down.clear()
        until(lambda: is_over(house, OUTAGE), what="for the end of the outage")
    until(lambda: not house.rows(Query.HEALTH)[0]["backlog_bytes"], what="for the last record")
    live = [row for row in house.told("incidents") if row["key"] != OWN_KEY]
    file = tmp_path / "night.jsonl.gz"
    replayed("-c", house.config, "--record", file, "--since", "10m")

    [again] = json.loads(replayed(file, "--json"))

    assert not again["bad_lines"]
    assert sorted(map(essence, again["incidents"]), key=lambda one: one["key"]) == sorted(
        map(essence, live), key=lambda one: one["key"]
    )
    limit_s = 2.0
    begun = {one["key"]: one["opened_at"] for one in again["incidents"]}
    assert {one["key"] for one in live if abs(begun[one["key"]] - one["opened_at"]) < limit_s} == {
        OUTAGE,
        LIES,
    }
