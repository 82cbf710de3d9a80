"""E-mail: one message per change, all of an incident in one thread."""

import base64
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from leadline.destinations import Destination, Place, Secret
from leadline.destinations._words import cut, headline, text
from leadline.vocabulary import IncidentUpdate, OutboundRequest, Severity

_LONGEST_SUBJECT = 200
_PRIORITY = {Severity.CRITICAL: "1", Severity.HIGH: "2", Severity.MEDIUM: "3", Severity.LOW: "5"}


class Email(Place, frozen=True, kw_only=True):
    """Sends through a mail server.

    `url` is `smtp://HOST:587` (STARTTLS, refused without), `smtps://HOST:465` (TLS from the start), or, for a
    relay on the same site, `smtp+unencrypted://HOST:25`, which never carries a password. `sender` and
    `recipients` are plain addresses. `user` and `password` log in.
    """

    url: str
    sender: str
    recipients: list[str]
    user: str = ""
    password: Secret = ""

    def __post_init__(self) -> None:
        # a reference (env:NAME) has no scheme yet when a file is checked where its secrets are not
        if "://" in self.url and not urlsplit(self.url).scheme.startswith("smtp"):
            raise ValueError("`url` begins with smtp://, smtps:// or smtp+unencrypted://")
        if not self.recipients:
            raise ValueError("`recipients` names at least one address")
        for address in (self.sender, *self.recipients):
            if address.count("@") != 1 or any(letter in address for letter in " ,;<>\r\n"):
                raise ValueError("`sender` and `recipients` are plain addresses such as ops@example.com")

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        headers = {"content-type": "message/rfc822"}
        if self.user:
            login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            headers["authorization"] = f"Basic {login}"
        return OutboundRequest(url=self.url, body=self._message(update).as_bytes(), headers=headers)

    def _message(self, update: IncidentUpdate) -> EmailMessage:
        incident = update.incident
        domain = self.sender.rpartition("@")[2]
        thread = f"<{incident.incident_id}@{domain}>"
        message = EmailMessage(policy=SMTP)
        message["From"] = f"Leadline <{self.sender}>"
        message["To"] = ", ".join(self.recipients)
        message["Subject"] = cut(" ".join(headline(update).split()), _LONGEST_SUBJECT)
        message["Date"] = format_datetime(datetime.fromtimestamp(update.at, UTC))
        message["Message-ID"] = f"<{incident.incident_id}.{update.sequence}@{domain}>"
        message["In-Reply-To"] = thread
        message["References"] = thread
        message["X-Priority"] = _PRIORITY[incident.severity]
        message["X-Leadline-Incident"] = incident.incident_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text(update, self.runbook_link(update), self.incident_link(update)) + "\n")
        return message


PLUG: type[Destination] = Email
