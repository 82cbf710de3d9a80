"""Sentences in documents and tool results that speak to the model."""

import importlib.util
from collections.abc import Iterator
from typing import ClassVar

import msgspec
import numpy as np

from leadline.checks.guards import CostClass, Guard
from leadline.checks.guards._attack_patterns import PATTERNS
from leadline.checks.guards._attack_score import PROOF
from leadline.checks.guards._linear import Classifier, shipped
from leadline.checks.guards._orders import read
from leadline.checks.guards._readings import readings
from leadline.checks.guards._sentences import corrected
from leadline.checks.guards._standing import NAMES
from leadline.vocabulary import FailureKind, Finding, Place

_KIND = FailureKind.SECURITY_INDIRECT_INJECTION
_LEAST = 0.1


class IndirectInjection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Finds sentences, lines and table cells of retrieved documents and tool results that give orders or put
    questions to whoever reads them with a model, whether or not they talk of instructions. A finding spans
    the sentence. Each is judged twice: by itself (its words, and signs such as an order, "your answer", a
    word for a model or its user, an address to send to), then by how it stands in its page: how unlike the
    rest it is, how many of its words occur there, whether others speak to somebody too. English, and in part
    German, French, Spanish, Chinese and Russian.

    Measured on what no fold had seen, kinds of attacks and of documents held out as a whole: .94 of the
    labelled attacks of BIPIA at no false alarm among its 150 e-mails and tables, 1 % of manuals, .4 % of
    encyclopedia passages. 111 fresh orders of 16 sorts put into e-mails, tables, search results, manuals and
    READMEs of others: .88 are found, with false alarms on none of 66 sets of search results and, in the half
    kept apart, 1.3 % of 780 other documents (READMEs 2, release notes 4).

    Blind spots: documents of a few lines, all of them orders, questions or rules to somebody: of fragments
    of four such lines 17 % are flagged, and of orders put into eight such lines only .3 to .98 are found,
    least those that ask for other work ("Find five papers"). A sentence that means just what the document
    is about; statements that mislead without an order; other languages, but for the phrases of `injection`.
    A rule's `threshold` of .3 finds more (.93) and flags 3 % of documents.

    Cost: 3 ms for 1 KB.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = frozenset(
        {Place.INPUT_CONTEXT, Place.TOOL_RESULT, Place.TOOL_DEFINITION}
    )

    @property
    def reach(self) -> int | None:
        return None

    @property
    def labels(self) -> frozenset[str]:
        return frozenset({"speaks_to_the_model", *[row.label for row in PATTERNS if row.alone]})

    @property
    def unavailable(self) -> str:
        if importlib.util.find_spec("wordllama") is None:
            return "its word vectors are not installed: pip install wordllama."
        return ""

    def grade(self, text: str, place: Place) -> float:  # noqa: ARG002 - as `scan`
        """The score of the sentence that stands out most, also where it is too low for a finding."""
        return max((one.score for one in _found(text, shipped("indirect_injection"), 0.0)), default=0.0)

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        return tuple(_found(text, shipped("indirect_injection"), _LEAST))


def _found(text: str, model: Classifier, least: float) -> Iterator[Finding]:
    pages = read(text)
    for page in pages:
        alone = np.array([model.margin_of(*row) for row in page.inputs()])
        margins = model.second(page.standing(text, alone), NAMES)
        for (_, start, end), margin in zip(page.pieces, margins, strict=True):
            score = model.score(corrected(float(margin), len(pages)))
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
