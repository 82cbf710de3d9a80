"""The answer is not a refusal."""

import re
from collections.abc import Mapping

import msgspec

from leadline.checks.inline import Examination, InlineCheck
from leadline.vocabulary import Answer, FailureKind, FinishReason, Signal, Verdict, Word

_CHECK = "refusal"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_PASSED = Signal(check=_CHECK, verdict=Verdict.PASS, score=0.0)
_NOT = r"(?:can(?:no|['\u2019])?t|can not|unable|not able|won['\u2019]t|will not)"
_DO_IT = (
    r"(?:help|assist|provide|answer|comply|do (?:that|this)|fulfil|support|discuss|share|create|generate|"
    r"write|continue|engage)"
)
_SORRY = (
    r"(?:i(?:['\u2019]m| am)(?: really| very| so)? (?:sorry|afraid)|sorry|apologies|"
    r"i apologi[sz]e|unfortunately)"
)
_ENGLISH = (
    rf"{_SORRY}\b.{{0,60}}?\b{_NOT}\b.{{0,30}}?\b{_DO_IT}",
    rf"i(?:['\u2019]m| am)? {_NOT}(?: to)?\b.{{0,20}}?\b{_DO_IT}\b",
    r"i (?:must|have to|need to) (?:decline|refuse)\b",
    rf"as an? (?:ai|(?:large )?language model)\b.{{0,40}}?\b(?:{_NOT}|not)\b",
    r"(?:this|that|your) request (?:violates|goes against|is against|conflicts with)",
    r"it (?:would(?:n['\u2019]t| not) be|is(?:n['\u2019]t| not)) (?:appropriate|ethical|right) (?:for me )?",
)
_GERMAN = (
    r"(?:(?:es )?tut mir leid|leider|entschuldigung)\b.{0,80}?\b(?:kann|darf|möchte)\b.{0,40}?\bnicht\b",
    r"(?:dabei|hierbei|damit) kann ich (?:dir |ihnen |leider )*nicht",
    (
        r"ich kann (?:dir |ihnen |dabei |diese anfrage |das )*(?:leider )?(?:nicht|keine)\b.{0,40}?\b"
        r"(?:helfen|beantworten|anbieten|geben)"
    ),
)
_OTHERS = (
    r"(?:je suis désolée?|désolée?)\b.{0,60}?\bne (?:peux|puis|suis)\b",
    r"je ne (?:peux|puis) (?:pas )?(?:vous |t['\u2019])?(?:aider|répondre|fournir)",
    r"(?:lo siento|lo lamento|disculp\w+)\b.{0,60}?\bno (?:puedo|me es posible)\b",
    r"no puedo (?:ayudar|proporcionar|responder|cumplir|ofrecer)",
    r"mi dispiace\b.{0,60}?\bnon (?:posso|sono in grado)\b",
    r"(?:desculpe|sinto muito|lamento)\b.{0,60}?\bnão posso\b",
    r"(?:het spijt me|sorry|helaas)\b.{0,60}?\bkan ik\b.{0,40}?\bniet\b",
    r"(?:抱歉|对不起|很遗憾).{0,20}?(?:无法|不能)",
    r"(?:申し訳|すみません).{0,40}?(?:できません|いたしかねます)",
    r"(?:к сожалению|извините|простите)\b.{0,60}?\bне (?:могу|смогу)\b",  # noqa: RUF001 - Russian
)
_REFUSES = re.compile("|".join((*_ENGLISH, *_GERMAN, *_OTHERS)), re.IGNORECASE | re.DOTALL)
_NOT_FOUND = re.compile(
    r"\b(?:context|passage|document|text|source|information|data|report|provided|given|mention|kontext|"
    r"dokument|angaben)",
    re.IGNORECASE,
)
_SECURITY: Mapping[str | None, FailureKind] = {
    "JAILBREAK": FailureKind.SECURITY_JAILBREAK,
    "SPII": FailureKind.SECURITY_PII_LEAK,
    "RECITATION": FailureKind.SECURITY_DATA_EXTRACTION,
    "IMAGE_RECITATION": FailureKind.SECURITY_DATA_EXTRACTION,
}
_SENTENCE = re.compile(r"[.!?\n](?:(?<=\n)|\s)")


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.refusal` when the model declines: the provider says so or filtered its answer, or the
    answer opens with one of the usual phrases, in English, German, French, Spanish, Italian, Portuguese,
    Dutch, Chinese, Japanese or Russian. `score` is 1.

    Gemini's JAILBREAK, SPII and RECITATION say more: they are `security.jailbreak`, `security.pii_leak` and
    `security.data_extraction`, stopped by the provider. What a provider refuses with an error (the content
    filters of Azure and OpenAI) is flagged alike, an attack that Azure detected as `security.jailbreak` or
    `security.indirect_injection`.

    What a policy of the gateway blocked never comes here: it is a security event. That the source holds no
    answer ("the context does not mention it") is no refusal.

    Applies to every answer with text; only the first `opening_chars` are read, so it costs the same for any
    length: 0.01 ms.

    Blind spots: a refusal that comes after an introduction or in other words; a long answer that declines
    one part of its task; other languages. Some refusals are right: the rate of a template tells.

    Attributes:
        opening_chars: how far into the answer a refusal may begin.
    """

    opening_chars: int = 240

    def inspect(self, exam: Examination) -> Signal:
        answer = exam.answer
        if told := _told(answer):
            return _failed(told, _SECURITY.get(answer.block_reason or answer.finish_raw), answer)
        opening = answer.text[: self.opening_chars].lstrip(" \n\t*_#>\"'")
        if not opening:
            return _NOT_APPLICABLE
        for place, sentence in enumerate(_SENTENCE.split(opening, maxsplit=2)[:2]):
            if _REFUSES.match(sentence) and not _NOT_FOUND.search(sentence):
                return _failed(f"sentence {place + 1} declines", None, answer)
        return _PASSED


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
