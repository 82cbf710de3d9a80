"""The API helps a person find out: triage trees, runbooks and drafts of postmortems."""

import pytest

from leadline.vocabulary import FailureKind

OPENAI = "inc-01k9-openai"


async def get(control, path, **parameters):
    async with control.signed_in() as client:
        return await client.get(path, params=parameters)


def subtypes(reply):
    return [branch["subtype"] for branch in reply.json()["branches"]]


async def test_a_symptom_leads_to_several_branches_at_once(control):
    reply = await get(control, "/api/triage", symptom="slow and wrong answers")

    assert {branch["category"] for branch in reply.json()["branches"]} == {"provider", "quality"}


async def test_an_incident_an_event_and_a_request_lead_to_theirs(control):
    event = control.sample.incidents[0].samples[0]

    assert subtypes(await get(control, "/api/triage", subject=OPENAI)) == ["outage", "timeout", "throttled"]
    assert subtypes(await get(control, "/api/triage", subject=f"{OPENAI}-3"))
    assert subtypes(await get(control, "/api/triage", subject=event.request_id)) == ["outage"]


@pytest.mark.parametrize("parameters", [{}, {"subject": "a", "symptom": "b"}])
async def test_one_of_the_two_is_asked_for(control, parameters):
    reply = await get(control, "/api/triage", **parameters)

    assert reply.status_code == 400
    assert "only one of them" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "path",
    ["/api/triage?subject=nobody", "/api/incidents/nobody/postmortem", "/api/runbooks/..%2Fspeed"],
)
async def test_what_is_not_there_is_said(control, path):
    async with control.signed_in() as client:
        assert (await client.get(path)).status_code == 404


async def test_a_postmortem_is_markdown_and_can_be_kept_as_a_file(control):
    shown = await get(control, f"/api/incidents/{OPENAI}/postmortem")
    kept = await get(control, f"/api/incidents/{OPENAI}/postmortem", download="true")

    assert shown.headers["content-type"].startswith("text/markdown")
    assert shown.text.startswith("# CRITICAL: PROVIDER:openai")
    assert "content-disposition" not in shown.headers
    assert kept.headers["content-disposition"] == f'attachment; filename="postmortem-{OPENAI}.md"'


async def test_each_kind_has_its_runbook(control):
    names = (await get(control, "/api/runbooks")).json()["runbooks"]

    assert names == [kind.value for kind in FailureKind]
    for name in [*names, "README"]:
        assert (await get(control, f"/api/runbooks/{name}")).json()["markdown"].startswith("# ")
