"""Topics that a policy rules out, each told by examples."""

import importlib.util
from typing import ClassVar

import msgspec
import numpy as np

from leadline.checks.guards import CostClass, Guard
from leadline.checks.guards._topics import Learnt, learn, passages
from leadline.measures.embeddings import embed
from leadline.vocabulary import FailureKind, Finding, Place

_FEWEST = 3


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`examples` are sentences on the topic, at least three; `counter_examples` are near it and allowed."""

    name: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...] = ()


class DeniedTopics(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Finds passages on topics that are told by examples: a passage belongs to a topic when it is nearer to
    the three nearest examples, by static word vectors, than the threshold that the examples themselves teach:
    halfway between how near they are to one another and how near the counter-examples (and plain sentences of
    many kinds) come to them. `label` is the name of the topic; `score` is one half at that threshold.

    Six to twelve examples in different words, and counter-examples from the same field, make it good; see
    what it is worth on your own rows with `leadline checks measure denied_topics`.

    Measured on three topics of eight examples each that were not looked at before (politics, competitors,
    weapons; `training/fresh`): .69 of 26 questions on them are found, 3 % of questions on others flagged,
    AUROC .93; at first sight .19 were found.

    Blind spots: vectors of words know no negation and no roles ("how to sue" and "we were sued" are one
    topic); languages other than English; a topic told in words that no example has.

    Cost: 0.4 ms for 1 KB.

    Attributes:
        topics: what is denied.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = frozenset({Place.INPUT_USER, Place.OUTPUT})

    topics: tuple[Topic, ...] = ()

    def __post_init__(self) -> None:
        scant = next((one.name for one in self.topics if len(one.examples) < _FEWEST), None)
        if scant is not None:
            raise ValueError(f"the topic {scant!r} needs at least {_FEWEST} examples")

    @property
    def reach(self) -> int | None:
        return None

    @property
    def labels(self) -> frozenset[str]:
        return frozenset([one.name for one in self.topics])

    @property
    def unavailable(self) -> str:
        if importlib.util.find_spec("wordllama") is None:
            return "its word vectors are not installed: pip install wordllama."
        return "" if self.topics else "it has no `topics`."

    def grade(self, text: str, place: Place) -> float:  # noqa: ARG002 - as `scan`
        """The highest score of any passage on any topic."""
        return max((score for _, _, _, score in self._scored(text)), default=0.0)

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        return tuple(
            [
                Finding(FailureKind.SECURITY_JAILBREAK, name, start, end, score)
                for name, start, end, score in self._scored(text)
                if score >= _LEAST
            ]
        )

    def _scored(self, text: str) -> list[tuple[str, int, int, float]]:
        pieces = list(passages(text))
        if not pieces or not self.topics:
            return []
        vectors = embed([said for said, _, _ in pieces])
        return [
            (name, start, end, score)
            for name, learnt in self._learnt().items()
            for (_, start, end), score in zip(pieces, learnt.scores(vectors), strict=True)
        ]

    def _learnt(self) -> dict[str, Learnt]:
        """Learnt at the first text: loading the vectors takes a third of a second."""
        if "_topics" not in self.__dict__:
            self.__dict__["_topics"] = {
                one.name: learn(embed(one.examples), _embedded(one.counter_examples)) for one in self.topics
            }
        known: dict[str, Learnt] = self.__dict__["_topics"]
        return known


def _embedded(texts: tuple[str, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return embed(texts) if texts else np.zeros((0, 1), np.float32)


_LEAST = 0.1

PLUG: type[Guard] = DeniedTopics
