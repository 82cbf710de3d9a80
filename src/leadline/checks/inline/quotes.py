"""What the answer puts between quotation marks stands in the context or the prompt."""

import re

import msgspec

from leadline.checks.bounds import AtLeastOne, AtLeastZero
from leadline.checks.inline import Examination, InlineCheck
from leadline.checks.inline._leaning import leans_on_instructions
from leadline.checks.inline._marks import holds_one
from leadline.checks.inline._names import words
from leadline.vocabulary import FailureKind, Signal, Verdict

_CHECK = "quotes"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_QUOTED = re.compile(
    r'"([^"\n]{12,600})"|\u201c([^\u201c\u201d\n]{12,600})\u201d|\u201e([^\u201e\u201c\u201d\n]{12,600})[\u201c\u201d]'
    r"|\u00ab\s?([^\u00ab\u00bb\n]{12,600})\s?\u00bb|\u00bb([^\u00ab\u00bb\n]{12,600})\u00ab|^>\s?(.{12,600})$",
    re.MULTILINE,
)
_LEFT_OUT = re.compile(r"\.{3,}|\u2026|\[[^\]]{0,40}\]")
_WORD = re.compile(r"[^\W_]+")
_MARKS = tuple('"\u201c\u201e\u00ab\u00bb>')


class Quotes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.hallucination` when the answer quotes words, between quotation marks of any kind or as a
    block quote, that stand neither in the context nor in the prompt. `score` is the share of quotes found.

    Compared word by word without case, punctuation and white space; an ellipsis or a bracket inside a quote
    parts it, and each part is looked for. Applies to quotes of `least_words` words and more when there are
    at least `least_source` characters to quote from; a system prompt is, where half of the answer's own words
    stand in it.

    Measured on the faithful answers of RAGTruth-QA: `tests/checks/test_text_checks.py` has the figures.

    Blind spots: shorter quotes; quotes in single marks, which are apostrophes as well; right words said by
    somebody else; translated quotes and titles of works, which are flagged.

    Linear: 0.02 ms where nothing is quoted. Text beyond `cap_chars` is not read; a longer source is skipped.

    Attributes:
        least_words: quotes below this are names, titles and scare quotes.
        least_source: characters of context and prompt below which nothing is judged.
        cap_chars: how much of source and answer is read.
    """

    least_words: AtLeastZero = 5
    least_source: AtLeastZero = 200
    cap_chars: AtLeastOne = 8192

    def inspect(self, exam: Examination) -> Signal:
        answer, question = exam.answer.text[: self.cap_chars], exam.question
        size = len(question.context) + len(question.prompt)
        if size < self.least_source or not holds_one(answer, _MARKS):
            return _NOT_APPLICABLE
        quoted = [parts for parts in map(self._parts, _QUOTED.finditer(answer)) if parts]
        instructed = size - len(question.system) < self.least_source
        if not quoted or (instructed and not leans_on_instructions(question, words(answer), self.cap_chars)):
            return _NOT_APPLICABLE
        if size > self.cap_chars:
            reason = f"the source has {size} characters, over the cap of {self.cap_chars}"
            return Signal(check=_CHECK, verdict=Verdict.SKIPPED, evidence=reason)
        source = _plain(f"{question.context}\n{question.prompt}")
        invented = sum(any(part not in source for part in parts) for parts in quoted)
        if not invented:
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=1.0)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.QUALITY_HALLUCINATION,
            score=1 - invented / len(quoted),
            evidence=f"{invented} of {len(quoted)} quotes do not stand in the source",
        )

    def _parts(self, match: re.Match[str]) -> list[str]:
        """The quote's pieces, each as plain words between spaces; nothing when it is too short to judge."""
        text = next(group for group in match.groups() if group is not None)
        if len(_WORD.findall(text)) < self.least_words:
            return []
        return [plain for piece in _LEFT_OUT.split(text) if len(plain := _plain(piece)) > 2]


def _plain(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "


PLUG: type[InlineCheck] = Quotes
