"""Retrieval brings fresh, relevant chunks from a whole index."""

import math
from collections import deque
from collections.abc import Sequence
from typing import ClassVar

import msgspec

from leadline.checks.bounds import AboveOne, AboveZero, AtLeastOne, Share
from leadline.checks.deep import DeepCheck, DeepExamination, DeepPlug, DeepTools, Found
from leadline.checks.deep._telling import Telling
from leadline.vocabulary import Condition, Exchange, FailureKind, Retrieval, RetrievedChunk

_MOST_INDEXES = 500
_MOST_CHUNKS = 5000
_KEPT_DIMENSIONS = 64
_SIZE_LEARNT_AFTER = 5
_OTHER_VECTOR_BELOW = 0.98
_CLEAR_FACTOR = 0.8
_MEASURES = {
    "empty": (FailureKind.DATA_RETRIEVAL, "empty_share", "of the last {n} retrievals came back empty"),
    "score": (FailureKind.DATA_RETRIEVAL, "low_score_share", "of the last {n} retrievals scored below {low}"),
    "age": (
        FailureKind.DATA_STALE_CONTEXT,
        "stale_share",
        "of the last {n} retrievals held chunks past {age}",
    ),
    "size": (FailureKind.DATA_STALE_CONTEXT, "index_size_ratio", "the index changed its size by that factor"),
    "vectors": (
        FailureKind.DATA_EMBEDDING_DRIFT,
        "bad_vector_share",
        "of the vectors were zero or had changed",
    ),
}


class RetrievalHealth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tells of an index that has gone bad, by what callers say in `x-leadline-retrieval` or send to
    `POST /v1/requests/{id}/retrieval`: empty retrievals and low scores (`data.retrieval`), old chunks and an
    index that shrinks or grows at once (`data.stale_context`), and vectors that are all zeros or differ from
    what the same chunk had before (`data.embedding_drift`).

    Shares are of the last `window` retrievals of a feature and index, judged once there are as many; size is
    compared with the median of the last `window` sizes. A condition ends at four fifths of its limit.

    Blind spots: chunks that fit the question in words only, scores of another scale than 0..1; vectors are
    compared by their first 64 dimensions, of the latest 5,000 chunks that have an `id`.

    Attributes:
        window: retrievals that are judged together.
        empty_share: of the window, from which on empty retrievals are a breach.
        low_score: score below which a retrieval is poor.
        low_score_share: of the window, from which on poor ones are a breach.
        stale_after_s: age of the oldest chunk, in seconds, beyond which a retrieval is stale.
        stale_share: of the window, from which on stale ones are a breach.
        size_factor: by which the index may grow or shrink between two looks.
        bad_vector_share: of the vectors of the window.
    """

    by_default: ClassVar[bool] = True
    slow: ClassVar[bool] = False

    window: AtLeastOne = 20
    empty_share: Share = 0.3
    low_score: Share = 0.2
    low_score_share: Share = 0.5
    stale_after_s: AboveZero = 7 * 86_400.0
    stale_share: Share = 0.5
    size_factor: AboveOne = 1.5
    bad_vector_share: Share = 0.2

    def start(self, tools: DeepTools) -> DeepCheck:
        del tools
        return _Watching(self)


class _Index(msgspec.Struct):
    """The latest of each, oldest first: was it empty, poor, stale; sizes; were vectors bad."""

    empty: deque[bool]
    score: deque[bool]
    age: deque[bool]
    size: deque[int]
    vectors: deque[bool]


class _Watching:
    def __init__(self, settings: RetrievalHealth) -> None:
        self._settings = settings
        self._indexes: dict[tuple[str, str], _Index] = {}
        self._vectors: dict[tuple[str, str, str], tuple[float, ...]] = {}
        self._telling = Telling()

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        exchange = exam.observation.exchange
        retrieval = exchange.retrieval
        if retrieval is None or not exchange.attempts:
            return ()
        name = exchange.caller.feature, retrieval.index
        index = self._indexes.get(name)
        if index is None:
            if len(self._indexes) >= _MOST_INDEXES:
                return ()
            index = self._indexes[name] = _empty_index(self._settings.window)
        measured = {}
        if exam.figures_later or not exam.told_later:
            measured = self._take(index, retrieval)
        if exam.chunks:
            measured |= self._take_vectors(index, exchange, retrieval.index, exam.chunks)
        return [
            told
            for what, (share, limit) in measured.items()
            for told in self._telling.worth(self._condition(what, share, limit, exchange))
        ]

    def _take(self, index: _Index, retrieval: Retrieval) -> dict[str, tuple[float, float]]:
        settings, found = self._settings, {}
        if retrieval.n is not None:
            found["empty"] = _share(index.empty, retrieval.n == 0), settings.empty_share
        if retrieval.score is not None:
            low = retrieval.score < settings.low_score
            found["score"] = _share(index.score, low), settings.low_score_share
        if retrieval.age_s is not None:
            stale = retrieval.age_s > settings.stale_after_s
            found["age"] = _share(index.age, stale), settings.stale_share
        if retrieval.size is not None:
            found["size"] = _jump(index.size, retrieval.size), settings.size_factor
        return {what: (share, limit) for what, (share, limit) in found.items() if share is not None}

    def _take_vectors(
        self, index: _Index, exchange: Exchange, name: str, chunks: Sequence[RetrievedChunk]
    ) -> dict[str, tuple[float, float]]:
        share = None
        for chunk in chunks:
            if chunk.vector:
                share = _share(index.vectors, self._is_bad(exchange.caller.tenant, name, chunk))
        return {} if share is None else {"vectors": (share, self._settings.bad_vector_share)}

    def _is_bad(self, tenant: str, index: str, chunk: RetrievedChunk) -> bool:
        """Zero, or no longer what the same chunk had."""
        vector = chunk.vector[:_KEPT_DIMENSIONS]
        if not any(chunk.vector):
            return True
        if not chunk.id:
            return False
        name = tenant, index, chunk.id
        before = self._vectors.get(name)
        if before is None:
            if len(self._vectors) >= _MOST_CHUNKS:
                del self._vectors[next(iter(self._vectors))]
            self._vectors[name] = vector
            return False
        return len(before) != len(vector) or _cosine(before, vector) < _OTHER_VECTOR_BELOW

    def _condition(self, what: str, measured: float, limit: float, exchange: Exchange) -> Condition:
        kind, measure, words = _MEASURES[what]
        settings = self._settings
        age = f"{settings.stale_after_s / 3600:.0f} hours"
        sentence = words.format(n=settings.window, low=settings.low_score, age=age)
        index = exchange.retrieval.index if exchange.retrieval else ""
        shown = f"{measured:.1f}: " if what == "size" else f"{measured:.0%} "
        return Condition(
            check=f"retrieval_{what}",
            subject=f"{exchange.caller.feature}/{index}",
            kind=kind,
            breached=measured >= limit,
            clear=measured <= _clear_at(what, limit),
            measure=measure,
            measured=measured,
            threshold=limit,
            where=exchange.attempts[-1].target,
            at=exchange.ended_at,
            feature=exchange.caller.feature,
            tenant=exchange.caller.tenant,
            evidence=f"index {index[:60] or 'without a name'}: {shown}{sentence}"[:200],
        )


def _clear_at(what: str, limit: float) -> float:
    """A factor is clear near 1, a share near 0."""
    return 1 + _CLEAR_FACTOR * (limit - 1) if what == "size" else _CLEAR_FACTOR * limit


def _share(latest: deque[bool], value: bool) -> float | None:  # noqa: FBT001 - what is counted
    """Of the last ones, this included; None while they are too few."""
    latest.append(value)
    return sum(latest) / len(latest) if len(latest) == latest.maxlen else None


def _jump(sizes: deque[int], size: int) -> float | None:
    """The factor against the median of the sizes before; half a window later that is the new size."""
    if len(sizes) < _SIZE_LEARNT_AFTER:
        sizes.append(size)
        return None
    usual = max(1, sorted(sizes)[len(sizes) // 2])
    sizes.append(size)
    return max(size / usual, usual / max(1, size))


def _empty_index(window: int) -> _Index:
    empty: deque[bool] = deque(maxlen=window)
    size: deque[int] = deque(maxlen=window)
    return _Index(empty, empty.copy(), empty.copy(), size, empty.copy())


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    product = math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))
    return sum(a * b for a, b in zip(one, other, strict=True)) / product if product else 0.0


PLUG: type[DeepPlug] = RetrievalHealth
