"""A watch that really lags is sent fewer copies of successes, and every rate that it tells stays right."""

import contextlib
import math
import os
import signal
import threading
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.flows.load import Load, question
from tests.flows.support import completion, configuration, outage, until
from tests.flows.test_blind_spots import pid_of

from leadline.vocabulary import Query

FAILING = "Please fail."
ASKED = [question(FAILING), *[question(f"Hello {n}") for n in range(19)]]
"""One in twenty fails at the first provider, twice, and is answered by the second."""
OVERRIDES = {"error_rate_ratio": 0.2, "error_rate_clear_ratio": 0.16, "resolve_after_s": 40}
"""A tenth of the calls to the first provider fail: an incident only for who forgets the weights."""
SIGMAS = 4.0


@contextlib.contextmanager
def slowed(pid: int) -> Iterator[None]:
    """The process stands still for six seconds again and again, and goes on as ever at the end."""
    over = threading.Event()

    def hold() -> None:
        while not over.is_set():
            os.kill(pid, signal.SIGSTOP)
            over.wait(6.0)
            os.kill(pid, signal.SIGCONT)
            over.wait(0.5)

    holding = threading.Thread(target=hold, daemon=True)
    holding.start()
    try:
        yield
    finally:
        over.set()
        holding.join(10)
        os.kill(pid, signal.SIGCONT)


def figure(house, name, **labels):
    with urllib.request.urlopen(house.metrics) as page:  # noqa: S310 - loopback
        families = text_string_to_metric_families(page.read().decode())
    found = (one for family in families for one in family.samples if one.name == name)
    return sum(one.value for one in found if labels.items() <= one.labels.items())


@pytest.mark.slow
@pytest.mark.timeout(480)
def test_rates_stay_right_while_the_watch_lags_and_after(open_house, upstreams, tmp_path):
    def first(asked):
        return outage() if asked["messages"][-1]["content"] == FAILING else completion("Fine.", asked)

    primary = upstreams(first)
    second = upstreams(lambda asked: completion("Fine.", asked) if "messages" in asked else (202, {}, b""))
    house = open_house(configuration(tmp_path, primary.url, second.url, second.url, overrides=OVERRIDES))
    house.ask("Hello")
    until(lambda: house.rows(Query.REQUESTS), what="for the first record")
    load = Load(house.gateway, ASKED, pause_s=0.05).start()

    def weights():
        return {row["weight"] for row in house.rows(Query.REQUESTS)}

    with slowed(pid_of(tmp_path, "watch")):
        until(lambda: weights() - {1.0}, 240, what="for a copy that stands for others")
        before = len(load.answers)
        until(lambda: len(load.answers) > before + 400, what="for more of them")
    answers = load.finish()

    assert {one.status for one in answers} == {200}, "no client noticed"
    asked, failing = len(answers) + 1, sum(one.headers["x-leadline-provider"] == "second" for one in answers)
    until(lambda: not house.rows(Query.HEALTH)[0]["backlog_bytes"], what="for the last record")
    rows = all_rows(house)
    kept = [row for row in rows if row["weight"] > 1]
    # each success stands for itself and others by chance: the variance of the sum is that of a draw by hash
    spread = SIGMAS * math.sqrt(sum(row["weight"] * (row["weight"] - 1) for row in kept))
    assert len(rows) < asked, "copies were left out"
    assert abs(sum(row["weight"] for row in rows) - asked) <= spread < asked / 4
    fallen_back = [row for row in rows if row["provider"] == "second"]
    assert {row["weight"] for row in fallen_back} == {1.0}, "what went wrong is always kept"
    assert len(fallen_back) == failing
    share = len(fallen_back) / sum(row["weight"] for row in rows)
    assert abs(share - failing / asked) <= failing / asked * spread / (asked - spread)

    traffic = sum(row["requests"] for row in house.rows(Query.TRAFFIC))
    assert traffic == sum(row["weight"] for row in rows), "roll-ups and rows agree"
    assert figure(house, "leadline_requests_total", outcome="ok") == traffic
    assert figure(house, "leadline_requests_total", provider="second") == failing
    keys = {row["key"] for row in house.rows(Query.INCIDENTS)}
    assert "PROVIDER:first" not in keys, "a tenth fails, however few successes are told"
    assert "DATA:leadline" in keys, "that it lagged is told"


def all_rows(house):
    """Every request, page by page."""
    found: dict[str, dict[str, object]] = {}
    since = 0.0
    while True:
        page = house.rows(Query.OBSERVATIONS, since=since, after=max(found, default=""))
        fresh = [row for row in page if row["request_id"] not in found]
        if not fresh:
            return list(found.values())
        for row in fresh:
            provider = row["exchange"]["attempts"][-1]["target"]["provider"]
            found[row["request_id"]] = {"weight": row["weight"], "provider": provider}
        since = max(row["at"] for row in fresh)
