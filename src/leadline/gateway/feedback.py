"""`POST /v1/requests/{id}/feedback`: what somebody says of an answer, told once it was given."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from leadline.gateway.client import BodyTooLarge, Client
from leadline.gateway.parts import Spool
from leadline.vocabulary import ClientError, Complaint, Exchange, FeedbackNote, KeyGrant

SUFFIX = "/feedback"
MOST_BYTES = 256 * 1024
MOST_COMMENT_CHARS = 4_000
MOST_CORRECTED_CHARS = 64_000
LONGEST_USER = 256
_DIGEST_BYTES = 8
_THUMBS = {"up": 1.0, "down": 0.0}


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    """`thumbs` or a `score` from 0 (bad) to 1 (good); `user` is the client's own name for whoever says it."""

    thumbs: Literal["up", "down"] | None = None
    score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    complaint: Complaint | None = None
    comment: str = ""
    corrected: str = ""
    user: str = ""


_body = msgspec.json.Decoder(_Body)


class About(msgspec.Struct, frozen=True):
    """A request of the key that tells of it, at Unix time `at`."""

    exchange: Exchange
    grant: KeyGrant
    at: float


class Taken(msgspec.Struct):
    """What the caller is told. `texts`: whether comment and correction are kept for people to read, looked
    at once (`transient`) or dropped, as the key's `capture` says.
    """

    request_id: str
    score: float | None
    texts: str


_TEXTS = {"keep": "kept", "transient": "transient", "facts": "dropped"}


async def take(
    about: About | None, headers: Mapping[str, str], client: Client, spool: Spool
) -> Taken | ClientError:
    """Hand it to the watch; `about` None = no request of this key. The same again changes nothing there, and
    of one person the last word counts. Raises ClientLeft.
    """
    try:
        sent = await client.body(MOST_BYTES, headers.get("content-length"))
    except BodyTooLarge:
        return _refusal(413, "body_too_large", f"The body is over {MOST_BYTES} bytes; send less text.")
    if about is None:
        message = (
            "No such request of this key is known; it may be older than what is kept, or not stored yet."
        )
        return _refusal(404, "unknown_request", message)
    try:
        body = _body.decode(sent)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        hint = f" A complaint is one of {', '.join(Complaint)}." if "$.complaint" in str(error) else ""
        return _refusal(400, "body_unreadable", f"The body cannot be read: {error}.{hint}")
    if problem := _problem(body):
        return _refusal(400, "feedback_unusable", problem)
    note = note_of(body, about)
    if not spool.offer(note):
        return _refusal(503, "not_recorded", "The feedback could not be written; send it again later.")
    return Taken(about.exchange.request_id, note.score, _TEXTS.get(about.grant.capture, "transient"))


def note_of(body: _Body, about: About) -> FeedbackNote:
    """Whoever corrects an answer without judging it was not content with it."""
    score = body.score if body.thumbs is None else _THUMBS[body.thumbs]
    if score is None and (body.corrected or body.complaint):
        score = 0.0
    named = body.user or about.exchange.caller.user
    takes_text = about.grant.capture != "facts"
    return FeedbackNote(
        exchange=about.exchange,
        at=about.at,
        rater=_digest(about.grant.tenant, named) if named else "",
        score=score,
        complaint=body.complaint,
        comment=body.comment if takes_text else "",
        corrected=body.corrected if takes_text else "",
        comment_chars=len(body.comment),
        corrected_chars=len(body.corrected),
        keep=about.grant.capture == "keep",
    )


def _problem(body: _Body) -> str:
    """Empty = there is none."""
    if body.thumbs is not None and body.score is not None:
        return "Give `thumbs` or `score`, not both."
    if body.thumbs is None and body.score is None and not (body.complaint or body.comment or body.corrected):
        return "Say something: `thumbs` (up, down), `score` (0 to 1), `complaint`, `comment` or `corrected`."
    for name, text, most in (
        ("comment", body.comment, MOST_COMMENT_CHARS),
        ("corrected", body.corrected, MOST_CORRECTED_CHARS),
        ("user", body.user, LONGEST_USER),
    ):
        if len(text) > most:
            return f"`{name}` has {len(text)} characters; at most {most} are taken."
    return ""


def _digest(tenant: str, user: str) -> str:
    """The same person is known again, within a tenant, without their name being kept."""
    said = f"{tenant}\0{user}".encode("utf-8", "replace")
    return hashlib.blake2b(said, digest_size=_DIGEST_BYTES).hexdigest()


def _refusal(status: int, code: str, message: str) -> ClientError:
    return ClientError(status=status, code=code, message=message)
