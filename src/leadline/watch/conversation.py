"""One change told to one destination: its first request, and whatever its answers ask for."""

import msgspec

from leadline.destinations import Declined, Destination
from leadline.vocabulary import IncidentUpdate, OutboundRequest
from leadline.watch.mailing import TryLater
from leadline.watch.outbound import Reply, Send

_MOST_REQUESTS = 8


async def tell(destination: Destination, update: IncidentUpdate, send: Send) -> Reply:
    """The last reply, or the first that is no success.

    Each request carries `idempotency-key: incident:sequence` (and `:n` from the second on), so that a
    receiver can drop a repetition. Raises Declined, Refused, OSError.
    """
    key = f"{update.incident.incident_id}:{update.sequence}"
    reply = await send(_named(destination.render(update), key))
    answers: list[bytes] = []
    while reply.is_success:
        answers.append(reply.body)
        request = destination.follow_up(update, answers)
        if request is None:
            return reply
        if len(answers) == _MOST_REQUESTS:
            raise Declined(f"{_MOST_REQUESTS} requests did not finish it; this destination is broken")
        reply = await send(_named(request, f"{key}:{len(answers)}"))
    return reply


def _named(request: OutboundRequest, key: str) -> OutboundRequest:
    named: OutboundRequest = msgspec.structs.replace(
        request, headers={**request.headers, "idempotency-key": key}
    )
    return named


def reason_of(error: OSError) -> str:
    """Without the address: a URL may be the secret."""
    if isinstance(error, TryLater):
        return str(error)
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"not reachable: {error.strerror or type(error).__name__}"
