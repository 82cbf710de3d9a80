"""An adaptive card that Teams takes: its size, its fields, and plain words."""

import msgspec
import pytest
from tests.destinations.places import LONG, OPENED, RESOLVED, body_of, build
from tests.watch.records import incident

from leadline.vocabulary import Severity


def card_of(about, **settings):
    message = body_of(build("teams", **settings), about)
    assert message["type"] == "message"
    (attachment,) = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    return attachment["content"]


def test_teams_gets_an_adaptive_card_with_links():
    card = card_of(OPENED, console_url="https://leadline.example.com")

    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert [action["url"] for action in card["actions"]] == [
        "https://leadline.example.com/incidents/prv-1",
        "https://example.com/runbooks/provider.outage",
    ]
    assert card["body"][-1]["text"] == "1\\. Is the provider's status page red?"


@pytest.mark.parametrize(
    ("severity", "colour"), [("critical", "Attention"), ("medium", "Warning"), ("low", "Accent")]
)
def test_the_colour_tells_the_severity(severity, colour):
    about = msgspec.structs.replace(OPENED, incident=incident(severity=Severity(severity)))

    assert card_of(about)["body"][0]["color"] == colour
    assert card_of(RESOLVED)["body"][0]["color"] == "Good"


def test_a_models_words_are_no_link():
    about = msgspec.structs.replace(OPENED, questions=("[click](http://evil.example)",))

    assert card_of(about)["body"][-1]["text"] == "1\\. \\[click\\](http://evil.example)"


@pytest.mark.parametrize("letter", ["\x00", "*", "\\", "💥"])
def test_a_card_never_outgrows_28_kb(letter):
    about = msgspec.structs.replace(LONG, questions=(letter * 9000,) * 3)

    assert len(build("teams").render(about).body) < 28 * 1024
