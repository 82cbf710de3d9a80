"""What every destination promises, and the exact fields that PagerDuty, Slack and a webhook get."""

import hashlib
import hmac
import json

import msgspec
import pytest
from tests.watch.records import NOON, incident, update

from leadline import plugs
from leadline.vocabulary import Change, IncidentStatus, KeyState, Severity, SystemState

NAMES = plugs.names("leadline.destinations")
SETTINGS = {"url": "https://hooks.example.com/x", "routing_key": "R0UT1NG"}
RESOLVED = update(Change.RESOLVED, 2, of=incident(status=IncidentStatus.RESOLVED))


def build(name, **more):
    plug = plugs.plug("leadline.destinations", name)
    assert issubclass(plug, msgspec.Struct)
    fields = {field.name for field in msgspec.structs.fields(plug)}
    known = {key: value for key, value in SETTINGS.items() if key in fields}
    return plugs.build("leadline.destinations", {"type": name, **known, **more})


def body_of(destination, about):
    return json.loads(destination.render(about).body)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("change", Change)
def test_every_change_renders_to_a_json_post_of_a_bounded_size(name, change):
    dimensions = {"user": {f"user-{n}": n for n in range(50_000)}}
    about = update(change, of=incident(dimensions=dimensions if name != "webhook" else {}))

    request = build(name).render(about)

    assert request.method == "POST"
    assert request.url.startswith("https://")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body)
    assert len(request.body) < 512_000


@pytest.mark.parametrize("name", NAMES)
def test_the_same_change_renders_alike_each_time(name):
    assert build(name).render(update()) == build(name).render(update())


@pytest.mark.parametrize("name", NAMES)
def test_how_severe_it_must_be_is_a_setting(name):
    destination = build(name, at_least="critical")

    assert destination.at_least is Severity.CRITICAL
    assert isinstance(destination.only_pages, bool)


def test_pagerduty_gets_the_fields_of_events_v2():
    about = msgspec.structs.replace(
        update(), state=SystemState(at=NOON, keys={"PROVIDER:openai": KeyState(affected_share=0.4)})
    )

    event = body_of(build("pagerduty", console_url="https://leadline.example.com/"), about)

    assert event["routing_key"] == "R0UT1NG"
    assert event["event_action"] == "trigger"
    assert event["dedup_key"] == "prv-1"
    assert event["client_url"] == "https://leadline.example.com/incidents/prv-1"
    assert event["links"] == [{"href": "https://example.com/runbooks/provider.outage", "text": "Runbook"}]
    payload = event["payload"]
    assert payload["severity"] == "error"
    assert payload["source"] == "openai"
    assert payload["timestamp"] == "2027-01-15T12:00:00.000+00:00"
    assert (payload["group"], payload["class"]) == ("provider", "hard")
    assert "openai" in payload["summary"]
    details = payload["custom_details"]
    assert details["provider"]["model"] == "gpt-4o"
    assert details["causal_signals"]["http_status"] == 503
    assert details["system_state"]["affected_share"] == 0.4
    assert details["questions"] == ["Is the provider's status page red?"]


@pytest.mark.parametrize(
    ("severity", "word"),
    [("critical", "critical"), ("high", "error"), ("medium", "warning"), ("low", "info")],
)
def test_pagerduty_has_its_own_words_for_severity(severity, word):
    about = update(of=incident(severity=Severity(severity)))

    assert body_of(build("pagerduty"), about)["payload"]["severity"] == word


def test_pagerduty_resolves_what_it_triggered():
    opened, closed = (body_of(build("pagerduty"), about) for about in (update(), RESOLVED))

    assert (opened["event_action"], closed["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == closed["dedup_key"]


def test_pagerduty_limits_are_kept():
    long = incident("i" * 400, mitigation="m")
    event = body_of(
        build("pagerduty"), update(of=msgspec.structs.replace(long, key=f"PROVIDER:{'p' * 2000}"))
    )

    assert len(event["dedup_key"]) == 255
    assert len(event["payload"]["summary"]) == 1024


def test_a_webhook_gets_the_whole_change_and_can_be_verified():
    request = build("webhook", secret="s3cret", headers={"X-Team": "ops"}).render(update())

    told = json.loads(request.body)
    assert (told["version"], told["change"], told["sequence"], told["page"]) == ("1", "opened", 1, True)
    assert told["incident"]["samples"][0]["causal_signals"]["http_status"] == 503
    expected = hmac.new(b"s3cret", request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-leadline-signature"] == f"sha256={expected}"
    assert request.headers["x-team"] == "ops"


def test_slack_shows_models_words_as_plain_text():
    message = body_of(build("slack"), update())

    (attachment,) = message["attachments"]
    evidence = next(field["value"] for field in attachment["fields"] if field["title"] == "Evidence")
    assert evidence == "HTTP &lt;b&gt;503&lt;/b&gt;"
    assert attachment["color"].startswith("#")


def test_slack_turns_green_when_it_is_over():
    opened, closed = (body_of(build("slack"), about)["attachments"][0] for about in (update(), RESOLVED))

    assert opened["color"] != closed["color"]
