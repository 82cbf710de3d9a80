"""A change reaches people by mail: encrypted, signed in, refused or put off as the server says."""

import email
import shutil
import ssl

import pytest
from tests.destinations.places import OPENED, RESOLVED, build
from tests.watch.mail_server import certificate, mail_server

from leadline.watch.conversation import tell
from leadline.watch.mailing import TryLater
from leadline.watch.outbound import Refused, Sender


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """(the server's side, the client's side that trusts it)."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here: install the package openssl")
    made, key = certificate(tmp_path_factory.mktemp("tls"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made, key)
    return server, ssl.create_default_context(cafile=str(made))


@pytest.fixture
def send(tls):
    return Sender(allow_private=True, timeout_s=10, tls=tls[1])


def place(server, scheme="smtp", **settings):
    return build("email", url=f"{scheme}://localhost:{server.port}", **settings)


@pytest.mark.parametrize(("scheme", "implicit"), [("smtp", False), ("smtps", True)])
async def test_a_message_travels_encrypted_and_signed_in(tls, send, scheme, implicit):
    with mail_server(tls[0], implicit=implicit) as server:
        reply = await tell(place(server, scheme, user="leadline", password="s3cret"), OPENED, send)

    assert (reply.status, reply.is_success) == (250, True)
    [(sender, recipients, message, user)] = server.received
    assert (sender, recipients, user) == ("leadline@example.com", ["ops@example.com"], "leadline")
    told = email.message_from_bytes(message)
    assert told["subject"] == "HIGH provider: hard at openai, 12 events (opened)"
    assert "Is the provider's status page red?" in str(told.get_payload())


async def test_an_incident_is_one_thread(send):
    with mail_server(None) as server:
        for change in (OPENED, RESOLVED):
            await tell(place(server, "smtp+unencrypted"), change, send)

    opened, closed = (email.message_from_bytes(message) for _, _, message, _ in server.received)
    assert opened["references"] == closed["references"] == "<prv-1@example.com>"
    assert opened["message-id"] != closed["message-id"]


async def test_without_tls_nothing_is_sent(send):
    with mail_server(None) as server, pytest.raises(Refused, match="STARTTLS"):
        await tell(place(server), OPENED, send)

    assert server.received == []


async def test_a_password_never_travels_in_the_open(send):
    with mail_server(None) as server, pytest.raises(Refused, match="password does not travel unencrypted"):
        await tell(place(server, "smtp+unencrypted", user="u", password="p"), OPENED, send)


async def test_a_certificate_of_somebody_else_is_not_believed(tls):
    with mail_server(tls[0]) as server, pytest.raises(ssl.SSLError):
        await tell(place(server), OPENED, Sender(allow_private=True))


async def test_a_busy_server_is_asked_again_and_a_refusal_is_final(send):
    with mail_server(None) as server:
        server.recipient_code = 451
        with pytest.raises(TryLater, match="451"):
            await tell(place(server, "smtp+unencrypted"), OPENED, send)
        server.recipient_code = 550
        with pytest.raises(Refused, match="550"):
            await tell(place(server, "smtp+unencrypted"), OPENED, send)


async def test_a_private_mail_server_is_refused_unless_allowed():
    with pytest.raises(Refused, match="private or loopback"):
        await tell(build("email", url="smtp://localhost:1"), OPENED, Sender(allow_private=False))
