"""The fields and limits of PagerDuty's Events API v2."""

import msgspec
import pytest
from tests.destinations.places import LONG, OPENED, RESOLVED, body_of, build
from tests.watch.records import incident, update

from leadline.vocabulary import Severity


def test_pagerduty_gets_the_fields_of_events_v2():
    event = body_of(build("pagerduty", console_url="https://leadline.example.com/"), OPENED)

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
    assert details["severity_because"] == (
        "high by the classifier; weighed as blast 2 (40.0% of the requests) + recoverability 2 "
        "+ business 2 = 6, decided by score"
    )
    assert details["questions"] == ["Is the provider's status page red?"]


@pytest.mark.parametrize(
    ("severity", "word"),
    [("critical", "critical"), ("high", "error"), ("medium", "warning"), ("low", "info")],
)
def test_pagerduty_has_its_own_words_for_severity(severity, word):
    about = update(of=incident(severity=Severity(severity)))

    assert body_of(build("pagerduty"), about)["payload"]["severity"] == word


def test_pagerduty_resolves_what_it_triggered():
    opened, closed = (body_of(build("pagerduty"), about) for about in (OPENED, RESOLVED))

    assert (opened["event_action"], closed["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == closed["dedup_key"]


def test_pagerduty_limits_are_kept():
    event = body_of(build("pagerduty"), LONG)

    assert len(event["dedup_key"]) == 255
    assert len(event["payload"]["summary"]) == 1024
    assert event["payload"]["summary"].endswith("…")


def test_a_runbook_that_is_a_path_becomes_a_link_where_the_docs_are_published():
    about = msgspec.structs.replace(OPENED, runbook="docs/runbooks/provider.outage.md")
    linked = build("pagerduty", docs_url="https://git.example.com/leadline/")

    assert "links" not in body_of(build("pagerduty"), about)
    assert body_of(linked, about)["links"][0]["href"] == (
        "https://git.example.com/leadline/docs/runbooks/provider.outage.md"
    )
