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
    checked: dict[str, str] = {}
    stop = threading.Event()

    def load():
        while not stop.wait(0.02):
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
        for _ in range(5):
            status, headers, _ = house.ask("Who?")
            assert (status, headers["x-leadline-provider"]) == (200, target), (
                "it holds when the command returns"
            )
            checked[headers["x-leadline-request-id"]] = target
    stop.set()
    for client in clients:
        client.join()

    assert {status for status, _, _, _ in told} == {200}
    assert all(text == f"From the {provider}." for _, provider, text, _ in told)
    checked |= {request_id: provider for _, provider, _, request_id in told[:: len(told) // 100 + 1]}
    until(lambda: records(house, checked), what="for the records of all of them")
    by_generation: dict[int, str] = {}
    for request_id, (provider, generation) in records(house, checked).items():
        assert provider == checked[request_id]
        assert by_generation.setdefault(generation, provider) == provider, "a generation is of one piece"
    assert len(by_generation) >= 4


def records(house, checked) -> dict[str, tuple[str, int]]:
    """Who answered under which generation, once the watch has them all."""
    found = {}
    for request_id in checked:
        known = house.rows(Query.REQUEST, request_id=request_id)
        if not known:
            return {}
        exchange = known[0]["exchange"]
        found[request_id] = (exchange["attempts"][-1]["target"]["provider"], exchange["plan_generation"])
    return found
