"""Sources that the answer cites by number or address are among those it was given, and say what it says."""

import re
from collections.abc import Iterator

import msgspec

from leadline.checks.bounds import AtLeastOne, AtLeastZero, Share
from leadline.checks.inline import Examination, InlineCheck
from leadline.checks.inline._marks import holds_one
from leadline.vocabulary import FailureKind, Signal, Verdict

_CHECK = "citations"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_NAMED = r"(?:source|document|doc|passage|chunk|snippet|reference|quelle|dokument)"
_SOURCE = re.compile(
    rf"^[ \t]*(?:\[(\d{{1,3}})\]|\[?{_NAMED}[ _#-]{{0,2}}(\d{{1,3}})\b\]?|<{_NAMED}[^>\n]{{0,80}}?"
    rf"(?:index|id|number)=[\"']?(\d{{1,3}})\b)",
    re.IGNORECASE | re.MULTILINE,
)
_CITED = re.compile(
    rf"\[\^?(\d{{1,3}}(?:\s?[,;\u2013-]\s?\^?\d{{1,3}}){{0,20}})\]"
    rf"|[\[(]{_NAMED}s?[ _#-]{{0,2}}(\d{{1,3}})[\])]"
    r"|\u3010(\d{1,3})[^\u3011\n]{0,40}\u3011",
    re.IGNORECASE,
)
_MARKS = ("[", "\u3010", "://")
_BEHIND_A_BRACKET = ("(Source", "(source", "(Doc", "(doc", "(Reference", "(Quelle")
"""One of them or of the marks is in every answer that cites: to look for these costs a microsecond, the
pattern fifty."""
_RANGE = re.compile(r"(\d{1,3})\s?[\u2013-]\s?\^?(\d{1,3})|(\d{1,3})")
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]}|]{1,500}")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?\u3002](?=\s)")
_WORD = re.compile(r"[^\W_]{4,}|\d+(?:[.,]\d+)*")
_LONGEST_RANGE = 20


class Citations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.hallucination` when the answer cites what it was not given: a number (`[3]`, `(Source
    3)`, `[^3]`) that none of the numbered sources has, or a web address that stands neither in context nor
    prompt though others do. Also when a cited sentence stands in other sources than those it cites: it shares
    less than `least_support` of its words and figures with them, and most with all sources together. `score`
    is the share of citations that hold.

    Sources are numbered where a line of context or prompt begins with `[3]`, `Source 3`, `Document 3` and the
    like, or with `<document index="3">`. With `required`, an answer of `long_words` words and more over
    numbered sources that cites none of them is `quality.format`.

    Blind spots: sources that are named rather than numbered; a right source cited for a wrong claim in its
    own words (`entities` looks for that); claims without a citation. Code is not read. Measured on
    hand-written answers only, of which it judges all rightly.

    Linear: 0.01 ms where nothing is cited. Text beyond `cap_chars` is not read; a longer source is skipped.

    Attributes:
        required: the prompt asks for citations, so their absence is a failure.
        least_support: share of a cited sentence's words that its sources must hold.
        least_words: cited sentences below this are not compared.
        long_words: answers below this need no citation.
        cap_chars: how much of source and answer is read.
    """

    required: bool = False
    least_support: Share = 0.2
    least_words: AtLeastZero = 5
    long_words: AtLeastZero = 30
    cap_chars: AtLeastOne = 16384

    def inspect(self, exam: Examination) -> Signal:
        answer, question = exam.answer.text[: self.cap_chars], exam.question
        if not (self.required or _may_cite(answer)):
            return _NOT_APPLICABLE
        if len(question.context) + len(question.prompt) > self.cap_chars:
            reason = f"the source is over the cap of {self.cap_chars} characters"
            return Signal(check=_CHECK, verdict=Verdict.SKIPPED, evidence=reason)
        given = f"{question.context}\n{question.prompt}"
        prose = _CODE.sub(" ", answer) if "`" in answer else answer
        sources = _sources(given)
        cited = [*self._numbers(prose, sources), *_addresses(prose, given)]
        if cited:
            return _verdict([problem for problem in cited if problem], len(cited))
        if self.required and sources and len(prose.split()) >= self.long_words:
            said = f"none of the {len(sources)} sources is cited"
            return Signal(
                check=_CHECK, verdict=Verdict.FAIL, kind=FailureKind.QUALITY_FORMAT, score=0.0, evidence=said
            )
        return _NOT_APPLICABLE

    def _numbers(self, prose: str, sources: dict[int, str]) -> Iterator[str]:
        """What is wrong with each number that is cited; empty where nothing is."""
        if not sources:
            return
        words = {number: _words(text) for number, text in sources.items()}
        everything = frozenset().union(*words.values())
        for claim, numbers in _claims(prose):
            known = [words[number] for number in numbers if number in words]
            for number in numbers:
                if number not in words:
                    yield f"[{number}] is none of the {len(words)} sources"
            if known:
                elsewhere = self._stands_elsewhere(_words(claim), frozenset().union(*known), everything)
                wrong = f"what cites {numbers} stands in other sources" if elsewhere else ""
                yield from [wrong] * len(known)

    def _stands_elsewhere(
        self, claim: frozenset[str], cited: frozenset[str], everything: frozenset[str]
    ) -> bool:
        if len(claim) < self.least_words:
            return False
        return len(claim & cited) < self.least_support * len(claim) and len(claim & everything) * 2 > len(
            claim
        )


def _may_cite(answer: str) -> bool:
    return holds_one(answer, _MARKS) or ("(" in answer and holds_one(answer, _BEHIND_A_BRACKET))


def _sources(given: str) -> dict[int, str]:
    """The text of each numbered source, up to where the next one begins."""
    found = list(_SOURCE.finditer(given))
    ends = [*(match.start() for match in found[1:]), len(given)]
    sources: dict[int, str] = {}
    for match, end in zip(found, ends, strict=False):  # an end is left over where nothing was found
        number = int(match[1] or match[2] or match[3])
        sources[number] = sources.get(number, "") + given[match.end() : end]
    return sources


def _claims(prose: str) -> Iterator[tuple[str, list[int]]]:
    """The sentence before each run of citations on their line, and the numbers that the run cites."""
    claim, at = "", 0
    numbers: list[int] = []
    for match in _CITED.finditer(prose):
        between = prose[at : match.start()]
        at = match.end()
        if _WORD.search(between):
            if numbers:
                yield claim, numbers
            line = between.rpartition("\n")[2]
            claim, numbers = (
                next((one for one in _SENTENCE_END.split(line)[::-1] if _WORD.search(one)), ""),
                [],
            )
        numbers += _counted(match[1] or match[2] or match[3])
    if numbers:
        yield claim, numbers


def _counted(written: str) -> list[int]:
    """`1, 3-5` as its numbers."""
    numbers: list[int] = []
    for match in _RANGE.finditer(written):
        first, last = (int(match[1]), int(match[2])) if match[1] else (int(match[3]), int(match[3]))
        numbers += range(first, min(last, first + _LONGEST_RANGE) + 1)
    return numbers


def _addresses(prose: str, given: str) -> list[str]:
    """What is wrong with each web address; nothing to say where none was given."""
    if "://" not in prose or "://" not in given:
        return []
    cited = [match.group().rstrip(".,;:!?").rstrip("/") for match in _ADDRESS.finditer(prose)]
    known = {match.group().rstrip(".,;:!?").rstrip("/") for match in _ADDRESS.finditer(given)}
    return ["" if one in known else "an address was not among the sources" for one in cited]


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _verdict(wrong: list[str], cited: int) -> Signal:
    if not wrong:
        return Signal(check=_CHECK, verdict=Verdict.PASS, score=1.0)
    return Signal(
        check=_CHECK,
        verdict=Verdict.FAIL,
        kind=FailureKind.QUALITY_HALLUCINATION,
        score=1 - len(wrong) / cited,
        evidence=f"{len(wrong)} of {cited} citations: {wrong[0]}",
    )


PLUG: type[InlineCheck] = Citations
