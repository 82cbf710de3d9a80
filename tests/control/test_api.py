"""The control API hands on what the watch knows, and says in a sentence what is wrong."""

import pytest
from tests.control.sample_incidents import HOSTILE_TEXT

from leadline.vocabulary import Query


async def get(control, path, **parameters):
    async with control.signed_in() as client:
        return await client.get(path, params=parameters)


async def test_incidents_come_with_a_sentence_each(control):
    reply = await get(control, "/api/incidents")

    titles = {row["incident_id"]: row["title"] for row in reply.json()["incidents"]}
    assert titles["inc-01k9-openai"] == "openai answers with server errors"
    assert len(titles) == len(control.sample.incidents)
    assert reply.json()["truncated"] is False


async def test_filters_and_limit_reach_the_watch(control):
    reply = await get(control, "/api/incidents", status="open", category="provider", since="15m", limit=3)

    assert [row["incident_id"] for row in reply.json()["incidents"]] == ["inc-01k9-openai"]
    asked = control.watch.asked[-1]
    assert asked.name == Query.INCIDENTS
    assert asked.arguments == {"status": "open", "category": "provider", "since": control.time - 900}
    assert asked.limit == 3


async def test_a_cut_list_says_so(control):
    reply = await get(control, "/api/requests", limit=5)

    assert len(reply.json()["requests"]) == 5
    assert reply.json()["truncated"] is True


async def test_one_incident_has_its_evidence_and_what_to_ask_next(control):
    whole = (await get(control, "/api/incidents/inc-01k9-summary")).json()

    samples = whole["incident"]["samples"]
    assert samples[0]["causal_signals"]["check"] == "grounding"
    assert samples[2]["causal_signals"]["evidence"] == HOSTILE_TEXT
    assert [step["severity"] for step in whole["incident"]["severity_path"]] == ["medium", "high"]
    assert len(whole["questions"]) == 3
    assert whole["runbook"] == "docs/runbooks/quality.hallucination.md"
    assert whole["deliveries"]


async def test_one_request_has_attempts_signals_and_events(control):
    shown = control.sample.incidents[0].samples[0].request_id
    whole = (await get(control, f"/api/requests/{shown}")).json()

    assert whole["exchange"]["attempts"][0]["failure"]["kind"] == "provider.outage"
    assert whole["events"][0]["kind"] == "provider.outage"
    assert whole["text"] is None


@pytest.mark.parametrize(
    ("path", "name", "parameters"),
    [
        ("/api/events", "events", {"kind": "provider.outage", "provider": "openai"}),
        ("/api/requests", "requests", {"flagged": "true", "outcome": "ok"}),
        ("/api/latency", "latency", {"group": "provider", "since": "1h"}),
        ("/api/traffic", "traffic", {"step_s": 30, "since": "30m"}),
    ],
)
async def test_each_list_is_answered(control, path, name, parameters):
    reply = await get(control, path, **parameters)

    assert reply.status_code == 200
    assert reply.json()[name]


async def test_health_tells_lag_drops_and_workers(control):
    health = (await get(control, "/api/health")).json()["health"]

    assert health["lag_s"] == 0.3
    assert len(health["workers"]) == 2


async def test_about_tells_that_the_rules_run_faster(control):
    assert (await get(control, "/api/about")).json()["time_scale"] == 0.1


@pytest.mark.parametrize(
    ("path", "parameters", "named"),
    [
        ("/api/incidents", {"limit": 1001}, "limit"),
        ("/api/incidents", {"limit": 0}, "limit"),
        ("/api/incidents", {"status": "opened"}, "'open' or 'resolved'"),
        ("/api/incidents", {"category": "providers"}, "category"),
        ("/api/incidents", {"stauts": "open"}, "stauts"),
        ("/api/requests", {"since": "yesterday"}, "15m"),
        ("/api/requests", {"outcome": "fine"}, "outcome"),
        ("/api/events", {"kind": "provider.gone"}, "kind"),
    ],
)
async def test_a_wrong_parameter_is_named(control, path, parameters, named):
    reply = await get(control, path, **parameters)

    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "invalid_parameter"
    assert named in reply.json()["error"]["message"]
    assert not control.watch.asked


@pytest.mark.parametrize("path", ["/api/incidents/none", "/api/requests/none"])
async def test_what_is_not_there_is_said(control, path):
    reply = await get(control, path)

    assert reply.status_code == 404
    assert "'none'" in reply.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/api/nothing", "/nothing/else"])
async def test_an_unknown_route_gets_the_same_shape(control, path):
    reply = await get(control, path)

    assert reply.status_code == 404
    assert reply.json()["error"]["message"]


async def test_a_dead_watch_is_a_503_with_a_sentence_and_life_goes_on(control):
    await control.watch.__aexit__()

    reply = await get(control, "/api/incidents")
    alive = await get(control, "/health")

    assert reply.status_code == 503
    assert reply.json()["error"]["code"] == "watch_unreachable"
    assert "catches up" in reply.json()["error"]["message"]
    assert alive.json() == {"status": "ok"}
    await control.watch.__aenter__()


async def test_the_plan_is_shown_without_secrets_references_and_digests(control):
    async with control.signed_in() as client:
        missing = await client.get("/api/plan")
        await client.post("/-/reload")
        shown = await client.get("/api/plan")

    assert missing.status_code == 404
    assert shown.json()["routes"][0]["targets"][0]["host"] == "api.example.test"
    assert shown.json()["keys"][0]["alias"] == "backend"
    for secret in ("hunter2", "OPENAI_API_KEY", "abab"):
        assert secret not in shown.text


async def test_openapi_lists_every_route(control):
    paths = (await get(control, "/api/openapi.json")).json()["paths"]

    assert {"/api/incidents", "/api/requests/{request_id}", "/-/reload", "/health"} <= set(paths)
