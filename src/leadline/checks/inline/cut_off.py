"""An answer that says it ended by itself did not stop in the middle of something."""

import re

import msgspec

from leadline.checks.bounds import AtLeastOne, AtLeastZero
from leadline.checks.inline import Examination, InlineCheck
from leadline.vocabulary import Answer, FailureKind, FinishReason, Signal, Verdict

_CHECK = "cut_off"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_PASSED = Signal(check=_CHECK, verdict=Verdict.PASS, score=0.0)
_FENCE = re.compile(r"^[ \t]{0,3}```", re.MULTILINE)
_NEVER_LAST = (
    "the a an and or but of to in for with from by at on that which is are was were be has have as than "
    "because der die das ein eine und oder aber von zu mit für auf dass ist sind le la les de des et ou "
    "que el los las y del il che di"
)
_UNFINISHED = frozenset(_NEVER_LAST.split())
_WORD = re.compile(r"\w+")
_TAIL = 40
_LAST_LINE = 600
_STOPS = ".!?:;\u3002"
_GOES_ON = re.compile(r"[^\W\d_]{2}[.!][\"')\]]?\s+(?=[A-ZÀ-ÖØ-ÞА-Я]).{24,}", re.DOTALL)
"""A sentence that ended, and behind it on the same line one that does not: some five words and more. It is
held against what stands about the last stop, for a search over the line costs as much as all other checks.
"""
_WITH_CAPITALS = re.compile("[\x00-\u02ff\u0370-\u04ff]")
"""Latin, Greek and Cyrillic letters: sentences that begin with a capital."""


class CutOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `provider.truncated` when an answer that ended by its own word is not whole: its JSON or its code
    fence is not closed, its last sentence ends with a comma or with a word that no sentence ends with, or
    the sentences before it on its line have ended and it has not. `score` is 1.

    `stopped_at_limit` needs a limit and usage; this one needs neither. Where JSON was asked for,
    `json_schema` judges it. Tool calls, cut and refused answers
    have signals of their own; answers below `least_chars` are not judged, as one-word answers may be such a
    word. An answer with a stop sequence of the caller's may end anywhere and is still judged: turn the check
    off there.

    Measured on 709 cuts of RAGTruth-QA answers: .65 of those between two words are found and half of those
    anywhere, every cut of JSON, and none of the 368 whole answers, 1,065 headlines and sentences in eleven
    languages and 255 passages is flagged.

    Blind spots: an answer cut at the end of a sentence, in its first one, or in an item of a list.

    Linear: 0.01 ms. JSON is looked at only where the answer begins with a bracket; text beyond `cap_chars`
    is not searched for fences.

    Attributes:
        least_chars: shorter answers are not judged.
        cap_chars: longer answers are judged by their end alone.
    """

    least_chars: AtLeastZero = 40
    cap_chars: AtLeastOne = 8192

    def inspect(self, exam: Examination) -> Signal:
        answer = exam.answer
        text = answer.text.strip()
        if (
            not _claims_to_be_whole(answer)
            or len(text) < self.least_chars
            or answer.text_chars > len(answer.text)
        ):
            return _NOT_APPLICABLE
        judged_by_schema = exam.question.json_mode or exam.question.schema_json is not None
        if why := self._what_is_open(text, judged_by_schema=judged_by_schema):
            return Signal(
                check=_CHECK,
                verdict=Verdict.FAIL,
                kind=FailureKind.PROVIDER_TRUNCATED,
                score=1.0,
                evidence=f"{why}, and it ended with {answer.finish_raw}",
            )
        return _PASSED

    def _what_is_open(self, text: str, *, judged_by_schema: bool) -> str:
        if len(text) <= self.cap_chars:
            if "```" in text and len(_FENCE.findall(text)) % 2:
                return "a code fence is not closed"
            if text[0] in "{[" and not judged_by_schema and _is_open_json(text):
                return "its JSON is not closed"
        return "it stops within a sentence" if _stops_within_a_sentence(text) else ""


def _stops_within_a_sentence(text: str) -> bool:
    end = text[-1]
    if end == "," or not (end.isalnum() or end == "_"):
        return end == ","
    if _has_begun_another(text.rpartition("\n")[2][-_LAST_LINE:]):
        return True
    word = text[-_TAIL:].rsplit(maxsplit=1)[-1]
    return (word if word.isalpha() else _WORD.findall(word)[-1]).lower() in _UNFINISHED


def _has_begun_another(line: str) -> bool:
    """Whether its last stop ended a sentence, and it goes on behind it and ends in a word."""
    stop = max(map(line.rfind, _STOPS))
    if stop < 2 or not _GOES_ON.match(line, stop - 2):
        return False
    end = line[-1]
    return end != "_" and not end.isdecimal() and _WITH_CAPITALS.match(end) is not None


def _claims_to_be_whole(answer: Answer) -> bool:
    ended = answer.complete and answer.finish_reason is FinishReason.STOP
    return ended and not answer.tool_calls and not answer.refused and answer.block_reason is None


def _is_open_json(text: str) -> bool:
    """Whether it is JSON but for its end: what else begins with a bracket (a list mark, a link) is not."""
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return "truncated" in str(error)
    except RecursionError:
        return False
    return False


PLUG: type[InlineCheck] = CutOff
