"""Joins what callers retrieved, and tell of later, to the request that it was retrieved for."""

from collections import OrderedDict

import msgspec

from leadline.checks.deep import DeepExamination
from leadline.vocabulary import CapturedText, Observation, Retrieval, RetrievalNote

MOST_REQUESTS = 2000
MOST_CHARS = 16 * 1024 * 1024
"""Of requests that are remembered, and again of what was told before its request came."""
KEPT_S = 1800.0
"""Text is not kept for longer, here as in the spool."""
_NUMBER_CHARS = 32
"""What a number of a vector counts for: it takes as much memory."""
_NO_TEXT = CapturedText()


class LateChunks:
    """In memory only: a restart forgets, and what comes later then joins nothing."""

    def __init__(self) -> None:
        self._requests: OrderedDict[str, Observation] = OrderedDict()
        self._notes: OrderedDict[str, RetrievalNote] = OrderedDict()
        self._chars = 0
        self._note_chars = 0
        self._judged: dict[str, set[str]] = {}

    def observation(self, seen: Observation) -> DeepExamination:
        """With the chunks that came before it, if there are any."""
        self._forget(seen.exchange.ended_at)
        request_id = seen.exchange.request_id
        note = self._pop_note(request_id)
        if note is not None and note.tenant == seen.exchange.caller.tenant:
            return _joined(seen, note, told_later=False)
        self._requests[request_id] = seen
        self._chars += _chars(seen)
        return DeepExamination(observation=seen)

    def note(self, note: RetrievalNote) -> DeepExamination | None:
        """The request once more, with its chunks; None = it has not been seen yet, or is another tenant's."""
        self._forget(note.at)
        seen = self._requests.get(note.request_id)
        if seen is None:
            self._pop_note(note.request_id)
            self._notes[note.request_id] = note
            self._note_chars += _note_chars(note)
            return None
        if note.tenant != seen.exchange.caller.tenant:
            return None
        joined = _joined(seen, note, told_later=True)
        # what is told a second time about one request does not count twice
        exchange = msgspec.structs.replace(seen.exchange, retrieval=joined.observation.exchange.retrieval)
        self._requests[note.request_id] = msgspec.structs.replace(seen, exchange=exchange)
        return joined

    def judged(self, request_id: str, checks: set[str]) -> set[str]:
        """Note which checks have given a verdict on the request; gives those that had before."""
        before = self._judged.get(request_id, set())
        if request_id in self._requests:
            self._judged[request_id] = before | checks
        return before

    def _forget(self, now: float) -> None:
        while self._requests:
            request_id, oldest = next(iter(self._requests.items()))
            too_many = len(self._requests) > MOST_REQUESTS or self._chars > MOST_CHARS
            if not too_many and now - oldest.exchange.ended_at <= KEPT_S:
                break
            del self._requests[request_id]
            self._judged.pop(request_id, None)
            self._chars -= _chars(oldest)
        while self._notes:
            request_id, note = next(iter(self._notes.items()))
            too_many = len(self._notes) > MOST_REQUESTS // 4 or self._note_chars > MOST_CHARS
            if not too_many and now - note.at <= KEPT_S:
                break
            self._pop_note(request_id)

    def _pop_note(self, request_id: str) -> RetrievalNote | None:
        note = self._notes.pop(request_id, None)
        if note is not None:
            self._note_chars -= _note_chars(note)
        return note


def _joined(seen: Observation, note: RetrievalNote, *, told_later: bool) -> DeepExamination:
    text = seen.text or _NO_TEXT
    context = "\n".join([text.context, *(chunk.text for chunk in note.chunks)]).strip("\n")
    exchange = seen.exchange
    retrieval = exchange.retrieval or _with_figures(note)
    told: Observation = msgspec.structs.replace(
        seen,
        text=msgspec.structs.replace(text, context=context) if seen.text is not None else None,
        exchange=msgspec.structs.replace(exchange, retrieval=retrieval),
    )
    return DeepExamination(
        observation=told,
        chunks=note.chunks,
        told_later=told_later,
        figures_later=told_later and exchange.retrieval is None,
    )


def _with_figures(note: RetrievalNote) -> Retrieval:
    """What the caller says, and for the rest what the chunks say by themselves."""
    said, chunks = note.retrieval, note.chunks
    scores = [chunk.score for chunk in chunks if chunk.score is not None]
    ages_s = [chunk.age_s for chunk in chunks if chunk.age_s is not None]
    mean = sum(scores) / len(scores) if scores else None
    told: Retrieval = msgspec.structs.replace(
        said,
        n=said.n if said.n is not None or not chunks else len(chunks),
        # scores of another scale, such as BM25's, say nothing of how good these are
        score=said.score if said.score is not None or mean is None or abs(mean) > 1 else max(0.0, mean),
        age_s=said.age_s if said.age_s is not None or not ages_s else max(0.0, *ages_s),
    )
    return told


def _note_chars(note: RetrievalNote) -> int:
    return sum(len(chunk.text) + _NUMBER_CHARS * len(chunk.vector) for chunk in note.chunks)


def _chars(seen: Observation) -> int:
    text = seen.text or _NO_TEXT
    return len(text.prompt) + len(text.context) + len(text.answer)
