"""A client that asks again and again: from its requests to the incident that tells of it."""

from tests.flows.support import Traffic, completion, configuration, until

from leadline.vocabulary import Query


def test_declared_retries_become_an_event_and_one_cost_incident(open_house, upstreams, tmp_path):
    well = upstreams(lambda asked: completion("Fine.", asked) if "messages" in asked else (202, {}, b""))
    house = open_house(configuration(tmp_path, well.url, well.url, well.url))

    def kinds():
        return {row["kind"] for row in house.rows(Query.EVENTS)}

    with Traffic(lambda: house.ask("Hello", headers={"x-stainless-retry-count": "2"})):
        until(lambda: "cost.retry_storm" in kinds(), what="for the event")
        until(lambda: house.rows(Query.INCIDENTS), what="for the incident")

    (incident,) = house.rows(Query.INCIDENTS)
    assert incident["key"] == "COST:other"
