"""Figures and names in the answer stand in the context or the prompt."""

import re
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec

from leadline.checks.bounds import AtLeastOne, AtLeastZero, Share
from leadline.checks.inline import Examination, InlineCheck
from leadline.checks.inline._figures import COMMAS_GROUP, figures
from leadline.checks.inline._judging import Text, is_english, is_foreign, judge_figures
from leadline.checks.inline._labels import MONTHS, kind_of, periods
from leadline.checks.inline._leaning import leans_on_instructions, overlap
from leadline.checks.inline._markup import plain
from leadline.checks.inline._names import Acronyms, known, names, words
from leadline.checks.inline._numerals import decimal_mark
from leadline.checks.inline._units import unit_named
from leadline.vocabulary import FailureKind, Question, Signal, Verdict

_CHECK = "entities"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_SHOWN = 3
_LONGEST_QUESTION = 200
_MOST_NUMERALS = 1500
"""In a text of 8 KB that holds more, no number says what it is of."""
_NUMERAL = re.compile(r"\d+")
_SHORT_FORM = re.compile(r" \(([A-Z]{2,4})\)")
_PERSONAL = re.compile(r"\S*@\S*|\d(?:[\d ().-]{5,}\d)")


class Entities(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.hallucination` when the answer holds a figure or a name that neither context nor prompt
    holds. `score` is the share of figures and names that are supported.

    Figures are compared by value and unit in any notation: 1,234.5, 1.234,5, 1'234.5 and 12,34,567; 3.9
    million and 3,900,000; 12 % and 12 percent; 9.45 t and 9,450 kg; 4 pm and 16:00; 3,912,345 supports 3.9
    million; a caption "in EUR thousand" counts. A currency, unit, scale or per cent that contradicts the
    source is unsupported; 3 % is not 3 percentage points, 75 mg are not 75 mcg. A figure that the source
    holds for another row, column, period, key or clause than the answer names is a swap, and the evidence
    says what stands there instead; so are a loss told as a profit, a rise told as a fall, a price per month
    told as one per year, the old value told as the new one and a date mixed from two. Changes, sums,
    averages, shares, bills, durations and conversions at a rate of the source that are worked out rightly,
    to the digits written, are supported. Names are runs of capitalised words; each word must stand in the
    source, in another form, or as the initials of words there. 1950 is no rounded 1945; a decade or century
    is supported by any year of it.

    Applies when there is something to lean on, at least `least_source` characters, and the answer leans on
    it: at least `least_overlap` of its words stand in the source. General chat does not (recorded chats:
    below .25), answers from documents do (99 % of them above .30). An answer leans with any word on
    documents that came with the request. A system prompt alone is a source where half of the words that
    the question does not bring stand in it: so it is for three in four answers of RAGTruth-QA with their
    documents there, and for 5 of 87 recorded chats that came with instructions only, of which one is
    flagged.

    Measured on the 302 faithful answers of RAGTruth-QA, on which it was tuned: 5 % falsely flagged (figures
    1 %, names 4 %); of 1,719 figures and names inserted, replaced, appended or opening a sentence, 98 %
    caught. `tests/checks/test_entities.py` repeats the measurement. On 255 pairs of encyclopedia passages
    (retrieval_halueval), on which it was not tuned: none of 1,743 answers of their own sentences is flagged,
    and 98 % of 625 exchanged figures are found. 3 in 10 of RAGTruth's own hallucinations are flagged: most
    are wrong claims made of the source's own words. A single flag means little; the rate of a template is
    what opens an incident.

    Swaps are measured on sets of invented tables, records, price lists, doses, timetables and prose in ten
    languages, written by people who had not seen the check, and each looked into only after it was measured
    once. Of the first (company reports), on which it was tuned, 111 of 115 swaps are found and none of 111
    faithful answers is flagged, of the second 96 of 106 and 1 of 99. Of the others it found at first sight
    77 of 154 swaps and flagged 63 of 123 faithful answers, 49 of 66 and 39 of 70, 41 of 66 and 28 of 66, 37
    of 60 and 18 of 60, 38 of 60 and 20 of 60, 47 of 60 and 19 of 60, 43 of 60 and 12 of 60; after tuning on
    them it is 128 and 6, 56 and 5, 55 and 1, 52 and 2, 51 and 3, 42 and 9, 43 and 8. On the last one, on
    which it was not tuned, it finds 40 of 60 and flags 15 of 60, half of whose faithful answers are worked
    out in one to three steps: expect that of your data. `tests/checks/test_swapped_figures.py` repeats it.

    Blind spots: swaps in sentences with "respectively"; two people, companies or roles exchanged where no
    figure stands beside them; labels in other words than the source's, but for common synonyms, and in
    another language than it; a wrong sum that happens to follow from other figures; arithmetic in more than
    two steps (false flags); figures spelt out; names in headings and labels; a lone name that opens a
    sentence before an unusual verb; names in scripts without capitals and in German, where every noun has
    one; an answer that shares no words with its source at all.

    Linear: 0.7 ms (p50) for 2 KB of source and answer, 6 ms for a report of 8 KB, 12 for a table of it; the
    slowest of 302 answers took 5 ms, texts of 8 KB made to be slow 54 ms (on a busy machine). Text beyond
    `cap_chars` is not read: a longer source is skipped, as support could stand in the part that was not
    read, and so is a text of more than 1,500 numerals. Of a source the labels of 1,000 figures (400 in
    sentences), of an answer 300 claims in sentences and 300 in tables, 16 figures to be worked out, 10,000
    comparisons and 1,500 sums are looked at: what goes beyond is held against the figures alone.

    Attributes:
        least_source: characters of context and prompt below which nothing is judged.
        least_overlap: share of the answer's words of four letters and more that the source holds.
        cap_chars: how much of source and answer is read.
    """

    least_source: AtLeastZero = 60
    least_overlap: Share = 0.25
    cap_chars: AtLeastOne = 8192

    def inspect(self, exam: Examination) -> Signal:
        question, answer = exam.question, exam.answer.text[: self.cap_chars]
        length = len(question.context) + len(question.prompt)
        if length < self.least_source or exam.answer.refused or not answer:
            return _NOT_APPLICABLE
        instructed = length - len(question.system) < self.least_source
        if instructed and not leans_on_instructions(question, words(answer), self.cap_chars):
            return _NOT_APPLICABLE
        source, asked = _source(question)
        if reason := self._too_much(source, answer):
            return Signal(check=_CHECK, verdict=Verdict.SKIPPED, evidence=reason)
        told, said = words(source), words(answer)
        if not _is_about(question, said, told) and overlap(said, told) < self.least_overlap:
            return _NOT_APPLICABLE
        found = _compare(Text(source, told), asked, question, Text(answer, said))
        if not found.wrong:
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=1.0)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.QUALITY_HALLUCINATION,
            score=max(0.0, 1 - found.wrong / max(1, found.mentioned)),
            evidence=_evidence(found),
        )

    def _too_much(self, source: str, answer: str) -> str:
        """Why the texts are not compared, if they are not."""
        if len(source) > self.cap_chars:
            return f"the source has {len(source)} characters, over the cap of {self.cap_chars}"
        for name, text in (("source", source), ("answer", answer)):
            if _is_of_numbers(text):
                return f"the {name} is a list of numbers: it holds more than {_MOST_NUMERALS}"
        return ""


def _is_of_numbers(text: str) -> bool:
    digits = sum([text.count(digit) for digit in "0123456789"])  # ten counts are faster than one pattern
    return digits > _MOST_NUMERALS and len(_NUMERAL.findall(text)) > _MOST_NUMERALS


def _source(question: Question) -> tuple[str, int]:
    """All that the answer may lean on, and where in it the question begins: what stands above that in a long
    prompt is a text to answer from.
    """
    schema = question.schema_json.decode("utf-8", "replace") if question.schema_json else ""
    context, prompt = plain(question.context), question.prompt
    asked = len(context) + 1
    if len(prompt) > _LONGEST_QUESTION:
        above, _, last = prompt.rstrip().rpartition("\n")
        asked += len(above) if len(last) <= _LONGEST_QUESTION else len(prompt)
    return f"{context}\n{prompt}\n{schema}".rstrip("\n"), asked


def _is_about(question: Question, said: set[str], told: set[str]) -> bool:
    """Whether an answer can hardly share words with the documents that it was asked about."""
    if not question.context:
        return False
    return overlap(said, told) > 0


def _is_no_name(word: str) -> bool:
    """Currencies and periods are judged as what they say of figures."""
    return bool(unit_named(word)) or any(kind_of(period) != "m" for period in periods(word))


def _is_a_month(name: str, source: Text) -> bool:
    """Whether the source has this month in another language, or in dates in numerals."""
    month = MONTHS.get(name.casefold())
    if month is None:
        return False
    if any(MONTHS.get(word) == month for word in source.words):
        return True
    return bool(re.search(rf"\b\d{{4}}-0?{month[1:]}\b|\b\d{{1,2}}[./]0?{month[1:]}[./]", source.text))


def _is_abbreviated(name: str, answer: str, told: AbstractSet[str]) -> bool:
    """`Manchester (MAN)`, where the source has the short form."""
    place = answer.find(f"{name} (")
    while place >= 0:
        found = _SHORT_FORM.match(answer, place + len(name))
        if found:
            return found[1].casefold() in told and name.upper().startswith(found[1])
        place = answer.find(f"{name} (", place + 1)
    return False


class _Found(NamedTuple):
    """What is wrong with an answer, in words for people, and how many figures and names it mentions."""

    strangers: list[str]
    swapped: list[str]
    mentioned: int

    @property
    def wrong(self) -> int:
        return len(self.strangers) + len(self.swapped)


def _compare(source: Text, asked: int, question: Question, answer: Text) -> _Found:
    usual = COMMAS_GROUP if is_english(answer.words) else decimal_mark(source.text)
    usual = usual or ("," if is_foreign(answer.words) else "")
    mentioned = list(figures(answer.text, answer.words, usual))
    initials, named = (
        Acronyms(source.text),
        names(answer.text, answer.words, english=not is_foreign(answer.words)),
    )
    last_line = question.prompt.rstrip().rpartition("\n")[2]
    strangers, swapped = judge_figures(source, asked, last_line, answer, mentioned)
    dated = {word for one in mentioned if one.date for word in one.text.split()}
    unknown = {
        name
        for name in {*named} - dated
        if not known(name, source.words, initials)
        and not _is_no_name(name)
        and not initials.are_spelt_out(name)
        and not _is_a_month(name, source)
        and not _is_abbreviated(name, answer.text, source.words)
    }
    strangers += [name for name in named if name in unknown]
    return _Found(strangers, swapped, len(mentioned) + len(named))


def _evidence(found: _Found) -> str:
    swapped = [_masked(one, 110) for one in dict.fromkeys(found.swapped)]
    strangers = [_masked(one, 50) for one in dict.fromkeys(found.strangers)]
    parts = []
    if swapped:
        parts.append(swapped[0] + (f", and {len(swapped) - 1} more like it" if len(swapped) > 1 else ""))
    if strangers:
        more = f" and {len(strangers) - _SHOWN} more" if len(strangers) > _SHOWN else ""
        parts.append(f"not in the source: {', '.join(strangers[:_SHOWN])}{more}")
    return "; ".join(parts)[:200]


def _masked(text: str, longest: int) -> str:
    return _PERSONAL.sub("***", text[: 2 * longest])[:longest]


PLUG: type[InlineCheck] = Entities
