"""What a caller retrieved for a request, told with it or later."""

import msgspec


class Retrieval(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a caller says of its retrieval. `score` is 0..1, `age_s` the age of the oldest chunk, `size` how
    much the index holds. None = not said.
    """

    index: str = ""
    n: int | None = None
    score: float | None = None
    age_s: float | None = None
    size: int | None = None


class RetrievedChunk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One retrieved piece, as the caller gave it: `vector` is its embedding in the caller's index."""

    text: str = ""
    id: str = ""
    score: float | None = None
    age_s: float | None = None
    vector: tuple[float, ...] = ()


class RetrievalNote(msgspec.Struct, frozen=True, kw_only=True, tag="retrieval"):
    """Chunks of an earlier request. Their text is transient: it is stored nowhere but in the spool.

    Only a request of the same `tenant` is joined.
    """

    request_id: str
    tenant: str
    at: float
    retrieval: Retrieval = Retrieval()
    chunks: tuple[RetrievedChunk, ...] = ()
