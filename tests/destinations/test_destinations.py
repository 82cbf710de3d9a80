"""What every destination promises, whichever it is."""

import email
import inspect
import json

import msgspec
import pytest
from tests.destinations.places import ESCALATED, FOLDER, LONG, NAMES, OPENED, OUTLIVED, RESOLVED, build

from leadline import plugs
from leadline.destinations import secrets
from leadline.vocabulary import Severity

SOUNDS_SECRET = ("key", "token", "secret", "password", "headers")
CHANGES = [OPENED, ESCALATED, OUTLIVED, RESOLVED]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("about", CHANGES, ids=lambda about: about.change.value)
def test_every_change_renders_to_a_whole_message(name, about):
    request = build(name).render(about)

    assert request.method == "POST"
    if request.headers["content-type"] == "message/rfc822":
        assert request.url.startswith("smtp")
        assert email.message_from_bytes(request.body)["to"] == "ops@example.com"
    else:
        assert request.url.startswith("https://")
        assert request.headers["content-type"] == "application/json"
        assert json.loads(request.body)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "webhook"])
def test_a_huge_incident_is_a_small_message(name):
    """A webhook gets the incident whole; every other receiver has its limits."""
    assert len(build(name).render(LONG).body) < 512_000


@pytest.mark.parametrize("name", NAMES)
def test_the_same_change_renders_alike_each_time(name):
    assert build(name).render(OPENED) == build(name).render(OPENED)


@pytest.mark.parametrize("name", NAMES)
def test_how_severe_it_must_be_is_a_setting(name):
    destination = build(name, at_least="critical")

    assert destination.at_least is Severity.CRITICAL
    assert isinstance(destination.only_pages, bool)
    assert isinstance(destination.only_outlived, bool)


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_shows_where_a_destination_is_printed(name):
    plug = plugs.plug(FOLDER, name)
    hidden = secrets(plug)
    values = {
        key: {"authorization": "HIDDEN"} if key == "headers" else "https://a.b/HIDDEN" for key in hidden
    }

    destination = build(name, **values)

    assert "HIDDEN" not in repr(destination)
    assert "HIDDEN" not in f"{destination!s} {destination.render(OPENED)!r}"
    assert repr(destination).count("***") == len(hidden)


@pytest.mark.parametrize("name", NAMES)
def test_what_sounds_like_a_secret_is_marked_as_one(name):
    plug = plugs.plug(FOLDER, name)
    assert issubclass(plug, msgspec.Struct)
    sounding = {field.name for field in msgspec.structs.fields(plug) if field.name.endswith(SOUNDS_SECRET)}

    assert sounding <= secrets(plug)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_of_its_own_is_explained(name):
    plug = plugs.plug(FOLDER, name)
    own = inspect.get_annotations(plug).keys() - {"at_least", "only_pages", "only_outlived"}
    explained = plug.__doc__ or ""

    plain = {"url", "project", "issue_type", "labels", "tags", "alertname", "token"}
    assert not {setting for setting in own - plain if f"`{setting}`" not in explained}


@pytest.mark.parametrize("name", NAMES)
def test_the_night_is_told_in_full(name):
    """Who failed, the measurements, the system's state, why it is so bad, the runbook and what to ask."""
    destination = build(name)
    if destination.only_outlived:
        empty = {"jira": b'{"issues": []}', "linear": b'{"data": {"issues": {"nodes": []}}}'}[name]
        request = destination.follow_up(OUTLIVED, [empty])
    else:
        request = destination.render(OPENED)

    assert request is not None
    told = request.body.decode().replace("\\", "")
    weighed = ("blast", "recoverability", "business")
    for fact in ("gpt-4o", "503", "affected_share", *weighed, "runbooks/provider.outage", "status page red?"):
        assert fact in told, fact
