"""One message to a mail server, with TLS unless the site says otherwise. Blocking: it runs in a thread."""

import base64
import smtplib
import socket
import ssl
from email import message_from_bytes
from email.policy import SMTP as SMTP_POLICY
from email.utils import getaddresses
from typing import Literal

import msgspec

from leadline.vocabulary import OutboundRequest

SCHEMES = {"smtp": 587, "smtps": 465, "smtp+unencrypted": 25}
"""With their usual ports."""


class MailRefused(Exception):
    """The mail server, or our own caution, will never take this message."""


class TryLater(OSError):
    """The mail server asks to come back (RFC 5321: 4xx)."""


class MailServer(msgspec.Struct, frozen=True):
    """`address` was resolved and judged before; `host` is whom its certificate must name."""

    scheme: Literal["smtp", "smtps", "smtp+unencrypted"]
    host: str
    address: str
    port: int
    timeout_s: float


def send_mail(server: MailServer, request: OutboundRequest, tls: ssl.SSLContext) -> int:
    """The server's code, 250. Raises MailRefused, TryLater, OSError."""
    message = message_from_bytes(request.body, policy=SMTP_POLICY)
    recipients = [address for _, address in getaddresses([str(message["to"])])]
    sender = getaddresses([str(message["from"])])[0][1]
    try:
        with _connected(server, tls) as session:
            _log_in(session, server, request.headers.get("authorization", ""))
            session.sendmail(sender, recipients, request.body)
    except smtplib.SMTPResponseException as error:
        raise _judged(error.smtp_code) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise _judged(max(code for code, _ in error.recipients.values())) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefused(f"the mail server does not offer what is needed: {error}") from error
    except smtplib.SMTPServerDisconnected as error:
        raise TryLater("the mail server hung up") from error
    except smtplib.SMTPException as error:
        raise MailRefused(f"the mail server will not have it: {type(error).__name__}") from error
    return 250


def _connected(server: MailServer, tls: ssl.SSLContext) -> smtplib.SMTP:
    session = _TlsSession(server, tls) if server.scheme == "smtps" else _Session(server)
    if server.scheme == "smtp":
        try:
            session.starttls(context=tls)
        except BaseException:
            session.close()
            raise
    return session


def _log_in(session: smtplib.SMTP, server: MailServer, authorization: str) -> None:
    if not authorization:
        return
    if server.scheme == "smtp+unencrypted":
        raise MailRefused("a password does not travel unencrypted; use smtp:// or smtps://")
    user, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
    session.login(user, password)


def _judged(code: int) -> Exception:
    said = f"the mail server answered {code}"
    return TryLater(said) if 400 <= code < 500 else MailRefused(f"{said}; look at its settings")


def _dial(server: MailServer) -> socket.socket:
    return socket.create_connection((server.address, server.port), server.timeout_s)


class _Session(smtplib.SMTP):
    """Connects to the address that was judged, not to what the name says a moment later."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        super().__init__(server.host, server.port, socket.gethostname(), server.timeout_s)

    def _get_socket(self, *_: object) -> socket.socket:
        return _dial(self._server)


class _TlsSession(smtplib.SMTP_SSL):
    def __init__(self, server: MailServer, tls: ssl.SSLContext) -> None:
        self._server = server
        own_name = socket.gethostname()
        super().__init__(server.host, server.port, own_name, timeout=server.timeout_s, context=tls)

    def _get_socket(self, *_: object) -> ssl.SSLSocket:
        return self.context.wrap_socket(_dial(self._server), server_hostname=self._server.host)
