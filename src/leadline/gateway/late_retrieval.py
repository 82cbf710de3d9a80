"""`POST /v1/requests/{id}/retrieval`: what a caller retrieved for a request, told once it is answered."""

from collections.abc import Mapping

import msgspec

from leadline.gateway.admission import refuse_index
from leadline.gateway.client import BodyTooLarge, Client
from leadline.gateway.parts import Spool
from leadline.vocabulary import ClientError, KeyGrant, Retrieval, RetrievalNote, RetrievedChunk

SUFFIX = "/retrieval"
JOINED_S = 1800.0
MOST_BYTES = 1024 * 1024
MOST_CHUNKS = 64
MOST_DIMENSIONS = 4096
MOST_TEXT_CHARS = 256 * 1024


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    """`chunks` hold text, id, score, age_s and vector, each of which may be left out."""

    retrieval: Retrieval = Retrieval()
    chunks: tuple[RetrievedChunk, ...] = ()


_body = msgspec.json.Decoder(_Body)


class About(msgspec.Struct, frozen=True):
    """A request of whoever the key belongs to, told of at Unix time `at`."""

    request_id: str
    grant: KeyGrant
    at: float


class Taken(msgspec.Struct):
    """What the caller is told: the deep checks will read it."""

    request_id: str
    chunks: int


async def take(
    about: About | None, headers: Mapping[str, str], client: Client, spool: Spool
) -> Taken | ClientError:
    """Hand it to the watch; `about` None = too late, or no id of ours. Whether the request is this tenant's
    is looked at there. A key whose capture is `facts` may tell of figures and vectors, but its text is
    dropped. Raises ClientLeft.
    """
    if about is None:
        message = "Chunks are joined to requests of the last half hour only, by the id that the gateway gave."
        return _refusal(404, "unknown_request", message)
    try:
        body = _body.decode(await client.body(MOST_BYTES, headers.get("content-length")))
    except BodyTooLarge:
        return _refusal(413, "body_too_large", f"The body is over {MOST_BYTES} bytes; send fewer chunks.")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _refusal(400, "body_unreadable", f"The body cannot be read: {error}.")
    if refusal := refuse_index(body.retrieval, about.grant) or _over_a_limit(body):
        return refusal
    keeps_text = about.grant.capture != "facts"
    note = RetrievalNote(
        request_id=about.request_id,
        tenant=about.grant.tenant,
        at=about.at,
        retrieval=body.retrieval,
        chunks=body.chunks if keeps_text else tuple([_without_text(chunk) for chunk in body.chunks]),
    )
    if not spool.offer(note):
        return _refusal(503, "not_recorded", "The copy could not be written; send it again later.")
    return Taken(about.request_id, len(body.chunks))


def _over_a_limit(body: _Body) -> ClientError | None:
    if len(body.chunks) > MOST_CHUNKS:
        return _too_large(f"There are {len(body.chunks)} chunks; at most {MOST_CHUNKS} are read.")
    if any(len(chunk.vector) > MOST_DIMENSIONS for chunk in body.chunks):
        return _too_large(f"A vector has more than {MOST_DIMENSIONS} dimensions.")
    if sum(len(chunk.text) for chunk in body.chunks) > MOST_TEXT_CHARS:
        return _too_large(f"The chunks have over {MOST_TEXT_CHARS} characters together; send the best ones.")
    return None


def _too_large(message: str) -> ClientError:
    return _refusal(400, "retrieval_too_large", message)


def _without_text(chunk: RetrievedChunk) -> RetrievedChunk:
    bare: RetrievedChunk = msgspec.structs.replace(chunk, text="")
    return bare


def _refusal(status: int, code: str, message: str) -> ClientError:
    return ClientError(status=status, code=code, message=message)
