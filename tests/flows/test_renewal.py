"""Workers and watch are renewed while the house runs: no request fails, and what changed is followed."""

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from functools import partial

import httpx
import pytest
from tests.flows.support import APP_KEY, completion, configuration, until

from leadline.vocabulary import Query

SLOW = "Take your time"


@pytest.fixture
def house(open_house, upstreams, tmp_path):
    def answer(asked):
        if "messages" not in asked:
            return 200, {}, b"{}"  # the pager
        if SLOW in json.dumps(asked):
            time.sleep(2.0)
        return completion("Well.", asked)

    upstream = upstreams(answer)
    return open_house(configuration(tmp_path, upstream.url, upstream.url, upstream.url))


class Clients:
    """Keep-alive clients that ask again and again; one of them slowly."""

    def __init__(self, gateway: str) -> None:
        self.stop = threading.Event()
        self.told: list[object] = []
        self._gateway = gateway
        texts = ["Hello", "Hello", "Hello", SLOW]
        self.threads = [threading.Thread(target=self._ask, args=(text,)) for text in texts]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(30)

    def have_heard(self, answers: int) -> bool:
        return len(self.told) > answers

    def _ask(self, text: str) -> None:
        body = {"model": "chat", "messages": [{"role": "user", "content": text}]}
        headers = {"authorization": f"Bearer {APP_KEY}"}
        with httpx.Client(base_url=self._gateway, headers=headers, timeout=30) as client:
            while not self.stop.is_set():
                try:
                    status: object = client.post("/v1/chat/completions", json=body).status_code
                except httpx.HTTPError as error:
                    status = repr(error)
                self.told.append(status)


def is_alone(house, worker: int) -> bool:
    return living(house) == {worker}


def living(house) -> set[int]:
    found = house.rows(Query.HEALTH)
    workers = found[0]["workers"] if found else []
    return {beat["worker"] for beat in workers if not beat.get("ending", False)}


@pytest.mark.slow
def test_workers_are_replaced_under_load_and_no_request_fails(house):
    house.config.write_text(house.config.read_text().replace("gateway: {", "gateway: {max_body: 2KB, "))
    until(lambda: living(house) == {0}, what="for the first worker's pulse")
    with Clients(house.gateway) as clients:
        for successor in (1, 0):
            house.process.send_signal(signal.SIGUSR2)
            until(partial(is_alone, house, successor), what="for the next worker alone")
            until(partial(clients.have_heard, len(clients.told) + 20), what="for answers of it")

    assert set(clients.told) == {200}
    assert house.ask("x" * 3000)[0] == 413, "settings of the start are read again"
    until(
        lambda: len(house.rows(Query.REQUESTS)) >= min(1000, len(clients.told)), what="for a record of each"
    )


@pytest.mark.slow
def test_the_watch_follows_a_reload(house):
    text = house.config.read_text()
    house.config.write_text(text.replace("  pager:", "  second_pager:"))
    key = (house.folder / "data" / "admin.key").read_text().strip()
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{house.console}/-/reload", b"", {"authorization": f"Bearer {key}"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
        assert json.load(answer)["needs_restart"] == []
    until(lambda: told(house, "second_pager"), what="for the watch to follow the file")

    house.config.write_text(text)
    house.process.send_signal(signal.SIGHUP)
    until(lambda: told(house, "pager"), what="for the watch to follow the file back")
    assert house.ask("Hello")[0] == 200


def told(house, destination: str) -> bool:
    """Whether a test alarm gets there."""
    words = [sys.executable, "-m", "leadline", "notify", "test", destination, "-c", str(house.config)]
    return subprocess.run(words, capture_output=True, check=False, timeout=60).returncode == 0
