"""What a caller retrieved for a request, told with it or later."""

from typing import Annotated

import msgspec

_LONGEST_INDEX = 128
_LONGEST_CHUNK_ID = 256
_Figure = Annotated[int, msgspec.Meta(ge=0, le=10**15 - 1)]
_Index = Annotated[str, msgspec.Meta(pattern=rf"\A([\x21-\x7e][\x20-\x7e]{{0,{_LONGEST_INDEX - 1}}})?\Z")]


class Retrieval(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a caller says of its retrieval. `score` is 0..1, `age_s` the age of the oldest chunk, `size` how
    much the index holds, `index` a printable name. None = not said. Whoever decodes one refuses what lies
    outside of these bounds.
    """

    index: _Index = ""
    n: _Figure | None = None
    score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    age_s: Annotated[float, msgspec.Meta(ge=0, le=1e10)] | None = None
    size: _Figure | None = None


class RetrievedChunk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One retrieved piece, as the caller gave it: `vector` is its embedding in the caller's index. Scores
    may be of any scale, and ages a little below nought where two clocks differ.
    """

    text: str = ""
    id: Annotated[str, msgspec.Meta(max_length=_LONGEST_CHUNK_ID)] = ""
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
