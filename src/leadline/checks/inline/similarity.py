"""The answer is like the other answers of its template."""

import msgspec

from leadline.checks.bounds import Share
from leadline.checks.inline import NOT_AVAILABLE, Examination, InlineCheck
from leadline.measures.vectors import embedder
from leadline.vocabulary import FailureKind, Signal, Verdict

_CHECK = "similarity"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)


class Similarity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.coherence` when the first kilobyte of an answer is far from the rolling centroid of its
    template: the cosine of their static embeddings (wordllama, 256 dimensions) is below the template's own
    limit. `score` is the cosine.

    The centroid comes with the overlay: the watch keeps an average, fading over some fifty answers, of those
    on which no check failed. The limit is the mean of their own cosines less four standard deviations, and
    never above 0.70. Fewer than 20 answers, or no captured text to learn from: not applicable.

    Blind spots: the same task done worse; a wrong answer in the usual words; templates whose answers have
    nothing in common have a low limit and find gross changes only (another task, refusals, gibberish).

    Time does not grow with the answer: 0.2 ms for the first kilobyte. Without wordllama it says `not
    available`. Loading costs a worker 0.2 s and 44 MB, 22 of them shared.

    Attributes:
        threshold: cosine below which an answer fails, for all templates; none = the learnt limit of each.
    """

    threshold: Share | None = None

    def warm(self) -> None:
        """Load the model before the first request waits for it."""
        embedder()

    @property
    def unavailable(self) -> str:
        return "" if embedder() else "wordllama is not installed, or damaged: pip install wordllama."

    def inspect(self, exam: Examination) -> Signal:
        centroid, answer = exam.learnt.centroid, exam.answer
        model = embedder()
        if model is None:
            return Signal(check=_CHECK, verdict=Verdict.SKIPPED, evidence=f"{NOT_AVAILABLE}: no wordllama")
        if not centroid or answer.refused or not answer.text:
            return _NOT_APPLICABLE
        vector = model.embed(answer.text)
        if len(vector) != len(centroid):
            return _NOT_APPLICABLE
        score = model.cosine(vector, centroid)
        learnt = exam.learnt.least_similarity
        limit = self.threshold if self.threshold is not None else learnt if learnt is not None else 0.70
        if score >= limit:
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=score)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.QUALITY_COHERENCE,
            score=score,
            evidence=f"cosine {score:.2f} with the template's centroid, the limit is {limit:.2f}",
        )


PLUG: type[InlineCheck] = Similarity
