"""The answer is not a refusal."""

import re
from collections.abc import Mapping

import msgspec

from leadline.checks.bounds import AtLeastOne
from leadline.checks.inline import Examination, InlineCheck
from leadline.checks.inline._declining import declines, may_decline
from leadline.vocabulary import Answer, FailureKind, FinishReason, Signal, Verdict, Word

_CHECK = "refusal"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_PASSED = Signal(check=_CHECK, verdict=Verdict.PASS, score=0.0)
_NOT_FOUND = re.compile(
    r"\b(?:context|passages?|transcript|excerpt|based on|according to|kontext|im (?:text|dokument|bericht)"
    r"|not (?:mentioned|specified|enough|available|found|included|stated)"
    r"|(?:does|do|did)(?:n['\u2019]t| not) (?:mention|contain|include|specify|state|say)"
    r"|(?:the|this|these|your|provided|given|available|retrieved|search) (?:\w+ )?"
    r"(?:documents?|sources?|data|report|results|articles?|information (?:provided|given|available))"
    r"|in den (?:angaben|unterlagen|dokumenten|quellen)|dans le (?:texte|document)"
    r"|en el (?:texto|documento))\b",
    re.IGNORECASE,
)
"""That a source holds no answer is no refusal."""
_QUOTED = re.compile(
    r'"[^"\n]{0,240}(?:"|\Z)|\u201c[^\u201d\n]{0,240}(?:\u201d|\Z)|\u201e[^\u201c\n]{0,240}(?:\u201c|\Z)'
)
_ALL_THE_SAME = re.compile(
    r"\b(?:but|however|instead|that said|aber|allerdings|mais|pero|ma|mas|maar|но)\b.{0,40}?"
    r"\b(?:here(?: is| are|['\u2019]s)|i can tell|what i can|in general|generally|typically|usually|these are"
    r"|the following|hier (?:ist|sind)|voici|aquí|ecco|aqui está|hier is)\b",
    re.IGNORECASE | re.DOTALL,
)
_OF_WHATEVER_WAS_ASKED = re.compile(r"\b(?:that|this|it|your request|so)\b[.,;]", re.IGNORECASE)
_TURNS_WITHIN, _LEAST_GIVEN = 400, 120
"""Characters up to "but here is", and after it: with as many a part of what was asked is answered."""
_SECURITY: Mapping[str | None, FailureKind] = {
    "JAILBREAK": FailureKind.SECURITY_JAILBREAK,
    "SPII": FailureKind.SECURITY_PII_LEAK,
    "RECITATION": FailureKind.SECURITY_DATA_EXTRACTION,
    "IMAGE_RECITATION": FailureKind.SECURITY_DATA_EXTRACTION,
}
_SENTENCE = re.compile(r"[.!?\n](?:(?<=\n)|\s)|[。！？]")  # noqa: RUF001 - Chinese and Japanese


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.refusal` when the model declines: the provider says so or filtered its answer, or one of
    the first two sentences says that it cannot or will not do what it was asked, in fifteen languages
    (English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Chinese, Japanese, Korean,
    Turkish, Arabic, Hindi). `score` is 1.

    Gemini's JAILBREAK, SPII and RECITATION say more: they are `security.jailbreak`, `security.pii_leak` and
    `security.data_extraction`, stopped by the provider. What a provider refuses with an error (the content
    filters of Azure and OpenAI) is flagged alike, an attack that Azure detected as `security.jailbreak` or
    `security.indirect_injection`.

    What a policy of the gateway blocked never comes here: it is a security event. That the source holds no
    answer ("the context does not mention it") is no refusal.

    Nor is it a refusal to quote one, to tell of a court's, or to decline a part and go on with "but here is"
    at length.

    Applies to every answer with text; only the first `opening_chars` are read, so it costs the same for any
    length: 0.01 ms.

    Measured on 103 refusals and 101 answers that sound like one, in nine languages, written by hand
    (`training/fresh`), half of them kept apart: all found, none falsely flagged; at first sight, before the
    phrases were made anew, .28 and 6 %. None of 368 answers of RAGTruth-QA and 1,065 sentences in eleven
    languages is flagged. Who wrote the rows wrote the phrases: measure on your own answers.

    Blind spots: a refusal that comes after an introduction or in other words; a long answer that declines
    one part of its task without "but here is" (a false flag). Some refusals are right: the rate of a
    template tells.

    Attributes:
        opening_chars: how far into the answer a refusal may begin.
    """

    opening_chars: AtLeastOne = 240

    def inspect(self, exam: Examination) -> Signal:
        answer = exam.answer
        if told := _told(answer):
            return _failed(told, _SECURITY.get(answer.block_reason or answer.finish_raw), answer)
        opening = answer.text[: self.opening_chars].lstrip(" \n\t*_#>")
        if not opening:
            return _NOT_APPLICABLE
        forms = may_decline(opening.lower())
        if not forms:
            return _PASSED
        for place, sentence in enumerate(_SENTENCE.split(_spoken(opening), maxsplit=2)[:2]):
            if not declines(sentence.lower(), forms) or _NOT_FOUND.search(sentence):
                continue
            if not _gives_a_part(answer.text):
                return _failed(f"sentence {place + 1} declines", None, answer)
        return _PASSED


def _spoken(opening: str) -> str:
    """Without what it quotes, unless it is all a quote."""
    plain = _QUOTED.sub(" ", opening)
    return plain if plain.strip(" .") else opening


def _gives_a_part(text: str) -> bool:
    """Whether it declines one thing and goes on with another at length."""
    turn = _ALL_THE_SAME.search(text[:_TURNS_WITHIN])
    if turn is None or len(text) - turn.end() < _LEAST_GIVEN:
        return False
    return not _OF_WHATEVER_WAS_ASKED.search(text[: turn.end()])


def _told(answer: Answer) -> str:
    """What the provider itself says of it."""
    if answer.refused or answer.finish_reason is FinishReason.REFUSAL:
        return "the provider says that the model refused"
    if answer.block_reason is not None or answer.finish_reason is FinishReason.FILTERED:
        return f"the provider filtered it: {answer.block_reason or answer.finish_raw}"[:200]
    return ""


def _failed(evidence: str, security: FailureKind | None, answer: Answer) -> Signal:
    """What the provider stopped for security has reached nobody, and no other target is to be asked it."""
    return Signal(
        check=_CHECK,
        verdict=Verdict.FAIL,
        kind=security or FailureKind.QUALITY_REFUSAL,
        score=1.0,
        evidence=evidence,
        word=Word.BLOCK if security else None,
        asked=security is not None and answer.block_reason is not None,
    )


PLUG: type[InlineCheck] = Refusal
