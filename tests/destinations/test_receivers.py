"""Strict receivers on loopback: what is documented they take, anything else they answer with 400."""

import json
from typing import Any

import msgspec
import pytest
from tests.destinations.places import ESCALATED, LONG, OPENED, RESOLVED, SETTINGS, build, site
from tests.watch.records import incident, update

from leadline.vocabulary import CausalSignals, Change, ProviderIdentifier
from leadline.watch.conversation import tell
from leadline.watch.outbound import Sender

QUESTIONS = ("Is the provider's status page red?", "Do clients see it?", "Since when?")
WILD_TEXT = "😀<b>&\"'`*_|{}[]\\ é " * 3000
TAKEN = msgspec.structs.replace(update(Change.ACKNOWLEDGED, 5, page=False), by="ada " * 100, note="on it")


def wild():
    """Everything that comes from outside is as long and as odd as it may be."""
    (sample,) = incident().samples
    odd = msgspec.structs.replace(
        sample,
        provider=ProviderIdentifier(provider=WILD_TEXT, model=WILD_TEXT, region=WILD_TEXT),
        causal_signals=CausalSignals(http_status=503, error_code=WILD_TEXT, evidence=WILD_TEXT[:200]),
    )
    about = msgspec.structs.replace(
        incident(), key=f"PROVIDER:{WILD_TEXT}", samples=(odd,), subtypes=(WILD_TEXT,), mitigation=WILD_TEXT
    )
    return msgspec.structs.replace(OPENED, incident=about, questions=(WILD_TEXT,) * 3)


class Breach(AssertionError):
    """Not as documented."""


def fields(given, *required, optional=()):
    if missing := set(required) - given.keys():
        raise Breach(f"missing {missing}")
    if strange := given.keys() - {*required, *optional}:
        raise Breach(f"unknown {strange}")


def within(text, longest):
    if not (isinstance(text, str) and 0 < len(text) <= longest):
        raise Breach(f"{len(text)} characters where {longest} are allowed")


def pagerduty(path, headers, body):
    del path, headers
    fields(
        body,
        "routing_key",
        "event_action",
        "dedup_key",
        "payload",
        optional=("client", "client_url", "links"),
    )
    within(body["dedup_key"], 255)
    if body["event_action"] not in ("trigger", "acknowledge", "resolve"):
        raise Breach(body["event_action"])
    payload = body["payload"]
    more = ("timestamp", "component", "group", "class", "custom_details")
    fields(payload, "summary", "source", "severity", optional=more)
    within(payload["summary"], 1024)
    if payload["severity"] not in ("critical", "error", "warning", "info"):
        raise Breach(payload["severity"])
    for link in body.get("links", ()):
        fields(link, "href", optional=("text",))
    return 202, {"status": "success", "message": "Event processed", "dedup_key": body["dedup_key"]}


def opsgenie(path, headers, body):
    if headers["authorization"] != "GenieKey K3Y":
        raise Breach(headers["authorization"])
    match path.partition("?")[0].split("/")[2:]:
        case ["alerts"]:
            more = ("description", "details", "source", "tags", "priority", "entity", "responders", "note")
            fields(body, "message", "alias", optional=more)
            within(body["message"], 130)
            within(body["alias"], 512)
            within(body["description"], 15_000)
            within(body["entity"], 512)
            if sum(len(name) + len(value) for name, value in body["details"].items()) > 8000:
                raise Breach("details")
        case [_, _, "close"] | [_, _, "acknowledge"]:
            fields(body, optional=("user", "note", "source"))
            within(body.get("user", "x"), 100)
        case [_, _, "priority"]:
            within(body["priority"], 2)
        case [_, _, "message"]:
            within(body["message"], 130)
        case [_, _, "description"]:
            within(body["description"], 15_000)
        case other:
            raise Breach(other)
    return 202, {"result": "Request will be processed"}


def slack(path, headers, body):
    del path, headers
    fields(body, "text", "attachments")
    within(body["text"], 4000)
    for attachment in body["attachments"]:
        more = ("title_link", "text", "fields", "footer", "color", "title")
        fields(attachment, "fallback", optional=more)
        if "<b>" in json.dumps(attachment, ensure_ascii=False):
            raise Breach("markup")
        for one in attachment["fields"]:
            fields(one, "title", "value", "short")
    return 200, None


def teams(path, headers, body):
    del path, headers
    fields(body, "type", "attachments")
    (attachment,) = body["attachments"]
    fields(attachment, "contentType", "contentUrl", "content")
    card = attachment["content"]
    fields(card, "$schema", "type", "version", "body", optional=("actions", "msteams"))
    return 202, None


def incident_io(path, headers, body):
    if path != "/v2/alert_events/http/01SOURCE" or headers["authorization"] != "Bearer T0K3N":
        raise Breach(path)
    fields(body, "title", "status", optional=("description", "deduplication_key", "source_url", "metadata"))
    if body["status"] not in ("firing", "resolved"):
        raise Breach(body["status"])
    return 202, {"status": "success", "deduplication_key": body["deduplication_key"]}


RECEIVERS: dict[str, tuple[Any, int]] = {
    "pagerduty": (pagerduty, 512_000),
    "opsgenie": (opsgenie, 512_000),
    "slack": (slack, 100_000),
    "teams": (teams, 28_000),
    "incident_io": (incident_io, 512_000),
}
CHANGES = {
    "opened": OPENED,
    "escalated": ESCALATED,
    "taken": TAKEN,
    "resolved": RESOLVED,
    "long": LONG,
    "wild": wild(),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", RECEIVERS)
async def test_what_is_sent_keeps_to_the_documented_fields_and_limits(name, change):
    judge, most_bytes = RECEIVERS[name]
    breaches = []

    def handler(method, path, headers, body):
        del method
        if int(headers["content-length"]) > most_bytes:
            breaches.append(f"{headers['content-length']} bytes")
        try:
            return judge(path, headers, body)
        except Breach as breach:
            breaches.append(str(breach))
            return 400, None

    async with site(handler) as url:
        destination = build(name, url=url)
        reply = await tell(destination, CHANGES[change], Sender(allow_private=True))

    assert breaches == []
    assert reply.is_success
    assert SETTINGS["token"] not in str(reply.body)


@pytest.mark.parametrize("name", RECEIVERS)
def test_each_page_asks_all_three_questions_and_names_who_failed(name):
    asked = msgspec.structs.replace(OPENED, questions=QUESTIONS)

    told = json.dumps(json.loads(build(name).render(asked).body), ensure_ascii=False).replace("\\", "")

    for fact in (*QUESTIONS, "openai", "gpt-4o", "global", "default", "503", "affected_share", "runbooks/"):
        assert fact in told, fact
