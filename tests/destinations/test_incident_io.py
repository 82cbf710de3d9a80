"""The fields of an incident.io HTTP alert source."""

from tests.destinations.places import LONG, OPENED, RESOLVED, body_of, build


def test_incident_io_gets_the_documented_fields():
    request = build("incident_io").render(OPENED)
    event = body_of(build("incident_io", console_url="https://leadline.example.com"), OPENED)

    assert request.url == "https://api.incident.io/v2/alert_events/http/01SOURCE"
    assert request.headers["authorization"] == "Bearer T0K3N"
    assert (event["status"], event["deduplication_key"]) == ("firing", "prv-1")
    assert event["source_url"] == "https://leadline.example.com/incidents/prv-1"
    assert event["metadata"]["severity"] == "high"
    assert set(event) == {"title", "status", "description", "deduplication_key", "metadata", "source_url"}


def test_the_end_resolves_the_same_alert():
    event = body_of(build("incident_io"), RESOLVED)

    assert (event["status"], event["deduplication_key"]) == ("resolved", "prv-1")


def test_a_title_is_cut_with_an_ellipsis():
    title = body_of(build("incident_io"), LONG)["title"]

    assert len(title) == 255
    assert title.endswith("…")
