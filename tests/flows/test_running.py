"""Run-time changes, restarts and endings of a whole house."""

import os
import signal
from pathlib import Path

import pytest
from tests.flows.support import (
    APP_KEY,
    UPSTREAM_KEY,
    DidNotOpen,
    House,
    Traffic,
    Upstream,
    completion,
    configuration,
    until,
)

from leadline.vocabulary import Query


def processes_of(folder):
    """Process ids whose command line names the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in line and b"leadline" in line:
                found.append((int(entry.name), line.decode(errors="replace")))
    return found


@pytest.fixture(scope="module")
def upstream():
    opened = Upstream(lambda asked: completion("Fine.", asked))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory, upstream):
    """One for all that leaves it running; the last test of this file closes it."""
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEST_APP_KEY", APP_KEY)
        environment.setenv("TEST_UPSTREAM_KEY", UPSTREAM_KEY)
        opened = House(folder, configuration(folder, upstream.url, upstream.url, upstream.url))
        yield opened
        opened.close()


def test_a_reload_brings_a_new_alias_and_a_bad_file_changes_nothing(house):
    text = house.config.read_text()
    status, _, body = house.ask("Hello", model="chta")
    assert status == 404
    assert "chat" in body["error"]["message"], "the nearest name is told"

    house.config.write_text(text.replace("  chat:", "  talk: {targets: [{provider: second}]}\n  chat:"))
    house.process.send_signal(signal.SIGHUP)
    until(lambda: house.ask("Hello", model="talk")[0] == 200, what="for the new alias")

    house.config.write_text("modles: {}")
    house.process.send_signal(signal.SIGHUP)
    until(lambda: "reload_refused" in house.words(), what="for the refusal")
    assert house.ask("Hello", model="talk")[0] == 200
    house.config.write_text(text)


def test_a_second_house_on_the_same_data_is_refused(house):
    with pytest.raises(DidNotOpen, match="another Leadline runs on"):
        House(house.folder, house.config.read_text())


def test_a_killed_worker_and_a_killed_watch_come_back_and_nothing_is_lost(house):
    answers = []

    def ask():
        status, headers, _ = house.ask("Hello")
        answers.append((status, headers.get("x-leadline-request-id")))

    def killed(name):
        [pid] = [pid for pid, line in processes_of(house.folder) if f"leadline.wiring.{name}" in line]
        os.kill(pid, signal.SIGKILL)
        return lambda: any(
            f"leadline.wiring.{name}" in line and other != pid for other, line in processes_of(house.folder)
        )

    with Traffic(ask):
        until(lambda: len(answers) > 5)
        until(killed("watch"), what="for the watch")
        before = len(answers)
        until(lambda: len(answers) > before + 10)
    asked = [request for status, request in answers if status == 200]
    assert len(asked) == len(answers), "no client noticed the death of the watch"

    def stored():
        return [row["request_id"] for row in house.rows(Query.REQUESTS)]

    until(lambda: set(asked) <= set(stored()), what="for the records")
    assert len(stored()) == len(set(stored())), "none twice"

    until(killed("gateway"), what="for the worker")
    until(lambda: house.ask("Hello")[0] == 200, what="for an answer")


def test_a_killed_supervisor_leaves_no_process(open_house, upstream, tmp_path):
    house = open_house(configuration(tmp_path, upstream.url, upstream.url, upstream.url))

    house.process.kill()
    house.process.wait(30)

    until(lambda: processes_of(tmp_path) == [], what="for the end of the children")


def test_the_house_closes_without_leaving_a_process(house):
    status, headers, _ = house.ask("Hello")
    assert status == 200
    name = headers["x-leadline-request-id"]
    until(lambda: house.rows(Query.REQUEST, request_id=name), what="for the record")
    assert len(processes_of(house.folder)) == 4

    house.process.send_signal(signal.SIGINT)

    assert house.process.wait(60) == 0
    assert processes_of(house.folder) == []
    [row] = [row for row in house.told("requests", "--limit", "1000") if row["request_id"] == name]
    assert row["outcome"] == "ok", "the stores answer with the watch gone"
