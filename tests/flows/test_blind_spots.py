"""What Leadline cannot see is told, once, and told when it sees again: real processes, stopped and killed."""

import os
import signal
from pathlib import Path

import pytest
from tests.flows.support import QUICKLY_OVER, Traffic, completion, configuration, until
from tests.flows.test_running import processes_of

from leadline.vocabulary import Query

KEY = "DATA:leadline"


@pytest.fixture
def blind(open_house, upstreams, tmp_path):
    """A house under traffic and what its pager heard about its own blindness."""
    upstream = upstreams(lambda asked: completion("Fine.", asked) if "messages" in asked else (202, {}, b""))

    def begin(change=lambda text: text):
        url = upstream.url
        house = open_house(change(configuration(tmp_path, url, url, url, overrides=QUICKLY_OVER)))
        until(lambda: house.ask("Hello")[0] == 200, what="for the first answer")
        until(lambda: house.rows(Query.REQUESTS), what="for the first record")
        return house

    def heard():
        bodies = [one["body"] for one in upstream.seen if one["path"] == "/hook"]
        return [body for body in bodies if body["incident"]["key"] == KEY]

    return begin, heard


def changes(heard):
    return [body["change"] for body in heard()]


def pid_of(folder: Path, name: str) -> int:
    [pid] = [pid for pid, line in processes_of(folder) if f"leadline.wiring.{name}" in line]
    return int(pid)


def names(heard):
    return {body["incident"]["incident_id"] for body in heard()}


def test_a_stopped_watch_is_told_and_told_well_again(blind, tmp_path):
    begin, heard = blind
    house = begin()
    watch = pid_of(tmp_path, "watch")

    with Traffic(lambda: house.ask("Hello")):
        os.kill(watch, signal.SIGSTOP)
        try:
            until(heard, 30, what="for the supervisor to tell")
            [told] = heard()
            assert told["page"] is True
            assert "does not answer" in told["incident"]["samples"][-1]["causal_signals"]["evidence"]
            assert "Leadline is blind" in house.words()
        finally:
            os.kill(watch, signal.SIGCONT)
        until(lambda: "resolved" in changes(heard), 120, what="for the end")

    assert changes(heard)[0] == "opened"
    assert changes(heard).count("opened") == 1, "told once"
    assert changes(heard).count("resolved") == 1
    assert len(names(heard)) == 1, "the watch went on under the same id"
    [row] = [row for row in house.rows(Query.INCIDENTS) if row["key"] == KEY]
    assert (row["incident_id"], row["status"]) == (*names(heard), "resolved")
    assert not (tmp_path / "data" / "blind.json").exists()


def test_a_watch_that_falls_again_and_again_is_told(blind, tmp_path):
    begin, heard = blind
    house = begin()

    def kill_it():
        for pid, line in processes_of(tmp_path):
            if "leadline.wiring.watch" in line:
                os.kill(pid, signal.SIGKILL)
        return heard()

    with Traffic(lambda: house.ask("Hello")):
        until(kill_it, 60, what="for the supervisor to tell")

        assert changes(heard) == ["opened"]
        # the incident lives on in the watch's book, under the name that people were told
        until(
            lambda: any(row["incident_id"] in names(heard) for row in house.rows(Query.INCIDENTS)),
            60,
            what="for the watch to take over",
        )
    assert changes(heard).count("opened") == 1


def test_a_stopped_worker_is_told_by_the_watch(blind, tmp_path):
    begin, heard = blind
    begin()
    worker = pid_of(tmp_path, "gateway")

    os.kill(worker, signal.SIGSTOP)
    try:
        until(heard, 30, what="for the watch to tell")
    finally:
        os.kill(worker, signal.SIGCONT)

    assert heard()[0]["incident"]["subtypes"] == ["worker_silent"]
    until(lambda: "resolved" in changes(heard), 60, what="for the end")
    assert changes(heard).count("opened") == 1


def says(house, words):
    rows = house.rows(Query.EVENTS, kind="data.blind_spot")
    return any(words in row["causal_signals"]["evidence"] for row in rows)


def test_lost_copies_are_told(blind):
    begin, heard = blind
    house = begin(lambda text: text.replace("gateway: {", "gateway: {spool_limit: 64KB, "))

    def lost():
        house.ask("word " * 20_000)
        # a worker that is overrun may have been silent before
        return [row for row in house.rows(Query.INCIDENTS) if "copies_dropped" in row["subtypes"]]

    until(lost, 60, what="for the watch to see it")
    until(heard, 30, what="for the watch to tell")

    [incident] = lost()
    assert incident["key"] == KEY
    until(lambda: says(house, "records were lost"), 30, what="for the events of the incident to be stored")
    until(lambda: "resolved" in changes(heard), 60, what="for the end")
