"""Any URL that takes a JSON POST: the incident, what changed, and the state of the system around it."""

import hashlib
import hmac
from typing import Annotated

import msgspec

from leadline.destinations import SECRET, Destination, Place, Secret
from leadline.destinations._words import JSON
from leadline.vocabulary import IncidentUpdate, OutboundRequest


class Webhook(Place, frozen=True, kw_only=True):
    """Posts every change of an incident of at least `at_least` as JSON.

    The body is `{"version": "1", "change", "at", "sequence", "page", "incident", "state", "runbook",
    "questions", "by", "note", "silenced"}`; `by` and `note` are whose decision it was and
    why. `only_pages` leaves out what need not wake anybody. With a `secret`,
    `x-leadline-signature: sha256=<hex>` is the HMAC-SHA256 of the body. `headers` are sent as they are.
    """

    url: Secret
    secret: Secret = ""
    headers: Annotated[dict[str, str], SECRET] = msgspec.field(default_factory=dict)

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        body = msgspec.json.encode({"version": "1", **msgspec.to_builtins(update)})
        headers = {**JSON, **{k.lower(): v for k, v in self.headers.items()}}
        if self.secret:
            signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["x-leadline-signature"] = f"sha256={signature}"
        return OutboundRequest(url=self.url, body=body, headers=headers)


PLUG: type[Destination] = Webhook
