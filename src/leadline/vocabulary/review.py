"""What a policy holds for a person: a text on its way, and what becomes of it."""

from enum import StrEnum

import msgspec

from leadline.vocabulary.exchange import Caller, WireProtocol


class ReviewState(StrEnum):
    PENDING = "pending"
    RELEASED = "released"
    REJECTED = "rejected"
    EXPIRED = "expired"
    """Nobody decided in time, so it was not given."""


class Held(StrEnum):
    """Which way a text was going."""

    ANSWER = "answer"
    """Of a model; once released the client fetches it."""
    QUESTION = "question"
    """To a model; once released the client may ask it again, word for word."""


class HeldText(msgspec.Struct, frozen=True, kw_only=True, tag="held"):
    """A text that waits until a person has looked at it. Times are Unix seconds; after `until` it is not
    given.

    `evidence` is what guards found, without content. `body` is an answer as the client would have had it,
    `content_type` what it is. `digest` is of a question's body. The texts are for whoever decides; they go
    when the decision is made, unless `keep`.
    """

    review_id: str
    request_id: str
    at: float
    until: float
    held: Held
    policy: str
    evidence: tuple[str, ...]
    caller: Caller
    protocol: WireProtocol
    template: str = ""
    provider: str = ""
    model: str = ""
    digest: str = ""
    content_type: str = ""
    body: bytes = b""
    prompt: str = ""
    context: str = ""
    answer: str = ""
    keep: bool = False
