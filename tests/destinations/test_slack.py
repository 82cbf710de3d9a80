"""The fields of a Slack incoming webhook, and no way to slip a link into them."""

from tests.destinations.places import LONG, OPENED, RESOLVED, body_of, build


def test_slack_shows_models_words_as_plain_text():
    message = body_of(build("slack"), OPENED)

    (attachment,) = message["attachments"]
    evidence = next(field["value"] for field in attachment["fields"] if field["title"] == "Evidence")
    assert evidence == "HTTP &lt;b&gt;503&lt;/b&gt;"
    assert attachment["color"].startswith("#")


def test_slack_turns_green_when_it_is_over():
    opened, closed = (body_of(build("slack"), about)["attachments"][0] for about in (OPENED, RESOLVED))

    assert opened["color"] != closed["color"]


def test_a_field_is_never_longer_than_slack_shows():
    (attachment,) = body_of(build("slack"), LONG)["attachments"]

    assert len(attachment["text"]) == 3000
    assert max(len(field["value"]) for field in attachment["fields"]) == 2000
