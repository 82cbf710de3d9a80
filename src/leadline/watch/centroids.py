"""What the answers of each template are like: a centroid that follows them, and how near they keep to it."""

import math
from typing import Protocol

import msgspec

from leadline.vocabulary import Observation, Origin, OverlayEntry, Verdict

SIMILARITY = "similarity"
"""The check that asks for centroids."""
KNOWN_AFTER = 20
MOST_TEMPLATES = 500
"""Vectors travel to every worker in the overlay: 500 are 300 KB."""
_SHARE = 0.02
_HIGHEST_LIMIT = 0.70
_DEVIATIONS = 4.0
_SETTLED_AFTER = 200
_ONE_EVERY_S = 1.0
_ANEW_AFTER, _ANEW_AFTER_S = 200, 24 * 3600.0


class Embeds(Protocol):
    """Unit vectors as bytes: see `leadline.measures.vectors.Embedder`."""

    def embed(self, text: str) -> bytes: ...

    def cosine(self, one: bytes, other: bytes) -> float: ...

    def blend(self, centre: bytes, vector: bytes, share: float) -> bytes: ...


class Centroid(msgspec.Struct):
    """An exponentially weighted mean over answers: each new one counts 2 %, so half is forgotten in 34.

    `mean` and `variance` are of the cosines between answers and the centroid before them. `strange` counts
    answers that failed since `learnt_at`: a template that changed for good is learnt anew after 200 of them
    in a day, an incident of hours is not.
    """

    vector: bytes = b""
    seen: int = 0
    mean: float = 0.0
    variance: float = 0.0
    learnt_at: float = 0.0
    strange: int = 0

    @property
    def limit(self) -> float:
        """The cosine below which an answer is far off: four deviations below what is usual, at most 0.70."""
        return min(_HIGHEST_LIMIT, self.mean - _DEVIATIONS * math.sqrt(self.variance))

    def wants(self, at: float) -> bool:
        """Once it has settled, one answer a second teaches enough."""
        return self.seen < _SETTLED_AFTER or at - self.learnt_at >= _ONE_EVERY_S

    def add(self, vector: bytes, at: float, model: Embeds) -> None:
        share = max(_SHARE, 1.0 / (self.seen + 1))
        if self.vector:
            gap = model.cosine(vector, self.vector) - self.mean
            if self.seen == 1:
                self.mean, gap = self.mean + gap, 0.0
            self.mean += share * gap
            self.variance = (1 - share) * (self.variance + share * gap * gap)
        self.vector = model.blend(self.vector, vector, share) if self.vector else vector
        self.seen += 1
        self.learnt_at, self.strange = at, 0

    def refuse(self, at: float) -> bool:
        """Count an answer that failed; True when all of them say that the template is another one now."""
        self.strange += 1
        return self.strange >= _ANEW_AFTER and at - self.learnt_at >= _ANEW_AFTER_S


def teaches(observation: Observation) -> bool:
    """Whole answers to users whose text was captured."""
    exchange, text = observation.exchange, observation.text
    return (
        exchange.origin is Origin.USER
        and exchange.served
        and exchange.answer is not None
        and exchange.answer.complete
        and text is not None
        and bool(text.answer)
    )


def learn(known: dict[str, Centroid], observation: Observation, model: Embeds) -> None:
    """Take note of one answer; one with a failing signal moves nothing."""
    name, at = observation.exchange.template, observation.exchange.ended_at
    if name not in known and len(known) >= MOST_TEMPLATES:
        return
    centroid = known.setdefault(name, Centroid())
    if any(signal.verdict is Verdict.FAIL for signal in observation.signals):
        if centroid.refuse(at):
            del known[name]
    elif centroid.wants(at) and observation.text is not None:
        vector = model.embed(observation.text.answer)
        if vector:
            centroid.add(vector, at, model)


def entries(known: dict[str, Centroid]) -> list[OverlayEntry]:
    """`value` is the limit, in steps of 0.05 so that an overlay is not written for every answer."""
    return [
        OverlayEntry(
            what="centroid",
            name=name,
            value=math.floor(centroid.limit * 20) / 20,
            vector=centroid.vector,
            reason=f"centroid of {centroid.seen} answers, mean cosine {centroid.mean:.2f}",
        )
        for name, centroid in known.items()
        if centroid.seen >= KNOWN_AFTER
    ]
