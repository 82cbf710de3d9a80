"""Asked again, the model says the same."""

import re
from collections.abc import Sequence
from typing import ClassVar

import msgspec

from leadline.checks.bounds import AboveZero, AtLeastOne, Share
from leadline.checks.deep import Asking, DeepCheck, DeepExamination, DeepPlug, DeepTools, Found
from leadline.checks.deep._spending import Purse, is_sampled
from leadline.vocabulary import FailureKind, Signal, Verdict

_CHECK = "self_consistency"
_FIGURE = re.compile(r"\d[\d.,]*\d|\d")


class SelfConsistency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.hallucination` when a model that is asked the same again gives other answers: what it
    knows it repeats, what it makes up it makes up anew (the idea of SelfCheckGPT, Manakul et al. 2023).

    `score` is 0..1: the mean agreement of the answer with `times` further ones, half of it likeness in
    meaning (wordllama embeddings), half the share of the answer's figures that the others hold too, those of
    the question aside; without figures, likeness alone. A sample of the answers is tried, through the
    gateway as `origin: judge`, with a budget of its own for each UTC day; when it is spent, `cost.budget`
    says so and no more is asked.

    Measured on 50 short questions written by hand, half of them about things that do not exist and so made
    up anew each time: AUROC .99, all of these flagged, 2 of 25 good answers falsely
    (`tests/checks/deep/asked_again.jsonl`). On RAGTruth-QA, where what is wrong is a detail of a long answer
    and the answers of other models stand for further ones: AUROC .68, recall .26 at 11 % false flags. With a
    source at hand `faithfulness` is the better check.

    Blind spots: what a model gets wrong in the same way each time; a wrong detail in a long answer; another
    name in the same sentence, which embeddings hardly see; tasks whose answers should differ (poems, ideas):
    do not use it there. Needs wordllama.

    Attributes:
        share: of the answers that are tried.
        times: how often each is asked again.
        budget_usd_per_day: in US dollars.
        unpriced_usd: what a question counts for when its price is not known.
        threshold: score below which an answer is flagged.
        templates: only these are tried; empty = all.
        cap_chars: of the question; longer ones are not asked again.
    """

    by_default: ClassVar[bool] = False
    slow: ClassVar[bool] = True

    budget_usd_per_day: float
    share: Share = 0.01
    times: AtLeastOne = 3
    unpriced_usd: AboveZero = 0.01
    threshold: Share = 0.55
    templates: tuple[str, ...] = ()
    cap_chars: AtLeastOne = 24_000

    def __post_init__(self) -> None:
        if not (0 < self.share <= 1 and 1 <= self.times <= 10 and self.budget_usd_per_day > 0):
            raise ValueError(
                "`share` lies above 0 and up to 1, `times` from 1 to 10, and `budget_usd_per_day` above 0"
            )

    def start(self, tools: DeepTools) -> DeepCheck:
        tools.embed(["warm"])
        return _Asking(self, tools)


class _Asking:
    def __init__(self, settings: SelfConsistency, tools: DeepTools) -> None:
        self._settings = settings
        self._ask, self._embed = tools.ask, tools.embed
        self._purse = Purse(settings.budget_usd_per_day, settings.unpriced_usd, tools.clock)
        self.remembered, self.remember = self._purse.remembered, self._purse.remember

    def wants(self, exam: DeepExamination) -> bool:
        exchange, text, settings = exam.observation.exchange, exam.observation.text, self._settings
        if exam.told_later or text is None or not (text.prompt and text.answer and exchange.alias):
            return False
        if settings.templates and exchange.template not in settings.templates:
            return False
        fits = len(text.context) + len(text.prompt) <= settings.cap_chars and exchange.served
        sampled = is_sampled(exchange.request_id, settings.share, _CHECK)
        return fits and sampled and not self._purse.is_empty

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        text = exam.observation.text
        if text is None:
            return ()
        others = []
        for _ in range(self._settings.times):
            if self._purse.is_empty:
                return self._purse.last_words(_CHECK)
            asking = Asking(
                alias=exam.observation.exchange.alias,
                system=text.context,
                prompt=text.prompt,
                temperature=1.0,
                most_tokens=1000,
            )
            others.append((await self._purse.ask(self._ask, asking)).text)
        return (self._verdict(text.prompt, text.answer, others), *self._purse.last_words(_CHECK))

    def _verdict(self, prompt: str, answer: str, others: Sequence[str]) -> Signal:
        first, *rest = self._embed([answer, *others])
        likeness = sum(max(0.0, float(first @ other)) for other in rest) / len(rest)
        figures = set(_FIGURE.findall(answer)) - set(_FIGURE.findall(prompt))
        score = likeness
        if figures:
            shared = [len(figures & set(_FIGURE.findall(other))) / len(figures) for other in others]
            score = (likeness + sum(shared) / len(shared)) / 2
        if score >= self._settings.threshold:
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=score)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.QUALITY_HALLUCINATION,
            score=score,
            evidence=f"asked {len(others)} times more, the answers agreed by {score:.0%}",
        )


PLUG: type[DeepPlug] = SelfConsistency
