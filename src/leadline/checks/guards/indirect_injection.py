"""Sentences in documents and tool results that speak to the model."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from leadline.checks.guards import CostClass, Guard
from leadline.checks.guards._attack_patterns import PATTERNS
from leadline.checks.guards._attack_score import PROOF
from leadline.checks.guards._linear import Classifier, shipped
from leadline.checks.guards._readings import readings
from leadline.checks.guards._sentences import corrected, marked, sentences
from leadline.vocabulary import FailureKind, Finding, Place

_KIND = FailureKind.SECURITY_INDIRECT_INJECTION
_LEAST = 0.1


class IndirectInjection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Finds sentences, lines and table cells of retrieved documents and tool results that give orders or put
    questions to whoever reads them with a model, whether or not they talk of instructions. A finding spans
    the sentence. `score` is one half where, of 621 ordinary documents held out (e-mails, tables, manuals,
    encyclopedia, search results), 11 are flagged; there .74 of the attacks of BIPIA are found that the
    training had not seen, and .98 of those it had. Every doubling of the number of sentences asks for a
    little more.

    Blind spots: documents that address their readers look the same. Of 66 sets of search results, full of
    questions and advice, 11 are flagged and 3 at a threshold of .6; of 182 READMEs and manuals of packages
    19, and 10 at .6. Measure on your own documents: a rule's `threshold` of .15 finds .93 of unseen attacks
    and flags 2 in a hundred e-mails, but two in three search results. Not seen are statements that mislead
    without an order, and languages other than English, but for the phrases of `injection`.

    Cost: 1.7 ms for 1 KB.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = frozenset(
        {Place.INPUT_CONTEXT, Place.TOOL_RESULT, Place.TOOL_DEFINITION}
    )

    @property
    def reach(self) -> int | None:
        return None

    @property
    def unavailable(self) -> str:
        return ""

    def grade(self, text: str, place: Place) -> float:  # noqa: ARG002 - as `scan`
        """The score of the sentence that stands out most, also where it is too low for a finding."""
        return max((one.score for one in _found(text, shipped("indirect_injection"), 0.0)), default=0.0)

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        return tuple(_found(text, shipped("indirect_injection"), _LEAST))


def _found(text: str, model: Classifier, least: float) -> Iterator[Finding]:
    whole = list(sentences(text))
    for said, start, end in whole:
        margin = model.margin(marked(said), {})
        score = model.score(corrected(margin, len(whole)))
        if score >= least:
            yield Finding(_KIND, "speaks_to_the_model", start, end, score)
    for reading in readings(text):
        folded = reading.lower()
        for row in PATTERNS:
            match = row.search(reading, folded) if row.alone else None
            if match is not None:
                span = match.span() if reading is text else (0, len(text))
                yield Finding(_KIND, row.label, *span, PROOF)


PLUG: type[Guard] = IndirectInjection
