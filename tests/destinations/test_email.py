"""A message that mail servers take and threads show in order."""

import email.policy

import msgspec
import pytest
from tests.destinations.places import LONG, OPENED, build


def message_of(about, **settings):
    return email.message_from_bytes(
        build("email", **settings).render(about).body, policy=email.policy.default
    )


def test_a_subject_is_one_line_of_bounded_length():
    subject = message_of(LONG)["subject"]

    assert len(subject) == 200
    assert "\n" not in subject


def test_a_scope_cannot_add_a_header():
    incident = msgspec.structs.replace(OPENED.incident, key="PROVIDER:x\r\nBcc: all@example.com")

    message = message_of(msgspec.structs.replace(OPENED, incident=incident))

    assert message["bcc"] is None


def test_the_password_stands_in_no_message():
    request = build("email", user="u", password="s3cret").render(OPENED)

    assert b"s3cret" not in request.body
    assert "s3cret" not in repr(request)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "https://mail.example.com"},
        {"recipients": []},
        {"sender": "Ops <ops@example.com>"},
        {"recipients": ["a@b.example\r\nBcc: c@d.example"]},
    ],
)
def test_what_could_not_be_sent_is_refused_when_it_is_configured(settings):
    with pytest.raises(msgspec.ValidationError):
        build("email", **settings)
