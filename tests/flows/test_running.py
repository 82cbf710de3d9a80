"""Run-time changes, restarts and endings of a whole house."""

import os
import signal
from pathlib import Path

import pytest
from tests.flows.support import DidNotOpen, Traffic, completion, configuration, until

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


def test_a_reload_brings_a_new_alias_and_a_bad_file_changes_nothing(open_house, upstreams, tmp_path):
    upstream = upstreams(lambda asked: completion("Fine.", asked))
    text = configuration(tmp_path, upstream.url, upstream.url, upstream.url)
    house = open_house(text)
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


def test_a_killed_worker_and_a_killed_watch_come_back_and_nothing_is_lost(open_house, upstreams, tmp_path):
    upstream = upstreams(lambda asked: completion("Fine.", asked))
    house = open_house(configuration(tmp_path, upstream.url, upstream.url, upstream.url))
    answers = []

    def ask():
        status, headers, _ = house.ask("Hello")
        answers.append((status, headers.get("x-leadline-request-id")))

    def killed(name):
        [pid] = [pid for pid, line in processes_of(tmp_path) if f"leadline.wiring.{name}" in line]
        os.kill(pid, signal.SIGKILL)
        return lambda: any(
            f"leadline.wiring.{name}" in line and other != pid for other, line in processes_of(tmp_path)
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


def test_the_house_closes_without_leaving_a_process(open_house, upstreams, tmp_path):
    upstream = upstreams(lambda asked: completion("Fine.", asked))
    house = open_house(configuration(tmp_path, upstream.url, upstream.url, upstream.url))
    assert house.ask("Hello")[0] == 200
    until(lambda: house.rows(Query.REQUESTS), what="for the record")
    assert len(processes_of(tmp_path)) == 4

    house.process.send_signal(signal.SIGINT)

    assert house.process.wait(60) == 0
    assert processes_of(tmp_path) == []
    [row] = house.told("requests")
    assert row["outcome"] == "ok", "the stores answer with the watch gone"


def test_a_killed_supervisor_leaves_no_process(open_house, upstreams, tmp_path):
    upstream = upstreams(lambda asked: completion("Fine.", asked))
    house = open_house(configuration(tmp_path, upstream.url, upstream.url, upstream.url))

    house.process.kill()
    house.process.wait(30)

    until(lambda: processes_of(tmp_path) == [], what="for the end of the children")


def test_a_second_house_on_the_same_data_is_refused(open_house, upstreams, tmp_path):
    upstream = upstreams(lambda asked: completion("Fine.", asked))
    text = configuration(tmp_path, upstream.url, upstream.url, upstream.url)
    open_house(text)

    with pytest.raises(DidNotOpen, match="another Leadline runs on"):
        open_house(text)
