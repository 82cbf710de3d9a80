"""A judge and self-consistency in a whole house: sampled, through its own routes, with a budget that ends."""

import json
import socket
import threading

import pytest
from tests.flows.support import completion, configuration, until

from leadline.checks.deep._spending import is_sampled
from leadline.vocabulary import Query

SHARE = 0.4
VERDICT = json.dumps({"verdict": "fail", "reason": "the bridge is nowhere in the source"})
DEEP = f"""
deep_checks:
  - {{type: judge, settings: {{model: careful, share: {SHARE}, budget_usd_per_day: %s, unpriced_usd: 0.01}}}}
  - {{type: self_consistency, settings: {{share: {SHARE}, times: 2, budget_usd_per_day: 1.0}}}}
"""


class Models:
    """The model that users ask, which is asked the same again as well, and the judge behind `careful`."""

    def __init__(self) -> None:
        self.judged: list[str] = []
        self._lock = threading.Lock()
        self._again = 0

    def asked(self, body):
        if body.get("temperature") != 1.0:
            return completion("The bridge was built in 1894 by the city.", body)
        with self._lock:
            self._again += 1
            made_up = ("In 1702, by monks.", "Around 1611 it burnt down, nobody knows why.")[self._again % 2]
        return completion(made_up, body)

    def judge(self, body):
        with self._lock:
            self.judged.append(body["messages"][-1]["content"])
        return completion(VERDICT, body)


def deep_signals(house, request_id):
    rows = house.rows(Query.REQUEST, request_id=request_id)
    found = {one["check"]: one for row in rows for one in row["signals"]}
    return {name: found[name] for name in ("judge", "self_consistency") if name in found}


def opened(open_house, upstreams, tmp_path, budget_usd):
    models = Models()
    first, second = upstreams(models.asked), upstreams(models.judge)
    pager = upstreams(lambda _: (202, {}, b"{}"))
    text = configuration(tmp_path, first.url, second.url, pager.url)
    # the judge has a name that no price list knows, so that each question counts for `unpriced_usd`
    alias = "models:\n  careful: {targets: [{provider: second, model: a-judge-of-our-own}]}\n"
    with socket.create_server(("127.0.0.1", 0)) as free:  # the watch asks at the address of the configuration
        port = free.getsockname()[1]
    text = text.replace('gateway: {listen: "127.0.0.1:0"}', f'gateway: {{listen: "127.0.0.1:{port}"}}')
    house = open_house(text.replace("models:\n", alias) + DEEP % budget_usd)
    return house, models, pager


def asked(house, times):
    answers = [house.ask("When was the bridge built?") for _ in range(times)]
    assert {status for status, _, _ in answers} == {200}
    return [headers["x-leadline-request-id"] for _, headers, _ in answers]


@pytest.mark.slow
def test_a_sample_is_judged_and_asked_again_and_what_is_found_joins_its_request(
    open_house, upstreams, tmp_path
):
    house, models, _ = opened(open_house, upstreams, tmp_path, 5.0)
    request_ids = asked(house, 15)

    expected = {
        request_id: {name for name in ("judge", "self_consistency") if is_sampled(request_id, SHARE, name)}
        for request_id in request_ids
    }
    until(
        lambda: all(set(deep_signals(house, one)) == names for one, names in expected.items()),
        what="for the sample, no more and no less",
    )
    for request_id, names in expected.items():
        for name in names:
            found = deep_signals(house, request_id)[name]
            assert (found["verdict"], found["kind"]) == ("fail", "quality.hallucination")
    sampled = sum("judge" in names for names in expected.values())
    assert len(models.judged) == sampled
    until(lambda: len(house.rows(Query.OBSERVATIONS)) > len(request_ids), what="for their own calls")
    rows = house.rows(Query.OBSERVATIONS)
    own = [row for row in rows if row["exchange"]["origin"] == "judge"]
    assert {row["request_id"] for row in rows} - {row["request_id"] for row in own} == set(request_ids)
    assert {row["exchange"]["alias"] for row in own} == {"careful", "chat"}
    traffic = house.rows(Query.TRAFFIC)
    assert sum(row["requests"] for row in traffic) == len(request_ids), "they are no traffic"


@pytest.mark.slow
def test_when_its_budget_is_spent_the_judge_asks_no_more_and_says_so_once(open_house, upstreams, tmp_path):
    house, models, pager = opened(open_house, upstreams, tmp_path, 0.03)

    def spent():
        asked(house, 2)
        return house.rows(Query.EVENTS, kind="cost.budget")

    until(spent, 40, what="for the end of its money")
    judged = len(models.judged)
    assert judged == 3, "three questions at a cent each"
    last = asked(house, 10)
    until(
        lambda: {row["request_id"] for row in house.rows(Query.REQUESTS)} >= set(last), what="for the records"
    )
    assert len(models.judged) == judged
    [evidence] = {row["causal_signals"]["evidence"] for row in house.rows(Query.EVENTS, kind="cost.budget")}
    assert "deep check judge has spent its 0.03 USD of the day" in evidence
    [incident] = [row for row in house.rows(Query.INCIDENTS) if row["category"] == "cost"]
    assert incident["key"] == "COST:leadline"
    told = [one["body"] for one in pager.seen if one["body"]["incident"]["category"] == "cost"]
    assert [one["change"] for one in told].count("opened") <= 1
    assert not any(one["page"] for one in told), "money that is spent as planned wakes nobody"
