"""Routes swapped under load: no request fails, each record tells the truth."""

import subprocess
import sys
import threading

import pytest
from tests.flows.support import completion, configuration, until

from leadline.vocabulary import Query


def command(house, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadline", *words, "-c", str(house.config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def house(open_house, upstreams, tmp_path):
    first = upstreams(lambda asked: completion("From the first.", asked))
    second = upstreams(lambda asked: completion("From the second.", asked))
    return open_house(configuration(tmp_path, first.url, second.url, first.url))


def test_a_route_swapped_under_load_fails_no_request_and_each_record_tells_who_answered(house):
    told: list[tuple[int, str, str, str]] = []
    stop = threading.Event()

    def load():
        while not stop.is_set():
            status, headers, body = house.ask("Hello")
            text = body["choices"][0]["message"]["content"] if status == 200 else str(body)
            told.append(
                (status, headers.get("x-leadline-provider", ""), text, headers["x-leadline-request-id"])
            )

    clients = [threading.Thread(target=load) for _ in range(4)]
    for client in clients:
        client.start()
    for target in ("second", "first", "second", "first"):
        done = command(house, "route", "set", "chat", "--to", f"{target}/gpt-4o-mini")
        assert "All gateway workers have it" in done.stdout, done.stdout + done.stderr
        status, headers, _ = house.ask("Who?")
        assert (status, headers["x-leadline-provider"]) == (200, target), "it holds when the command returns"
    stop.set()
    for client in clients:
        client.join()

    assert {status for status, _, _, _ in told} == {200}
    assert all(text == f"From the {provider}." for _, provider, text, _ in told)
    answered = {request_id: provider for _, provider, _, request_id in told}
    until(lambda: records(house, answered), what="for the records of all requests")
    by_generation: dict[int, str] = {}
    for request_id, (provider, generation) in records(house, answered).items():
        assert provider == answered[request_id]
        assert by_generation.setdefault(generation, provider) == provider, "a generation is of one piece"
    assert len(by_generation) >= 4


def records(house, answered) -> dict[str, tuple[str, int]]:
    """Who answered under which generation, once the watch has them all."""
    found = {}
    for row in house.rows(Query.REQUESTS):
        if row["request_id"] in answered:
            [known] = house.rows(Query.REQUEST, request_id=row["request_id"])
            exchange = known["exchange"]
            provider = exchange["attempts"][-1]["target"]["provider"]
            found[row["request_id"]] = (provider, exchange["plan_generation"])
    return found if len(found) >= min(len(answered), 900) else {}


def test_a_swap_survives_a_reload_is_shown_and_can_be_taken_back(house):
    assert command(house, "route", "set", "chat", "--to", "second/gpt-4o-mini").returncode == 0

    assert command(house, "route", "show").stdout.startswith("chat  second/gpt-4o-mini, then first/")
    differs = command(house, "config", "diff")
    assert "models.chat.targets" in differs.stdout, differs.stderr
    assert "set by" in differs.stdout
    refused = command(house, "route", "set", "chat", "--to", "third/m")
    assert refused.returncode == 1
    assert "no provider 'third'" in refused.stderr
    assert house.ask("Hello")[1]["x-leadline-provider"] == "second"

    assert command(house, "route", "reset", "chat").returncode == 0
    assert house.ask("Hello")[1]["x-leadline-provider"] == "first"
    assert "Nothing was changed" in command(house, "config", "diff").stdout
