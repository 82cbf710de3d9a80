"""The fields and limits of Opsgenie's Alert API v2, and the way from a new alert to a closed one."""

from tests.destinations.places import ESCALATED, LONG, OPENED, RESOLVED, body_of, build, site, told


def test_opsgenie_gets_the_documented_fields():
    team = {"type": "team", "name": "ops"}
    request = build("opsgenie", responders=[team], tags=["genai"]).render(OPENED)
    alert = body_of(build("opsgenie", responders=[team], tags=["genai"]), OPENED)

    assert request.headers["authorization"] == "GenieKey K3Y"
    assert (alert["alias"], alert["priority"], alert["entity"]) == ("prv-1", "P2", "openai")
    assert alert["tags"] == ["genai", "provider"]
    assert alert["responders"] == [team]
    assert all(isinstance(value, str) for value in alert["details"].values())


def test_opsgenie_limits_are_kept():
    alert = body_of(build("opsgenie", tags=["t" * 80] * 30), LONG)

    assert len(alert["message"]) == 130
    assert alert["message"].endswith("…")
    assert len(alert["alias"]) == 512
    assert len(alert["description"]) <= 15_000
    assert len(alert["entity"]) == 512
    assert [len(tag) for tag in alert["tags"]] == [50] * 20
    assert sum(len(name) + len(value) for name, value in alert["details"].items()) <= 8000


async def test_an_alert_is_opened_raised_and_closed_under_one_alias():
    heard = []

    def api(method, path, _headers, body):
        heard.append((method, path, body))
        return 202, {"result": "Request will be processed", "requestId": "r"}

    async with site(api) as url:
        assert await told(build("opsgenie", url=url), OPENED, ESCALATED, RESOLVED) == [202] * 3

    assert [(method, path) for method, path, _ in heard] == [
        ("POST", "/v2/alerts"),
        ("POST", "/v2/alerts"),
        ("PUT", "/v2/alerts/prv-1/priority?identifierType=alias"),
        ("PUT", "/v2/alerts/prv-1/message?identifierType=alias"),
        ("PUT", "/v2/alerts/prv-1/description?identifierType=alias"),
        ("POST", "/v2/alerts/prv-1/close?identifierType=alias"),
    ]
    assert heard[2][2] == {"priority": "P2"}
