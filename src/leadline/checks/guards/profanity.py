"""Rude words and insults. Not toxicity: no tool without a large model understands that."""

from typing import ClassVar

import msgspec

from leadline.checks.guards import EVERYWHERE, CostClass, Guard
from leadline.checks.guards._linear import Classifier, shipped
from leadline.checks.guards._sentences import sentences
from leadline.vocabulary import FailureKind, Finding, Place

_LEAST = 0.1
_WHOLE = 400
"""Characters: up to here a text is one utterance, as those were that the weights come from."""


class Profanity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Finds rude words and insults in English. A text of up to 400 characters is judged as one, of a longer
    one each sentence; `score` is one half where, on tweets held out, two clean ones in a hundred are flagged.

    It is called profanity because it is no more: it knows words, not what is done with them. On HateCheck,
    whose cases turn on meaning, it is as good as a coin (AUROC .44).

    Blind spots: hatred in polite words; other languages; quoted and reclaimed words, and dialects in which
    such words are no insult (the labels of Davidson et al. 2017 are known to count African American English
    as rude too often), are flagged.

    Cost: 1 ms for 1 KB.

    Attributes:
        kind: the failure kind of a finding.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = EVERYWHERE

    kind: FailureKind = FailureKind.SECURITY_JAILBREAK

    @property
    def reach(self) -> int | None:
        return None

    @property
    def labels(self) -> frozenset[str]:
        return frozenset({"profanity"})

    @property
    def unavailable(self) -> str:
        return ""

    def grade(self, text: str, place: Place) -> float:  # noqa: ARG002 - as `scan`
        """The score of the rudest utterance, also where it is too low for a finding."""
        model = shipped("profanity")
        return max((_score(model, said) for said, _, _ in _utterances(text)), default=0.0)

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        model = shipped("profanity")
        judged = [(_score(model, said), start, end) for said, start, end in _utterances(text)]
        return tuple(
            [
                Finding(self.kind, "profanity", start, end, score)
                for score, start, end in judged
                if score >= _LEAST
            ]
        )


def _utterances(text: str) -> list[tuple[str, int, int]]:
    if len(text) <= _WHOLE:
        return [(text, 0, len(text))] if text.strip() else []
    return list(sentences(text))


def _score(model: Classifier, said: str) -> float:
    return model.score(model.margin(said, {}))


PLUG: type[Guard] = Profanity
