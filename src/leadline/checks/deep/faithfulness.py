"""The answer says what its source says."""

import math
import re
from collections.abc import Sequence
from typing import ClassVar

import msgspec

from leadline.checks.bounds import AtLeastOne, AtLeastZero, Share
from leadline.checks.deep import DeepCheck, DeepExamination, DeepPlug, DeepTools, Found
from leadline.checks.deep._faithfulness_weights import WEIGHTS
from leadline.checks.deep._lexical import features, overlap, read_source, weakest
from leadline.measures.languages import linguist
from leadline.vocabulary import FailureKind, Signal, Verdict

_CHECK = "faithfulness"
_SUMMARY = re.compile(r"\b(?:summar|tl;?dr|abstract|condense|in short|key points)", re.IGNORECASE)
_PERSONAL = re.compile(r"\S*@\S*|\d(?:[\d ().-]{5,}\d)")
_EVIDENCE_CHARS = 160
_STRAYS_FROM = 0.9
"""Of answers that share no words with the source, those that decline or ask back stay below."""


class Faithfulness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.hallucination` when an answer strays from the documents it was to be made of. `score` is
    0..1, how likely it is that it does.

    A logistic regression on nine figures: new words and pairs of words, figures and names that the source
    does not hold, sentences without support in any sentence of it. One set of weights for answers to
    questions, one for summaries. It looks at words, not at meaning: it needs no model.

    Applies when there is text to lean on, at least `least_source` characters of context and prompt, or chunks
    that were told of later, and the answer shares at least `least_overlap` of its words with it. Where
    `x-leadline-retrieval` or the chunks say that documents were fetched for the answer, one that shares less
    is judged too, by a limit of .9: it finds .94 of answers to other questions, and flags none of twelve
    that decline, ask back or take leave.

    Measured on the 368 rows of RAGTruth-QA, none of which trained it: AUROC .84, F1 .55 (65 % of the
    unfaithful answers found at 15 % false flags); on answers made for the purpose .98, on summaries .96. A
    flag alone means little; the rate of a template is what opens an incident. `training/faithfulness.py`
    makes the weights again.

    Blind spots: a wrong claim in the source's own words, a negation, a figure in the wrong place; a faithful
    answer in other words than the source's (false flag); an answer in another language than its source.

    Attributes:
        least_source: characters of source below which nothing is judged.
        least_overlap: share of the answer's words that the source holds.
        least_words: of an answer that can be judged.
        threshold: score from which on an answer is flagged; by default the one of its kind of task.
        cap_chars: how much of source and answer is read.
    """

    by_default: ClassVar[bool] = True
    slow: ClassVar[bool] = False

    least_source: AtLeastZero = 200
    least_overlap: Share = 0.25
    least_words: AtLeastZero = 8
    threshold: Share | None = None
    cap_chars: AtLeastOne = 32_768

    def start(self, tools: DeepTools) -> DeepCheck:
        del tools
        return _Judge(self)


class _Judge:
    def __init__(self, settings: Faithfulness) -> None:
        self._settings = settings

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        text, settings = exam.observation.text, self._settings
        answered = exam.observation.exchange.answer
        if text is None or answered is None or answered.refused:
            return ()
        told = f"{text.context}\n{text.prompt}"
        answer = text.answer[: settings.cap_chars]
        if len(told) < settings.least_source or len(answer.split()) < settings.least_words:
            return (_NOT_APPLICABLE,)
        if len(told) > settings.cap_chars:
            reason = f"the source has {len(told)} characters, over the cap of {settings.cap_chars}"
            return (Signal(check=_CHECK, verdict=Verdict.SKIPPED, evidence=reason),)
        source = read_source(told)
        strays = overlap(source, answer) < settings.least_overlap
        if strays and not (_was_retrieved(exam) and _in_one_language(told, answer)):
            return (_NOT_APPLICABLE,)
        task = "summary" if _SUMMARY.search(text.prompt) else "qa"
        weights, bias, usual = WEIGHTS[task]
        figures = features(source, answer)
        score = 1 / (1 + math.exp(-bias - sum(w * x for w, x in zip(weights, figures, strict=True))))
        limit = usual if settings.threshold is None else settings.threshold
        if score < (max(limit, _STRAYS_FROM) if strays else limit):
            return (Signal(check=_CHECK, verdict=Verdict.PASS, score=score),)
        shown = _PERSONAL.sub("***", weakest(source, answer))[:_EVIDENCE_CHARS]
        return (
            Signal(
                check=_CHECK,
                verdict=Verdict.FAIL,
                kind=FailureKind.QUALITY_HALLUCINATION,
                score=score,
                evidence=f"least supported: {shown}",
            ),
        )


def _was_retrieved(exam: DeepExamination) -> bool:
    """Whether documents were fetched for this very answer, which then has to lean on them."""
    retrieval = exam.observation.exchange.retrieval
    return bool(exam.chunks) or (retrieval is not None and retrieval.n != 0)


def _in_one_language(one: str, other: str) -> bool:
    model = linguist()
    told = [next(iter(model.languages(text)), "") for text in (one, other)] if model else ["", ""]
    return told[0] == told[1] != ""


_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
PLUG: type[DeepPlug] = Faithfulness
