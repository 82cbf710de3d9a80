"""Figures and names in the answer stand in the context or the prompt."""

import re
from typing import NamedTuple

import msgspec

from leadline.checks.inline import Examination, InlineCheck
from leadline.checks.inline._claims import Index, claims, contradiction, is_change, turned_sign
from leadline.checks.inline._dates import unknown_dates
from leadline.checks.inline._derived import is_derived
from leadline.checks.inline._figures import Figure, KnownFigures, figures, unit_named
from leadline.checks.inline._labels import periods
from leadline.checks.inline._names import Acronyms, known, names, words
from leadline.checks.inline._statements import Source, Statement
from leadline.vocabulary import FailureKind, Question, Signal, Verdict

_CHECK = "entities"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_SHOWN = 3
_MOST_WORKED_OUT = 12
_MEANINGFUL_WORD = 4
_PERSONAL = re.compile(r"\S*@\S*|\d(?:[\d ().-]{5,}\d)")


class Entities(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.hallucination` when the answer holds a figure or a name that neither context nor prompt
    holds. `score` is the share of figures and names that are supported.

    Figures are compared by value and unit in any notation: 1,234.5 and 1.234,5; 3.9 million and
    3,900,000; 12 % and 12 percent; three and 3; 3,912,345 supports 3.9 million; a caption "in EUR
    thousand" counts. A currency, scale or per cent that contradicts the source is unsupported; 3 % is not
    3 percentage points. A figure that the source holds for another row, column, period, key or clause
    than the answer names is a swap, and the evidence says what stands there instead; so are a loss told
    as a profit and a date mixed from two. Changes, sums, averages, shares and conversions at a rate of
    the source that are worked out rightly, to the digits written, are supported. Names are runs of
    capitalised words; each word must stand in the source, in singular or plural, or as the initials of a
    name there.

    Applies when there is something to lean on, at least `least_source` characters, and the answer leans on
    it: at least `least_overlap` of its words stand in the source. General chat does not (recorded chats:
    below .25), answers from documents do (99 % of them above .30).

    Measured on the 302 faithful answers of RAGTruth-QA, on which it was tuned: 5 % falsely flagged (figures
    1 %, names 5 %); of 1,719 figures and names inserted, replaced, appended or opening a sentence, 99 %
    caught. `tests/checks/test_entities.py` repeats the measurement. 3 in 10 of RAGTruth's own
    hallucinations are flagged: most are wrong claims made of the source's own words. A single flag means
    little; the rate of a template is what opens an incident.

    Swaps are measured on invented reports (tables, CSV, keys, prose, German): of 85 swaps on which it was
    tuned 83 are found, of 82 faithful answers 1 is flagged; of 30 swaps and 29 faithful answers not seen
    before, 27 were found and 4 flagged at first sight (29 and 0 after tuning on them, too).
    `tests/checks/test_swapped_figures.py` repeats it.

    Blind spots: swaps in sentences with "respectively" and of things counted by the same noun; labels in
    other words than the source's, but for common synonyms; arithmetic over figures that stand far apart
    (false flags); figures spelt out; names in headings and labels; a lone name that opens a sentence
    before an unusual verb; names in scripts without capitals and in German, where every noun has one; an
    answer in another language than its source; an answer that shares no words with its source at all.

    Linear: for 1 KB of source and 1.6 KB of answer 0.1 ms without figures, about 1 ms for a report with a
    dozen, and 3 ms when both are nothing but figures (on a busy machine). Text beyond `cap_chars` is not
    read: a longer source is skipped, as support could stand in the part that was not read. Of a sentence 200
    figures, of a source the labels of 1,000 figures, of an answer 400 claims and 10,000 comparisons are
    looked at: what goes beyond is held against the source's figures alone.

    Attributes:
        least_source: characters of context and prompt below which nothing is judged.
        least_overlap: share of the answer's words of four letters and more that the source holds.
        cap_chars: how much of source and answer is read.
    """

    least_source: int = 200
    least_overlap: float = 0.25
    cap_chars: int = 8192

    def inspect(self, exam: Examination) -> Signal:
        source, answer = _source(exam.question), exam.answer.text[: self.cap_chars]
        if len(source) - len(exam.question.system) < self.least_source or exam.answer.refused or not answer:
            return _NOT_APPLICABLE
        if len(source) > self.cap_chars:
            reason = f"the source has {len(source)} characters, over the cap of {self.cap_chars}"
            return Signal(check=_CHECK, verdict=Verdict.SKIPPED, evidence=reason)
        told, said = words(source), words(answer)
        if _overlap(said, told) < self.least_overlap:
            return _NOT_APPLICABLE
        found = _compare(exam.question, source, told, answer, said)
        if not found.wrong:
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=1.0)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.QUALITY_HALLUCINATION,
            score=max(0.0, 1 - found.wrong / max(1, found.mentioned)),
            evidence=_evidence(found),
        )


def _source(question: Question) -> str:
    schema = question.schema_json.decode("utf-8", "replace") if question.schema_json else ""
    return f"{question.context}\n{question.prompt}\n{schema}".rstrip("\n")


def _overlap(said: set[str], told: set[str]) -> float:
    meaningful = [word for word in said if len(word) >= _MEANINGFUL_WORD]
    return len(told.intersection(meaningful)) / len(meaningful) if meaningful else 1.0


def _is_no_name(word: str) -> bool:
    """Currencies and periods are judged as what they say of figures."""
    return bool(unit_named(word) or periods(word))


_Read = tuple[str, set[str]]
"""A text and its words."""


class _Found(NamedTuple):
    """What is wrong with an answer, in words for people, and how many figures and names it mentions."""

    strangers: list[str]
    swapped: list[str]
    mentioned: int

    @property
    def wrong(self) -> int:
        return len(self.strangers) + len(self.swapped)


def _compare(question: Question, source: str, told: set[str], answer: str, said: set[str]) -> _Found:
    mentioned = list(figures(answer))
    initials, named = Acronyms(source), names(answer, said)
    strangers, swapped = _judge_figures(question, (source, told), (answer, said), mentioned)
    strangers += [name for name in named if not known(name, told, initials) and not _is_no_name(name)]
    return _Found(strangers, swapped, len(mentioned) + len(named))


def _judge_figures(
    question: Question, held: _Read, given: _Read, mentioned: list[Figure]
) -> tuple[list[str], list[str]]:
    """The figures that the source does not hold, and those that it holds for something else."""
    if not mentioned:
        return [], []
    (source, told), (answer, said) = held, given
    read = Source(source, told)
    known_figures = KnownFigures(read.figures, told, read.currencies, mentioned)
    index = Index(read.statements)
    asked = question.prompt.rstrip().rpartition("\n")[2]
    made = {one.figure.start: one for one in claims(answer, said, mentioned, index.vocabulary, asked)}
    strangers, swapped = [], unknown_dates(answer, said, source)
    rates_in = source if len(read.currencies) > 1 else ""  # no rate without two currencies
    worked_out = 0
    for figure in mentioned:
        claim = made.get(figure.start)
        if not known_figures.hold(figure):
            worked_out += 1
            if (
                claim is None
                or worked_out > _MOST_WORKED_OUT
                or not is_derived(claim, index, read.statements, rates_in)
            ):
                strangers.append(_stranger(figure, known_figures))
        elif claim is not None and (instead := contradiction(claim, index, made.values())) is not None:
            if not (is_change(claim) and is_derived(claim, index, read.statements, rates_in)):
                swapped.append(f"{figure.text}, where the source has {_shown(instead)}")
        elif claim is not None and (turned := turned_sign(claim, index)) is not None:
            swapped.append(f"{figure.text} with the wrong sign; the source has {_shown(turned)}")
    return strangers, swapped


def _stranger(figure: Figure, known_figures: KnownFigures) -> str:
    units = sorted(known_figures.units_of(figure) - {"", "spelt"})
    return f"{figure.text} ({'/'.join(units)} there)" if units and figure.unit else figure.text


def _shown(statement: Statement) -> str:
    label = " ".join(statement.label.split())
    return f"{statement.figure.text} for {label}" if label else statement.figure.text


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
